"""Crates that call the runtime by hand and are traced, too: one recording, one runtime, the user's own features."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from borrowscope.runtime.generate import write_crate
from tests.build.crates import manifest, write_files
from tests.cli.commands import borrowscope

pytestmark = pytest.mark.slow

PROGRAM = """\
use {NAME}::*;

fn make() -> String {
    let generated = String::from("abc");
    generated
}

fn main() {
    let by_hand = track_new("by_hand", make());
    let moved = track_move("by_hand", "moved_by_hand", by_hand);
    println!("{}", moved.len());
    track_drop("moved_by_hand");
    if std::env::args().count() > 1 {
        let names: Vec<String> = get_events().iter().filter_map(|event| event.var_name().map(str::to_string)).collect();
        println!("{}", names.join(" "));
        println!("{}", get_graph().nodes.len());
    }
}
"""
SERDE = """
#[test]
fn json() {
    reset();
    track_new("by_hand", 1);
    let events: Vec<Event> = serde_json::from_str(&serde_json::to_string(&get_events()).unwrap()).unwrap();
    assert!(events.iter().any(|event| event.var_name() == Some("by_hand")));
}
"""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runtime as `borrowscope runtime` writes it."""
    folder = tmp_path_factory.mktemp("alone") / "rt"
    write_crate(folder)
    return folder


def program(folder: Path, dependency: str, name: str = "borrowscope_runtime", more: str = "", source: str = "") -> Path:
    text = PROGRAM.replace("{NAME}", name) + source
    rest = f"[dependencies]\n{dependency}\n{more}\n[workspace]\n"
    return write_files(folder, {"Cargo.toml": manifest("app", more=rest), "src/main.rs": text})


def cargo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BORROWSCOPE")}
    return subprocess.run(
        ["cargo", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
    )


def exported(recording: Path) -> list[dict[str, object]]:
    answer = borrowscope("export", recording, "--format", "jsonl")
    assert answer.returncode == 0, answer.stderr
    return [json.loads(line) for line in answer.stdout.splitlines()]


def births(recording: Path) -> set[object]:
    return {event.get("name") for event in exported(recording) if event["event"] == "New"}


def streams(recording: Path) -> int:
    return len(list(recording.glob("*.bsstream")))


BOTH = {"by_hand", "generated", "moved"}


def check_both_ways(crate: Path, out: Path, *flags: str) -> None:
    """Run it in place and as a copy: the same output as untouched, both kinds of calls in one stream, and seen."""
    plain = cargo(crate, "run", "-q", *flags)
    assert plain.returncode == 0, plain.stderr
    lock = (crate / "Cargo.lock").read_bytes()
    traced = borrowscope("run", crate, "-o", out / "rec.bstrace", *flags)
    assert (traced.stdout, traced.returncode) == (plain.stdout, 0), traced.stderr
    assert births(out / "rec.bstrace") >= BOTH
    assert streams(out / "rec.bstrace") == 1
    asked = borrowscope("run", crate, "-q", *flags, "--", "ask")
    names = asked.stdout.splitlines()[1].split()
    assert set(names) >= BOTH, asked.stdout
    assert names.count("by_hand") >= 2  # once by hand, once generated
    copied = borrowscope("instrument", crate, "--out", out / "copy", *flags)
    assert copied.returncode == 0, copied.stderr
    assert "healed" not in copied.stderr
    ran = cargo(out / "copy", "run", "-q", "--locked", *flags)
    assert (ran.stdout, ran.returncode) == (plain.stdout, 0), ran.stderr
    (recording,) = (out / "copy/recordings").iterdir()
    assert births(recording) >= BOTH
    assert streams(recording) == 1
    assert cargo(out / "copy", "run", "-q", *flags, "--", "ask").stdout == asked.stdout
    assert (crate / "Cargo.lock").read_bytes() == lock


def test_a_path_dependency(tmp_path: Path, alone: Path):
    entry = f'borrowscope-runtime = {{ path = "{alone}", features = ["track"] }}'
    check_both_ways(program(tmp_path / "app", entry), tmp_path)


def test_a_renamed_dependency(tmp_path: Path, alone: Path):
    entry = f'bs = {{ package = "borrowscope-runtime", path = "{alone}", features = ["track"] }}'
    check_both_ways(program(tmp_path / "app", entry, "bs"), tmp_path)


def test_an_optional_dependency(tmp_path: Path, alone: Path):
    entry = f'borrowscope-runtime = {{ path = "{alone}", optional = true }}'
    more = '[features]\nwatch = ["dep:borrowscope-runtime", "borrowscope-runtime/track"]'
    check_both_ways(program(tmp_path / "app", entry, more=more), tmp_path, "--features", "watch")


def test_without_track_calls_by_hand_do_nothing(tmp_path: Path, alone: Path):
    crate = program(tmp_path / "app", f'borrowscope-runtime = {{ path = "{alone}" }}')
    traced = borrowscope("run", crate, "-o", tmp_path / "rec.bstrace", "--", "ask")
    assert traced.returncode == 0, traced.stderr
    assert traced.stdout.splitlines()[1].split().count("by_hand") == 1  # what was generated
    copied = borrowscope("instrument", crate, "--out", tmp_path / "copy")
    assert copied.returncode == 0, copied.stderr
    assert cargo(tmp_path / "copy", "run", "-q", "--", "ask").stdout == traced.stdout


def test_the_published_crate_and_its_serde(tmp_path: Path):
    entry = 'borrowscope-runtime = { version = "0.1.2", features = ["track"] }'
    crate = program(tmp_path / "app", entry, more='[dev-dependencies]\nserde_json = "1"', source=SERDE)
    check_both_ways(crate, tmp_path)
    tested = borrowscope("test", crate)
    assert tested.returncode == 0, tested.stderr
    assert "test json ... ok" in tested.stdout
    tested = cargo(tmp_path / "copy", "test", "--locked")
    assert tested.returncode == 0, tested.stderr


def test_an_alone_crate_with_serde(tmp_path: Path, alone: Path):
    entry = f'borrowscope-runtime = {{ path = "{alone}", features = ["track", "serde"] }}'
    crate = program(tmp_path / "app", entry, more='[dev-dependencies]\nserde_json = "1"', source=SERDE)
    tested = borrowscope("test", crate)
    assert tested.returncode == 0, tested.stderr
    assert "test json ... ok" in tested.stdout
    copied = borrowscope("instrument", crate, "--out", tmp_path / "copy")
    assert copied.returncode == 0, copied.stderr
    assert cargo(tmp_path / "copy", "test", "--locked").returncode == 0


def test_a_workspace_that_holds_the_runtime(tmp_path: Path):
    """A member calls by hand, a member that it uses does not, tests of a third do; the runtime is a member, too."""
    write_crate(tmp_path / "w/crates/rt")
    crate = write_files(
        tmp_path / "w",
        {
            "Cargo.toml": '[workspace]\nmembers = ["app", "lib", "tests", "crates/*"]\nresolver = "2"\n'
            '[workspace.dependencies]\nborrowscope-runtime = { path = "crates/rt", features = ["track"] }\n',
            "app/Cargo.toml": manifest(
                "app",
                "2015",
                '[dependencies]\nborrowscope-runtime.workspace = true\nlib = { path = "../lib" }\n',
            ),
            "app/src/main.rs": "extern crate borrowscope_runtime;\nextern crate lib;\nuse borrowscope_runtime::*;\n"
            'fn main() { let by_hand = track_new("by_hand", lib::make()); println!("{}", by_hand.len());\n'
            "    let names: Vec<_> = get_events().iter().filter_map(|e| e.var_name().map(str::to_string)).collect();\n"
            '    println!("{}", names.join(" ")); }\n',
            "lib/Cargo.toml": manifest("lib"),
            "lib/src/lib.rs": "#![deny(unused_crate_dependencies)]\n"
            'pub fn make() -> String { let generated = String::from("abc"); generated }\n',
            "tests/Cargo.toml": manifest(
                "tests", more="[dev-dependencies]\nborrowscope-runtime.workspace = true\n[lib]\ndoctest = true\n"
            ),
            "tests/src/lib.rs": "/// ```\n/// borrowscope_runtime::reset();\n"
            '/// borrowscope_runtime::track_new("by_hand", tests::make());\n'
            "/// assert!(borrowscope_runtime::get_events().len() > 1);\n/// ```\n"
            'pub fn make() -> String { let generated = String::from("abc"); generated }\n'
            "#[test]\nfn seen() { borrowscope_runtime::reset(); borrowscope_runtime::track_new("
            '"by_hand", make());\n    let events = borrowscope_runtime::get_events();\n'
            '    for name in ["generated", "by_hand"] {\n'
            "        assert!(events.iter().any(|event| event.var_name() == Some(name)));\n    }\n}\n",
        },
    )
    ran = borrowscope("run", crate, "-p", "app", "-o", tmp_path / "rec.bstrace")
    assert ran.returncode == 0, ran.stderr
    assert set(ran.stdout.splitlines()[1].split()) >= {"generated", "by_hand"}
    assert births(tmp_path / "rec.bstrace") >= {"generated", "by_hand"}
    tested = borrowscope("test", crate, "-p", "tests", "-p", "app", "-o", tmp_path / "tests.bstrace")
    assert tested.returncode == 0, tested.stderr + tested.stdout
    assert "test seen ... ok" in tested.stdout
    assert "test tests/src/lib.rs - make (line 1) ... ok" in tested.stdout
    report = json.loads((tmp_path / "tests.bstrace/instrument-report.json").read_text())
    assert report["rounds"] == 0
    copied = borrowscope("instrument", crate, "--out", tmp_path / "copy")
    assert copied.returncode == 0, copied.stderr
    assert "healed" not in copied.stderr
    ran = cargo(tmp_path / "copy", "run", "-q", "--offline", "-p", "app")
    assert set(ran.stdout.splitlines()[1].split()) >= {"generated", "by_hand"}, ran.stderr
    tested = cargo(tmp_path / "copy", "test", "--offline", "--workspace")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "test seen ... ok" in tested.stdout


def test_a_plain_dependency_records_where_it_is_told_to(tmp_path: Path, alone: Path):
    crate = program(tmp_path / "app", f'borrowscope-runtime = {{ path = "{alone}", features = ["track"] }}')
    before = sorted(path.name for path in crate.iterdir())
    asked = cargo(crate, "run", "-q", "--", "ask")
    assert asked.stdout.splitlines() == ["3", "by_hand moved_by_hand moved_by_hand_1", "2"], asked.stderr
    assert sorted(path.name for path in crate.iterdir()) == sorted({*before, "Cargo.lock", "target"})
    assert not list(alone.parent.glob("recordings"))
    place = tmp_path / "rec.bstrace"
    done = subprocess.run(
        [crate / "target/debug/app"], env=os.environ | {"BORROWSCOPE_OUT": str(place)}, capture_output=True, check=True
    )
    assert done.stdout == b"3\n"
    assert [path.suffix for path in place.iterdir()] == [".bsstream"]
    assert births(place) == {"by_hand"}
    for words in (("report", place), ("report", place, "--format", "json")):
        told = borrowscope(*words)
        assert told.returncode == 0, told.stderr
        assert "New" in told.stdout
