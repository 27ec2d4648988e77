from __future__ import annotations

from pathlib import Path

import pytest

from borrowscope.build.pipeline import ProjectFacts, analyze_project
from borrowscope.build.toolchain import find_toolchain
from borrowscope.build.type_check import TargetChoice, check_types
from borrowscope.errors import InputError
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from tests.build.crates import manifest, write_files


def facts_of(root: Path, choice: TargetChoice = TargetChoice.DEFAULT) -> ProjectFacts:
    options = CargoOptions(offline=True)
    return analyze_project(load_project(root, options), options, choice)


def names(facts: ProjectFacts, file: Path) -> dict[str, str]:
    found = facts.facts.get(str(file.resolve()))
    return (
        {binding.name: (binding.ty or "?").rpartition("::")[2] for binding in found.bindings.values()} if found else {}
    )


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    return write_files(
        tmp_path,
        {
            "Cargo.toml": manifest("x"),
            "src/lib.rs": "#![deny(warnings)]\n#![forbid(unsafe_code)]\nmod a;\n"
            "pub fn f() -> usize { let text = String::new(); text.len() + a::g() }\n"
            "#[cfg(test)] mod tests { #[test] fn t() { let tested = 1u8; assert_eq!(tested, 1); } }\n",
            "src/a.rs": "pub fn g() -> usize { let boxed = Box::new(1usize); *boxed }",
            "src/main.rs": 'fn main() { let shown = x::f(); println!("{shown}"); }',
            "benches/nightly.rs": "#![feature(test)]\nextern crate test;\n",
        },
    )


def test_facts_of_all_files_and_again_from_the_kept_dump(crate: Path):
    for _ in range(2):
        facts = facts_of(crate)
        assert facts.failure is None
        assert names(facts, crate / "src/lib.rs") == {"text": "String"}
        assert names(facts, crate / "src/a.rs") == {"boxed": "Box<usize>"}
        assert names(facts, crate / "src/main.rs") == {"shown": "usize"}


def test_an_edit_is_seen_and_a_lost_dump_comes_back(crate: Path):
    facts_of(crate)
    (crate / "src/a.rs").write_text("\npub fn g() -> usize { let other = 2usize; other }")
    assert names(facts_of(crate), crate / "src/a.rs") == {"other": "usize"}
    dump = crate / "target/borrowscope/types/mir"
    dump.rename(crate / "target/lost")
    assert names(facts_of(crate), crate / "src/a.rs") == {"other": "usize"}


def test_code_under_cfg_test_and_benches_that_need_nightly(crate: Path):
    facts = facts_of(crate, TargetChoice.ALL)
    assert facts.failure is None
    assert names(facts, crate / "src/lib.rs") == {"text": "String", "tested": "u8"}
    assert {traced.target.kind for traced in facts.targets} == {"lib", "bin"}


def test_a_crate_that_does_not_compile_is_the_users_failure(crate: Path):
    (crate / "src/a.rs").write_text("pub fn g() -> usize { String::new() }")
    facts = facts_of(crate)
    assert facts.failure is not None
    assert "E0308" in facts.failure.output
    assert facts.failure.code == 101
    assert facts.facts == {}
    assert len(facts.targets) >= 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (CargoOptions(features=("nosuch",)), "nosuch"),
        (CargoOptions(locked=True), "lock"),
        (CargoOptions(selection=("--bin", "nosuch")), "no bin target named `nosuch`"),
    ],
)
def test_what_cargo_does_not_begin_to_build_is_bad_input(crate: Path, options: CargoOptions, said: str):
    choice = TargetChoice.GIVEN if options.selection else TargetChoice.DEFAULT
    with pytest.raises(InputError, match=said) as caught:
        analyze_project(load_project(crate, CargoOptions()), options, choice)
    assert "\n" not in caught.value.message


def test_marks_are_taken_out_before_anything_is_compiled(crate: Path):
    marked = "use borrowscope_macro::trace_borrow;\n#[trace_borrow(verbose)]\n"
    (crate / "src/a.rs").write_text(f"{marked}pub fn g() -> usize {{ let seen = Box::new(1usize); *seen }}")
    facts = facts_of(crate)
    assert facts.failure is None, facts.failure
    assert names(facts, crate / "src/a.rs") == {"seen": "Box<usize>"}
    assert names(facts, crate / "src/main.rs") == {"shown": "usize"}


PROBING = """
fn main() {
    assert!(std::env::var_os("RUSTC_BOOTSTRAP").is_none());
    assert!(std::env::vars().all(|(key, value)| !key.contains("BORROWSCOPE") && !value.contains("plan")));
    let rustc = std::env::var("RUSTC_WORKSPACE_WRAPPER").or(std::env::var("RUSTC")).unwrap();
    let out = std::env::var("OUT_DIR").unwrap();
    let probe = format!("{out}/probe.rs");
    std::fs::write(&probe, "#![feature(test)] extern crate test;").unwrap();
    let mut command = std::process::Command::new(&rustc);
    if std::env::var_os("RUSTC_WORKSPACE_WRAPPER").is_some() { command.arg(std::env::var("RUSTC").unwrap()); }
    let done = command.args(["--crate-type=lib", "--emit=metadata", "--out-dir", &out, &probe]).output().unwrap();
    assert!(!done.status.success(), "a probe sees nightly features");
}
"""


def test_probes_of_build_scripts_and_procedural_macros_are_left_alone(tmp_path: Path):
    write_files(
        tmp_path,
        {
            "Cargo.toml": '[workspace]\nmembers = ["mac", "user"]\nresolver = "2"\n',
            "mac/Cargo.toml": manifest("mac", more="[lib]\nproc-macro = true"),
            "mac/src/lib.rs": "extern crate proc_macro;\nuse proc_macro::TokenStream;\n"
            "#[proc_macro]\npub fn make(_: TokenStream) -> TokenStream { let made = 1; "
            '"pub fn made() -> u8 { 1 }".parse().unwrap() }',
            "user/Cargo.toml": manifest("user", more='build = "build.rs"\n[dependencies]\nmac = { path = "../mac" }'),
            "user/build.rs": PROBING,
            "user/src/lib.rs": "mac::make!();\npub fn f() { let known = made(); drop(known); }",
        },
    )
    facts = facts_of(tmp_path)
    assert facts.failure is None, facts.failure
    assert names(facts, tmp_path / "user/src/lib.rs") == {"known": "u8"}
    assert names(facts, tmp_path / "mac/src/lib.rs") == {}
    assert names(facts, tmp_path / "user/build.rs") == {}


def test_a_wrapper_of_the_users_is_set_aside_and_named(crate: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RUSTC_WORKSPACE_WRAPPER", "/nowhere/clippy-driver")
    options = CargoOptions(offline=True)
    project = load_project(crate, options)
    check = check_types(project, options, find_toolchain(crate), TargetChoice.DEFAULT, show=False)
    assert check.failure is None
    assert "/nowhere/clippy-driver" in check.notes[0]
    assert {unit.root.name for unit in check.units} == {"lib.rs", "main.rs"}
