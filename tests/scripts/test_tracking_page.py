"""The page about tracking by hand: its tables are fresh, what it names exists, its example is one that compiles."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

from borrowscope.runtime.generate import crate_files
from borrowscope.tables.published_api import FUNCTIONS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tracking-by-hand.md").read_text(encoding="utf-8")


def tracking_page() -> Any:
    spec = importlib.util.spec_from_file_location("tracking_page", ROOT / "scripts" / "tracking_page.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_fresh_and_hold_every_function():
    assert tracking_page().refreshed(PAGE) == PAGE, "run scripts/generate"
    for row in FUNCTIONS:
        assert len(re.findall(rf"^\| `{row.name}\(", PAGE, re.MULTILINE)) == 1, row.name


def test_what_the_prose_names_is_in_the_crate():
    prose = PAGE.partition("<!-- functions")[0] + PAGE.partition("<!-- end of functions -->")[2]
    prose = re.sub(r"```.*?```", "", prose, flags=re.DOTALL)
    sources = "\n".join(text for name, text in crate_files().items() if name.startswith("src/"))
    for name in set(re.findall(r"`(?:[^`]*?\b)?([a-z]\w+)!?\(", prose)):
        assert re.search(rf"\b(?:fn|macro_rules!) {name}\b", sources), name


def test_its_example_is_the_one_that_the_crate_compiles():
    example = re.search(r"```rust\n(.*?)```", PAGE, re.DOTALL)
    assert example
    documented = [line.removeprefix("//!").strip() for line in crate_files()["src/lib.rs"].splitlines()]
    for line in set(example[1].splitlines()) - {"fn main() {", "}"}:
        assert line.strip() in documented, line
