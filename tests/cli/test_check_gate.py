"""The gate as its users meet it: baselines over their life, revisions in all kinds of repositories, outputs, Ctrl-C."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from borrowscope.check.model import CheckResult
from borrowscope.cli import app
from tests.build.crates import manifest, write_files
from tests.cli.commands import BORROWSCOPE

OLD = "pub unsafe fn old(p: *const u8) -> u8 {\n    *p\n}\n"
NEW = "pub unsafe fn new(p: *const u8) -> u8 {\n    *p\n}\n"
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [*GIT, "-c", "protocol.file.allow=always", *words], cwd=folder, capture_output=True, check=True
    )
    return done.stdout.decode()


@pytest.fixture
def crate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit; commands run in it, as in nobody's CI."""
    for name in (
        "CI",
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
        "GITHUB_WORKSPACE",
        "CI_PROJECT_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
    ):
        monkeypatch.delenv(name, raising=False)
    folder = write_files(
        tmp_path / "crate", {"Cargo.toml": manifest("near"), "src/lib.rs": OLD, ".gitignore": "target\nCargo.lock\n"}
    )
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def check(capfd: pytest.CaptureFixture[str]):
    """Runs `check --types static` in this process: its exit code, its stdout, its stderr."""

    def run(*words: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        code = app.main(["check", "--types", "static", "--fail-on", "note", *map(str, words)])
        told = capfd.readouterr()
        return code, told.out, told.err

    return run


def functions(out: str) -> list[str | None]:
    return [one.function for one in CheckResult.model_validate_json(out).findings if one.baseline != "known"]


# baselines
def test_the_life_of_a_baseline(crate: Path, check, monkeypatch: pytest.MonkeyPatch):
    file = crate / "known.json"
    assert check("--baseline", file)[0] == 2
    assert check("--baseline", file, "--write-baseline")[0] == 0
    written = file.read_text()
    assert check("--baseline", file)[0] == 0
    # moved within the file, with other spaces
    write_files(crate, {"src/lib.rs": "// more\n" + NEW + OLD.replace("*p", "* p")})
    code, out, _ = check("--baseline", file, "--format", "json")
    assert (code, functions(out)) == (1, ["near::new"])
    assert file.read_text() == written
    # a renamed file: its findings are new, what was known of it is stale
    write_files(crate, {"src/lib.rs": "mod inner;\n", "src/inner.rs": OLD})
    code, out, said = check("--baseline", file)
    assert (code, "1 new, 0 known, 1 gone, 0 stale" in out, said, file.read_text()) == (1, True, "", written)
    write_files(crate, {"src/inner.rs": "\n"})
    monkeypatch.setenv("CI", "true")
    code, out, said = check("--baseline", file)
    assert (code, "0 new, 0 known, 1 gone, 0 stale" in out, said) == (0, True, "")
    assert file.read_text() == written, "CI changes no file"
    monkeypatch.delenv("CI")
    code, out, said = check("--baseline", file)
    assert (code, "1 finding taken out" in said, functions_of(file)) == (0, True, [])
    # of a file that is no more
    write_files(crate, {"src/lib.rs": "mod inner;\n" + NEW, "src/inner.rs": OLD})
    check("--baseline", file, "--write-baseline")
    write_files(crate, {"src/lib.rs": NEW})
    (crate / "src" / "inner.rs").unlink()
    code, out, said = check("--baseline", file)
    assert (code, "0 new, 1 known, 0 gone, 1 stale" in out, functions_of(file)) == (0, True, ["near::new"])


def functions_of(baseline: Path) -> list[str]:
    return [entry["function"] for entry in json.loads(baseline.read_text())["findings"]]


def test_what_this_build_does_not_compile_stays_known(crate: Path, check):
    write_files(
        crate,
        {
            "Cargo.toml": manifest("near", more="[features]\nwide = []"),
            "src/lib.rs": OLD + '#[cfg(feature = "wide")]\n' + NEW + '#[cfg(feature = "wide")]\nmod wide;\n',
            "src/wide.rs": NEW,
        },
    )
    check("-F", "wide", "--baseline", "known.json", "--write-baseline")
    before = Path("known.json").read_text()
    code, out, said = check("--baseline", "known.json")
    assert (code, "0 new, 1 known, 0 gone, 0 stale" in out, said) == (0, True, "")
    assert check("--baseline", "known.json", "--write-baseline")[0] == 0
    assert Path("known.json").read_text() == before
    write_files(crate, {"src/wide.rs": "\n"})
    assert "0 new, 2 known, 1 gone" in check("--baseline", "known.json", "-F", "wide")[1]
    assert functions_of(Path("known.json")) == ["near::new", "near::old"]


TWINS = """\
#[cfg(feature = "union")]
pub union Data { a: u8, b: i8 }
#[cfg(feature = "union")]
impl Data {
    pub unsafe fn get(&self) -> u8 { unsafe { self.a } }
}
#[cfg(not(feature = "union"))]
pub enum Data { A(u8) }
#[cfg(not(feature = "union"))]
impl Data {
    pub unsafe fn get(&self) -> u8 { let Data::A(a) = self; *a }
}
"""


def test_what_is_known_of_a_type_that_is_not_there_stays(crate: Path, check):
    more = "[features]\nunion = []"
    write_files(crate, {"Cargo.toml": manifest("near", more=more), "src/lib.rs": TWINS + OLD})
    check("--all-features", "--baseline", "known.json", "--write-baseline")
    assert functions_of(Path("known.json")) == ["near::Data::get", "near::old"]
    assert "0 new, 1 known, 0 gone, 0 stale" in check("--baseline", "known.json")[1]
    write_files(crate, {"src/lib.rs": TWINS})
    check("--baseline", "known.json")
    assert functions_of(Path("known.json")) == ["near::Data::get"], "what is compiled is looked for"
    write_files(crate, {"src/lib.rs": TWINS.replace("{ self.a }", "{ 1 }")})
    check("--all-features", "--baseline", "known.json")
    assert functions_of(Path("known.json")) == []


def test_a_file_that_cannot_be_parsed_keeps_what_is_known(crate: Path, check):
    check("--baseline", "known.json", "--write-baseline")
    before = Path("known.json").read_text()
    for broken in ("pub fn f( {\n" + OLD, OLD.replace("}", "")):
        write_files(crate, {"src/lib.rs": broken})
        _, out, _ = check("--baseline", "known.json", "--fail-on", "never")
        assert ("that cannot be parsed" in out, " 0 gone, " in out) == (True, True)
        assert Path("known.json").read_text() == before
    write_files(crate, {"src/lib.rs": "\n"})
    assert check("--baseline", "known.json")[0] == 0
    assert functions_of(Path("known.json")) == []


def test_a_baseline_of_another_project_is_not_emptied(crate: Path, check):
    write_files(crate, {"src/lib.rs": "mod inner;\n", "src/inner.rs": OLD})
    check("--baseline", "known.json", "--write-baseline")
    write_files(crate, {"src/lib.rs": OLD})
    Path("src/inner.rs").unlink()
    file = Path("known.json")
    before = file.read_text()
    code, out, said = check("--baseline", "known.json", "--fail-on", "never")
    assert (code, "1 stale" in out, "none of the files that it names is here" in said) == (0, True, True)
    assert file.read_text() == before


def test_what_merges_leave_in_a_baseline(crate: Path, check):
    write_files(crate, {"src/lib.rs": OLD.replace("*p", "*p + *p + *p")})
    check("--baseline", "known.json", "--write-baseline")
    file = Path("known.json")
    whole = file.read_text()
    # each side took another finding out: git joins the lists, and takes the count that both have
    file.write_text("\ufeff" + whole.replace('"count": 3', '"count": 2').replace("\n", "\r\n"), encoding="utf-8")
    code, out, said = check("--baseline", "known.json")
    assert (code, "0 new, 3 known" in out, "1 entry with another count" in said) == (0, True, True)
    assert check("--baseline", "known.json", "--write-baseline")[0] == 0
    assert file.read_text() == whole
    once = json.loads(whole)
    once["findings"] *= 2
    file.write_text(json.dumps(once))
    assert "0 new, 3 known" in check("--baseline", "known.json")[1]
    check("--baseline", "known.json", "--write-baseline")
    assert file.read_text() == whole


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_baseline_that_cannot_be_shortened_is_no_failure(crate: Path, check):
    file = crate / "folder" / "known.json"
    file.parent.mkdir()
    check("--baseline", file, "--write-baseline")
    write_files(crate, {"src/lib.rs": "\n"})
    file.parent.chmod(0o500)
    code, _, said = check("--baseline", file)
    file.parent.chmod(0o700)
    assert (code, "could be taken out" in said) == (0, True)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n", "has merge conflicts"),
        (lambda text: text.replace('"1.0"', '"2.0"'), "is a baseline of version 2.0"),
        (lambda text: text.replace('"count": 1', '"count": 0'), "is no baseline"),
        (lambda text: '{"runs": []}', "is no baseline"),
        (lambda text: text[:-10], "is no baseline"),
        (lambda text: text.replace('"code"', '"kode"'), "is no baseline"),
        (lambda text: text.replace("[", "{", 1), "is no baseline"),
    ],
)
def test_a_damaged_baseline_is_refused_and_left_alone(crate: Path, check, damage, said: str):
    file = crate / "known.json"
    check("--baseline", file, "--write-baseline")
    file.write_text(damage(file.read_text()))
    before = file.read_text()
    for flags in ((), ("--write-baseline",)):
        code, out, told = check("--baseline", file, *flags)
        assert (code, out, said in told, told.count("error:")) == (2, "", True, 1)
    assert file.read_text() == before


def test_a_baseline_and_a_change_together(crate: Path, check):
    write_files(crate, {"src/lib.rs": OLD + NEW})
    check("--baseline", "known.json", "--write-baseline")
    write_files(crate, {"src/lib.rs": OLD + NEW + NEW.replace("new", "newer")})
    code, out, _ = check("--baseline", "known.json", "--since", "HEAD", "--format", "json")
    assert (code, functions(out)) == (1, ["near::newer"])
    write_files(crate, {"src/lib.rs": OLD + NEW})
    assert check("--baseline", "known.json", "--since", "HEAD")[0] == 0
    before = Path("known.json").read_text()
    write_files(crate, {"src/lib.rs": "\n"})
    assert check("--baseline", "known.json", "--since", "HEAD")[0] == 0
    assert Path("known.json").read_text() == before, "what was not looked at is not taken out"
    assert check("--baseline", "known.json", "--since", "HEAD", "--write-baseline")[0] == 2


# revisions
def test_since_goes_from_where_the_branch_left(crate: Path, check):
    git(crate, "checkout", "-qb", "feature")
    write_files(crate, {"src/lib.rs": OLD + NEW})
    git(crate, "commit", "-qam", "feature")
    git(crate, "checkout", "-q", "main")
    write_files(crate, {"src/lib.rs": "// main went on\n"})
    git(crate, "commit", "-qam", "main")
    git(crate, "checkout", "-q", "feature")
    code, out, _ = check("--since", "main", "--format", "json")
    assert (code, functions(out)) == (1, ["near::new"])
    assert functions(check("--since", "HEAD", "--format", "json")[1]) == []


def test_a_shallow_clone_knows_less(crate: Path, check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    git(crate, "checkout", "-qb", "feature")
    write_files(crate, {"src/lib.rs": OLD + NEW})
    git(crate, "commit", "-qam", "feature")
    git(crate, "checkout", "-q", "main")
    git(crate, "commit", "-q", "--allow-empty", "-m", "main")
    git(crate, "checkout", "-q", "feature")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{crate}", "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    refused, _, said = check("--since", "origin/main")
    assert (refused, "fetch-depth: 0" in said) == (2, True)
    git(tmp_path / "shallow", "fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    code, out, said = check("--since", "origin/main", "--format", "json")
    assert (code, functions(out)) == (1, ["near::new"])
    assert "no common commit" in said


def test_renames_new_files_and_what_git_takes_for_binary(crate: Path, check):
    write_files(crate, {"src/lib.rs": "mod inner;\n", ".gitattributes": "*.rs binary\n"})
    (crate / "src" / "inner.rs").write_text(OLD)
    git(crate, "add", ".")
    git(crate, "commit", "-qm", "second")
    git(crate, "mv", "src/inner.rs", "src/other.rs")
    write_files(crate, {"src/lib.rs": "mod other;\nmod fresh;\n", "src/fresh.rs": NEW, "src/other.rs": OLD + "// x\n"})
    code, out, _ = check("--since", "HEAD", "--format", "json")
    assert (code, functions(out)) == (1, ["near::fresh::new"])


def test_worktrees_submodules_and_sub_folders(crate: Path, check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    git(crate, "worktree", "add", "-q", "../beside", "-b", "beside")
    write_files(tmp_path / "beside", {"src/lib.rs": OLD + NEW})
    assert functions(check(tmp_path / "beside", "--since", "HEAD", "--format", "json")[1]) == ["near::new"]
    outer = write_files(tmp_path / "outer", {"Cargo.toml": '[workspace]\nmembers = ["parts/near", "own"]\n'})
    write_files(outer, {"own/Cargo.toml": manifest("own"), "own/src/lib.rs": OLD, ".gitignore": "target\nCargo.lock\n"})
    git(outer, "init", "-q")
    git(outer, "submodule", "--quiet", "add", str(crate), "parts/near")
    git(outer, "add", ".")
    git(outer, "commit", "-qm", "first")
    write_files(outer, {"parts/near/src/lib.rs": OLD + NEW + "mod fresh;\n", "parts/near/src/fresh.rs": NEW})
    found = functions(check(outer, "--since", "HEAD", "--format", "json")[1])
    assert found == ["near::fresh::new", "near::new"]
    monkeypatch.chdir(outer / "own")
    assert check("--since", "HEAD")[0] == 0
    write_files(outer, {"own/src/lib.rs": OLD + NEW})
    _, out, _ = check("--since", "HEAD", "--format", "json")
    assert [(one.file, one.function) for one in CheckResult.model_validate_json(out).findings] == [
        ("own/src/lib.rs", "own::new")
    ]


def test_in_a_hook_git_names_its_places_from_where_it_started(crate: Path, tmp_path: Path):
    outer = tmp_path / "hooked"
    outer.mkdir()
    shutil.copytree(crate, outer / "inner", ignore=shutil.ignore_patterns(".git", "target"))
    git(outer, "init", "-q")
    hook = outer / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec {BORROWSCOPE} check inner --types static --fail-on note --since HEAD\n")
    hook.chmod(0o755)
    git(outer, "add", ".")
    git(outer, "commit", "-qnm", "first")
    git(outer, "worktree", "add", "-q", "../linked", "-b", "linked")
    for place in (outer, tmp_path / "linked"):
        write_files(place, {"inner/src/lib.rs": OLD + NEW})
        done = subprocess.run([*GIT, "commit", "-qam", "x"], cwd=place, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stderr
        assert "near::new" not in done.stderr
        assert "src/lib.rs:5:5" in done.stdout + done.stderr


def test_what_another_user_owns_has_its_place_all_the_same(crate: Path, check, monkeypatch: pytest.MonkeyPatch):
    inner = write_files(crate / "inner", {"Cargo.toml": manifest("inner"), "src/lib.rs": OLD})
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    assert "::notice file=inner/src/lib.rs," in check(inner, "--format", "github")[1]
    code, out, said = check(inner, "--since", "HEAD")
    assert (code, out, "dubious ownership" in said, "safe.directory" in said) == (2, "", True, True)


@pytest.mark.parametrize("name", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_without_a_repository_paths_are_those_of_the_folder_of_ci(
    crate: Path, check, monkeypatch: pytest.MonkeyPatch, name: str
):
    shutil.rmtree(crate / ".git")
    assert "::notice file=src/lib.rs," in check("--format", "github")[1]
    monkeypatch.setenv(name, str(crate.parent))
    assert "::notice file=crate/src/lib.rs," in check("--format", "github")[1]
    monkeypatch.setenv(name, str(crate / "src"))
    assert "::notice file=src/lib.rs," in check("--format", "github")[1]


def test_before_the_first_commit_all_is_new(crate: Path, check):
    shutil.rmtree(crate / ".git")
    git(crate, "init", "-q")
    for _ in range(2):
        code, out, said = check("--since", "HEAD", "--format", "json")
        assert (code, functions(out), said) == (1, ["near::old"], "")
        git(crate, "add", ".")
    assert check("--since", "main")[0] == 2


# diffs
def test_a_diff_from_stdin_and_one_of_another_tree(crate: Path, check, monkeypatch: pytest.MonkeyPatch):
    write_files(crate, {"src/lib.rs": OLD + NEW})
    diff = git(crate, "diff").encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(diff)))
    code, out, _ = check("--in-diff", "-", "--format", "json")
    assert (code, functions(out)) == (1, ["near::new"])
    for wide in ("utf-16", "utf-8-sig"):
        Path("change.diff").write_text(diff.decode(), encoding=wide)
        assert functions(check("--in-diff", "change.diff", "--format", "json")[1]) == ["near::new"]
    Path("change.diff").write_bytes(diff.replace(b"src/lib.rs", b"elsewhere/lib.rs"))
    code, out, said = check("--in-diff", "change.diff")
    assert (code, "in no target that is checked: elsewhere/lib.rs" in said) == (0, True)
    assert check("--in-diff", "missing.diff")[0] == 2


# outputs
def test_outputs_that_meet_are_refused_before_any_work(crate: Path, check):
    for flags in (
        ("--report", "json=-"),
        ("--report", "json=x", "--report", "sarif=x"),
        ("-o", "x", "--report", "json=x"),
    ):
        code, out, said = check(*flags)
        assert (code, out, said.count("error:"), Path("x").exists()) == (2, "", 1, False)
        assert "two formats" in said
    code, out, _ = check("--report", "jsonl=-", "-o", "text.txt")
    assert (code, out.startswith('{"code":'), "BS0501" in Path("text.txt").read_text()) == (1, True, True)


@pytest.mark.parametrize("form", ["jsonl", "github"])
def test_no_finding_is_no_line(crate: Path, check, form: str):
    write_files(crate, {"src/lib.rs": ""})
    assert check("--format", form, "--report", f"{form}=x")[:2] == (0, "")
    assert Path("x").read_bytes() == b""


def test_no_report_takes_the_place_of_what_is_read(crate: Path, check):
    check("--write-baseline")
    write_files(crate, {"borrowscope.toml": 'baseline = "borrowscope-baseline.json"\n', "x.diff": ""})
    before = Path("borrowscope-baseline.json").read_text()
    check("--format", "json", "-o", "x.json", "--no-settings")
    for flags in (
        ("-o", "borrowscope-baseline.json"),
        ("--report", "json=src/../borrowscope-baseline.json", "--baseline", "borrowscope-baseline.json"),
        ("--no-settings", "--write-baseline", "--report", "json=borrowscope-baseline.json"),
        ("--in-diff", "x.diff", "-o", "x.diff"),
        ("--diff", "x.json", "x.json", "-o", "x.json"),
    ):
        code, out, said = check(*flags)
        assert (code, out, "is read, and a report is to be written there" in said) == (2, "", True), flags
    assert Path("borrowscope-baseline.json").read_text() == before


def test_what_cannot_be_written_is_told(crate: Path, check):
    Path("folder").mkdir()
    for flags in (("-o", "missing/x"), ("--report", "sarif=missing/x"), ("-o", "folder")):
        code, _, said = check(*flags)
        assert (code, said.count("error: cannot write")) == (2, 1)


def test_modules_whose_files_are_not_there(crate: Path, check):
    write_files(
        crate,
        {
            "src/lib.rs": 'mod gone;\n#[path = "z/odd.rs"]\nmod named;\nmod all {\n    mod inner;\n    mod lost;\n}\n',
            "src/z/odd.rs": OLD,
            "src/all/inner.rs": "mod deep;\n",
            "src/all/inner/deep.rs": OLD,
            "tests/one.rs": "mod common;\n",
            "tests/two.rs": "mod common;\n",
            "tests/common/mod.rs": OLD,
        },
    )
    _, out, _ = check("--all-targets", "--format", "json")
    spots = {spot.reason: spot.places for spot in CheckResult.model_validate_json(out).blind_spots}
    found = [(place.file, place.line, place.what) for place in spots["missing_file"]]
    assert found == [("src/lib.rs", 1, "mod gone;"), ("src/lib.rs", 6, "mod lost;")]


NO_PRIVILEGES = ("--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")


@pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="nothing takes root's privileges away here"
)
def test_files_that_must_not_be_read_and_folders_that_must_not_be_written(crate: Path):
    prefix = ("setpriv", *NO_PRIVILEGES) if os.geteuid() == 0 else ()
    write_files(crate, {"src/lib.rs": "mod secret;\n" + OLD, "src/secret.rs": OLD, "known.json": "{}"})
    (crate / "src" / "nowhere.rs").symlink_to("missing")

    def check(*words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [*prefix, BORROWSCOPE, "check", *words, "--fail-on", "note"], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    (crate / "src" / "secret.rs").chmod(0)
    for types in ("static", "auto"):
        code, out, said = check("--types", types)
        assert (code, "file that cannot be read: src/secret.rs:1 Permission denied" in out) == (1, True), said
    (crate / "src" / "secret.rs").chmod(0o600)
    (crate / "known.json").chmod(0)
    code, out, said = check("--types", "static", "--baseline", "known.json")
    assert (code, out, said.count("error:")) == (2, "", 1)
    shutil.rmtree(crate / "target")
    crate.chmod(0o500)
    try:
        assert check("--types", "static")[0] == 1
        for words in (("--verify",), ("--types", "static", "--write-baseline"), ("--types", "static", "-o", "out.txt")):
            code, out, said = check(*words)
            assert (code, out, "error: cannot write" in said) == (2, "", True), words
    finally:
        crate.chmod(0o700)


@pytest.mark.parametrize("flags", [(), ("--format", "json"), ("--annotations", "github"), ("--format", "github")])
def test_a_reader_who_goes_does_not_open_the_gate(crate: Path, flags: tuple[str, ...]):
    write_files(crate, {"src/lib.rs": "".join(OLD.replace("old", f"f{number}") for number in range(400))})
    summary = crate / "summary.md"
    environment = {**os.environ, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    words: list[str | Path] = [BORROWSCOPE, "check", "--types", "static", "--fail-on", "note", *flags]
    ours, theirs = os.pipe()
    os.close(ours)
    process = subprocess.Popen(words, stdout=theirs, stderr=subprocess.PIPE, env=environment, text=True)
    os.close(theirs)
    _, said = process.communicate()
    assert (process.returncode, "error" in said, summary.exists()) == (1, False, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_stdout_that_takes_nothing_is_told_and_a_closed_one_is_none(crate: Path):
    words = f"{shlex.quote(str(BORROWSCOPE))} check --types static --fail-on note"
    for redirection, code, said in (
        (">/dev/full", 2, "error: cannot write stdout: No space left on device\n"),
        ("--annotations github -o x.txt >/dev/full", 2, "error: cannot write stdout: No space left on device\n"),
        (">&-", 1, ""),
        (">&- 2>&-", 1, ""),
    ):
        done = subprocess.run(["sh", "-c", f"{words} {redirection}"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (code, said), redirection


# what there is to check
def test_crates_that_are_none_empty_or_broken(crate: Path, check, tmp_path: Path):
    assert check(tmp_path / "nothing")[0] == 2
    (tmp_path / "void").mkdir()
    assert check(tmp_path / "void")[0] == 2
    write_files(crate, {"src/lib.rs": ""})
    assert check()[:2] == (0, "no findings\n")
    write_files(crate, {"src/lib.rs": "pub fn f( {\n" + OLD})
    assert "that cannot be parsed" in check()[1]
    write_files(crate, {"src/lib.rs": "pub fn f() { missing }\n" + OLD})
    assert check()[0] == 1
    write_files(crate, {"Cargo.toml": "[package\n"})
    code, out, said = check()
    assert (code, out, said.count("error:")) == (2, "", 1)


def test_interrupted_it_leaves_nothing(crate: Path):
    write_files(crate, {"src/lib.rs": "".join(OLD.replace("old", f"f{number}") for number in range(20_000))})
    words: list[str | Path] = [BORROWSCOPE, "check", ".", "--types", "static", "-o", "out.txt"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=120)
    assert (process.returncode, out, said) == (130, "", "error: interrupted\n")
    assert not Path("out.txt").exists()
    assert sorted(path.name for path in crate.iterdir() if path.name.startswith(".")) == [".git", ".gitignore"]
