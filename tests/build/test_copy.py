"""`instrument --out`: what it writes builds with plain cargo and behaves the same, and nothing else is written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from borrowscope.build.copy import CopyOutcome, instrument_copy
from borrowscope.errors import UsageError
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from tests.build.crates import manifest, write_files

pytestmark = pytest.mark.slow


def copy(path: Path, out: Path) -> CopyOutcome:
    options = CargoOptions(offline=True)
    return instrument_copy(load_project(path, options), options, out, trace_all=True, note=lambda _: None)


def cargo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["cargo", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "target" not in path.parts
    }


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write_files(
        tmp_path / "source",
        {
            "../outside/Cargo.toml": manifest("outside"),
            "../outside/src/lib.rs": "pub fn far() -> u8 { 9 }",
            "Cargo.toml": manifest(
                "root",
                more='[dependencies]\nmember = { path = "member" }\noutside = { path = "../outside" }\n[workspace]\n',
            ),
            "src/main.rs": '#![deny(warnings)]\nconst TEXT: &str = include_str!("main.rs");\n'
            'fn main() { let made = member::make(); println!("{} {} {}", made.len(), TEXT.len(), outside::far()); }\n',
            "member/Cargo.toml": manifest("member", "2015"),
            "member/src/lib.rs": "#![forbid(unused_parens)]\n"
            "/// ```\n/// assert_eq!(member::make().len(), 2);\n/// ```\n"
            'pub fn make() -> String { let text = String::from("ab"); text }\n'
            '#[test]\nfn made() { let two = make(); assert_eq!(two, "ab"); }\n',
            "member/notes.txt": "notes",
            ".git/HEAD": "ref",
        },
    )


def test_a_copy_builds_tests_and_runs_with_plain_cargo(workspace: Path, tmp_path: Path):
    cargo(workspace, "generate-lockfile", "--offline")
    before = snapshot(workspace)
    plain = cargo(workspace, "run", "-q", "--offline", "--target-dir", str(tmp_path / "plain"))
    out = tmp_path / "out"
    outcome = copy(workspace, out)
    assert outcome.exit_code == 0, outcome.failure
    assert snapshot(workspace) == before
    ran = cargo(out, "run", "-q", "--offline", "--locked")
    assert (ran.stdout, ran.returncode) == (plain.stdout, 0), ran.stderr
    (recording,) = (out / "recordings").iterdir()
    assert (recording / "sites.json").is_file()
    tested = cargo(out, "test", "--workspace", "--offline", "--locked")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "test member/src/lib.rs - make (line 2) ... ok" in tested.stdout
    assert "borrowscope_runtime" not in "".join(line for line in tested.stdout.splitlines() if "Doc-tests" in line)
    assert "warning" not in tested.stderr
    assert not (out / ".git").exists()
    assert (out / "member/notes.txt").read_text() == "notes"
    report = json.loads((out / "instrument-report.json").read_text())
    assert report["rounds"] == 0
    names = {site["name"] for site in json.loads((out / "sites.json").read_text())["sites"]}
    assert {"made", "text", "two"} <= names


def test_a_copy_replaces_an_older_one_and_keeps_its_recordings(workspace: Path, tmp_path: Path):
    out = tmp_path / "out"
    copy(workspace, out)
    cargo(out, "run", "-q", "--offline")
    (workspace / "member/notes.txt").unlink()
    source = workspace / "member/src/lib.rs"
    source.write_text(source.read_text().replace("text", "renamed"))
    assert copy(workspace, out).exit_code == 0
    assert not (out / "member/notes.txt").exists()
    assert len(list((out / "recordings").iterdir())) == 1
    assert "let renamed" in (out / "member/src/lib.rs").read_text()
    assert cargo(out, "run", "-q", "--offline").returncode == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_single_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_files(
        tmp_path,
        {"hello.rs": 'mod m;\nfn main() { let t = m::t(); println!("{t}"); }', "m.rs": "pub fn t() -> u8 { 3 }"},
    )
    assert copy(tmp_path / "hello.rs", tmp_path / "out").exit_code == 0
    assert cargo(tmp_path / "out", "run", "-q", "--offline").stdout == "3\n"


def test_places_that_are_refused(workspace: Path, tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("keep")
    for out, said in (
        (workspace / "copy", "inside the sources"),
        (tmp_path, "inside the sources"),
        (tmp_path / "full", "not empty"),
        (tmp_path / "full/mine.txt", "is a file"),
    ):
        with pytest.raises(UsageError, match=said):
            copy(workspace, out)
    assert not (workspace / "target").exists()
    assert copy(workspace, workspace / "target/out").exit_code == 0
    assert cargo(workspace / "target/out", "check", "-q", "--offline").returncode == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_place(workspace: Path, tmp_path: Path):
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    with pytest.raises(UsageError, match="cannot write"):
        copy(workspace, folder / "out")


def test_a_crate_that_does_not_compile_writes_nothing(workspace: Path, tmp_path: Path):
    (workspace / "src/main.rs").write_text("fn main() { let x: u8 = String::new(); }")
    outcome = copy(workspace, tmp_path / "out")
    assert outcome.exit_code == 4
    assert not (tmp_path / "out").exists()
    shutil.rmtree(workspace / "target")


def test_linked_folders_of_sources_are_copied_and_never_written_through(tmp_path: Path):
    text = 'pub fn made() -> String { let text = String::from("t"); text }\n'
    root = write_files(
        tmp_path / "source",
        {
            "../elsewhere/mod.rs": text,
            "Cargo.toml": manifest("linked", more="[workspace]\n"),
            "shared/mod.rs": text,
            "notes/n.txt": "note",
            "src/lib.rs": "pub mod near;\npub mod far;\n"
            "#[test]\nfn same() { let one = near::made(); "
            'assert_eq!(one, far::made() + include_str!("../n/n.txt").trim()); }',
        },
    )
    (root / "src/near").symlink_to("../shared")
    (root / "src/far").symlink_to(tmp_path / "elsewhere")
    (root / "n").symlink_to("notes")
    (root / "notes/n.txt").write_text("")
    out = tmp_path / "out"
    for _ in range(2):
        outcome = copy(root, out)
        assert outcome.exit_code == 0, outcome.failure
        assert (root / "shared/mod.rs").read_text() == text
        assert (tmp_path / "elsewhere/mod.rs").read_text() == text
    assert "track_new" in (out / "src/far/mod.rs").read_text()
    assert (out / "n").readlink() == Path("notes")
    tested = cargo(out, "test", "--offline", "--lib")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_paths_that_leave_the_sources_lead_to_the_users_files(tmp_path: Path):
    root = write_files(
        tmp_path / "source/inner",
        {
            "../README.md": "# Title",
            "../shared.rs": "pub fn shared() -> u8 { 7 }",
            "Cargo.toml": manifest("leaving", more="[workspace]\n"),
            "src/lib.rs": '#![doc = include_str!("../../README.md")]\n#[path = "../../shared.rs"]\npub mod shared;\n'
            'const TEXT: &str = include_str!("../../shared.rs");\n'
            "#[test]\nfn text() { let seven = shared::shared(); assert!(TEXT.contains(&seven.to_string())); }",
        },
    )
    out = tmp_path / "out"
    outcome = copy(root, out)
    assert outcome.exit_code == 0, outcome.failure
    assert outcome.report is not None
    assert not outcome.report.healed
    tested = cargo(out, "test", "--offline")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_build_scripts_and_macros_that_share_files_are_built_from_the_originals(tmp_path: Path):
    source = write_files(
        tmp_path / "source",
        {
            "Cargo.toml": manifest("shares", more='[dependencies]\nmakes = { path = "makes" }\n[workspace]\n'),
            "build.rs": '#[path = "src/shared.rs"]\nmod shared;\n'
            'fn main() { println!("cargo:rustc-env=MADE={}{}", shared::name(), include_str!("notes.txt").len()); }\n',
            "notes.txt": "1234567",
            "src/main.rs": "mod shared;\n"
            'fn main() { println!("{} {} {}", env!("MADE"), shared::name(), makes::name!()); }\n',
            "src/shared.rs": '#[path = "deep.rs"]\nmod deep;\n'
            'pub fn name() -> String { let name = deep::word(); format!("<{name}>") }\n',
            "src/deep.rs": 'pub fn word() -> String { let word = String::from("w"); word }\n',
            "makes/Cargo.toml": manifest("makes", more="[lib]\nproc-macro = true\n"),
            "makes/src/lib.rs": '#[path = "../../src/deep.rs"]\nmod deep;\n#[proc_macro]\n'
            "pub fn name(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n"
            '    let word = deep::word(); format!("\\"{word}\\"").parse().unwrap()\n}\n',
        },
    )
    out = tmp_path / "out"
    outcome = copy(source, out)
    assert outcome.exit_code == 0, outcome.failure
    assert outcome.report is not None
    assert not outcome.report.healed
    ran = cargo(out, "run", "-q", "--offline")
    assert (ran.stdout, ran.returncode) == ("<w>7 <w> w\n", 0), ran.stderr
    (recording,) = (out / "recordings").iterdir()
    events = json.loads((recording / "sites.json").read_bytes())
    assert {one["path"] for one in events["files"]} == {"src/main.rs", "src/shared.rs", "src/deep.rs"}
