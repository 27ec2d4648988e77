"""Runs a program of one file untouched and traced. In: its source. Out: what it printed, its events as short lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.drops.programs import BORROWSCOPE, Outcome, exported_events, run_command

_PLACE = {"file", "line", "column", "function"}
_PARTIES = {"name", "instance", "owner", "from", "to", "source", "object"}
_COMMON = {"seq", "time_ns", "process", "thread", "thread_name", "event", "ty"} | _PLACE | _PARTIES


def run_both(source: str, folder: Path, edition: str = "2024") -> tuple[Outcome, Outcome, list[dict[str, Any]]]:
    """The program's untouched and traced outcomes, and the events of the traced run."""
    file, program, recording = folder / "program.rs", folder / "program", folder / "program.bstrace"
    file.write_text(source, encoding="utf-8")
    built = run_command(["rustc", f"--edition={edition}", "-Awarnings", str(file), "-o", str(program)], folder)
    assert built.code == 0, built.stderr
    untouched = run_command([str(program)], folder)
    words = ["run", str(file), "--edition", edition, "-o", str(recording), "--preset", "verbose", "--quiet"]
    traced = run_command([*BORROWSCOPE, *words], folder)
    assert recording.is_dir(), traced.stderr
    return untouched, traced, exported_events(recording)


def lines(events: list[dict[str, Any]], function: str) -> list[str]:
    """The events of one function (closures included), own fields behind; constructs by the order of their births."""
    numbers: dict[int, int] = {}
    found = []
    for event in events:
        if event["function"] is None or f"::{function}" not in event["function"] or event["event"].startswith("Fn"):
            continue
        own = [f"{key}={value}" for key, value in event.items() if key not in _COMMON]
        parts = [event["event"], *([event["name"]] if event["name"] else []), *own]
        if event["name"] is None and event["instance"] is not None:
            parts.append(f"#{numbers.setdefault(event['instance'], len(numbers) + 1)}")
        found.append(" ".join(parts))
    return found


def instances_of(events: list[dict[str, Any]], *variants: str) -> list[int]:
    """The instances of all events of these variants."""
    return [event["instance"] for event in events if event["event"] in variants]
