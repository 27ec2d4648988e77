"""Writes the runtime crate `borrowscope-runtime` from the templates and the tables.

In: where to, and what is built in (the file that names the running recording, or the sites, or nothing). Out: a cargo
crate. What its library is made of is told apart from what stands around it for people (README, tests, examples).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from borrowscope.runtime.constants import format_module

CRATE = "borrowscope-runtime"

_OF_THE_LIBRARY = ("Cargo.toml", "rustfmt.toml")
_SUFFIXES = (".rs", ".toml", ".md", ".lock")

_CONFIG = """//! What was fixed when this crate was generated.

/// File whose first line is the folder of the recording that is going on; without it nothing is recorded.
pub(crate) const ACTIVE_FILE: Option<&str> = {active_file};

/// Folder of this crate in an instrumented copy: recordings are made in `recordings` beside it. None in a crate that
/// stands alone: what nobody gives a folder to stays in memory.
pub(crate) const HOME: Option<&str> = {home};

/// The sites of the instrumented copy, written into each of its recordings.
pub(crate) const SITES: Option<&str> = {sites};
"""


Generator = Callable[[], dict[str, str]]

GENERATED: tuple[Generator, ...] = (lambda: {"src/format.rs": format_module()},)
"""What is made from the tables: each gives files by path, formatted as rustfmt does."""


def runtime_files(*, active_file: Path | None, sites_json: str | None) -> dict[str, str]:
    """What the library is built from, by path relative to the crate, `/` between the parts.

    Without an active file and without sites it is the library of the crate alone. The same input gives the same text.
    """
    files = {name: text for name, text in _templates() if name in _OF_THE_LIBRARY or name.startswith("src/")}
    for generator in GENERATED:
        files |= generator()
    files["src/config.rs"] = _CONFIG.format(
        active_file=f"Some({_literal(str(active_file))})" if active_file else "None",
        home="None" if sites_json is None else 'option_env!("CARGO_MANIFEST_DIR")',
        sites="None" if sites_json is None else 'Some(include_str!("sites.json"))',
    )
    if sites_json is not None:
        files["src/sites.json"] = sites_json
    return dict(sorted(files.items()))


def crate_files() -> dict[str, str]:
    """The crate alone, with all that people and `cargo test` find in it."""
    return dict(sorted((dict(_templates()) | runtime_files(active_file=None, sites_json=None)).items()))


def write_runtime(out: Path, *, active_file: Path | None, sites_json: str | None) -> None:
    """Write what the library is built from to the folder `out`, which is replaced as a whole.

    Args:
        out: folder of the crate; its parent is created.
        active_file: file whose first line names the recording's folder at run time.
        sites_json: content of `sites.json` of an instrumented copy: its programs write it into their recordings, which
            they make in `recordings/` beside the crate.

    Raises:
        OSError: the folder cannot be written.
    """
    _write(out, runtime_files(active_file=active_file, sites_json=sites_json))


def write_crate(out: Path) -> None:
    """Write the crate alone to the folder `out`; of an older one there the build products stay.

    Raises:
        OSError: the folder cannot be written.
    """
    _write(out, crate_files(), kept=("target",))


def _write(out: Path, files: dict[str, str], kept: tuple[str, ...] = ()) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        for name, text in files.items():
            path = staging / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        staging.chmod(0o755)
        for name in kept:
            if (out / name).exists():
                (out / name).rename(staging / name)
        _replace(staging, out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _replace(staging: Path, out: Path) -> None:
    if out.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent))
        try:
            out.replace(old / "crate")
            staging.replace(out)
        finally:
            shutil.rmtree(old, ignore_errors=True)
    else:
        staging.replace(out)


def _templates() -> list[tuple[str, str]]:
    return list(_files_below(resources.files("borrowscope.runtime") / "template", ""))


def _files_below(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    """The template's files; what cargo and people leave in it while they work on it is not part of it."""
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name != "target":
                yield from _files_below(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(_SUFFIXES):
            yield f"{prefix}{entry.name}", entry.read_text(encoding="utf-8")


def _literal(text: str) -> str:
    """A Rust string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in escaped) + '"'
