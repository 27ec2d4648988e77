"""Running and testing in place, with real cargo: what the user sees stays what it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from borrowscope.build.recording_folder import prepare_recording
from borrowscope.build.run import RunRequest, run_project
from borrowscope.errors import InputError, UsageError
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from tests.build.crates import manifest, recording_of, start, traced, write_files

pytestmark = pytest.mark.slow


def sites_of(recording: Path) -> set[tuple[str, str | None]]:
    content = json.loads((recording / "sites.json").read_text())
    return {(site["function"], site["name"]) for site in content["sites"]}


MAIN = """
mod part;
use std::io::Read;
const TEXT: &str = include_str!("part.rs");
const DATA: &str = include_str!("../data/words.txt");
fn main() {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).unwrap();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    println!("{input} {arguments:?} {} {}", TEXT.len(), DATA.trim());
    println!("{} {} {}", file!(), line!(), env!("CARGO_MANIFEST_DIR"));
    for (key, value) in std::env::vars() {
        let ours = value.contains("wrapper") || key.contains("WRAPPER") || key.contains("BORROWSCOPE");
        assert!(!ours, "{key}={value}");
    }
    part::fail();
}
"""


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    return write_files(
        tmp_path / "x",
        {
            "Cargo.toml": manifest("x"),
            "data/words.txt": "words\n",
            "src/main.rs": MAIN,
            "src/part.rs": "pub fn fail() { let code = Box::new(7); std::process::exit(*code) }\n",
        },
    )


def test_a_program_is_what_it_was_and_is_recorded(crate: Path):
    done = traced("run", crate, "a", "b c", stdin="typed")
    lines = done.stdout.splitlines()
    size = (crate / "src/part.rs").stat().st_size
    assert lines == [f'typed ["a", "b c"] {size} words', f"src/main.rs 11 {crate.resolve()}"], done.stderr
    assert done.returncode == 7
    recording = recording_of(done)
    assert ("x::part::fail", "code") in sites_of(recording)
    run = json.loads((recording / "run.json").read_text())
    assert run["exit"] == {"code": 7, "signal": None}
    assert len(run["streams"]) == 1
    assert (recording / "sources/src/part.rs").read_text() == (crate / "src/part.rs").read_text()
    assert (recording.parent / "latest").resolve() == recording
    assert sorted(path.name for path in crate.iterdir()) == ["Cargo.lock", "Cargo.toml", "data", "src", "target"]
    assert [path.name for path in (crate / "target").iterdir()] == ["borrowscope"]


def test_a_second_run_builds_nothing_and_an_edit_rebuilds(crate: Path):
    traced("run", crate)
    done = traced("run", crate)
    assert "Compiling" not in done.stderr
    assert "Checking" not in done.stderr
    (crate / "src/part.rs").write_text("pub fn fail() { let renamed = Box::new(8); std::process::exit(*renamed) }\n")
    done = traced("run", crate)
    assert done.returncode == 8
    assert "Compiling x" in done.stderr
    assert ("x::part::fail", "renamed") in sites_of(recording_of(done))


def test_a_module_that_becomes_a_folder(crate: Path):
    traced("run", crate)
    (crate / "src/part").mkdir()
    (crate / "src/part.rs").rename(crate / "src/part/mod.rs")
    main = crate / "src/main.rs"
    main.write_text(main.read_text().replace('"part.rs"', '"part/mod.rs"'))
    assert traced("run", crate).returncode == 7


def test_output_goes_where_it_is_wanted(tmp_path: Path):
    place = tmp_path / "my.bstrace"
    for _ in range(2):
        (place / "sources").mkdir(parents=True, exist_ok=True)
        (place / "run.json").write_text("{}")
        assert prepare_recording(tmp_path / "all", "run", place) == place
        assert list(place.iterdir()) == []
    (place / "mine.txt").write_text("keep")
    with pytest.raises(UsageError, match="not empty and no recording"):
        prepare_recording(tmp_path / "all", "run", place)
    assert (place / "mine.txt").read_text() == "keep"
    with pytest.raises(UsageError, match="is a file"):
        prepare_recording(tmp_path / "all", "run", place / "mine.txt")


def test_baseline_failures_and_signals(crate: Path):
    (crate / "src/part.rs").write_text("pub fn fail() { let x: u8 = String::new(); }\n")
    done = traced("run", crate)
    assert done.returncode == 4
    assert "E0308" in done.stderr
    assert not (crate / "target/borrowscope/recordings").exists()
    (crate / "src/part.rs").write_text("pub fn fail() { std::process::abort() }\n")
    done = traced("run", crate)
    assert done.returncode == 128 + signal.SIGABRT
    run = json.loads((recording_of(done) / "run.json").read_text())
    assert run["exit"] == {"code": None, "signal": signal.SIGABRT}


def test_only_marked_functions_are_traced_and_marks_need_no_crate(tmp_path: Path):
    write_files(
        tmp_path,
        {
            "Cargo.toml": manifest("x"),
            "src/main.rs": "use borrowscope::trace_borrow;\n#[trace_borrow]\n"
            "fn seen() -> u8 { let inner = Box::new(3); *inner }\n"
            "fn main() { let hidden = Box::new(seen()); std::process::exit(i32::from(*hidden)) }\n",
        },
    )
    program = traced("run", tmp_path, trace_all=False)
    assert program.returncode == 3, program.stderr
    assert {function for function, _ in sites_of(recording_of(program))} == {"x::seen"}


def test_nothing_recorded(crate: Path):
    (crate / "src/main.rs").write_text("#![allow(dead_code)]\nmod part;\nconst fn f() {}\nfn main() { f() }\n")
    done = traced("run", crate, env={"BORROWSCOPE": "off"})
    assert done.returncode == 6


def test_what_cannot_be_run_is_refused(tmp_path: Path):
    options = CargoOptions(offline=True)
    library = write_files(tmp_path, {"Cargo.toml": manifest("x"), "src/lib.rs": "pub fn f() {}"})
    project = load_project(library, options)
    with pytest.raises(UsageError, match="has no binary to run"):
        run_project(project, options, RunRequest("run"), note=print)
    with pytest.raises(InputError, match="cargo refuses to build"):
        run_project(project, CargoOptions(selection=("--test", "nosuch")), RunRequest("test"), note=print)
    assert not (library / "target/borrowscope/recordings").exists()


def test_a_package_without_a_binary_is_named(tmp_path: Path):
    crate = {f"{name}/Cargo.toml": manifest(name) for name in ("app", "one", "two")}
    sources = {"app/src/main.rs": "fn main() {}", "one/src/lib.rs": "", "two/src/lib.rs": ""}
    workspace = {"Cargo.toml": '[workspace]\nmembers = ["app", "one", "two"]\nresolver = "2"\n'}
    write_files(tmp_path, {**workspace, **crate, **sources})
    cases = {
        ("one",): "package `one` has no binary to run",
        ("one", "two"): "none of the packages `one`, `two` has a bin",
    }
    for packages, said in cases.items():
        options = CargoOptions(offline=True, packages=packages)
        with pytest.raises(UsageError, match=said):
            run_project(load_project(tmp_path, options), options, RunRequest("run"), note=print)


def test_files_outside_of_the_workspace_and_a_rustc_wrapper(tmp_path: Path):
    log = tmp_path / "log"
    write_files(
        tmp_path,
        {
            "wrapper.sh": f'#!/bin/sh\necho "$CARGO_CRATE_NAME" >> {log}\nexec "$@"\n',
            "outside.rs": "pub fn far() -> Vec<u8> { let made = vec![1]; made }\n",
            "outside.txt": "hi",
            "x/Cargo.toml": manifest("x"),
            "x/src/main.rs": '#[path = "../../outside.rs"]\nmod outside;\n'
            'const TEXT: &str = include_str!("../../outside.txt");\n'
            'fn main() { let all = outside::far(); println!("{} {TEXT}", all.len()); }\n',
        },
    )
    (tmp_path / "wrapper.sh").chmod(0o755)
    environment = {"RUSTC_WRAPPER": str(tmp_path / "wrapper.sh"), "CARGO_BUILD_BUILD_DIR": str(tmp_path / "users")}
    done = traced("run", tmp_path / "x", env=environment)
    assert not (tmp_path / "users").exists()
    assert (done.stdout, done.returncode) == ("1 hi\n", 0), done.stderr
    assert ("x::outside::far", "made") in sites_of(recording_of(done))
    assert log.read_text().split().count("x") == 2


def test_a_single_file_with_a_module(tmp_path: Path):
    write_files(
        tmp_path,
        {
            "hello.rs": 'mod other;\nfn main() { let text = other::text(); println!("{text} {}", file!()); }',
            "other.rs": 'pub fn text() -> String { String::from("hello") }',
        },
    )
    done = traced("run", tmp_path / "hello.rs", env={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"hello {tmp_path.resolve()}/hello.rs\n"
    recording = recording_of(done)
    assert recording.is_relative_to(tmp_path / "cache")
    assert ("hello::main", "text") in sites_of(recording)
    assert (recording / "sources/other.rs").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "hello.rs", "other.rs"]


WORKSPACE = {
    "Cargo.toml": '[workspace]\nmembers = ["core", "app", "mac"]\nresolver = "2"\n'
    '[profile.release]\npanic = "abort"\nlto = true\n',
    ".cargo/config.toml": '[env]\nFROM_CONFIG = "yes"\n[build]\n'
    'rustflags = ["--cfg", "configured", "--cap-lints=warn"]\n',
    "core/Cargo.toml": manifest("core-part", "2015"),
    "core/src/lib.rs": "#![deny(warnings)]\n#![deny(missing_docs)]\n//! Docs.\nmod inner;\npub use inner::make;\n"
    "/// ```\n/// let made = core_part::make(2);\n/// assert_eq!(made.len(), 2);\n/// ```\n"
    "pub fn documented() -> usize { let v = ::make(3); v.len() }\n",
    "core/src/inner.rs": "/// Makes.\npub fn make(n: usize) -> Vec<String> {\n"
    "    let mut made = Vec::new();\n    for i in 0..n { made.push(i.to_string()); }\n    made\n}\n",
    "mac/Cargo.toml": manifest(
        "mac", more='[lib]\nproc-macro = true\n[dependencies]\ncore-part = { path = "../core" }'
    ),
    "mac/src/lib.rs": "extern crate proc_macro;\nuse proc_macro::TokenStream;\n#[proc_macro]\n"
    "pub fn three(_: TokenStream) -> TokenStream { core_part::documented().to_string().parse().unwrap() }\n",
    "app/Cargo.toml": manifest(
        "app",
        "2024",
        more='build = "build.rs"\n[dependencies]\ncore-part = { path = "../core" }\nmac = { path = "../mac" }\n'
        '[build-dependencies]\ncore-part = { path = "../core" }',
    ),
    "app/build.rs": 'fn main() { let v = core_part::make(1); println!("cargo:rustc-env=BUILT={}", v.len()); }\n',
    "app/src/main.rs": "fn main() {\n    #[cfg(configured)]\n    let list = core_part::make(mac::three!());\n"
    '    println!("{} {} {}", list.len(), env!("FROM_CONFIG"), env!("BUILT"));\n}\n'
    "#[cfg(test)]\nmod tests {\n    #[test]\n"
    "    fn fails() { let held = core_part::make(1); assert_eq!(held.len(), 2); }\n}\n",
    "app/examples/shown.rs": 'fn main() { let shown = core_part::make(4); println!("{}", shown.len()); }\n',
    "app/tests/whole.rs": '#[test]\nfn whole() { let bin = env!("CARGO_BIN_EXE_app");\n'
    "    let out = std::process::Command::new(bin).output().unwrap(); assert!(out.status.success()); }\n",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("ws"), WORKSPACE)


def test_a_workspace_with_everything_runs(workspace: Path):
    done = traced("run", workspace, packages=("app",))
    assert (done.stdout, done.returncode) == ("3 yes 1\n", 0), done.stderr
    recording = recording_of(done)
    functions = {function for function, _ in sites_of(recording)}
    assert functions >= {"core_part::inner::make", "core_part::documented", "app::main"}
    assert not any(function.startswith(("mac::", "build")) for function in functions)
    assert len(list(recording.glob("*.bsstream"))) == 1  # neither the build script nor rustc records
    assert "rounds: 0" in done.stderr


def test_an_example_and_release_with_panic_abort(workspace: Path):
    done = traced("run", workspace, packages=("app",), release=True, selection=("--example", "shown"))
    assert (done.stdout, done.returncode) == ("4\n", 0), done.stderr
    assert ("shown::main", "shown") in sites_of(recording_of(done))


def test_tests_and_doctests_have_cargos_results(workspace: Path):
    done = traced("test", workspace, workspace=True, extra=("--no-fail-fast",))
    assert done.returncode == 101, done.stderr
    assert "panicked at app/src/main.rs:9:" in done.stdout + done.stderr
    assert "test tests::fails ... FAILED" in done.stdout
    assert "test whole ... ok" in done.stdout
    assert "test core/src/lib.rs - documented (line 6) ... ok" in done.stdout
    recording = recording_of(done)
    assert ("app::tests::fails", "held") in sites_of(recording)
    assert len(list(recording.glob("*.bsstream"))) >= 4


def test_a_named_target_triple(workspace: Path):
    host = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    triple = host.partition("host: ")[2].split()[0]
    done = traced("run", workspace, packages=("app",), targets=(triple,))
    assert (done.stdout, done.returncode) == ("3 yes 1\n", 0), done.stderr


def test_two_runs_wait_for_each_other(crate: Path):
    traced("run", crate)
    (crate / "src/part.rs").write_text(
        "pub fn fail() { let t = std::time::Duration::from_millis(1500); std::thread::sleep(t) }\n"
    )
    with start("run", crate) as first, start("run", crate) as second:
        assert first.stdin is not None
        first.stdin.close()
        _, waited = second.communicate("", timeout=120)
        first.stdin = None
        _, also = first.communicate(timeout=120)
    waited += also
    assert "waiting for another run" in waited
    assert (first.returncode, second.returncode) == (0, 0)


def test_ctrl_c_ends_the_children_and_completes_the_recording(crate: Path):
    (crate / "src/part.rs").write_text(
        'pub fn fail() { let mut child = std::process::Command::new("sleep").arg("997").spawn().unwrap();\n'
        '    eprintln!("child {}", child.id()); child.wait().unwrap(); }\n'
    )
    with start("run", crate) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.close()
        said = next((line for line in process.stderr if line.startswith("child ")), "")
        child = int(said.split()[1])
        os.kill(process.pid, signal.SIGINT)
        process.wait(timeout=30)
        rest = process.stderr.read()
    assert process.returncode == 130
    assert not psutil.pid_exists(child)
    recording = Path(rest.partition("recording: ")[2].splitlines()[0])
    assert json.loads((recording / "run.json").read_text())["duration_ns"] > 0
    assert not (crate / "target/borrowscope/active").exists()
