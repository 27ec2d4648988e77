"""The inference against the compiler: fixtures with every construct, and code that no compiler accepts."""

from __future__ import annotations

import json
import shutil
import textwrap
from pathlib import Path

import pytest
from typer.testing import CliRunner

from borrowscope.cli.app import all_commands, program_of

FIXTURES = Path(__file__).parents[3] / "fixtures" / "rust"


@pytest.fixture
def crate_of(tmp_path):
    """Write a crate with one file."""

    def write(text, *, manifest="", edition="2021"):
        (tmp_path / "src").mkdir()
        (tmp_path / "src" / "lib.rs").write_text(textwrap.dedent(text))
        (tmp_path / "Cargo.toml").write_text(
            f'[package]\nname = "k"\nversion = "0.1.0"\nedition = "{edition}"\n{manifest}\n[workspace]\n'
        )
        return tmp_path

    return write


def static_types(folder):
    """By name: the type and who says so."""
    arguments = ["analyze", str(folder), "--types", "static", "-o", str(folder / "types.json")]
    result = CliRunner().invoke(program_of(all_commands()), arguments)
    assert result.exit_code == 0, result.output
    info = json.loads((folder / "types.json").read_text())
    return {variable["name"]: variable["ty"] for variables in info["files"].values() for variable in variables}


def comparison(folder):
    result = CliRunner().invoke(
        program_of(all_commands()), ["analyze", str(folder), "--compare-types", "--format", "json"]
    )
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


# What stays open: `_` of an async fn, which rustc names; const fns as array lengths.
OPEN = {"inference": set(), "drops": {"_"}, "naive_ways": {"TABLE", "t", "a"}}


@pytest.mark.parametrize("name", OPEN)
def test_every_binding_of_a_fixture_has_the_compilers_type(name, tmp_path):
    shutil.copytree(FIXTURES / name, tmp_path / name)
    found = comparison(tmp_path / name)
    assert found["all"]["bindings"] > 250
    assert {example["name"] for family in found["families"] for example in family["examples"]} <= OPEN[name]
    assert found["all"]["wrong"] == 0
    assert found["kinds"]["differ"] == 0


def test_what_is_not_known_is_unknown_and_taints_what_it_meets(crate_of):
    folder = crate_of(
        """
        pub fn f(list: missing::List) {
            let thing = missing::make();
            let mut count = 0;
            count += thing.len();
            let size = list.size() + 1;
            let sure = 1;
            let text = thing.name().to_string();
            for item in thing { let inner = item; }
            let start = 0;
            thing.seek(start);
            let many = vec![thing.first()];
            let index = 3;
            let picked = thing[index];
        }
        """
    )
    known = static_types(folder)
    assert {name for name, ty in known.items() if ty != "unknown"} == {"sure"}
    assert known["sure"] == "i32"


def test_code_that_does_not_build_has_types_where_they_are_clear(crate_of):
    folder = crate_of(
        """
        struct S { a: Vec<u8> }
        fn f(s: &S) -> u8 {
            let first = s.a.first();
            let wrong: u8 = "text";
            let none = s.missing;
            let after = s.a.len();
            undefined(after)
        }
        fn broken( { let x = 3
        fn g() { let kept = String::new(); }
        """
    )
    known = static_types(folder)
    assert known["first"] == "Option<&u8>"
    assert known["wrong"] == "u8"
    assert known["none"] == "unknown"
    assert known["after"] == "usize"


def test_code_behind_inactive_cfgs_has_types(crate_of):
    folder = crate_of(
        """
        #[cfg(windows)]
        pub fn f(path: &std::path::Path) { let name = path.file_name(); }
        #[cfg(feature = "off")]
        mod inner { pub fn g() { let list = vec![1u8]; let first = list.iter().next(); } }
        """,
        manifest="[features]\noff = []",
    )
    known = static_types(folder)
    assert known["name"] == "Option<&OsStr>"
    assert known["first"] == "Option<&u8>"


def test_paths_of_edition_2015_begin_at_the_root(crate_of):
    folder = crate_of(
        """
        mod a { pub struct A; pub fn make() -> ::a::A { ::a::A } }
        mod b {
            use a::A;
            pub fn f() { let made = ::a::make(); let same: A = made; let top = ::std::mem::size_of::<A>(); }
        }
        """,
        edition="2015",
    )
    found = comparison(folder)
    assert found["all"]["bindings"] == 3
    assert found["families"] == []


def test_a_body_nested_beyond_reason_ends(crate_of):
    folder = crate_of("pub fn f() { let x = " + "(" * 3000 + "1u8" + ")" * 3000 + "; let y = 2u8; }")
    assert static_types(folder)["x"] in ("u8", "unknown")
