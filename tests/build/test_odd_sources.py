"""Sources that are written or laid out oddly: in place and as a copy, tests are as in cargo, and nothing is healed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.build.crates import manifest, write_files
from tests.drops.programs import BORROWSCOPE, instrument_report, run_command

NUMBERS = ", ".join(["1"] * 5000)
TEXTS = f"""#!/usr/bin/env run-cargo-script
#![deny(warnings)]
#![allow(uncommon_codepoints, mixed_script_confusables, dead_code)]
mod bom;
mod crlf;
mod folder;
mod linked;
#[path = "odd place/müll.rs"]
mod odd;
mod inline {{
    #[path = "other.rs"]
    pub mod inner;
    pub mod plain;
}}
include!("items.in");
pub fn long() -> usize {{ let v = vec![{NUMBERS}]; v.len() }}
pub fn tabs() -> usize {{	let	x	=	vec![1];	x.len()	}}
pub fn größe_von(ärmel: &str) -> usize {{ let straße = ärmel.to_owned(); let 数 = straße.len(); 数 }}
pub fn expression() -> Vec<u8> {{ let made = include!("expression.in"); made }}
#[test]
fn all() {{
    assert_eq!((crlf::read(), bom::line(), linked::file()), (4, 1, "src/linked.rs"));
    assert_eq!((folder::deep::number(), long(), tabs(), größe_von("äö")), (1, 5000, 1, 4));
    assert_eq!((odd::two(), inline::inner::three(), inline::plain::four(), included()), (2, 3, 4, 2));
    assert_eq!((expression(), include_bytes!("latin.dat").len()), (vec![1, 2], 3));
    assert!(include_str!("lib.rs").contains("pub fn long"));
}}
"""


def texts(root: Path) -> Path:
    """Byte order marks, other line ends, names beyond ASCII, long lines, links: a file, a folder, the crate root."""
    write_files(
        root,
        {
            "Cargo.toml": manifest("texts"),
            "real/root.rs": TEXTS,
            "real/linked.rs": "pub fn file() -> &'static str { let told = file!(); told }\n",
            "real/folder/mod.rs": "pub mod deep;\n",
            "real/folder/deep.rs": "pub fn number() -> u8 { let list = vec![1u8]; list[0] }\n",
            "src/odd place/müll.rs": "pub fn two() -> usize { let list = vec![1, 2]; list.len() }\n",
            "src/inline/other.rs": "pub fn three() -> usize { let list = [1, 2, 3]; list.len() }\n",
            "src/inline/plain.rs": "pub fn four() -> u8 { let four = 4; four }\n",
            "src/items.in": "pub fn included() -> usize { let list = vec![1, 2]; list.len() }\n",
            "src/expression.in": "{ let mut list = vec![1u8]; list.push(2); list }\n",
            "src/bom.rs": "\ufeffpub fn line() -> u32 { let line = line!(); line }\n",
        },
    )
    crlf = 'pub fn read() -> usize {\r\n\tlet list = vec![1,\r\n\t\t2];\r\n\tlet text = "a\\\r\n\t  b";\r\n'
    (root / "src/crlf.rs").write_bytes(f"{crlf}\tlist.len() + text.len()\r\n}}\r\n".encode())
    (root / "src/latin.dat").write_bytes(b"\xff\xfe\xe4")
    (root / "src/unused.rs").write_bytes(b"fn \xe4() {}")
    for name, target in (
        ("lib.rs", "../real/root.rs"),
        ("linked.rs", "../real/linked.rs"),
        ("folder", "../real/folder"),
    ):
        (root / "src" / name).symlink_to(target)
    (root / "dangling").symlink_to("nowhere")
    (root / "src/crlf.rs").chmod(0o444)
    (root / "real/folder").chmod(0o555)
    return root


SHARED = """extern crate self as me;
#[macro_use]
mod macros;
pub mod util;
/// ```should_panic
/// other_name::fail();
/// ```
/// ```compile_fail
/// let x: u8 = other_name::text();
/// ```
/// ```
/// assert_eq!(other_name::text(), "text");
/// ```
pub fn text() -> String { let text = own!("text").to_string(); text }
pub fn fail() { let list: Vec<u8> = vec![]; let _first = list[0]; }
#[allow(dead_code)]
fn main() { let text = text(); println!("{text}"); }
#[test]
fn sizes() { let size = util::size(&[1]); assert_eq!(size, 1); }
#[test]
#[ignore = "slow"]
fn ignored() {}
"""


def shared(root: Path) -> Path:
    """Files that several targets have, one of them a root, in a crate that is used by what its tests use."""
    targets = '[lib]\nname = "other_name"\npath = "lib/x.rs"\n[[bin]]\nname = "same"\npath = "lib/x.rs"\n'
    targets += '[[test]]\nname = "t"\npath = "lib/t.rs"\n[dev-dependencies]\nuser = { path = "user" }\n'
    return write_files(
        root,
        {
            "Cargo.toml": manifest("shared-files", more=targets + '[workspace]\nmembers = ["user"]'),
            "lib/x.rs": SHARED,
            "lib/macros.rs": "macro_rules! own { ($e:expr) => { $e } }\n",
            "lib/util.rs": "pub fn size(list: &[u8]) -> usize { let size = list.len(); size }\n",
            "lib/t.rs": '#[path = "util.rs"]\nmod util;\n#[path = "../lib/util.rs"]\nmod again;\n'
            "#[test]\nfn twice() {\n"
            "    let both = util::size(&[1]) + again::size(&[]);\n"
            "    assert_eq!((both, user::twice().len()), (1, 8));\n}\n",
            "user/Cargo.toml": manifest("user", more='[dependencies]\nshared-files = { path = ".." }'),
            "user/src/lib.rs": "pub fn twice() -> String { let text = other_name::text(); text.repeat(2) }\n",
        },
    )


def without_prelude(edition: str) -> Callable[[Path], Path]:
    """A crate without the prelude, whose own names are those of the prelude."""
    text = """#![no_implicit_prelude]
pub mod inner {
    pub enum Option { Some, None }
    pub use self::Option::{None, Some};
    pub struct Rc;
    pub fn drop(_: u8) -> u8 { 3 }
    pub trait Drop { fn drop(&self) -> u8 { 4 } }
    impl Drop for Rc {}
    pub fn which(value: Option) -> u8 { match value { Some => drop(1), None => Rc.drop() } }
    pub fn both() -> (u8, u8) { let one = which(Some); let two = which(None); (one, two) }
}
#[test]
fn all() {
    let pair = inner::both();
    ::std::assert_eq!(pair, (3, 4));
    let text = <::std::string::String as ::std::convert::From<&str>>::from("x");
    let again = ::std::clone::Clone::clone(&text);
    ::std::mem::drop(text);
    let closure = || { let inside = &again; inside.len() };
    for each in ::std::vec![closure()] { ::std::assert_eq!(each, 1); }
}
"""
    return lambda root: write_files(root, {"Cargo.toml": manifest("np", edition), "src/lib.rs": text})


OLD_ROOT = """//! A root that has no function of its own.
#![deny(unused_extern_crates)]
#[macro_use]
mod words;
pub mod parts;
pub use parts::Part;
"""
OLD_PARTS = """pub struct Part { name: String }
impl Part {
    pub fn named(name: &str) -> Part { let name = name.to_owned(); Part { name: name } }
    pub fn length(&self) -> usize { let text = ::parts::inner::copied(&self.name); text.len() + one!() }
}
pub mod inner { pub fn copied(text: &String) -> String { let copy = text.clone(); copy } }
#[test]
fn lengths() { assert_eq!(::Part::named("ab").length(), 3); }
"""
OLD_TEST = """extern crate old;
#[test]
fn it() { let part = old::Part::named("x"); assert_eq!(part.length(), 2); }
"""


def root_without_functions(root: Path) -> Path:
    """A library of edition 2015 whose functions all stand in modules: they find crates that the root names."""
    files = {
        "Cargo.toml": manifest("old", "2015"),
        "src/lib.rs": OLD_ROOT,
        "src/words.rs": "macro_rules! one { () => { 1 } }\n",
        "src/parts.rs": OLD_PARTS,
        "tests/it.rs": OLD_TEST,
    }
    return write_files(root, files)


MADE_CONST = """extern crate proc_macro;
use proc_macro::{Ident, Span, TokenStream, TokenTree};
fn made(item: TokenStream) -> TokenStream {
    let mut parts = Vec::new();
    for token in item {
        if matches!(&token, TokenTree::Ident(word) if word.to_string() == "fn") {
            parts.push(TokenTree::Ident(Ident::new("const", Span::call_site())));
        }
        parts.push(token);
    }
    parts.into_iter().collect()
}
/// `#[attr(since(1.70), const)]`
#[proc_macro_attribute]
pub fn attr(_: TokenStream, item: TokenStream) -> TokenStream { made(item) }
#[proc_macro_attribute]
pub fn const_fn(_: TokenStream, item: TokenStream) -> TokenStream { made(item) }
"""
CONSTS = """use version::const_fn;
#[version::attr(since(1.70), const)]
pub fn sum(a: u8, b: u8) -> u8 { let c = a + b; c }
#[inline]
#[const_fn("1.70")]
pub fn twice(a: u8) -> u8 { let b = a; b * 2 }
#[cfg_attr(all(), version::const_fn)]
pub(crate) fn thrice(a: u8) -> u8 { let b = a; b * 3 }
#[allow(unused)]
pub fn plain(a: String) -> String { let b = a; b }
pub const SIX: u8 = twice(sum(1, 2)) + thrice(0);
#[test]
fn consts() { const HERE: u8 = sum(3, 3); assert_eq!((SIX, plain("a".to_owned())), (HERE, "a".to_string())); }
"""


def made_const(root: Path) -> Path:
    """Attributes whose macros put `const` in front of functions."""
    files = {
        "Cargo.toml": manifest("consts", more='[dependencies]\nversion = { path = "version" }'),
        "src/lib.rs": CONSTS,
        "version/Cargo.toml": manifest("version", more="[lib]\nproc-macro = true"),
        "version/src/lib.rs": MADE_CONST,
    }
    return write_files(root, files)


SHAPES: dict[str, Callable[[Path], Path]] = {
    "texts": texts,
    "shared files": shared,
    "a root without functions": root_without_functions,
    "functions that attributes make const": made_const,
    **{f"without a prelude, {edition}": without_prelude(edition) for edition in ("2015", "2018", "2021", "2024")},
}


def results(stdout: str) -> list[str]:
    return sorted(re.findall(r"^test .* \.\.\. \w+", stdout, re.MULTILINE))


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_both_ways_give_the_results_of_cargo(shape: str, tmp_path: Path) -> None:
    root, out, recording = SHAPES[shape](tmp_path / "crate"), tmp_path / "out", tmp_path / "test.bstrace"
    test = ["test", "--workspace", "--offline"]
    plain = run_command(["cargo", *test, "--target-dir", str(tmp_path / "plain")], root)
    assert plain.code == 0, plain.stdout + plain.stderr
    traced = run_command([*BORROWSCOPE, *test, str(root), "--all", "-o", str(recording)], root)
    assert (traced.code, results(traced.stdout)) == (0, results(plain.stdout)), traced.stderr
    assert instrument_report(recording)["healed"] == []
    copied = run_command([*BORROWSCOPE, "instrument", str(root), "--all", "--out", str(out), "--offline"], root)
    assert copied.code == 0, copied.stderr
    tested = run_command(["cargo", *test], out)
    assert (tested.code, results(tested.stdout)) == (0, results(plain.stdout)), tested.stderr
    assert instrument_report(out)["healed"] == []
