"""Places the generated runtime crate where a build finds it, and says what its manifest says.

In: our directory or a copy's. Out: the crate on disk; files that have not changed keep their mtimes.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from borrowscope.analyzer.kept_files import digest, tool_stamp
from borrowscope.build.directories import write_atomically, write_if_changed
from borrowscope.build.tool_cache import tool_directory
from borrowscope.build.toolchain import Toolchain, toolchain_key


@dataclass(frozen=True, slots=True)
class OverlayRuntime:
    """The runtime of an overlay: its source, the digest of its text, and what a library for all projects is made from.

    `shared` are entries of the wrapper's plan; none where a library must know its project.
    """

    source: Path
    digest: str
    shared: Mapping[str, str]


def place_runtime(place: Path, *, active_file: Path | None, sites_json: str | None, by_hand: bool = True) -> None:
    """Write the crate's files; those of an older version that are no longer there are removed."""
    from borrowscope.runtime.generate import runtime_files  # noqa: PLC0415 - its tables are slow to load

    _place(place, runtime_files(active_file=active_file, sites_json=sites_json, by_hand=by_hand))


def _place(place: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        write_if_changed(place / name, text.encode())
    for old in place.rglob("*"):
        if old.is_file() and old.relative_to(place).as_posix() not in texts:
            old.unlink()


def overlay_runtime(own: Path, active_file: Path, toolchain: Toolchain) -> OverlayRuntime:
    """The runtime of an overlay, in directories that their content names; written once by each state of the tool."""
    key = toolchain_key(toolchain)
    kept = own / "runtime" / f"{digest(tool_stamp(), str(active_file), key)}.json"
    try:
        known = json.loads(kept.read_text(encoding="utf-8"))
        found = OverlayRuntime(Path(known["source"]), known["digest"], known["shared"])
    except (OSError, ValueError, LookupError, TypeError):
        found = None
    if found is not None and _is_placed(found):
        return found
    placed = _write_overlay_runtime(own, active_file, key)
    state = {"source": str(placed.source), "digest": placed.digest, "shared": dict(placed.shared)}
    write_atomically(kept, json.dumps(state).encode())
    return placed


def _is_placed(found: OverlayRuntime) -> bool:
    shared = found.shared.get("shared-source")
    return found.source.is_file() and (shared is None or Path(shared).is_file())


def _write_overlay_runtime(own: Path, active_file: Path, compiler: str) -> OverlayRuntime:
    from borrowscope.runtime.generate import ROOM_MARK, ROOM_SIZE, runtime_files  # noqa: PLC0415

    project = runtime_files(active_file=active_file, sites_json=None)
    name = _digest(project)
    place = own / "runtime" / name[:16]
    _place(place, project)
    shared: dict[str, str] = {}
    if len(os.fsencode(active_file)) < ROOM_SIZE:
        general = runtime_files(active_file=None, sites_json=None, has_room=True)
        tools, text = tool_directory(own), _digest(general)[:16]
        _place(tools / f"runtime-{text}", general)
        shared = {
            "shared-source": str(tools / f"runtime-{text}" / "src" / "lib.rs"),
            "shared-place": str(tools),
            "shared-hash": text + compiler,
            "room-mark": ROOM_MARK,
            "room-size": str(ROOM_SIZE),
            "room-text": str(active_file),
        }
    return OverlayRuntime(place / "src" / "lib.rs", name, shared)


def _digest(texts: Mapping[str, str]) -> str:
    found = hashlib.sha256()
    for name, text in texts.items():
        found.update(f"{name}\0{text}\0".encode())
    return found.hexdigest()


def runtime_edition() -> str:
    """The edition that the runtime is written in."""
    return str(_package()["edition"])


def runtime_version() -> str:
    """The version in the runtime's manifest."""
    return str(_package()["version"])


@cache
def _package() -> dict[str, Any]:
    manifest = files("borrowscope.runtime").joinpath("template", "Cargo.toml").read_text(encoding="utf-8")
    package: dict[str, Any] = tomllib.loads(manifest)["package"]
    return package
