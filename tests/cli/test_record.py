"""The main job from the command line: record, report, show, export, analyze, instrument."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands import BORROWSCOPE, borrowscope, has_one_error

HELLO = """\
use std::io::Read;

struct Noisy(String);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn main() {
    let code: i32 = std::env::args().nth(1).map_or(0, |text| text.parse().unwrap());
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let noisy = Noisy(text);
    let moved = noisy;
    eprintln!("moved {}", moved.0);
    drop(moved);
    std::process::exit(code);
}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "hello.rs").write_text(HELLO)
    return folder


@pytest.fixture(scope="module")
def recorded(home: Path) -> Path:
    answer = borrowscope("run", "hello.rs", "-o", "hello.bstrace", cwd=home, XDG_CACHE_HOME=str(home / "cache"))
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "drop \n"
    assert "every function was traced" in answer.stderr
    assert "recording: hello.bstrace" in answer.stderr
    return home / "hello.bstrace"


def test_report_show_and_export_read_it(home: Path, recorded: Path):
    text = borrowscope("report", recorded, cwd=home)
    assert text.returncode == 0, text.stderr
    assert "hello::main" in text.stdout
    assert all(len(line) <= 80 for line in text.stdout.splitlines())

    told = json.loads(borrowscope("report", recorded, "--format", "json").stdout)
    lines = borrowscope("export", recorded, "--format", "jsonl").stdout.splitlines()
    assert told["summary"]["events"] == len(lines)
    assert [json.loads(line)["seq"] for line in lines] == list(range(len(lines)))

    page = borrowscope("show", recorded, "main", PYTHONIOENCODING="utf-8").stdout
    assert "noisy" in page
    assert "moved to moved 16" in page
    assert borrowscope("show", recorded, "main", CARGO_TERM_UNICODE="false").stdout.isascii()


def test_an_unknown_function_names_the_nearest(recorded: Path):
    answer = borrowscope("show", recorded, "mian")
    assert has_one_error(answer, 2)
    assert "did you mean `hello::main`?" in answer.stderr


def test_the_latest_recording_is_taken_without_a_name(home: Path, recorded: Path):
    answer = borrowscope("report", cwd=home, XDG_CACHE_HOME=str(home / "cache"))
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("hello.bstrace")


def test_arguments_and_exit_status_are_the_programs(home: Path, recorded: Path):
    answer = borrowscope("run", "hello.rs", "--", "7", cwd=home, XDG_CACHE_HOME=str(home / "cache"))
    assert answer.returncode == 7
    assert "the program ended with exit status 7" in answer.stderr


def test_a_recording_that_is_none(tmp_path: Path):
    (tmp_path / "file").write_text("no recording")
    assert has_one_error(borrowscope("report", tmp_path / "file"), 2)
    (tmp_path / "empty.bstrace").mkdir()
    assert has_one_error(borrowscope("report", tmp_path / "empty.bstrace"), 2)


def test_a_stream_that_was_cut_is_read_and_said(recorded: Path, tmp_path: Path):
    cut = tmp_path / "cut.bstrace"
    shutil.copytree(recorded, cut)
    stream = next(cut.glob("*.bsstream"))
    whole = stream.read_bytes()
    used = len(whole.rstrip(b"\0"))
    stream.write_bytes(whole[: used - 40])
    answer = borrowscope("report", cut)
    assert answer.returncode == 0, answer.stderr
    assert "warning: " in answer.stderr
    assert "Please note" in answer.stdout


def test_what_does_not_compile_is_code_4(tmp_path: Path):
    (tmp_path / "bad.rs").write_text('fn main() { let x: u8 = ""; }\n')
    answer = borrowscope("run", "bad.rs", cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert answer.returncode == 4
    assert "error: this does not compile, also without borrowscope" in answer.stderr
    analyzed = borrowscope("analyze", "bad.rs", cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert analyzed.returncode == 0
    assert "warning: the crate does not compile" in analyzed.stderr
    told = json.loads((tmp_path / ".borrowscope" / "type-info.json").read_text())
    assert told["analyzer"]["types"] == "static"


def test_analyze_writes_and_tells(home: Path):
    answer = borrowscope("analyze", "hello.rs", cwd=home, XDG_CACHE_HOME=str(home / "cache"))
    assert answer.returncode == 0, answer.stderr
    assert "by rustc" in answer.stdout
    written = json.loads((home / ".borrowscope" / "type-info.json").read_text())
    assert (home / ".borrowscope" / ".gitignore").read_text() == "*\n"
    told = json.loads(
        borrowscope("analyze", "hello.rs", "-o", "-", cwd=home, XDG_CACHE_HOME=str(home / "cache")).stdout
    )
    assert told["files"] == written["files"]


def test_settings_name_the_nearest_key(tmp_path: Path):
    (tmp_path / "one.rs").write_text("fn main() {}\n")
    (tmp_path / "borrowscope.toml").write_text("edtion = 2021\n")
    answer = borrowscope("run", "one.rs", cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert has_one_error(answer, 2)
    assert "did you mean `edition`?" in answer.stderr


def test_clean_says_first_and_deletes_then(tmp_path: Path):
    (tmp_path / "one.rs").write_text("fn main() {}\n")
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert borrowscope("run", "one.rs", cwd=tmp_path, **environment).returncode == 0
    dry = borrowscope("clean", "one.rs", "--dry-run", cwd=tmp_path, **environment)
    assert "would delete" in dry.stderr
    own = next((tmp_path / "cache").rglob("borrowscope/CACHEDIR.TAG")).parent
    assert borrowscope("clean", "one.rs", "--keep-recordings", cwd=tmp_path, **environment).returncode == 0
    assert list((own / "recordings").iterdir())
    assert borrowscope("clean", "one.rs", cwd=tmp_path, **environment).returncode == 0
    assert not own.exists()


@pytest.mark.slow
def test_a_copy_builds_with_plain_cargo(home: Path):
    answer = borrowscope("instrument", "hello.rs", "--out", "copy", cwd=home, XDG_CACHE_HOME=str(home / "cache"))
    assert answer.returncode == 0, answer.stderr
    assert (home / "copy" / "instrument-report.json").is_file()
    again = borrowscope("instrument", "hello.rs", "--out", "cache", cwd=home, XDG_CACHE_HOME=str(home / "cache"))
    assert has_one_error(again, 2)


def test_trace_takes_globs_and_names_the_nearest_path(tmp_path: Path):
    (tmp_path / "two.rs").write_text(
        "fn one() { let _a = 1; }\nfn two() { let _b = 2; }\nfn main() { one(); two(); }\n"
    )
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    answer = borrowscope("run", "two.rs", "--trace", "*::one", "-o", "r.bstrace", cwd=tmp_path, **environment)
    assert answer.returncode == 0, answer.stderr
    lines = borrowscope("export", "r.bstrace", cwd=tmp_path).stdout.splitlines()
    assert {json.loads(line)["function"] for line in lines} == {"two::one"}
    wrong = borrowscope("run", "two.rs", "--trace", "two::tow", cwd=tmp_path, **environment)
    assert has_one_error(wrong, 2)
    assert "the nearest path is `two::two`" in wrong.stderr


@pytest.mark.slow
def test_ctrl_c_ends_the_program_and_sums_up(tmp_path: Path):
    (tmp_path / "slow.rs").write_text(
        'fn main() { let held = String::new(); println!("ready");'
        " loop { std::thread::sleep(std::time::Duration::from_millis(20)); let _ = &held; } }\n"
    )
    child = subprocess.Popen(
        [BORROWSCOPE, "run", "slow.rs", "-o", "slow.bstrace"],
        cwd=tmp_path,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert child.stdout
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130, said
    assert "Alive at the end: never dropped or given away" in said
    assert "held: String" in said
    assert "Traceback" not in said
    run = json.loads((tmp_path / "slow.bstrace" / "run.json").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(run["streams"][0]["pid"], 0)


def test_quiet_says_where_the_recording_is_and_no_more(home: Path, recorded: Path):
    answer = borrowscope("run", "-q", "hello.rs", cwd=home, XDG_CACHE_HOME=str(home / "cache"))
    assert answer.returncode == 0
    assert [line for line in answer.stderr.splitlines() if not line.startswith(("moved", "recording: "))] == []


def test_a_summary_that_cannot_be_written_is_said_before_the_run(home: Path, recorded: Path):
    answer = borrowscope("run", "hello.rs", "--summary", "no/such/folder/s.txt", cwd=home)
    assert has_one_error(answer, 2)
    assert answer.stdout == ""


def test_a_program_that_reaches_no_traced_function_is_code_6(tmp_path: Path):
    (tmp_path / "none.rs").write_text("fn never() { let _x = 1; }\nfn main() { if false { never() } }\n")
    answer = borrowscope("run", "none.rs", "--trace", "*::never", cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert answer.returncode == 6, answer.stderr
    assert has_one_error(answer, 6)
    assert "error: the program succeeded but nothing was recorded" in answer.stderr
    assert "warning: the recording" not in answer.stderr


def test_a_recording_stays_below_its_largest_size_and_says_so(tmp_path: Path):
    (tmp_path / "long.rs").write_text("fn main() { for n in 0..50_000 { let _text = n.to_string(); } }\n")
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    words = ("run", "long.rs", "-o", "long.bstrace")
    whole = borrowscope(*words, "--max-bytes", "0", cwd=tmp_path, **environment)
    assert (whole.returncode, "Please note" in whole.stderr) == (0, False)
    answer = borrowscope(*words, "--max-bytes", "100000", cwd=tmp_path, **environment)
    assert answer.returncode == 0, answer.stderr
    assert "the largest size of a recording was reached" in " ".join(answer.stderr.split())
    run = json.loads((tmp_path / "long.bstrace" / "run.json").read_text())
    assert run["streams"][0]["stopped"] == "size_limit"
    assert run["streams"][0]["bytes"] <= 100_000
    quiet = borrowscope(*words, "-q", cwd=tmp_path, **environment, BORROWSCOPE_MAX_BYTES="100000")
    assert "warning: the recording stopped before the program ended: the largest size" in quiet.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing was recorded: there is no function to trace"),
        ("pub const fn one() -> u8 { 1 }\n", "none of the 1 functions is traced: const_context (1)"),
        ("pub fn one() { let _a = 1; }\n", "did it reach a traced function?"),
    ],
)
def test_code_6_says_what_is_the_case(text: str, said: str, tmp_path: Path):
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n')
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "lib.rs").write_text(text)
    answer = borrowscope("test", tmp_path)
    assert has_one_error(answer, 6), answer.stderr
    assert said in answer.stderr
