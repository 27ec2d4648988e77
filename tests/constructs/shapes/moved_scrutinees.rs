//! Variables that move into the tuple that is matched: names of the pattern borrow from the tuple, not from them.

enum Slot {
    Full(String),
    Free(usize),
}

fn pair(slots: &mut Vec<Slot>, a: usize, b: usize) -> Option<(&mut String, &mut String)> {
    let (first, second);
    if a > b {
        let (low, high) = slots.split_at_mut(a);
        first = high.get_mut(0);
        second = low.get_mut(b);
    } else {
        let (low, high) = slots.split_at_mut(b);
        first = low.get_mut(a);
        second = high.get_mut(0);
    }
    match (first, second) {
        (Some(&mut Slot::Full(ref mut x)), Some(&mut Slot::Full(ref mut y))) => Some((x, y)),
        _ => None,
    }
}

fn longest(a: Option<String>, b: Option<String>, by: &mut Slot) -> String {
    match (a, (b, &mut *by)) {
        (Some(ref x), (Some(ref y), _)) if x.len() < y.len() => format!("{y}>{x}"),
        (Some(x), (_, Slot::Full(text))) => {
            text.push_str(&x);
            text.clone()
        }
        (ref x, (ref y, slot)) => {
            *slot = Slot::Full(String::new());
            format!("{x:?} {y:?}")
        }
    }
}

fn by_reference(a: &Slot, b: &Slot) -> usize {
    match (a, b) {
        (&Slot::Full(ref x), &Slot::Free(n)) => x.len() + n,
        (Slot::Free(n), Slot::Full(y)) => *n + y.len(),
        (whole, _) => match (whole,) {
            (Slot::Full(text),) => text.len(),
            (Slot::Free(n),) => *n,
        },
    }
}

fn later(choice: Option<u8>) -> (u8, String) {
    let (number, text);
    match choice {
        Some(given) => {
            number = given;
            text = String::from("given");
        }
        None => {
            number = 0;
            text = String::new();
        }
    }
    let (kept, size): (String, usize);
    (kept, size) = (text, number as usize);
    let both = (kept, size);
    if let (ref name, 1..) = both {
        println!("{name}");
    }
    (number, both.0)
}

fn main() {
    let mut slots = vec![Slot::Full("a".into()), Slot::Free(4), Slot::Full("c".into())];
    if let Some((x, y)) = pair(&mut slots, 2, 0) {
        std::mem::swap(x, y);
        println!("{x} {y}");
    }
    println!("{}", pair(&mut slots, 0, 1).is_none());
    println!("{} {}", by_reference(&slots[0], &slots[1]), by_reference(&slots[1], &slots[1]));
    let text = |text: &str| Some(text.to_string());
    println!("{}", longest(text("a"), text("bc"), &mut slots[0]));
    println!("{}", longest(text("abc"), text("b"), &mut slots[0]));
    println!("{}", longest(None, text("d"), &mut slots[1]));
    println!("{:?} {:?}", later(Some(3)), later(None));
}
