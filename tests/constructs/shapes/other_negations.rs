//! `-x.part` and `!x.part` whose results are of other types than their operands.

use std::ops::{Add, Mul, Neg, Not};

struct Pair<A, B> {
    first: A,
    rest: B,
}

impl<A: Neg, B: Neg> Neg for Pair<A, B> {
    type Output = Pair<A::Output, B::Output>;

    fn neg(self) -> Self::Output {
        Pair {
            first: -self.first,
            rest: -self.rest,
        }
    }
}

impl<A: Not, B: Not> Not for Pair<A, B> {
    type Output = Pair<<A as Not>::Output, <B as Not>::Output>;

    fn not(self) -> Self::Output {
        let Pair { first, rest } = self;
        Pair {
            first: !first,
            rest: !(rest),
        }
    }
}

impl<A: Neg<Output = C>, B: Add<C>, C: Mul<u8>> Add<A> for Pair<B, A> {
    type Output = B::Output;

    fn add(self, other: A) -> B::Output {
        self.first + -other
    }
}

struct Owned(String);

impl Neg for Owned {
    type Output = String;

    fn neg(self) -> String {
        let mut text = self.0;
        text.insert(0, '-');
        text
    }
}

impl Not for Owned {
    type Output = usize;

    fn not(self) -> usize {
        self.0.len()
    }
}

impl<'a> Neg for &'a Owned {
    type Output = &'a str;

    fn neg(self) -> &'a str {
        &self.0
    }
}

fn made(text: &str) -> Owned {
    let owned = Owned(text.to_string());
    owned
}

fn negated<T: Neg>(value: T) -> T::Output {
    let moved = value;
    -moved
}

fn main() {
    let pair = -Pair {
        first: made("a"),
        rest: made("bc"),
    };
    println!("{} {}", pair.first, pair.rest);
    let lengths = !Pair {
        first: made("a"),
        rest: made("bc"),
    };
    println!("{} {}", lengths.first, lengths.rest);
    let (small, flag): (i8, bool) = (-{ 5 }, !(lengths.first > 3));
    let kept = made("kept");
    let text: &str = -&kept;
    println!("{small} {flag} {text} {} {}", -made("x"), !made("four"));
    println!("{}", negated(2.5) + negated(-{ 1.5 }));
    println!("{}", negated(kept));
}
