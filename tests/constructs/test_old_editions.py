"""Code of edition 2015: names that later editions took for the language, `try!`, trait objects without `dyn`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.constructs.programs import run_both
from tests.drops.programs import instrument_report

OLD = """
#![allow(bare_trait_objects, anonymous_parameters, deprecated, ellipsis_inclusive_range_patterns)]
mod text {
    pub fn twice(async: &str) -> String {
        let await = async.to_string();
        let dyn = &await;
        ::joined(&dyn) + &await
    }
}

fn joined(s: &str) -> String {
    let try = s.to_owned();
    try
}

trait Shape {
    fn area(&self) -> u32;
    fn named(&self, &str, usize) -> String {
        String::from("shape")
    }
}

struct Square(u32);

impl Shape for Square {
    fn area(&self) -> u32 {
        let Square(ref side) = *self;
        side * side
    }
}

fn total(shapes: &Vec<Box<Shape>>) -> u32 {
    let mut sum = 0;
    for shape in shapes {
        sum += shape.area();
    }
    sum
}

fn parsed(s: &str) -> Result<i32, std::num::ParseIntError> {
    let n = try!(s.parse::<i32>());
    let text = n.to_string();
    let m = r#try!(text.parse::<i32>());
    Ok(n + m)
}

fn main() {
    let shapes: Vec<Box<Shape>> = vec![Box::new(Square(3))];
    println!("{} {} {}", text::twice("q"), total(&shapes), shapes[0].named("", 1));
    println!("{:?} {}", parsed("4"), parsed("x").is_err());
    println!("{}", match 7u8 { 0...9 => "digit", _ => "other" });
}
"""


@pytest.mark.slow
def test_names_that_are_words_of_the_language_by_now(tmp_path: Path) -> None:
    untouched, traced, events = run_both(OLD, tmp_path, "2015")
    assert (traced.code, traced.stdout) == (untouched.code, untouched.stdout), traced.stderr
    report = instrument_report(tmp_path / "program.bstrace")
    assert report["healed"] == []
    assert report["functions"]["traced"] == report["functions"]["total"] == OLD.count("fn ") - 1  # one has no body
    assert {"async", "await", "dyn", "try", "text"} <= {event.get("name") for event in events}
