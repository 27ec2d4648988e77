// Macros whose own text moves, parts or overwrites the variables that they are given by name.
#![allow(unused_assignments, unused_variables)]

struct Loud(&'static str);

impl Loud {
    fn len(&self) -> usize {
        self.0.len()
    }
}

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

struct Two {
    a: Loud,
    b: Loud,
}

macro_rules! eat {
    ($name:ident) => {
        drop($name)
    };
}

macro_rules! capture {
    ($name:ident) => {
        move || Loud::len(&$name)
    };
}

macro_rules! part {
    ($name:ident, $field:ident) => {
        drop($name.$field)
    };
}

macro_rules! set {
    ($name:ident, $value:expr) => {
        $name = $value
    };
}

macro_rules! set_place {
    ($place:expr, $value:expr) => {
        $place = $value
    };
}

macro_rules! pass {
    ($($tokens:tt)*) => { $($tokens)* };
}

macro_rules! swap {
    ($one:ident, $other:ident) => {
        let kept = $one;
        $one = $other;
        $other = kept;
    };
}

macro_rules! hand_back {
    ($name:ident) => {
        return $name
    };
}

fn moves() -> usize {
    let eaten = Loud("eaten");
    eat!(eaten);
    let captured = Loud("captured");
    let length = capture!(captured);
    let two = Two {
        a: Loud("a"),
        b: Loud("b"),
    };
    part!(two, a);
    println!("{}", two.b.0);
    length()
}

fn given_back() -> Loud {
    let given = Loud("given");
    hand_back!(given)
}

fn assignments() {
    let mut first = Loud("first");
    set!(first, Loud("second"));
    let mut place = Loud("place");
    set_place!(place, Loud("placed"));
    let mut seen = Loud("seen");
    pass!(seen = Loud("seen again"));
    let late;
    set!(late, Loud("late"));
    let (mut left, mut right) = (Loud("left"), Loud("right"));
    swap!(left, right);
    let mut last = Loud("last");
    for step in 0..2 {
        set!(last, Loud("next"));
    }
    println!(
        "{} {} {} {} {} {}",
        first.0, place.0, seen.0, late.0, left.0, right.0
    );
    println!("{}", last.0);
}

fn main() {
    println!("{} {}", moves(), given_back().0);
    assignments();
    let field = |x: Two| x.b.0.len();
    let boxed = vec![Box::new(1), Box::new(2)]
        .into_iter()
        .map(|b| *b)
        .sum::<i32>();
    let number = match Box::new(boxed) {
        b if *b > 9 => 1,
        b => *b,
    };
    println!("{number}");
    println!(
        "{}",
        field(Two {
            a: Loud("a"),
            b: Loud("x")
        })
    );
}
