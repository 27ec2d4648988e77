//! Forms of the language that few programs use.

use std::collections::HashMap;
use std::fmt::Display;
use std::ops::RangeToInclusive;

#[derive(Clone, Debug)]
struct Ranged<const LOW: i8, const HIGH: i8>(i8);

impl<const LOW: i8, const HIGH: i8> Ranged<LOW, HIGH> {
    fn new(value: i8) -> Option::<Self> {
        let range = LOW..=HIGH;
        range.contains(&value).then(|| Self(value))
    }
}

struct Pair<A, B> {
    first: A,
    second: B,
}

fn taken<A: Display, B: Display>(pair: Pair<A, B>) -> String {
    let Pair::<A, B> { first, second } = pair;
    format!("{first}{second}")
}

fn counted(words: &[&str]) -> HashMap::<String, usize> {
    let mut counts = words.iter().map(|word| (word.to_string(), word.len())).collect::<HashMap::<String, usize>>();
    counts.retain(|word, _| word != "b");
    counts
}

fn ends(n: usize) -> Vec<RangeToInclusive<usize>> {
    let ends = vec![n, n + 1];
    ends.into_iter().map(|end| ..=end).collect()
}

fn assigned(mut pair: Pair<String, String>) -> String {
    let (left, right);
    Pair { first: left, .. } = Pair { first: pair.first.clone(), second: 1 };
    pair.second.push('!');
    Pair { second: right, .. } = pair;
    left + &right
}

fn local() -> usize {
    struct Needs
    where
        String: Clone;
    let needs = Needs;
    let raw = vec!['\u{1_F600}', '\u{4_e}'];
    std::mem::size_of_val(&needs) + match raw.len() {
        raw @ (1 | 2) => raw,
        raw => raw + 1,
    }
}

fn main() {
    let ranged: Option<Ranged<-5, 5>> = Ranged::<-5, 5>::new(-5);
    println!("{ranged:?} {:?}", Ranged::<0, 3>::new(4));
    println!("{}", taken(Pair { first: "a", second: 2 }));
    println!("{:?}", counted(&["a", "b"]));
    println!("{:?}", ends(3));
    println!("{}", assigned(Pair { first: String::from("x"), second: String::from("y") }));
    println!("{}", local());
}
