//! `matches!` looks at places: of what is no Copy, behind references, in fields and elements.

enum Control<B> {
    Break(B),
    Prune,
    Continue,
}

impl<B> Control<B> {
    fn should_break(&self) -> bool {
        matches!(*self, Control::Break(_))
    }

    fn is_plain(&self) -> bool {
        if matches!(*self, Control::Continue) {
            true
        } else {
            !matches!(self, Control::Break(..)) && matches!(*self, Control::Prune)
        }
    }
}

struct Steps {
    first: Control<String>,
    all: Vec<Control<u8>>,
    boxed: Box<Option<String>>,
}

fn is_long(steps: &Steps) -> bool {
    matches!(steps.first, Control::Break(ref text) if text.len() > 1)
        || matches!(steps.all[0], Control::Prune)
        || matches!(steps.all[0], Control::Break(number) if number > 2)
        || matches!(*steps.boxed, Some(_))
}

fn taken(steps: Steps) -> (bool, bool) {
    let is_text = matches!(steps.first, Control::Break(text) if text.len() > 3);
    (is_text, matches!(*steps.boxed, Some(text) if text.is_empty()))
}

struct Noisy(u32);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn main() {
    let noisy = Noisy(1);
    let control = Control::Break(String::from("x"));
    println!("{} {}", control.should_break(), control.is_plain());
    let steps = |first| Steps { first, all: vec![Control::Break(3)], boxed: Box::new(None) };
    println!("{} {}", is_long(&steps(Control::Continue)), is_long(&steps(Control::Prune)));
    println!("{:?}", taken(steps(Control::Break("long".to_string()))));
    let seen = &noisy;
    println!("{}", matches!(seen.0, 1..=3));
}
