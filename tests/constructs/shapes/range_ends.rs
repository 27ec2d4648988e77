//! Ends of ranges that begin with a sign: `*`, `-` and `&` follow `..` and are no operators between two values.

use std::collections::BTreeMap;

static LIMIT: usize = 4;

fn sum(from: &usize, to: &usize) -> usize {
    let mut found = 0;
    for at in *from..*to {
        found += at;
    }
    found + (*from..*to + 1).map(|x| x * *to).sum::<usize>()
}

fn parts<'a>(text: &'a str, from: &usize, to: &usize) -> (&'a str, &'a str, &'a str) {
    (&text[*from..*to], &text[..*to], &text[*from..])
}

fn signed(low: i32) -> Vec<i32> {
    let high = 2;
    let mut all: Vec<i32> = (low..-1).collect();
    all.extend(-high..-high + 3);
    match all.len() {
        n if (..-low).contains(&(n as i32)) => all.push(99),
        _ => all.push(-99),
    }
    all
}

fn borrowed(names: &BTreeMap<String, u8>) -> usize {
    let (a, c) = (String::from("a"), String::from("c"));
    let between = names.range::<String, _>(&a..&c).count();
    assert_eq!(names.range::<String, _>(..&c).count(), between, "up to {c}: {:?}", names.range::<String, _>(&a..&c));
    between
}

struct Window {
    from: usize,
    to: Box<usize>,
}

impl Window {
    fn of<'a, T>(&self, all: &'a mut [T]) -> &'a mut [T] {
        &mut all[self.from..*self.to]
    }
}

struct Focus {
    middle: std::ops::Range<usize>,
    target: std::ops::Range<usize>,
}

impl Focus {
    fn set(&mut self, of: std::ops::Range<usize>) -> usize {
        self.target = (of.start + self.middle.start)..(of.end + self.middle.start);
        let first = self.target.len();
        self.middle = of.start..(self.target.end);
        first + self.middle.len()
    }
}

fn main() {
    let mut focus = Focus { middle: 2..4, target: 0..0 };
    println!("{} {:?} {:?}", focus.set(1..3), focus.middle, focus.target);
    println!("{} {:?} {:?}", sum(&1, &4), parts("hello world", &2, &7), signed(-4));
    let names = ["a", "b", "c", "d"].map(|name| (name.to_string(), 1)).into_iter().collect();
    println!("{}", borrowed(&names));
    let mut all = [1, 2, 3, 4, 5];
    let window = Window { from: 1, to: Box::new(LIMIT) };
    window.of(&mut all).reverse();
    println!("{all:?} {:?}", (0..*&LIMIT).len());
}
