//! References to constants that macros make: they live forever, whoever borrows them.

#[derive(Clone, Copy, Debug, PartialEq)]
enum Padding {
    Zero,
    Space,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Hour { padding: Padding, is_12: bool },
    Minute(Padding, u8),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Item<'a> {
    Text(&'a str),
    One(Part),
    Compound(&'a [Self]),
    Pair(&'a (Part, u8), Option<&'a Item<'a>>),
}

fn parsed(sign: u8, padding: Option<Padding>) -> Result<Item<'static>, String> {
    macro_rules! part {
        ($name:ident { $($inner:tt)* }) => {
            Item::One(Part::$name { $($inner)* })
        };
        ($name:ident($($inner:tt)*)) => {
            Part::$name($($inner)*)
        };
    }
    Ok(match sign {
        b'%' => Item::Text("%"),
        b'H' => part!(Hour { padding: padding.unwrap_or(Padding::Zero), is_12: false }),
        b'c' => Item::Compound(&[
            part!(Hour { padding: Padding::Zero, is_12: true }),
            Item::Text(":"),
            Item::One(part!(Minute(Padding::Space, 2))),
        ]),
        b'p' => {
            Item::Pair(&(part!(Minute(Padding::Space, 2)), 3 as u8), Some(&Item::One(part!(Minute(Padding::Zero, 1)))))
        }
        b'O' => return Err(String::from("not known")),
        _ => return Err(format!("sign {sign}")),
    })
}

macro_rules! text {
    ($text:expr) => {
        String::from($text)
    };
}

macro_rules! lent {
    ($text:expr) => {
        &String::from($text)
    };
}

const TABLE: [u8; 2] = [4, 5];
const ORIGIN: (i8, Part) = (6, Part::Minute(Padding::Zero, 7));

fn picked(at: bool) -> &'static [i8] {
    if at {
        &[TABLE[1] as i8, ORIGIN.0, -ORIGIN.0, !3]
    } else {
        &[ORIGIN.0 + 1]
    }
}

fn total(texts: &[String], more: Option<&[&str]>) -> usize {
    texts.iter().map(String::len).sum::<usize>() + more.map_or(0, <[&str]>::len)
}

fn kept(is_long: bool) -> usize {
    let list = &[text!("a"), text!("bc")];
    let one = Some([lent!("d"), lent!("e")]);
    let other = if is_long { &[text!("fgh")][..] } else { &[] };
    let pair = (&(text!("i"), 2), lent!("j"));
    total(list, None)
        + total(&[text!("k"), text!("l")], Some(&[lent!("m").as_str()]))
        + one.map_or(0, |pair| pair.len())
        + total(other, None)
        + pair.0 .0.len()
        + pair.1.len()
}

fn main() {
    for sign in [b'%', b'H', b'c', b'p', b'O', b'?'] {
        println!("{:?}", parsed(sign, Some(Padding::Space)));
    }
    println!("{} {} {:?} {:?}", kept(true), kept(false), picked(true), picked(false));
}
