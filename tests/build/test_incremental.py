"""After a change in a published crate, what is built and told is what a run from nothing builds and tells.

Only what the change can have touched is found out again: the work is counted.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from borrowscope.analyzer import kept_bodies
from borrowscope.analyzer.mir import Body, parse_body
from borrowscope.build import kept_rewrites, unsafe_facts
from borrowscope.build.pipeline import analyze_project
from borrowscope.build.run import make_planner, save_planner
from borrowscope.build.site_files import instrument_report, sites_file
from borrowscope.build.unsafe_facts import add_operations
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from borrowscope.rewrite.file import rewrite_file
from tests.drops.programs import ROOT, run_command

ADDED = "\nfn added(given: &str) -> usize {\n    let kept = String::from(given);\n    kept.len()\n}\n"
CHANGES = {
    "a statement": ("eval.rs", "    false\n}", "    let answer = false;\n    answer\n}"),
    "a comment": ("display.rs", "fn digits(", "// one line more\nfn digits("),
    "an operation": ("parse.rs", "unsafe { comparators.set_len(len) }", "unsafe { comparators.set_len(len + 0) }"),
    "a function's name": ("eval.rs", "matches_exact", "is_exact"),
    "a function": ("lib.rs", "\nmod display;", "\nmod display;" + ADDED),
    "a binding less": ("eval.rs", "    let answer = false;\n    answer\n}", "    false\n}"),
    "nothing": ("eval.rs", "", ""),
}
"""What is changed, one after the other: file, old text, new text."""

SEARCHED = frozenset({"a comment", "an operation", "a function's name", "a function"})
"""Changes outside of functions that hold no operation."""


@dataclass
class _Built:
    """What a build would take, and what it is told to be."""

    texts: dict[str, bytes]
    sites: str
    report: str
    work: dict[str, int] = field(default_factory=dict)


@dataclass
class _Crate:
    """A copy of a crate, with the work of each run counted."""

    folder: Path
    work: dict[str, int]

    def build(self, target: Path) -> _Built:
        """All that a run does before it starts cargo's build."""
        self.work.update(dict.fromkeys(self.work, 0))
        options = CargoOptions(target_dir=target, quiet=True)
        project = load_project(self.folder, options)
        facts = analyze_project(project, options)
        assert facts.failure is None
        add_operations(facts, options)
        planner = make_planner(facts, project.own_dir / "run", trace_all=True)
        plan = planner.plan()
        save_planner(planner)
        return _Built(
            {file.origin.relative: file.rewritten.text for file in plan.files.values()},
            sites_file(plan).model_dump_json(),
            instrument_report(plan, planner.switches).model_dump_json(),
            dict(self.work),
        )

    def build_from_nothing(self, target: Path, other: Path) -> _Built:
        """Without anything that is remembered; the numbers of files are those of the other target directory."""
        shutil.rmtree(other, ignore_errors=True)
        (other / "borrowscope").mkdir(parents=True)
        shutil.copy(target / "borrowscope/file-ids.json", other / "borrowscope")
        return self.build(other)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many bodies were read, files rewritten, projects searched for unsafe operations."""
    counts = {"bodies": 0, "files": 0, "searches": 0}
    search = vars(unsafe_facts)["_found"]

    def parsed(text: str) -> Body | None:
        counts["bodies"] += 1
        return parse_body(text)

    def rewritten(*given: object) -> object:
        counts["files"] += 1
        return rewrite_file(*given)  # type: ignore[arg-type]

    def searched(*given: object) -> object:
        counts["searches"] += 1
        return search(*given)

    monkeypatch.setattr(kept_bodies, "parse_body", parsed)
    monkeypatch.setattr(kept_rewrites, "rewrite_file", rewritten)
    monkeypatch.setattr(unsafe_facts, "_found", searched)
    return counts


@pytest.fixture
def crate(tmp_path: Path, work: dict[str, int]) -> _Crate:
    """A fresh copy of semver: seven files, two of them with unsafe operations."""
    fetched = run_command([str(ROOT / "scripts" / "fetch"), "semver"], ROOT)
    folder = tmp_path / "semver"
    shutil.copytree(fetched.stdout.strip(), folder, ignore=shutil.ignore_patterns("target"))
    return _Crate(folder, work)


def test_one_change_after_the_other(crate: _Crate, tmp_path: Path, subtests: pytest.Subtests) -> None:
    target, other = tmp_path / "target", tmp_path / "other"
    first = crate.build(target)
    assert first.work["files"] >= len(first.texts) > 5
    for name, (file, old, new) in CHANGES.items():
        source = crate.folder / "src" / file
        text = source.read_text(encoding="utf-8")
        assert old in text
        source.write_text(text.replace(old, new) if old else text, encoding="utf-8")
        found, expected = crate.build(target), crate.build_from_nothing(target, other)
        with subtests.test(msg=name):
            assert (found.texts, found.sites, found.report) == (expected.texts, expected.sites, expected.report)
            assert found.work["files"] <= (2 if old else 0)  # one that has outgrown its number is rewritten twice
            assert found.work["bodies"] < expected.work["bodies"] / 2
            assert found.work["searches"] == (name in SEARCHED)
            assert expected.work["searches"] == 1
