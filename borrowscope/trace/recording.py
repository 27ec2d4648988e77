"""Opens a recording: a folder with `sites.json`, `run.json` and one stream for each process.

In: the folder's path. Out: `Recording`. Whatever is unreadable raises InputError; what is only missing is in `notes`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import BaseModel, ValidationError

from borrowscope.errors import InputError
from borrowscope.tables import stream_format as spec
from borrowscope.tables.recording_files import (
    FORMAT_VERSION,
    RunFile,
    SiteRecord,
    SitesFile,
    SourceFile,
    digest_of,
)
from borrowscope.trace.events import Events
from borrowscope.trace.shapes import Shapes
from borrowscope.trace.stream import Stream, read_stream
from borrowscope.trace.table import Table, make_table

_READ_SIZE = 1 << 16
_HINT = "give the folder of a recording (NAME.bstrace), as `borrowscope run -o NAME.bstrace` writes it"


@dataclass(slots=True)
class Recording:
    """One run: its sites by number, its files by id, and its events in `seq` order, as columns.

    `notes` are what a reader must say: cut streams, recordings that stopped early.
    """

    path: Path
    sites: dict[int, SiteRecord]
    files: dict[int, SourceFile]
    run: RunFile | None
    table: Table
    notes: list[str]

    @property
    def events(self) -> Events:
        """The events one by one; each look at one makes it anew."""
        return Events(self.table)


def load_recording(path: Path) -> Recording:
    """Read a recording with all its streams.

    Raises:
        InputError: there is no such folder, it is no recording, it is empty, it is newer than this BorrowScope, or it
            does not fit into memory.
    """
    try:
        return _load(path)
    except MemoryError as error:
        raise InputError(
            f"{path}: the recording is too large for the memory of this machine",
            hint="record less: --max-bytes, --only, --skip, --sample, --trace",
        ) from error


def _load(path: Path) -> Recording:
    names = _stream_names(path)
    sites_file = _load_sites(path)
    sites = {site.number: site for site in sites_file.sites} if sites_file else {}
    files = {file.id: file for file in sites_file.files} if sites_file else {}
    notes: list[str] = []
    streams = _load_streams(path, names, notes)
    run = _load_run(path)
    shapes = Shapes(sites, {number: file.path for number, file in files.items()})
    table = make_table(streams, shapes)
    for stream in streams:
        notes.extend(stream.notes)
    numbers = {word & spec.SITE_MASK for word in table.word_counts}
    unknown = {number for number in numbers - sites.keys() if not shapes.is_by_hand(number)}
    if unknown and sites_file is None:
        raise InputError(f"{path}: the recording has no sites.json", hint="copy the whole folder of the recording")
    if unknown:
        notes.append(f"{len(unknown)} sites of the streams are not in sites.json: their events have no place")
    return Recording(path, sites, files, run, table, notes)


def _stream_names(path: Path) -> list[str]:
    if not path.exists():
        raise InputError(f"{path}: there is no such recording", hint=_HINT)
    if not path.is_dir():
        raise InputError(f"{path}: this is no recording, which is a folder", hint=_HINT)
    names = sorted(entry.name for entry in path.iterdir() if entry.name.endswith(spec.SUFFIX))
    if not names and not (path / "sites.json").is_file():
        empty = not any(path.iterdir())
        raise InputError(f"{path}: {'the folder is empty' if empty else 'this is no recording'}", hint=_HINT)
    if not names:
        raise InputError(
            f"{path}: the recording is empty, no process wrote to it", hint="record again; did traced code run?"
        )
    return names


def _load_streams(path: Path, names: list[str], notes: list[str]) -> list[Stream]:
    """Decode the streams. One without a whole header beside others belongs to a process that could not begin."""
    streams = []
    for name in names:
        try:
            with (path / name).open("rb", buffering=0) as file:  # what the program writes just now is seen at once
                is_empty = _is_empty(file)
                if is_empty and len(names) == 1:
                    raise InputError(f"{path / name}: the recording is empty", hint="was the disk full? record again")
                if is_empty or (len(names) > 1 and _ends_in_header(file)):
                    notes.append(f"{name}: the stream is empty; its process could not begin to record")
                else:
                    streams.append(read_stream(file, name))
        except OSError as error:
            raise InputError(f"{path / name}: cannot be read ({error.strerror})", hint=_HINT) from error
    if not streams:
        raise InputError(f"{path}: the recording is empty, no process could begin to record", hint="record again")
    return streams


def _is_empty(file: BinaryIO) -> bool:
    """Whether the file holds nothing but zeros."""
    file.seek(0)
    while part := file.read(_READ_SIZE):
        if part.strip(b"\0"):
            return False
    return True


def _ends_in_header(file: BinaryIO) -> bool:
    """Whether the process was ended while it wrote the header, whose magic comes last."""
    file.seek(0)
    start = file.read(spec.HEADER_SIZE)
    if start.startswith(spec.MAGIC):
        return len(start) < spec.HEADER_SIZE
    return not any(start[: len(spec.MAGIC)]) and not any(file.read(_READ_SIZE))


def _load_sites(path: Path) -> SitesFile | None:
    """`sites.json`; a program in which all calls were made by hand has none."""
    file = path / "sites.json"
    if not file.is_file():
        return None
    try:
        return SitesFile.model_validate(_load_json(file, SitesFile))
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InputError(f"{file}: not as it should be, at `{place}`", hint="record the program again") from error


def _load_run(path: Path) -> RunFile | None:
    """`run.json`, which the process that records does not write itself: it may be missing."""
    file = path / "run.json"
    if not file.is_file():
        return None
    try:
        return RunFile.model_validate(_load_json(file, RunFile))
    except ValidationError as error:
        raise InputError(f"{file}: not as it should be", hint="remove it, the events are not in there") from error


def _load_json(file: Path, model: type[BaseModel]) -> Any:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{file}: cannot be read as JSON", hint="record the program again") from error
    version = str(content.get("version", "")) if isinstance(content, dict) else ""
    major = version.split(".")[0]
    if major.isdigit() and int(major) > int(FORMAT_VERSION.split(".")[0]):
        raise InputError(
            f"{file}: version {version} is newer than this BorrowScope reads ({FORMAT_VERSION})",
            hint="update BorrowScope",
        )
    if isinstance(content, dict) and not _is_as_written(content, model):
        raise InputError(f"{file}: damaged, it is not as it was written", hint="record the program again")
    return content


def _is_as_written(content: dict[str, Any], model: type[BaseModel]) -> bool:
    """Whether the digest is that of the content. Files without one are old and have no keys that are not known."""
    if content.get("digest") is None:
        return content.keys() <= model.model_fields.keys()
    return bool(content["digest"] == digest_of(content))
