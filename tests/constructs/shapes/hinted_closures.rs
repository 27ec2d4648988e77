//! Closures with attributes, as arguments, elements and parts: an attribute that a closure may have, a block may not.

fn fold<B>(mut self_: impl Iterator<Item = String>, init: B, mut f: impl FnMut(B, String) -> Result<B, B>) -> B {
    let result = self_.try_fold(
        init,
        #[inline(always)]
        |acc, value| match f(acc, value) {
            Ok(acc) => Ok(acc),
            Err(acc) => Err(acc),
        },
    );
    match result {
        Ok(acc) | Err(acc) => acc,
    }
}

fn twice(first: impl Fn(&str) -> String, second: impl FnOnce() -> String) -> String {
    first("a") + &second()
}

fn main() {
    let words = ["one", "two", "three"].map(String::from);
    let limit = String::from("thr");
    let joined = fold(
        words.into_iter(),
        String::new(),
        #[inline]
        |acc, word| if word.starts_with(&limit) { Err(acc) } else { Ok(acc + &word) },
    );
    let given = joined.clone();
    let both = twice(
        #[inline]
        |text| format!("{text}{limit}"),
        #[allow(unused)]
        #[cold]
        move || given,
    );
    let pair = (
        #[inline]
        || limit.len(),
        both,
    );
    println!("{joined} {} {}", (pair.0)(), pair.1);
}
