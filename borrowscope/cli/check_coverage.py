"""`check --coverage REC`: the unsafe operations of an analysis beside what a recording tells of them.

In: a recording's path, an analysis. Out: `Coverage`; what makes the recording tell less than all goes to stderr.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from borrowscope.analyzer.analyze import Analysis
from borrowscope.check.coverage import SiteRuns, coverage_of
from borrowscope.check.model import Coverage
from borrowscope.check.view import FileView, ProjectView
from borrowscope.cli import terminal
from borrowscope.cli.recordings import open_recording

if TYPE_CHECKING:
    from borrowscope.trace.recording import Recording

_TEST = re.compile(r"#!?\[\s*(?:\w+\s*::\s*)*\w*(?:test|quickcheck)")


def covered(named: Path, analysis: Analysis) -> Coverage:
    """What the recording tells."""
    recording = open_recording(named)
    view = ProjectView.of(analysis)
    changed = _changed(recording, view)
    for file in sorted(changed):
        terminal.warn(f"{file} is not what was recorded: nothing is known of its operations")
    for loss in recording.run.lost if recording.run is not None else ():
        terminal.warn(f"the recording lost events, operations may have run unseen: {loss.get('reason')}")
    return coverage_of(view, list(_site_runs(recording, view)), changed)


def _changed(recording: Recording, view: ProjectView) -> set[str]:
    """The files whose text is another than the recorded one."""
    recorded: dict[str, set[str]] = {}
    for file in recording.files.values():
        recorded.setdefault(file.path, set()).add(file.sha256)
    return {
        file.path
        for file in view.files
        if file.path in recorded and hashlib.sha256(file.source).hexdigest() not in recorded[file.path]
    }


def _site_runs(recording: Recording, view: ProjectView) -> Iterator[SiteRuns]:
    from borrowscope.trace.site_runs import BLOCK, ENTRY, OPERATIONS, runs_of_sites  # noqa: PLC0415 - it takes numpy

    tests = {path: path.partition("::")[2] for file in view.files for path in _tests(file)}
    entries = {
        number: tests[site.function]
        for number, site in recording.sites.items()
        if site.event == ENTRY and site.function in tests
    }
    runs = runs_of_sites(recording.table, partial(_test_of, frozenset(tests.values())), entries)
    for number, site in recording.sites.items():
        file = recording.files.get(site.file)
        if file is not None and site.event in {BLOCK, ENTRY, *OPERATIONS}:
            start, end = (site.line, site.column), (site.end_line, site.end_column)
            yield SiteRuns(file.path, start, end, site.event, site.function, runs.get(number, {}))


def _tests(file: FileView) -> Iterator[str]:
    """The paths of test functions: `#[test]`, `#[tokio::test]`, `#[rstest]` ..."""
    for function in file.functions:
        if any(_TEST.match(attribute.text) for attribute in function.attributes):
            yield function.path


def _test_of(tests: frozenset[str], thread: str) -> str | None:
    """The test that a thread is named after; cases of one (`name::case_1`) count for themselves."""
    return thread if thread in tests or thread.rpartition("::")[0] in tests else None
