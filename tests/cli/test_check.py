"""`borrowscope check` and `explain` as a shell sees them: streams, exit codes, formats, settings."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from borrowscope.check.formats.table import Format
from borrowscope.check.model import CheckResult
from borrowscope.tables.check_rules import RULES
from tests.build.crates import manifest, write_files
from tests.cli.commands import borrowscope, has_one_error

LIB = """\
unsafe extern "C" {
    fn abs(value: i32) -> i32;
}

pub fn distance(of: i32) -> i32 {
    unsafe { abs(of) }
}

pub fn first(p: *const u8) -> u8 {
\tunsafe { *p }
}
"""


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    return write_files(tmp_path, {"Cargo.toml": manifest("near"), "src/lib.rs": LIB})


def codes_of(text: str) -> list[str]:
    return [one.code for one in CheckResult.model_validate_json(text).findings]


def test_text_is_what_rustc_would_show(crate: Path):
    answer = borrowscope("check", crate, "--types", "static")
    assert answer.returncode == 0
    assert answer.stderr == ""
    assert answer.stdout == (
        "warning[BS0101]: call of the foreign function `near::abs`, whose contract the compiler cannot check\n"
        " --> src/lib.rs:6:14\n"
        "  |\n"
        "6 |     unsafe { abs(of) }\n"
        "  |              ^^^^^^^\n"
        "  = help: state in a `SAFETY` comment why its arguments are valid, or keep it behind one safe wrapper\n"
        "\n"
        "note[BS0501]: dereference of the raw pointer `p`, which nobody checks to be valid, aligned and unaliased\n"
        "  --> src/lib.rs:10:11\n"
        "   |\n"
        "10 |     unsafe { *p }\n"
        "   |              ^^\n"
        "   = help: state in a `SAFETY` comment where the pointer comes from and why it is valid here\n"
        "\n"
        "1 warning, 1 note in 1 file\n"
    )


def test_colours_add_nothing_but_colours(crate: Path):
    plain = borrowscope("check", crate, "--types", "static").stdout
    coloured = borrowscope("check", crate, "--types", "static", CLICOLOR_FORCE="1").stdout
    assert coloured.count("\x1b[0m") > 10
    assert borrowscope("check", crate, "--types", "static", CLICOLOR_FORCE="1", NO_COLOR="1").stdout == plain


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1)])
def test_the_gate_depends_on_levels_alone(crate: Path, form: Format, fail_on: str, code: int):
    answer = borrowscope("check", crate, "--types", "static", "--format", form, "--fail-on", fail_on)
    assert answer.returncode == code
    assert "abs" in answer.stdout
    assert answer.stderr == ""


def test_json_names_who_resolved_what(crate: Path):
    static = CheckResult.model_validate_json(
        borrowscope("check", crate, "--types", "static", "--format", "json").stdout
    )
    rustc = CheckResult.model_validate_json(borrowscope("check", crate, "--types", "rustc", "--format", "json").stdout)
    (call, deref) = static.findings
    assert (call.kind, call.target, call.line, call.column, call.source) == ("ffi_call", "near::abs", 6, 14, "static")
    assert call.inside is not None
    assert (call.inside.kind, call.inside.line) == ("unsafe_block", 6)
    assert (deref.kind, deref.target, deref.function) == ("raw_deref", None, "near::first")
    assert [one.source for one in rustc.findings] == ["rustc", "static"]
    assert [one.fingerprint for one in rustc.findings] == [one.fingerprint for one in static.findings]
    assert static.summary.by_code == {"BS0101": 1, "BS0501": 1}
    assert static.root == crate.resolve().as_posix()


def test_json_lines_and_a_file(crate: Path):
    lines = borrowscope("check", crate, "--types", "static", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["BS0101", "BS0501"]
    out = crate / "found.json"
    answer = borrowscope("check", crate, "--types", "static", "--format", "json", "-o", out)
    assert (answer.stdout, codes_of(out.read_text())) == ("", ["BS0101", "BS0501"])


def test_levels_come_from_flags_files_and_tables(crate: Path):
    write_files(crate, {"borrowscope.toml": 'fail-on = "note"\n[rules]\nraw_deref = "off"\nBS0101 = "note"\n'})
    answer = borrowscope("check", crate, "--types", "static", "--format", "json")
    (one,) = CheckResult.model_validate_json(answer.stdout).findings
    assert (one.code, one.level, answer.returncode) == ("BS0101", "note", 1)
    flags = ("--level", "BS0501=error", "--level", "ffi_call=off", "--format", "json")
    (one,) = CheckResult.model_validate_json(borrowscope("check", crate, "--types", "static", *flags).stdout).findings
    assert (one.code, one.level) == ("BS0501", "error")


def test_paths_are_left_out_by_rule_and_for_all(crate: Path):
    write_files(crate, {"borrowscope.toml": '[rules.BS0101]\nexclude = ["src/**"]\n'})
    assert codes_of(borrowscope("check", crate, "--types", "static", "--format", "json").stdout) == ["BS0501"]
    write_files(crate, {"borrowscope.toml": 'exclude-paths = ["src"]\n'})
    assert codes_of(borrowscope("check", crate, "--types", "static", "--format", "json").stdout) == []


def test_a_crate_that_does_not_compile_is_checked_all_the_same(crate: Path):
    write_files(crate, {"src/lib.rs": LIB + "pub fn broken() -> u8 { missing }\n"})
    answer = borrowscope("check", crate, "--format", "json", "--fail-on", "warning")
    assert answer.returncode == 1
    assert "does not compile" in answer.stderr
    assert codes_of(answer.stdout) == ["BS0101", "BS0501"]


def test_what_cannot_be_seen_is_listed(crate: Path):
    more = "#[cfg(windows)]\npub fn w(p: *const u8) { unsafe { p.read(); } }\n"
    more += 'include!(concat!(env!("OUT_DIR"), "/x.rs"));\n'
    more += "macro_rules! never { ($p:expr) => { unsafe { *$p } } }\nsome::thing! { a => b; c }\nconst fn k() {}\n"
    write_files(crate, {"src/lib.rs": LIB + more})
    answer = borrowscope("check", crate, "--types", "static", "--format", "json")
    spots = {one.reason: one for one in CheckResult.model_validate_json(answer.stdout).blind_spots}
    assert {name: spot.count for name, spot in spots.items()} == {
        "macro_unknown": 1,
        "macro_uncalled": 1,
        "inactive_cfg": 1,
        "unbuilt_file": 1,
        "untraceable": 1,
    }
    assert [(place.file, place.line) for place in spots["inactive_cfg"].places] == [("src/lib.rs", 13)]
    assert "Not seen:\n" in borrowscope("check", crate, "--types", "static").stdout


BUILD = """\
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let functions = "pub fn abs(value: i32) -> i32; pub fn name() -> *const Text;";
    let text = format!("unsafe extern \\"C\\" {{ {functions} }} pub struct Text;");
    std::fs::write(format!("{out}/bindings.rs"), text).unwrap();
    println!("cargo::rustc-cfg=quick");
}
"""
BOUND = """\
mod bindings { include!(concat!(env!("OUT_DIR"), "/bindings.rs")); }
pub mod sys { pub use crate::bindings::*; }
pub mod near {
    use super::sys::{self as ffi, abs};
    pub fn distance(of: i32) -> i32 { unsafe { ffi::abs(of) + abs(of) } }
    pub fn is_named() -> bool { unsafe { let name = ffi::name(); !name.is_null() } }
    pub fn held(text: &ffi::Text) { unsafe { text.poke(); text.prod(); } }
}
pub mod far {
    pub fn lost(p: *const u8) -> u8 { unsafe { crate::nowhere::hidden(p); *p } }
}
"""


def test_what_only_a_build_makes_is_told_once(tmp_path: Path):
    crate = write_files(tmp_path, {"Cargo.toml": manifest("near"), "build.rs": BUILD, "src/lib.rs": BOUND})
    code, answer, _ = static(crate)
    assert [(one.code, one.line) for one in answer.findings] == [("BS0105", 10), ("BS0501", 10)]
    assert code == 1
    spots = {one.reason: [place.line for place in one.places] for one in answer.blind_spots}
    assert spots == {"unrun_script": [1], "unbuilt_file": [1], "unbuilt_use": [5, 5, 6, 6, 7, 7]}
    text = borrowscope("check", crate, "--types", "static").stdout
    assert (
        "\n  1 file that no build has made yet: `cargo check` once, or a check with `--types rustc`, makes it: " in text
    )
    whole = BOUND.replace("crate::nowhere::hidden(p); ", "").replace(
        "unsafe { text.poke(); text.prod(); }", "let _ = text;"
    )
    write_files(tmp_path, {"src/lib.rs": whole})
    asked = borrowscope("check", crate, "--types", "rustc", "--format", "json")
    _, answer, _ = static(crate)
    for one in (answer, CheckResult.model_validate_json(asked.stdout)):
        named = [(found.target, found.line) for found in one.findings if found.code == "BS0101"]
        assert named == [(f"near::bindings::{name}", line) for name, line in (("abs", 5), ("abs", 5), ("name", 6))]
        assert {spot.reason for spot in one.blind_spots} == {"generated_file"}


def test_dependencies_that_cargo_cannot_resolve_are_told(crate: Path):
    more = '[dependencies]\nnowhere-at-all = { path = "../nowhere" }'
    write_files(crate, {"Cargo.toml": manifest("near", more=more)})
    answer = borrowscope("check", crate, "--types", "static", "--offline", "--format", "json")
    spots = {one.reason: one for one in CheckResult.model_validate_json(answer.stdout).blind_spots}
    assert [place.file for place in spots["dependencies"].places] == ["src/lib.rs"]
    write_files(crate, {"Cargo.toml": manifest("near")})
    answer = borrowscope("check", crate, "--types", "static", "--offline", "--format", "json")
    assert CheckResult.model_validate_json(answer.stdout).blind_spots == []


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--level", "BS0101"], "--level takes CODE=LEVEL"),
        (["--level", "BS9999=error"], "no rule is called `BS9999`"),
        (["--level", "BS0101=loud"], "bad value for `rules.BS0101.level`"),
        (["--fail-on", "loud"], "loud"),
        (["--format", "loud"], "loud"),
    ],
)
def test_what_makes_no_sense_is_refused(crate: Path, flags: list[str], said: str):
    answer = borrowscope("check", crate, *flags)
    assert has_one_error(answer, 2)
    assert said in answer.stderr


def test_a_single_file(tmp_path: Path):
    (tmp_path / "one.rs").write_text(LIB + "fn main() {}\n")
    answer = borrowscope("check", tmp_path / "one.rs", "--format", "json", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert codes_of(answer.stdout) == ["BS0101", "BS0501"]


def test_every_rule_is_explained():
    listed = borrowscope("explain").stdout
    for rule in RULES:
        assert f"{rule.code}  {rule.name}" in listed
    answer = borrowscope("explain", "bs0101")
    assert answer.stdout == borrowscope("explain", "ffi-call").stdout
    assert "BS0101 FFI call" in answer.stdout
    assert "FfiCall" in answer.stdout
    unknown = borrowscope("explain", "ffi-cal")
    assert has_one_error(unknown, 2)
    assert "`ffi_call`" in unknown.stderr


# baselines, changes, comments
RAW = "pub unsafe fn more(p: *const u8) -> u8 {\n    unsafe { *p }\n}\n"


def static(crate: Path, *flags: str | Path, **environment: str) -> tuple[int, CheckResult, str]:
    answer = borrowscope("check", crate, "--types", "static", "--format", "json", *flags, cwd=crate, **environment)
    return answer.returncode, CheckResult.model_validate_json(answer.stdout), answer.stderr


def test_a_baseline_hides_what_is_known_and_shrinks(crate: Path):
    file = crate / "known.json"
    code, result, said = static(crate, "--baseline", file, "--write-baseline", "--fail-on", "note")
    assert (code, result.summary.known, result.summary.new) == (0, 2, 0)
    assert "2 findings added" in said
    assert "line" not in file.read_text()
    write_files(crate, {"src/lib.rs": "// moved\n\n" + LIB + RAW})
    code, result, _ = static(crate, "--baseline", file, "--fail-on", "note")
    assert (code, [(one.function, one.baseline) for one in result.findings]) == (
        1,
        [("near::distance", "known"), ("near::first", "known"), ("near::more", "new")],
    )
    text = borrowscope("check", crate, "--types", "static", "--baseline", file).stdout
    assert "against the baseline: 1 new, 2 known, 0 gone, 0 stale" in text
    assert text.count("\n  |") + text.count("\n   |") == 2  # the new one alone
    before = file.read_text()
    write_files(crate, {"src/lib.rs": LIB.replace("{ abs(of) }", "{ of }")})
    code, result, said = static(crate, "--baseline", file, CI="true")
    assert (result.summary.stale, file.read_text()) == (1, before)
    code, result, said = static(crate, "--baseline", file, CI="")
    assert "1 finding taken out" in said
    assert file.read_text().count('"code"') == 1
    write_files(crate, {"src/lib.rs": LIB})
    code, result, _ = static(crate, "--baseline", file, "--fail-on", "warning")
    assert (code, result.summary.new, result.summary.known) == (1, 1, 1)
    assert file.read_text().count('"code"') == 1, "it does not grow by itself"


def test_a_baseline_tells_equal_findings_apart_by_their_number(crate: Path):
    twice = LIB.replace("abs(of) }", "abs(of) + abs(of) }")
    write_files(crate, {"src/lib.rs": twice, "borrowscope.toml": 'baseline = "known.json"\nfail-on = "note"\n'})
    assert static(crate, "--write-baseline")[0] == 0
    write_files(crate, {"src/lib.rs": twice.replace("abs(of) }", "abs(of) + abs(of) }")})
    code, result, _ = static(crate)
    assert (code, [one.baseline for one in result.findings]) == (1, ["known", "known", "new", "known"])


def test_a_baseline_keeps_what_was_not_looked_at(crate: Path):
    file = crate / "known.json"
    static(crate, "--baseline", file, "--write-baseline")
    before = file.read_text()
    code, result, _ = static(crate, "--baseline", file, "--level", "BS0101=off", CI="")
    assert (code, result.summary.stale, file.read_text()) == (0, 0, before)


@pytest.mark.parametrize("text", ["", "[]", '{"version": "1.0", "findings": [{"code": "BS0101"}]}'])
def test_a_baseline_that_is_none_is_refused(crate: Path, text: str):
    file = crate / "known.json"
    assert has_one_error(borrowscope("check", crate, "--types", "static", "--baseline", file), 2)
    file.write_text(text)
    answer = borrowscope("check", crate, "--types", "static", "--baseline", file)
    assert has_one_error(answer, 2)
    assert "is no baseline" in answer.stderr


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_only_what_a_change_touches(crate: Path):
    root = crate.parent / "repository"
    root.mkdir()
    inner = crate.rename(root / "inner")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    assert static(inner, "--since", "HEAD")[1].findings == []
    write_files(inner, {"src/lib.rs": LIB.replace("{ abs(of) }", "{ abs(of + 1) }") + "mod new;\n", "src/new.rs": RAW})
    found = static(inner, "--since", "HEAD")[1].findings
    assert [(one.file, one.code) for one in found] == [("src/lib.rs", "BS0101"), ("src/new.rs", "BS0501")]
    diff = root / "change.diff"
    for flags in (["--no-prefix"], []):
        diff.write_text(git(root, "diff", *flags))
        assert [one.code for one in static(inner, "--in-diff", diff)[1].findings] == ["BS0101"]
    write_files(inner, {"src/lib.rs": LIB})
    answer = borrowscope("check", inner, "--types", "static", "--in-diff", diff)
    assert has_one_error(answer, 2)
    assert "line 6 is another" in answer.stderr
    assert has_one_error(borrowscope("check", inner, "--types", "static", "--since", "nowhere"), 2)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 0),
        ("--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-a\n+b\n", 0),
        ("hello\n", 2),
        ("@@ -1 +1 @@\n-a\n+b\n", 2),
        ("--- a/x.rs\n+++ b/x.rs\n@@ -1,3 +1,3 @@\n-a\n", 2),
        ("--- a/x.rs\n+++ b/x.rs\n@@ nonsense\n-a\n", 2),
    ],
)
def test_diffs_that_touch_nothing_and_texts_that_are_none(crate: Path, text: str, code: int):
    (crate / "change.diff").write_text(text)
    flags = ("--types", "static", "--fail-on", "note", "--in-diff", crate / "change.diff")
    answer = borrowscope("check", crate, *flags)
    assert answer.returncode == code
    assert code == 0 or has_one_error(answer, 2)


def test_without_git_since_is_refused(crate: Path):
    answer = borrowscope("check", crate, "--types", "static", "--since", "HEAD", GIT_CEILING_DIRECTORIES="/")
    assert has_one_error(answer, 2)
    assert "no git repository" in answer.stderr


# several outputs, and GitHub
def test_reports_go_to_files_beside_the_output(crate: Path):
    files = {form: crate / f"out.{form}" for form in Format}
    flags = [word for form, file in files.items() for word in ("--report", f"{form}={file}")]
    answer = borrowscope("check", crate, "--types", "static", *flags)
    assert answer.stdout == files[Format.TEXT].read_text()
    for form, file in files.items():
        assert file.read_text() == borrowscope("check", crate, "--types", "static", "--format", form).stdout


def test_on_github_annotations_and_a_summary_come_by_themselves(crate: Path):
    summary = crate / "summary.md"
    summary.write_text("before\n")
    on_github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    flags = ("check", crate, "--types", "static")
    answer = borrowscope(*flags, cwd=crate, **on_github)
    assert "::warning file=src/lib.rs,line=6,endLine=6,col=14,endColumn=21,title=BS0101 ffi_call::" in answer.stdout
    assert summary.read_text().startswith("before\n### borrowscope check: 1 warning, 1 note in 1 file\n")
    answer = borrowscope(*flags, "--format", "json", cwd=crate, **on_github)
    assert codes_of(answer.stdout) == ["BS0101", "BS0501"]
    assert "::warning " in answer.stderr
    size = summary.stat().st_size
    answer = borrowscope(*flags, "--annotations", "none", cwd=crate, **on_github)
    assert "::" not in answer.stdout.replace("near::", "")
    assert summary.stat().st_size == size
    assert "::notice " in borrowscope(*flags, "--annotations", "github").stdout


def test_code_hosts_get_paths_from_the_root_of_the_repository(crate: Path):
    root = crate.parent / "whole repository"
    root.mkdir()
    inner = crate.rename(root / "inner ünit")
    git(root, "init", "-q")
    link = crate.parent / "link"
    link.symlink_to(inner)
    for place in (inner, link):
        answer = borrowscope("check", place, "--types", "static", "--format", "sarif", cwd=inner)
        location = json.loads(answer.stdout)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uri"] == "inner%20%C3%BCnit/src/lib.rs"
    issues = json.loads(borrowscope("check", inner, "--types", "static", "--format", "gitlab").stdout)
    assert {one["location"]["path"] for one in issues} == {"inner ünit/src/lib.rs"}
    assert (
        "file=inner ünit/src/lib.rs," in borrowscope("check", inner, "--types", "static", "--format", "github").stdout
    )


@pytest.mark.parametrize("wish", ["sarif", "sarif=", "sarf=x"])
def test_a_report_needs_a_format_and_a_file(crate: Path, wish: str):
    assert has_one_error(borrowscope("check", crate, "--types", "static", "--report", wish), 2)
