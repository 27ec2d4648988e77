from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from borrowscope.cli import app
from borrowscope.cli.command import Command
from borrowscope.cli.flags import COMMON, PASSED, SELECTION
from borrowscope.cli.recorded_run import split_words
from borrowscope.project.options import CargoOptions
from borrowscope.tables.tool import VERSION, installed_version
from tests.cli.commands import BORROWSCOPE, borrowscope, has_one_error


def main(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = app.main(arguments)
    told = capsys.readouterr()
    return code, told.out, told.err


def test_version_names_tool_and_grammar(capsys):
    code, out, _ = main(capsys, "--version")
    assert code == 0
    assert out.startswith(f"borrowscope {VERSION} (tree-sitter-rust ")


def test_the_version_is_what_is_installed():
    assert [installed_version(name) for name in ("borrowscope", "tree-sitter-rust")] == [
        metadata.version(name) for name in ("borrowscope", "tree-sitter-rust")
    ]
    assert installed_version("nothing-of-the-kind") == "unknown"


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a run loads."""
    program = [sys.executable, "-X", "importtime", "-m", "borrowscope", *arguments]
    answer = subprocess.run(program, capture_output=True, text=True, check=False)
    return {line.rpartition("|")[2].strip() for line in answer.stderr.splitlines() if line.startswith("import time:")}


def test_what_a_run_does_not_use_is_not_loaded():
    version = loaded_by("--version")
    assert "typer" in version
    assert not version & {"pydantic", "rich", "numpy", "importlib.metadata", "borrowscope.cli.commands.check"}
    check = loaded_by("check", "nowhere")
    assert "borrowscope.analyzer.analyze" in check
    assert not check & {"rich", "numpy", "borrowscope.check.formats.junit", "borrowscope.cli.commands.run"}


@pytest.mark.parametrize("command", app.all_commands(), ids=lambda command: command.name)
def test_every_command_has_help_with_examples(command: Command, capsys):
    code, out, _ = main(capsys, command.name, "--help")
    assert code == 0
    assert "Examples:" in out
    assert command.examples
    assert all(example.line.startswith(f"borrowscope {command.name}") for example in command.examples)


def test_cargo_hands_the_name_on(capsys):
    assert main(capsys, "borrowscope", "--version") == main(capsys, "--version")


@pytest.mark.parametrize(
    "program",
    [[BORROWSCOPE], [BORROWSCOPE.with_name("cargo-borrowscope"), "borrowscope"], [sys.executable, "-m", "borrowscope"]],
    ids=["borrowscope", "cargo", "module"],
)
def test_it_starts_in_every_way(program: list[str | Path]):
    answer = subprocess.run([*program, "--version"], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("borrowscope ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("clen",), "no such command 'clen'. Did you mean 'clean'?"),
        (("report", "--formt", "json"), "no such option: --formt"),
        (("report", "--format", "xml"), "invalid value for '--format'"),
        (("report", "/no/such.bstrace"), "no such recording: /no/such.bstrace"),
        (("show",), "missing argument"),
        (("schema", "reprt"), "no schema is named `reprt`"),
        (("analyze", "/no/such/crate"), "no such path: /no/such/crate"),
        (("run", "/no/such.rs"), "no such path: /no/such.rs"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_code_2(arguments: tuple[str, ...], said: str, capsys):
    code, out, err = main(capsys, *arguments)
    assert (code, out) == (2, "")
    first, hint = err.splitlines()
    assert first.startswith(f"error: {said}")
    assert hint.startswith("hint: ")


def test_a_bug_of_ours_is_code_70_and_no_traceback(capsys, monkeypatch):
    monkeypatch.setattr(app, "_dispatch", lambda _words: 1 / 0)
    monkeypatch.delenv("BORROWSCOPE_DEBUG", raising=False)
    code, _, err = main(capsys, "report")
    assert code == 70
    assert err.startswith("error: internal error: ZeroDivisionError")
    assert "Traceback" not in err
    monkeypatch.setenv("BORROWSCOPE_DEBUG", "1")
    assert "Traceback" in main(capsys, "report")[2]


def test_ctrl_c_is_code_130(capsys, monkeypatch):
    def interrupt(_words: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "_dispatch", interrupt)
    assert main(capsys, "report")[0] == 130


def test_a_reader_that_goes_away_is_no_error():
    script = f"'{BORROWSCOPE}' schema type-info | head -n 1; exit ${{PIPESTATUS[0]}}"
    answer = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "{\n", "")


def test_schemas_are_json_schemas(capsys):
    names = main(capsys, "schema")[1].split()
    assert {"sites", "run", "instrument-report", "report", "type-info"} <= set(names)
    for name in names:
        assert json.loads(main(capsys, "schema", name)[1])["type"] == "object"


def test_a_shell_can_complete(capsys):
    assert "_BORROWSCOPE_COMPLETE" in main(capsys, "completions", "bash")[1]
    answer = borrowscope(_BORROWSCOPE_COMPLETE="complete_bash", COMP_WORDS="borrowscope sch", COMP_CWORD="1")
    assert answer.stdout.split() == ["schema"]


def test_flags_of_cargo_are_not_taken_twice():
    flags = [*COMMON, *SELECTION, *PASSED]
    spellings = [spelling for flag in flags for spelling in flag.spellings]
    assert len(set(spellings)) == len(spellings)
    assert {flag.field for flag in flags} <= set(CargoOptions.__dataclass_fields__)


@pytest.mark.parametrize(
    ("words", "path", "rest", "extra"),
    [
        ([], ".", [], ()),
        (["crate"], "crate", [], ()),
        (["--no-fail-fast", "crate", "name"], "crate", ["name"], ("--no-fail-fast",)),
        (["crate", "--ignore-rust-version"], "crate", [], ("--ignore-rust-version",)),
    ],
)
def test_words_of_run_and_test(words: list[str], path: str, rest: list[str], extra: tuple[str, ...]):
    found, others, cargo = split_words(words, CargoOptions())
    assert (found, others, cargo.extra) == (Path(path), rest, extra)


def test_doctor_lists_what_is_there(capsys):
    code, out, _ = main(capsys, "doctor")
    assert code == 0, out
    assert all(topic in out for topic in ("borrowscope", "python", "grammar", "cargo", "rustc", "linker"))


def test_doctor_without_rust_says_so_and_ends_with_2(tmp_path: Path):
    answer = borrowscope("doctor", PATH=str(tmp_path))
    assert answer.returncode == 2
    assert "MISS  cargo" in answer.stdout
    assert "rustup" in answer.stdout


def test_without_cargo_nothing_is_analyzed(tmp_path: Path):
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "x"\nversion = "0.1.0"\n')
    answer = borrowscope("analyze", tmp_path, PATH="/nowhere")
    assert has_one_error(answer, 2)
    assert "hint: install Rust" in answer.stderr


def test_no_recording_here_is_said(tmp_path: Path):
    answer = borrowscope("report", cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path))
    assert has_one_error(answer, 2)
    assert "borrowscope run" in answer.stderr


def test_clean_leaves_what_is_not_ours(tmp_path: Path):
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "x"\nversion = "0.1.0"\n')
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "lib.rs").touch()
    foreign = tmp_path / "target" / "borrowscope"
    foreign.mkdir(parents=True)
    (foreign / "precious").touch()
    assert has_one_error(borrowscope("clean", tmp_path), 2)
    assert (foreign / "precious").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["--help"],
        ["analyze", "main.rs", "--types", "static"],
        ["instrument", "main.rs", "--all", "--out", "copy"],
    ],
    ids=lambda words: words[0],
)
def test_numpy_is_loaded_only_where_recordings_are_read(words: list[str], tmp_path: Path):
    (tmp_path / "main.rs").write_text("fn main() { let x = 1; drop(x); }\n", encoding="utf-8")
    program = (
        f"import sys\nfrom borrowscope.cli import app\ncode = app.main({words!r})\nprint('numpy' in sys.modules, code)"
    )
    answer = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.stdout.split("\n")[-2] == "False 0", answer.stderr
