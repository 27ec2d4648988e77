//! A program's own macros around items: what they hand on unchanged is observed like any other function.

macro_rules! public {
    ($($item:item)*) => { $(#[allow(dead_code)] $item)* };
}
macro_rules! feature {
    (#![$meta:meta] $($item:item)*) => { $(#[cfg($meta)] $item)* };
}
macro_rules! nested {
    ($($t:tt)*) => { public! { $($t)* } };
}
macro_rules! renamed {
    (fn $name:ident() -> $t:ty $body:block) => {
        fn $name() -> $t {
            let before = String::from("before");
            before + &$body
        }
    };
}

public! {
    fn first(text: String) -> usize {
        let moved = text;
        moved.len()
    }
    struct Held(String);
    impl Held {
        fn get(&self) -> &str {
            let inner = &self.0;
            inner
        }
    }
}
feature! {
    #![not(any())]
    /// What is there.
    fn second(list: Vec<u8>) -> Option<u8> {
        list.into_iter().max()
    }
}
feature! {
    #![any()]
    fn third() -> Missing { unknown() }
}
nested! {
    mod deeper {
        pub fn fourth(n: u8) -> Box<u8> {
            let boxed = Box::new(n);
            boxed
        }
    }
}
renamed! {
    fn fifth() -> String { String::from("fifth") }
}

fn main() {
    println!("{} {:?} {}", first("abc".to_owned()), second(vec![1, 3, 2]), deeper::fourth(4));
    println!("{} {}", Held("held".to_owned()).get(), fifth());
}
