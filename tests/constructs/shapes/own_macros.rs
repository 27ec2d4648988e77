//! A program's own macros: arguments that are evaluated, and arguments that only look as if they were.

use std::cell::RefCell;
use std::fmt::Debug;
use std::task::{ready, Poll};

enum Either<L, R> {
    Left(L),
    Right(R),
}
use Either::{Left, Right};

macro_rules! for_both {
    ($value:expr, $pattern:pat => $result:expr) => {
        match $value {
            $crate::Either::Left($pattern) => $result,
            $crate::Either::Right($pattern) => $result,
        }
    };
    ($name:ident => $result:expr) => {
        match $name {
            Either::Left($name) => $result,
            Either::Right($name) => $result,
        }
    };
}

macro_rules! map_both {
    ($value:expr, $pattern:pat => $result:expr) => {
        match $value {
            Left($pattern) => Left($result),
            Right($pattern) => Right($result),
        }
    };
}

macro_rules! ok {
    ($expr:expr) => {
        match $expr {
            Ok(val) => val,
            Err(err) => {
                return Err(err);
            }
        }
    };
}

macro_rules! grow {
    ($place:expr, $by:expr) => {
        $place.push($by);
    };
}

macro_rules! set {
    ($place:expr => $value:expr) => {
        $place = $value
    };
}

macro_rules! lend {
    ($place:expr) => {
        &mut $place
    };
}

macro_rules! shown {
    ($e:expr) => {
        println!("{} is {:?}", stringify!($e), $e)
    };
}

macro_rules! told {
    ($($arg:tt)*) => {
        println!("told: {}", format!($($arg)*))
    };
}

#[cfg(not(any()))]
macro_rules! maybe {
    ($($arg:tt)*) => {
        println!($($arg)*)
    };
}
#[cfg(any())]
macro_rules! maybe {
    ($($arg:tt)*) => {};
}

macro_rules! picky {
    (x) => {
        println!("the letter x")
    };
    ({ $($t:tt)* }) => {
        println!("a block")
    };
    (($($t:tt)*)) => {
        println!("a group")
    };
    ($e:expr) => {
        println!("a value {:?}", $e)
    };
}

macro_rules! names {
    ($($name:ident),*) => {
        vec![$((stringify!($name), $name.len())),*]
    };
}

macro_rules! first_of {
    ($first:expr $(, $rest:expr)* $(,)?) => {{
        let mut found = vec![$first];
        $(found.push($rest);)*
        found.swap_remove(0)
    }};
}

macro_rules! tries {
    ($t:ty, $a:ident, $atomic:expr, $other:expr) => {
        loop {
            if std::mem::size_of::<$t>() == 1 {
                let $a: $t;
                break $atomic;
            }
            break $other;
        }
    };
}

macro_rules! repeat {
    ($times:expr, $body:block) => {
        for _ in 0..$times $body
    };
}

macro_rules! steps {
    ($($step:stmt;)*) => {{ $($step;)* }};
}

macro_rules! scope {
    ($($t:tt)*) => {{ $($t)* }};
}

macro_rules! later {
    ($e:expr) => {
        move || $e
    };
}

macro_rules! calc {
    (@sum $sum:expr ;) => { $sum };
    (@sum $sum:expr ; plus $x:expr $(, $($rest:tt)*)?) => { calc!(@sum $sum + $x ; $($($rest)*)?) };
    ($x:expr $(, $($rest:tt)*)?) => { calc!(@sum $x ; $($($rest)*)?) };
}

macro_rules! shadow {
    ($x:ident) => {
        let $x = $x.len();
    };
}

macro_rules! hygienic {
    ($e:expr) => {{
        let value = 1;
        value + $e
    }};
}

macro_rules! twice {
    ($e:expr) => {
        ($e, $e)
    };
}

struct Noisy(&'static str);
impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}
impl Noisy {
    fn name(&self) -> &'static str {
        self.0
    }
    fn into_name(self) -> String {
        self.0.to_owned()
    }
}

impl<L: Iterator, R: Iterator<Item = L::Item>> Iterator for Either<L, R> {
    type Item = L::Item;
    fn next(&mut self) -> Option<L::Item> {
        for_both!(self, inner => inner.next())
    }
    fn fold<A, G: FnMut(A, L::Item) -> A>(self, init: A, f: G) -> A {
        for_both!(self, inner => inner.fold(init, f))
    }
}

impl<L, R> Either<L, R> {
    fn flip_map<A, B>(self, f: impl FnOnce(L) -> A, g: impl FnOnce(R) -> B) -> Either<A, B> {
        match self {
            Left(l) => Left(f(l)),
            Right(r) => Right(g(r)),
        }
    }
    fn as_ref(&self) -> Either<&L, &R> {
        map_both!(self, inner => inner)
    }
}

fn shown_by<L: Debug, R: Debug>(either: Either<L, R>) -> String {
    for_both!(either => format!("{either:?}"))
}

fn parsed(text: &str, by: &RefCell<Vec<String>>) -> Result<i32, std::num::ParseIntError> {
    let owned = text.to_owned();
    let value = ok!(owned.parse::<i32>().map_err(|error| {
        let noted = format!("{error}");
        by.borrow_mut().push(noted);
        error
    }));
    Ok(value * 2)
}

fn polled(noisy: Option<Noisy>) -> Poll<usize> {
    let noisy = ready!(match noisy {
        Some(noisy) => Poll::Ready(noisy),
        None => Poll::Pending,
    });
    let length = ready!(Poll::Ready(noisy.into_name())).len();
    Poll::Ready(length)
}

fn matched(value: &Option<String>) -> (bool, bool) {
    let some = matches!(value.as_ref().map(|text| text.len()), Some(1..=3));
    (some, matches!(value, Some(text) if text.starts_with('a')))
}

fn sizes<T: Default + Debug>(text: String) -> String {
    tries!(
        T,
        a,
        {
            a = T::default();
            let shown = format!("{a:?}");
            shown + &text
        },
        {
            let whole = text;
            whole + "!"
        }
    )
}

fn main() {
    let mut it: Either<_, std::vec::IntoIter<i32>> = Left(1..4);
    println!("{:?} {:?}", it.next(), it.fold(10, |a, b| a + b));
    let named: Either<Noisy, String> = Left(Noisy("named"));
    println!("{}", for_both!(named.as_ref(), part => std::mem::size_of_val(part)) > 0);
    println!("{}", shown_by(named.flip_map(|noisy| noisy.into_name(), |text| text.len())));
    let errors = RefCell::new(Vec::new());
    println!("{:?} {:?} {:?}", parsed("21", &errors), parsed("x", &errors).is_err(), errors);
    println!("{:?} {:?}", polled(Some(Noisy("polled"))), polled(None));
    println!("{:?} {:?}", matched(&Some("abc".to_owned())), matched(&None));
    println!("{} {}", sizes::<bool>("s".to_owned()), sizes::<u64>("l".to_owned()));

    let mut list = vec![Noisy("first")];
    grow!(list, Noisy("second"));
    grow!(lend!(list), Noisy("third"));
    let mut pair = (String::from("a"), String::from("b"));
    set!(pair.0 => String::from("c"));
    lend!(pair.1).push('d');
    println!("{pair:?} {}", list.len());

    let x = String::from("x");
    shown!(x.len() + 1);
    told!("{} and {}", x.clone(), list[0].name());
    maybe!("{x} {}", x.len());
    picky!(x);
    picky!({ x });
    picky!((x));
    picky!(&x);
    println!("{:?}", names!(x, list));
    let taken = first_of!(Noisy("a"), Noisy("b"), list.remove(0));
    println!("{}", taken.name());
    let mut count = 0;
    repeat!(2, {
        let step = Noisy("step");
        count += step.name().len();
    });
    steps! {
        let kept = Noisy("kept");
        count += kept.name().len();
        drop(kept);
    }
    scope! {
        let inner = Noisy("inner");
        let moved = inner;
        println!("{}", moved.name());
    }
    let value = 10;
    println!("{count} {} {}", hygienic!(value), calc!(value, plus count, plus 3));
    let captured = Noisy("captured");
    let run = later!(captured.into_name());
    println!("{}", run());
    let text = String::from("text");
    shadow!(text);
    println!("{text} {:?}", twice!(list.pop().map(|noisy| noisy.into_name())));
    let result: Result<Noisy, ()> = (|| {
        let made = Noisy("made");
        Ok(ok!(if made.name().is_empty() { Err(()) } else { Ok(made) }))
    })();
    drop(result);
    for turn in 0..3 {
        let found = for_both!(if turn == 1 { Left(turn) } else { Right("end") }, part => {
            let shown = part.to_string();
            if shown == "end" {
                continue;
            }
            shown
        });
        println!("{found}");
    }
}
