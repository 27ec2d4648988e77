"""The directory of a recording: made before the program starts, completed when it has ended.

In: where the user wants it, the plan, how the run went. Out: `sites.json`, `instrument-report.json`, `run.json` and
the sources beside the streams that the program writes. Errors: `UsageError` for a place that cannot be used.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from borrowscope.build.directories import write_atomically
from borrowscope.build.plan import InstrumentPlan
from borrowscope.errors import UsageError
from borrowscope.tables.recording_files import InstrumentReport, RunFile, SitesFile

SUFFIX = ".bstrace"
STREAM_SUFFIX = ".bsstream"
FILES = ("sites.json", "run.json", "instrument-report.json")
SOURCES = "sources"

Describe = Callable[[Path], dict[str, Any]]


def prepare_recording(recordings: Path, command: str, wanted: Path | None) -> Path:
    """The directory for a new recording; an older recording at `wanted` is replaced, anything else is refused."""
    if wanted is None:
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        place = recordings / f"{moment}-{command}{SUFFIX}"
        number = 1
        while place.exists():
            number += 1
            place = recordings / f"{moment}-{number}-{command}{SUFFIX}"
    else:
        place = wanted.absolute()
        check_place(wanted)
        _clear(place)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write {place}: {error.strerror}", hint="name another place with -o") from error
    _point_latest(recordings, place)
    return place


def check_place(wanted: Path) -> None:
    """Refuse a place that holds something else than a recording; before anything is built."""
    if wanted.exists() and not wanted.is_dir():
        raise UsageError(f"{wanted} is a file", hint="name a new directory for the recording with -o")
    if wanted.is_dir() and any(not is_ours(entry) for entry in wanted.iterdir()):
        raise UsageError(f"{wanted} is not empty and no recording", hint="name a new directory with -o")


def is_ours(entry: Path) -> bool:
    """Whether an entry of a recording's folder is one that we make."""
    return entry.name in {*FILES, SOURCES} or entry.suffix == STREAM_SUFFIX


def _clear(place: Path) -> None:
    if not place.is_dir():
        return
    for entry in place.iterdir():
        if entry.name == SOURCES:
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _point_latest(recordings: Path, place: Path) -> None:
    """`latest` leads to the newest recording, also to one that lies elsewhere."""
    recordings.mkdir(parents=True, exist_ok=True)
    latest = recordings / "latest"
    part = recordings / ".latest.part"
    part.unlink(missing_ok=True)
    part.symlink_to(place.name if place.parent == recordings else place)
    part.replace(latest)


def write_model(path: Path, model: BaseModel) -> None:
    """Write one of the JSON files, whole or not at all; with its digest where it has one."""
    content = model.sealed() if isinstance(model, SitesFile | RunFile) else model
    write_atomically(path, (content.model_dump_json(indent=1) + "\n").encode())


def write_plan(place: Path, plan: InstrumentPlan, sites: SitesFile, report: InstrumentReport) -> None:
    """Sites, report and the sources that sites name: complete before the program's first event."""
    write_model(place / "sites.json", sites)
    write_model(place / "instrument-report.json", report)
    for file in plan.files.values():
        relative = Path(file.origin.relative)
        if file.recorded and not relative.is_absolute():
            copy = place / SOURCES / relative
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.origin.source)


def finish_run(place: Path, run: RunFile, describe: Describe | None) -> RunFile:
    """Complete `run.json` with the streams; `describe` reads a stream's executable, events, stop (or is not known)."""
    run.streams = [_stream(path, describe) for path in sorted(place.glob(f"*{STREAM_SUFFIX}"))]
    write_model(place / "run.json", run)
    return run


def _stream(path: Path, describe: Describe | None) -> dict[str, Any]:
    pid = path.name.partition("-")[0]
    known = describe(path) if describe else {}
    return {
        "file": path.name,
        "pid": int(pid) if pid.isdigit() else None,
        "executable": None,
        "events": None,
        "bytes": path.stat().st_size,
        "truncated": None,
        "stopped": None,
        **known,
    }
