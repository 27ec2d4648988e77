//! Fields that `write!` writes to: they are lent, reborrowed or elements, and the macro's value is used in every way.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};

struct Printer<'a, W> {
    out: W,
    lent: &'a mut String,
    logs: [Vec<u8>; 2],
    depth: usize,
}

impl<W: fmt::Write> Printer<'_, W> {
    fn text(&mut self, text: &str) -> fmt::Result {
        write!(self.out, "{: ^1$}", "", self.depth * 2)?;
        writeln!(self.lent)?;
        match text.len() {
            0 => write!(self.out, "none"),
            1 => return write!(self.lent, "{}", text),
            _ => write!(self.out, "{text}").and_then(|()| writeln!(self.lent, ";")),
        }
    }

    fn log(&mut self, at: usize) -> io::Result<usize> {
        write!(self.logs[at], "{}", self.depth)?;
        let written = writeln!(self.logs[1 - at], "{}", at);
        if write!(&mut self.logs[at], "!").is_err() || written.is_err() {
            return Ok(0);
        }
        let last = &self.logs[at];
        Ok(last.len())
    }
}

struct Shown(u8, Option<Box<Shown>>);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holder = (f, &self.1);
        write!(holder.0, "{}", self.0)?;
        holder.1.as_ref().map_or(Ok(()), |inner| write!(holder.0, ".{inner}"))
    }
}

fn main() {
    let mut lent = String::new();
    let mut printer = Printer { out: String::new(), lent: &mut lent, logs: [vec![], vec![]], depth: 2 };
    for text in ["", "a", "bc"] {
        println!("{:?}", printer.text(text));
    }
    println!("{:?} {:?}", printer.log(0).ok(), printer.log(1).ok());
    println!("{:?} {:?} {:?}", printer.out, printer.lent, printer.logs);
    println!("{}", Shown(1, Some(Box::new(Shown(2, None)))));
}
