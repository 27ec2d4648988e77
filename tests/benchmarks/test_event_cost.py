"""The benchmark of recording runs as a script, with every row that it promises; how fast it is, is not asserted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parent.parent.parent / "benchmarks" / "event_cost.py"
EVENTS = ("New", "Borrow", "Move", "RcClone", "Drop")
CALLS = ("generated", "with-id", "by-name")
NUMBER = r"-?[0-9]+\.[0-9]+"


@pytest.fixture(scope="module")
def printed() -> str:
    command = [sys.executable, str(BENCHMARK), "--events", "300", "--rounds", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("calls", CALLS)
def test_every_event_has_a_row_and_every_goal_a_ratio(calls: str, threads: int, printed: str):
    rows = re.findall(rf"^{calls} +{threads} (\w+) +{NUMBER} +{NUMBER} +{NUMBER}x +{NUMBER}$", printed, re.MULTILINE)
    assert tuple(rows) == EVENTS
    goals = re.findall(rf"^{calls} +{threads} (\w+) +{NUMBER}x \(goal [0-9]+x\)$", printed, re.MULTILINE)
    assert goals == (["median", "Drop"] if calls == "generated" else ["median"])


def table(printed: str, title: str) -> list[str]:
    """The rows below a title: a figure and what it is."""
    _, _, rest = printed.partition(f"\n{title}")
    assert rest, title
    rows = re.findall(rf"^ +({NUMBER})  (.+)$", rest.split("\n\n", maxsplit=1)[0], re.MULTILINE)
    assert all(float(figure) > 0 for figure, _ in rows)
    return [says for _, says in rows]


def test_it_tells_where_the_time_goes(printed: str):
    rows = table(printed, "where the time goes")
    assert {row.split(":")[0] for row in rows[:-1]} == {"clock", "store", "page faults", "file"}
    assert rows[-1].startswith("a whole event")


def test_it_tells_the_cost_of_being_off_the_sizes_and_many_threads(printed: str):
    assert [row.split(":")[0] for row in table(printed, "recording off")] == list(CALLS)
    sizes = [*(f"{calls}, on disk" for calls in CALLS), "0.1.2 by-name, in memory", "0.1.2 with-id, in memory"]
    assert table(printed, "bytes an event") == sizes
    assert [row.split(",")[0] for row in table(printed, "1000 threads")] == list(CALLS)
