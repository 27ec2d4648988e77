"""Writes many generated programs into one crate, each in a module of its own.

In: programs and a folder. Out: a crate whose `main` runs every program under `catch_unwind`, announced by `== NAME`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.generated.generator import Program

RUNTIME = Path(__file__).with_name("rt.rs")
MANIFEST = """\
# Generated programs, each in a module of its own.
[package]
name = "generated"
version = "0.1.0"
edition = "{edition}"

[profile.dev]
debug = 0

[workspace]
"""
MAIN = """\
#![allow(warnings)]

mod rt;
{modules}
fn run(name: &str, seed: u32, sometimes_empty: &[&str], program: fn()) {{
    println!("== {{name}}");
    for label in sometimes_empty {{
        println!("sometimes empty {{label}}");
    }}
    rt::seed(seed);
    let result = std::panic::catch_unwind(program);
    println!("panicked: {{}}", result.is_err());
}}

fn main() {{
    std::panic::set_hook(Box::new(|info| println!("panic at line {{}}", info.location().unwrap().line())));
{calls}}}
"""


def write_crate(programs: Sequence[Program], folder: Path, edition: str) -> None:
    """The crate in `folder`, which is made."""
    source = folder / "src"
    source.mkdir(parents=True)
    (folder / "Cargo.toml").write_text(MANIFEST.format(edition=edition))
    (source / "rt.rs").write_text(RUNTIME.read_text())
    modules = calls = ""
    for program in programs:
        (source / f"{program.name}.rs").write_text(program.text)
        modules += f"mod {program.name};\n"
        labels = ", ".join(f'"{label}"' for label in program.sometimes_empty)
        seed = int(program.name[1:])
        calls += f'    run("{program.name}", {seed}, &[{labels}], {program.name}::{program.name}_main);\n'
    (source / "main.rs").write_text(MAIN.format(modules=modules, calls=calls))
