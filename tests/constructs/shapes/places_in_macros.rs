//! Places that are given to macros: what a macro matches, borrows or assigns stays the place.

use std::task::Poll;

#[derive(Debug)]
enum Kind {
    Named(String),
    Plain,
}

struct Holder {
    kind: Kind,
    kinds: [Kind; 2],
    poll: Poll<String>,
    option: Option<Box<u8>>,
}

macro_rules! is {
    ($value:expr, $pattern:pat) => {
        match $value {
            $pattern => true,
            _ => false,
        }
    };
}
macro_rules! length {
    ($value:expr) => {
        match &$value {
            Kind::Named(name) => name.len(),
            Kind::Plain => 0,
        }
    };
}
macro_rules! set {
    ($place:expr, $value:expr) => {{
        $place = $value;
        &mut $place
    }};
}
macro_rules! opened {
    ($value:expr) => {
        match $value {
            Some(ref inner) => **inner,
            None => return 7,
        }
    };
}

impl Holder {
    fn is_named(&self, at: usize) -> bool {
        matches!(self.kind, Kind::Named(_))
            || !matches!(self.kinds[at], Kind::Plain)
            || matches!(self.kind, Kind::Named(ref name) if name.len() > 9)
            || matches!(&self.kinds[1], Kind::Named(name) if name.is_empty())
            || is!(self.kind, Kind::Named(_))
            || (*self).poll.is_ready() && is!(self.poll, Poll::Ready(_))
    }

    fn size(&mut self, at: usize) -> u8 {
        let named = length!(self.kind) + length!(self.kinds[at]) + length!((*self).kinds[0]);
        if let Kind::Named(name) = set!(self.kind, Kind::Named(String::from("set"))) {
            name.push('!');
        }
        while matches!(self.kinds[at], Kind::Plain) {
            set!(self.kinds[at], Kind::Named("x".to_string()));
        }
        opened!(self.option) + u8::try_from(named).unwrap_or(9)
    }
}

fn main() {
    let kinds = [Kind::Plain, Kind::Named("bc".into())];
    let mut holder = Holder { kind: Kind::Plain, kinds, poll: Poll::Pending, option: Some(Box::new(2)) };
    println!("{} {}", holder.is_named(0), holder.is_named(1));
    println!("{} {}", holder.size(0), holder.is_named(0));
    holder.option = None;
    let pair = (holder.kind, 1);
    println!("{} {} {pair:?}", matches!(pair.0, Kind::Named(_)), is!(pair.0, Kind::Plain));
    println!("{:?} {:?}", holder.kinds, holder.option.take());
}
