"""Healing, with rewriters that break what they touch: whatever happens, the rest is built and the broken is listed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from borrowscope.analyzer.facts import FileFacts
from borrowscope.build.run import RunOutcome, RunRequest, run_project
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from borrowscope.rewrite.file import rewrite_file
from borrowscope.rewrite.model import Insertion, RewriteOptions, RewrittenFile, Site
from borrowscope.text.span import Span
from tests.build.crates import manifest, write_files

pytestmark = pytest.mark.slow

Breaks = Callable[[str], str | None]
LET = re.compile(rb"let (\w+) = [^;]*;")
FUNCTION = re.compile(rb"fn (\w+)\(\)[^{]*\{[^}]*\}")


def rewriter(text_for: Breaks, dependents: dict[str, str] | None = None):
    """One site behind every `let`, with the text that `text_for` gives for its name."""

    def rewrite(source: bytes, _facts: FileFacts | None, options: RewriteOptions) -> RewrittenFile:
        sites: list[Site] = []
        insertions: list[Insertion] = []
        index_of: dict[str, int] = {}
        for function in FUNCTION.finditer(source):
            for let in LET.finditer(source, *function.span()):
                name = let[1].decode()
                index_of[name] = index = len(sites)
                on = index_of.get((dependents or {}).get(name, ""))
                sites.append(
                    Site(
                        index=index,
                        kind="let",
                        event="New",
                        span=Span(*let.span(1)),
                        function=function[1].decode(),
                        function_span=Span(*function.span()),
                        statement=Span(*let.span()),
                        name=name,
                        depends_on=() if on is None else (on,),
                    )
                )
                text = text_for(name)
                if text is not None and index not in options.disabled:
                    insertions.append(Insertion(let.end(), text, index if "unblamed" not in name else None))
        insertions.sort(key=lambda each: each.at)
        parts, at = [], 0
        for insertion in insertions:
            parts += [source[at : insertion.at], insertion.text.encode()]
            at = insertion.at
        return RewrittenFile(b"".join([*parts, source[at:]]), sites, [], [], {}, insertions)

    return rewrite


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    return write_files(
        tmp_path,
        {
            "Cargo.toml": manifest("x"),
            "src/main.rs": "mod part;\nfn main() { let first = 1; let bad = 2; let last = first + bad; "
            'println!("{}", last); part::other(); }\n',
            "src/part.rs": "pub fn other() { let fine = 1; let also = fine; drop(also); }\n",
        },
    )


def healed(crate: Path, rewrite) -> tuple[RunOutcome, set[str], list[str]]:
    options = CargoOptions(offline=True)
    notes: list[str] = []
    request = RunRequest("run", trace_all=True)
    outcome = run_project(load_project(crate, options), options, request, note=notes.append, rewrite=rewrite)
    names: set[str] = set()
    if outcome.recording is not None:
        content = json.loads((outcome.recording / "sites.json").read_text())
        names = {site["name"] for site in content["sites"]}
    return outcome, names, notes


def test_one_broken_site_is_switched_off_alone_and_remembered(crate: Path):
    def break_one(name: str) -> str:
        return " let __bs_x: u8 = String::new();" if name == "bad" else " let __bs_y = 1;"

    outcome, names, notes = healed(crate, rewriter(break_one))
    assert names == {"first", "last", "fine", "also"}
    assert outcome.report is not None
    assert outcome.report.rounds == 1
    (entry,) = outcome.report.healed
    assert (entry["file"], entry["line"], entry["construct"], entry["code"]) == ("src/main.rs", 2, "let", "E0308")
    assert outcome.report.sites == {"planned": 5, "kept": 4, "skipped": 0, "healed": 1}
    assert len(notes) == 1
    again, names, notes = healed(crate, rewriter(break_one))
    assert (names, notes) == ({"first", "last", "fine", "also"}, [])
    assert again.report is not None
    assert again.report.rounds == 1


def test_a_site_takes_its_dependents_along(crate: Path):
    def break_guard(name: str) -> str:
        return {"first": " let __bs_0: u8 = String::new();", "last": " let _ = __bs_0;"}.get(name, "")

    outcome, names, _ = healed(crate, rewriter(break_guard, {"last": "first"}))
    assert names == {"bad", "fine", "also"}
    assert outcome.report is not None
    assert outcome.report.rounds == 1


def test_an_error_outside_of_inserted_text_blames_the_statement(tmp_path: Path):
    crate = write_files(
        tmp_path,
        {
            "Cargo.toml": manifest("x"),
            "src/main.rs": 'fn main() { let unblamed = String::new(); let kept = 1;\nprintln!("{}", kept); }\n',
        },
    )
    outcome, names, _ = healed(crate, rewriter(lambda name: " drop(unblamed); drop(unblamed);" if "un" in name else ""))
    assert outcome.report is not None
    assert "kept" in names or outcome.report.sites["kept"] == 0  # the function, where the statement is not hit
    assert "unblamed" not in names
    assert outcome.exit_code in {0, 6}


def test_an_error_that_nothing_explains_leaves_the_package_alone(crate: Path):
    def far_away(name: str) -> str:
        return ' compile_error!("far");' if name == "unblamed" else ""

    main = crate / "src/main.rs"
    main.write_text(main.read_text().replace("bad", "unblamed"))
    outcome, names, notes = healed(crate, rewriter(far_away))
    assert outcome.report is not None
    assert "unblamed" not in names
    assert outcome.program is not None
    assert 1 <= len(notes) <= 6


def test_the_users_own_failure_is_not_ours(crate: Path):
    """A build that fails where the check does not: the linker."""
    (crate / ".cargo").mkdir()
    (crate / ".cargo/config.toml").write_text('[build]\nrustflags = ["-Clinker=/nowhere/linker"]\n')
    outcome, _, _ = healed(crate, rewrite_file)
    assert outcome.exit_code == 4
    assert outcome.recording is None
    (crate / ".cargo/config.toml").unlink()
    outcome, names, _ = healed(crate, rewrite_file)
    assert outcome.exit_code == 0
    assert names >= {"first", "fine"}  # nothing was switched off for good


@pytest.mark.parametrize("mark", ["", "#[trace_borrow]\n"])
def test_what_cannot_be_healed_is_our_failure(crate: Path, mark: str):
    main = crate / "src/main.rs"
    main.write_text(main.read_text().replace("fn main", f"{mark}fn main"))

    def broken(source: bytes, _facts: FileFacts | None, _options: RewriteOptions) -> RewrittenFile:
        text = ' compile_error!("never");'
        return RewrittenFile(source + text.encode(), [], [], [], {}, [Insertion(len(source), text, None)])

    outcome, _, _ = healed(crate, broken)
    assert outcome.exit_code == 5
    assert outcome.recording is None


def test_real_code_needs_no_round(crate: Path):
    outcome, names, notes = healed(crate, rewrite_file)
    assert (outcome.exit_code, notes) == (0, [])
    assert {"first", "bad", "last", "fine", "also"} <= names
