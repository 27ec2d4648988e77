// Macros that stand for `let`: the names live on behind the call, and are observed there.
#![allow(unused)]

struct Loud(&'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

macro_rules! counted {
    ($name:pat, $count:ident) => {
        static $count: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let $name = {
            $count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Loud(stringify!($count))
        };
    };
}

macro_rules! several {
    ($($name:pat = $value:expr),*) => { $(let $name = $value;)* };
}

macro_rules! plain {
    ($name:ident, $value:expr) => {
        let $name = $value;
    };
}

macro_rules! through {
    ($name:ident) => {
        several!($name = vec![stringify!($name)]);
    };
}

macro_rules! shadowed {
    ($name:ident) => {
        let mut $name = $name;
        #[allow(unused_mut)]
        let mut $name = &mut $name;
    };
}

macro_rules! used {
    ($name:ident, $value:expr) => {
        let $name = $value;
        drop($name);
    };
}

macro_rules! enclosed {
    ($name:ident, $value:expr) => {{
        let $name = $value;
        $value
    }};
}

fn moved() -> Loud {
    counted!(first, FIRST);
    counted!(mut second, SECOND);
    second.0 = "renamed";
    println!(
        "{} {}",
        FIRST.load(std::sync::atomic::Ordering::SeqCst),
        first.0
    );
    drop(first);
    second
}

fn shadowing(early: bool) -> usize {
    let value = String::from("outer");
    plain!(value, value);
    several!(value = value.len(), other = Loud("other"));
    if early {
        return value;
    }
    let other = { other };
    counted! { _, COUNT }
    counted! {last, LAST}
    value + other.0.len() + last.0.len()
}

fn hidden() -> usize {
    let text = String::from("text");
    shadowed!(text);
    text.push('!');
    used!(gone, Loud("gone"));
    let n = enclosed!(n, 3);
    text.len() + n
}

fn in_closure() -> usize {
    let make = || {
        through!(inner);
        let len = move || inner.len();
        len()
    };
    make()
}

fn in_loop() -> usize {
    let mut total = 0;
    for _ in 0..2 {
        several!(a = Loud("a"), b = Box::new(1));
        if *b == 2 {
            continue;
        }
        total += a.0.len();
        std::mem::forget(a);
    }
    total
}

fn tail() {
    several!(x = Loud("x"), y = Loud("y"));
    several! {z = (x, 1)}
}

macro_rules! each {
    ($name:pat in $value:expr => $body:expr) => {
        for $name in $value {
            $body
        }
    };
}

fn bodies() -> usize {
    let mut total = 0;
    each!(one in vec![Loud("one"), Loud("two")] => println!("{}", one.0));
    each!((at, letter) in "ab".chars().enumerate() => {
        if at == 0 {
            total += letter.len_utf8();
        }
    });
    each!(last in [Loud("last")] => drop(last));
    total
}

fn main() {
    println!("{}", bodies());
    println!("{}", moved().0);
    println!("{} {}", shadowing(true), shadowing(false));
    println!("{} {} {}", hidden(), in_closure(), in_loop());
    tail();
}
