"""A program that reads its own recording sees what a reader of the recording sees: generated calls, all threads."""

from __future__ import annotations

from pathlib import Path

import pytest

from borrowscope.tables.published_events import BY_VARIANT
from borrowscope.trace.event import Event
from borrowscope.trace.recording import load_recording
from tests.runtime.recorded import program, run, write_sites
from tests.runtime.site_program import SITES, SOURCE

_TELL = r"""
fn main() {
    work();
    for record in borrowscope_runtime::get_records() {
        let kind = format!("{:?}", record.event);
        println!(
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            kind.split(' ').next().unwrap_or(""),
            record.time_ns,
            record.name.unwrap_or_default(),
            record.file.unwrap_or_default(),
            record.line.unwrap_or(0),
            record.function.unwrap_or_default(),
            record.instance.unwrap_or(0),
            record.owner.or(record.source).or(record.to).unwrap_or(0),
        );
    }
}
"""


def is_told(event: Event) -> bool:
    """Whether the public enum can say it."""
    return event.event in BY_VARIANT and event.fields.get("success") is not False


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[list[str]], list[Event]]:
    folder: Path = tmp_path_factory.mktemp("queries")
    write_sites(folder, SITES)
    result = run(program(SOURCE.replace("fn main()", "fn work()") + _TELL), folder)
    assert result.returncode == 0, result.stderr
    inside = [line.split("\t") for line in result.stdout.splitlines() if line.count("\t") == 7]
    return inside, [event for event in load_recording(folder).events if is_told(event)]


def test_the_same_events_at_the_same_places(seen):
    inside, outside = seen
    assert [(row[0], row[3], int(row[4]), row[5]) for row in inside] == [
        (event.event, event.file or "", event.line or 0, event.function or "") for event in outside
    ]
    assert len(inside) > 90


def test_the_same_instances_are_joined(seen):
    """Constructs and guards apart, which are numbered by their own rules, instances agree one to one."""
    inside, outside = seen
    pairs = set()
    for row, event in zip(inside, outside, strict=True):
        other = event.owner or event.source or event.to
        pairs |= {(int(row[6]), event.instance), (int(row[7]), other)} - {(0, None)}
    pairs = {(ours, theirs) for ours, theirs in pairs if ours and theirs}
    assert len(dict(pairs)) == len({theirs for _, theirs in pairs}) == len(pairs) > 20


def test_times_agree(seen):
    inside, outside = seen
    for row, event in zip(inside, outside, strict=True):
        assert abs(int(row[1]) - (event.time_ns - outside[0].time_ns + int(inside[0][1]))) < 100_000
