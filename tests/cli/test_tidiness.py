"""What commands leave on the disk and on the screen: phases, coverage, increments, old recordings, `clean`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from subprocess import DEVNULL, PIPE

import pytest

from borrowscope.build.directories import locked, locked_if_free
from borrowscope.build.retention import Deleted, Keep, delete_grown_builds, delete_old_recordings
from tests.build.crates import manifest, write_files
from tests.cli.commands import BORROWSCOPE, borrowscope, has_one_error
from tests.cli.terminals import Terminal

slow = pytest.mark.slow

WORKSPACE = {
    "Cargo.toml": '[workspace]\nmembers = ["core", "app", "other"]\nresolver = "2"\n',
    "core/Cargo.toml": manifest("core-part"),
    "core/src/lib.rs": "mod inner;\npub use inner::make;\npub const fn one() -> usize { 1 }\n",
    "core/src/inner.rs": "pub fn make(n: usize) -> Vec<u8> { let made = vec![1; n]; made }\n",
    "app/Cargo.toml": manifest("app", more='[dependencies]\ncore-part = { path = "../core" }'),
    "app/src/main.rs": 'mod part;\nfn main() { let all = part::all(); println!("{}", all.len()); }\n',
    "app/src/part.rs": "pub fn all() -> Vec<u8> { let list = core_part::make(3); list }\n"
    "#[test]\nfn fails() { let few = all(); assert!(few.is_empty()); }\n",
    "other/Cargo.toml": manifest("other"),
    "other/src/lib.rs": "#[test]\nfn passes() { let text = String::new(); assert!(text.is_empty()); }\n",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("tidy"), WORKSPACE)


def mirror_times(workspace: Path) -> dict[str, int]:
    mirror = workspace / "target/borrowscope/run/mirror" / workspace.resolve().relative_to("/")
    return {str(path.relative_to(mirror)): path.stat().st_mtime_ns for path in mirror.rglob("*.rs")}


def functions_of(recording: Path) -> set[str]:
    return {site["function"] for site in json.loads((recording / "sites.json").read_text())["sites"]}


@slow
def test_a_changed_line_rewrites_its_file_and_rebuilds_its_crate(workspace: Path):
    first = borrowscope("run", "-p", "app", cwd=workspace)
    assert first.returncode == 0, first.stderr
    assert first.stderr.count("Compiling") == 2
    before = mirror_times(workspace)
    part = workspace / "app/src/part.rs"
    part.write_text(part.read_text().replace("make(3)", "make(4)"))
    second = borrowscope("run", "-p", "app", cwd=workspace)
    assert second.stdout == "4\n"
    assert second.stderr.count("Compiling") == second.stderr.count("Compiling app ") == 1
    after = mirror_times(workspace)
    assert {name for name in after if after[name] != before.get(name)} == {"app/src/part.rs"}
    third = borrowscope("run", "-p", "app", cwd=workspace)
    assert (third.stderr.count("Compiling"), mirror_times(workspace)) == (0, after)


@slow
def test_phases_at_a_terminal_and_not_in_a_pipe(workspace: Path):
    phases = ("Checking types", "Rewriting sources", "Building traced sources", "Recording run")
    (workspace / "core/src/lib.rs").touch()
    with Terminal([BORROWSCOPE, "run", "-p", "app"], workspace, {"NO_COLOR": "1"}) as terminal:
        assert terminal.finish() == 0
    shown = terminal.shown.decode()
    assert all(phase in shown for phase in phases), shown
    piped = borrowscope("run", "-p", "app", cwd=workspace)
    assert not any(phase in piped.stderr for phase in phases)
    assert "\r" not in piped.stderr
    assert "\x1b" not in piped.stderr
    told = borrowscope("run", "-v", "-p", "app", cwd=workspace)
    assert all(phase in told.stderr for phase in phases)
    assert "checking types: " in told.stderr
    with Terminal([BORROWSCOPE, "run", "-q", "-p", "app"], workspace) as terminal:
        assert terminal.finish() == 0
    assert len(terminal.shown.splitlines()) == 2, terminal.shown  # the program's line, and where the recording is


@slow
def test_coverage_is_told_by_every_command(workspace: Path, tmp_path: Path):
    ran = borrowscope("run", "-p", "app", "--summary", tmp_path / "told.json", cwd=workspace)
    coverage = json.loads((tmp_path / "told.json").read_text())["summary"]["coverage"]
    assert (coverage["functions"], coverage["traced"], coverage["untraced"]) == (5, 4, {"const_context": 1}), ran.stderr
    assert coverage["kept"] == coverage["planned"] > 0
    assert "functions  4 of 5 traced; not: 1 const_context" in borrowscope("report", cwd=workspace).stdout
    assert (
        "What was traced" in borrowscope("exec", "-p", "app", "--", "cargo", "run", "-p", "app", cwd=workspace).stderr
    )
    copied = borrowscope("instrument", ".", "--out", tmp_path / "copy", "--format", "json", cwd=workspace)
    assert "traced; not: 1 const_context" in copied.stderr
    assert json.loads(copied.stdout) == json.loads((tmp_path / "copy/instrument-report.json").read_text())


@slow
def test_packages_by_glob_and_those_left_out(workspace: Path):
    latest = workspace / "target/borrowscope/recordings/latest"
    tested = borrowscope("test", "-p", "o*", cwd=workspace)
    assert (tested.returncode, functions_of(latest)) == (0, {"other::passes"}), tested.stderr
    without = borrowscope("test", "--workspace", "--exclude", "core*", "--keep-going", cwd=workspace)
    assert without.returncode == 101
    assert "test passes ... ok" in without.stdout
    assert {path.partition("::")[0] for path in functions_of(latest)} == {"app", "other"}
    alone = borrowscope("test", "--exclude", "core*", cwd=workspace)
    assert has_only_cargos_word(alone.stderr, "--exclude can only be used together with --workspace")
    assert alone.returncode == 2
    unknown = borrowscope("test", "-p", "nosuch*", cwd=workspace)
    assert has_one_error(unknown, 2)
    for words in (["run", "-p", "app", "--bogus"], ["test", "--jobbs=2"]):
        refused = borrowscope(*words, cwd=workspace)
        assert has_one_error(refused, 2)
        assert f"cargo {words[0]} says: unexpected argument" in refused.stderr
        assert "Checking" not in refused.stderr


def has_only_cargos_word(stderr: str, said: str) -> bool:
    return f"error: {said}" in stderr and "Traceback" not in stderr


@slow
def test_two_copies_into_one_folder_wait_for_each_other(workspace: Path, tmp_path: Path):
    command: list[str | Path] = [BORROWSCOPE, "instrument", ".", "--out", tmp_path / "copy"]
    both = [
        subprocess.Popen(command, cwd=workspace, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [each.communicate(timeout=300)[1] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert sum("waiting for another run" in text for text in said) == 1
    assert (tmp_path / "copy/instrument-report.json").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


@slow
def test_clean_waits_for_a_run_and_a_run_for_clean(tmp_path: Path):
    waits = 'fn main() { let mut text = String::from("on"); println!("{text}"); '
    waits += "std::io::stdin().read_line(&mut text).unwrap(); }\n"
    crate = write_files(tmp_path, {"Cargo.toml": manifest("x"), "src/main.rs": waits})
    run = subprocess.Popen([BORROWSCOPE, "run"], cwd=crate, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True)
    assert run.stdout is not None
    assert run.stdout.readline() == "on\n"
    dry = borrowscope("clean", "--dry-run", cwd=crate)
    assert dry.returncode == 0
    cleaned = subprocess.Popen([BORROWSCOPE, "clean"], cwd=crate, stdin=DEVNULL, stderr=PIPE, text=True)
    assert cleaned.stderr is not None
    assert "waiting for another run" in cleaned.stderr.readline()
    run.communicate("go on\n", timeout=100)
    cleaned.communicate(timeout=100)
    assert run.returncode == 0
    assert cleaned.returncode == 0
    assert not (crate / "target/borrowscope").exists()
    assert "(recording)" in dry.stderr
    assert f"{crate.resolve()}/target/borrowscope/build  (build)" in dry.stderr
    sizes = [line.split()[2] for line in dry.stderr.splitlines() if line.startswith("would delete")]
    assert any(float(size) > 0 for size in sizes)
    assert sorted(path.name for path in crate.iterdir()) == ["Cargo.lock", "Cargo.toml", "src", "target"]


@slow
def test_clean_of_the_cache_of_single_files(tmp_path: Path):
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    for name in ("kept", "gone"):
        write_files(tmp_path, {f"{name}.rs": f'fn main() {{ let text = "{name}"; println!("{{text}}"); }}\n'})
        assert borrowscope("run", f"{name}.rs", cwd=tmp_path, **cache).returncode == 0
    folders = tmp_path / "cache/borrowscope/files"
    (tmp_path / "gone.rs").unlink()
    again = borrowscope("run", "kept.rs", cwd=tmp_path, **cache)
    assert "deleted 1 lost file" in again.stderr
    assert [path.name.partition("-")[0] for path in folders.iterdir()] == ["kept"]
    dry = borrowscope("clean", "--cache", "--dry-run", cwd=tmp_path, **cache)
    assert f"(single file {tmp_path.resolve()}/kept.rs)" in dry.stderr
    (tmp_path / "cache/borrowscope/mine").write_text("precious")
    assert borrowscope("clean", "--cache", cwd=tmp_path, **cache).returncode == 0
    assert list(folders.iterdir()) == []
    assert (tmp_path / "cache/borrowscope/mine").exists()


def _recordings(folder: Path, count: int, size: int) -> list[Path]:
    made = []
    for number in range(count):
        place = folder / f"{number}.bstrace"
        write_files(place, {"run.json": "{}"})
        (place / "1.bsstream").write_bytes(bytes(size))
        os.utime(place, (number, number))
        made.append(place)
    return made


def test_the_newest_recordings_stay(tmp_path: Path):
    made = _recordings(tmp_path, 6, 1000)
    assert delete_old_recordings(tmp_path, Keep(recordings=0, recording_bytes=0)) == Deleted()
    deleted = delete_old_recordings(tmp_path, Keep(recordings=4))
    assert sorted(deleted.paths) == made[:2]
    assert deleted.size == 2 * 1002
    assert sorted(delete_old_recordings(tmp_path, Keep(recording_bytes=2500)).paths) == made[2:4]
    assert sorted(delete_old_recordings(tmp_path, Keep(recording_bytes=1)).paths) == made[4:5]
    assert list(tmp_path.iterdir()) == made[5:]


def test_what_people_put_into_a_recording_stays(tmp_path: Path):
    made = _recordings(tmp_path, 2, 10)
    (made[0] / "notes.txt").write_text("mine")
    os.utime(made[0], (0, 0))
    assert delete_old_recordings(tmp_path, Keep(recordings=1)) == Deleted()


def test_builds_that_have_grown_start_afresh(tmp_path: Path):
    keep = Keep(build_bytes=1000)
    (tmp_path / "build").mkdir()
    (tmp_path / "build/first").write_bytes(bytes(900))
    assert delete_grown_builds(tmp_path, keep) == Deleted()
    (tmp_path / "build/second").write_bytes(bytes(900))
    assert delete_grown_builds(tmp_path, keep) == Deleted()  # looked at a moment ago
    assert _an_hour_later(tmp_path, keep) == Deleted()  # twice a first build: still what the project needs
    (tmp_path / "build/third").write_bytes(bytes(1000))
    assert _an_hour_later(tmp_path, keep).paths == (tmp_path / "build",)
    assert not (tmp_path / "build").exists()


def _an_hour_later(own: Path, keep: Keep) -> Deleted:
    note = json.loads((own / "builds.json").read_text())
    (own / "builds.json").write_text(json.dumps({**note, "looked": time.time() - 4000}))
    return delete_grown_builds(own, keep)


@slow
def test_old_recordings_are_deleted_after_a_run(workspace: Path):
    recordings = workspace / "target/borrowscope/recordings"
    shutil.rmtree(recordings, ignore_errors=True)
    for _ in range(3):
        done = borrowscope("run", "-p", "app", cwd=workspace, BORROWSCOPE_KEEP_RECORDINGS="2")
        assert done.returncode == 0, done.stderr
    assert "deleted 1 old recording of " in done.stderr
    assert len(list(recordings.glob("*.bstrace"))) == 2
    assert borrowscope("report", cwd=workspace).returncode == 0


def test_a_lock_whose_file_was_deleted_is_none(tmp_path: Path):
    with locked(tmp_path):
        with locked_if_free(tmp_path) as is_free:
            assert not is_free
        (tmp_path / "lock").unlink()
        with locked(tmp_path), locked_if_free(tmp_path) as is_free:
            assert not is_free
    with locked_if_free(tmp_path) as is_free:
        assert is_free
