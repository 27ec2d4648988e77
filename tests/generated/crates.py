"""Writes many generated programs into one crate, each in a module of its own.

In: programs and a folder. Out: a crate whose `main` runs every program some rounds, each announced by `== NAME ROUND`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.generated.generator import Program

TEMPLATES = (Path(__file__).with_name("rt.rs"), Path(__file__).with_name("witness.rs"))
ROUNDS = 4
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
#![allow(warnings, let_underscore_lock)]

mod rt;
mod witness;
{modules}
fn run(name: &'static str, seed: u32, program: fn()) {{
    for round in 0..{rounds} {{
        witness::begin(name, seed, round);
        let result = std::panic::catch_unwind(program);
        witness::tell(format_args!("panicked: {{}}", result.is_err()));
    }}
}}

fn main() {{
    std::panic::set_hook(Box::new(|info| {{
        println!("{{}}panic at line {{}}", witness::tag(), info.location().unwrap().line())
    }}));
    witness::begin_thread();
{calls}}}
"""


def write_crate(programs: Sequence[Program], folder: Path, edition: str) -> None:
    """The crate in `folder`, which is made."""
    source = folder / "src"
    source.mkdir(parents=True)
    (folder / "Cargo.toml").write_text(MANIFEST.format(edition=edition))
    for template in TEMPLATES:
        (source / template.name).write_text(template.read_text())
    modules = calls = ""
    for program in programs:
        (source / f"{program.name}.rs").write_text(program.text)
        modules += f"mod {program.name};\n"
        calls += f'    run("{program.name}", {int(program.name[1:])}, {program.name}::{program.name}_main);\n'
    (source / "main.rs").write_text(MAIN.format(modules=modules, calls=calls, rounds=ROUNDS))
