//! Statements that end with a block and a semicolon: the block's value is not `()`, and nothing may stand between.

use std::collections::HashMap;
use std::fmt;

struct Entry(Option<String>, Vec<u8>);

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = f.debug_tuple("Entry");
        match &self.0 {
            Some(text) => told.field(text),
            None => told.field(&format_args!("nothing")),
        };
        match self.1.first() {
            Some(first) => {
                let first = *first + 1;
                told.field(&first)
            }
            None => &mut told,
        } // the last one
        ;
        told.finish()
    }
}

#[rustfmt::skip]
fn counted(words: &[&str]) -> HashMap<String, usize> {
    let mut all = HashMap::new();
    for word in words {
        if word.is_empty() { all.remove("last") } else { all.insert(word.to_string(), word.len()) };
        unsafe { all.insert(String::from("last"), word.as_bytes().len()) };
        loop {
            if let Some(found) = all.get_mut(*word) {
                *found += 1;
                break found.to_string();
            }
            all.insert(word.to_string(), 0);
        };
        { all.get("last").copied() };
    }
    all
}

macro_rules! str {
    ($text:expr) => {
        String::from($text)
    };
}

fn main() {
    println!("{:?} {:?}", Entry(Some("a".into()), vec![1]), Entry(None, vec![]));
    let mut all: Vec<_> = counted(&["ab", "", "abc"]).into_iter().collect();
    all.sort();
    let name = str!["named like a type"];
    println!("{all:?} {name}");
}
