"""A single `.rs` file as a project: a generated package in the user's cache directory that points at the file.

In: the file and an edition. Out: the generated manifest's path. Errors: `UsageError` where the cache is not writable.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from borrowscope.errors import UsageError

DEFAULT_EDITION = "2024"
FORBIDDEN_NAMES = frozenset(
    {
        "build",
        "deps",
        "examples",
        "incremental",
        "test",
        "core",
        "std",
        "alloc",
        "proc_macro",
    }
)


def cache_directory() -> Path:
    """Our directory in the user's cache (`XDG_CACHE_HOME`, else `~/.cache`)."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache") / "borrowscope"


def cached_files() -> Iterator[tuple[Path, Path]]:
    """Every single file that was ever built, and the folder of what was made of it."""
    for manifest in sorted((cache_directory() / "files").glob("*/Cargo.toml")):
        try:
            binaries = tomllib.loads(manifest.read_text(encoding="utf-8"))["bin"]
            yield Path(binaries[0]["path"]), manifest.parent
        except (OSError, ValueError, LookupError, TypeError):
            continue


def package_name(file: Path) -> str:
    """A name that cargo accepts, made from the file's stem."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", file.stem)
    if not name[:1].isalpha() or name.lower() in FORBIDDEN_NAMES:
        name = f"file_{name}"
    return name


def single_file_manifest(file: Path, edition: str | None) -> Path:
    """Write the generated package for the (absolute) file, if it is not there yet; its `Cargo.toml`."""
    key = hashlib.sha256(os.fsencode(file)).hexdigest()[:16]
    name = package_name(file)
    manifest = cache_directory() / "files" / f"{name}-{key}" / "Cargo.toml"
    text = (
        f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "{edition or DEFAULT_EDITION}"\n'
        f'publish = false\n\n[[bin]]\nname = "{name}"\npath = {json.dumps(str(file), ensure_ascii=False)}\n\n'
        "[workspace]\n"
    )
    try:
        if not manifest.exists() or manifest.read_text(encoding="utf-8") != text:
            manifest.parent.mkdir(parents=True, exist_ok=True)
            manifest.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write {manifest.parent}: {error.strerror}",
            hint="set XDG_CACHE_HOME to a folder that can be written",
        ) from error
    return manifest
