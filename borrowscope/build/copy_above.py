"""What lies above the root and means something to its builds, for a copy elsewhere: cargo's configuration, toolchain.

In: the root, where the copy goes. Out: the files that reach the root and not the copy; the copy's own configuration
with theirs merged in as cargo merges them: what lies deeper wins, lists are joined with the deeper one behind.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, MutableMapping
from pathlib import Path

from borrowscope.build.copy_config import find_configurations, with_outside_paths
from borrowscope.build.manifest import Table, edit_manifest

TOOLCHAINS = ("rust-toolchain", "rust-toolchain.toml")


def configurations_above(root: Path, out: Path) -> list[Path]:
    """Cargo's configurations in the folders above the root that are not above the copy; the nearest first."""
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo").resolve()
    found = find_configurations(_folders(root, out))
    return [place for place in found if place.parent.resolve() != home]


def toolchain_above(root: Path, out: Path) -> Path | None:
    """The file that names the root's toolchain, where it does not name the copy's, too."""
    own = _toolchains([root])
    return None if next(own, None) else next(_toolchains(_folders(root, out)), None)


def with_configurations(text: str, place: Path, above: Iterable[Path]) -> str:
    """The configuration at `place` with those above; their paths become absolute."""

    def edit(document: Table) -> None:
        for outer in above:
            # no path of theirs can lie below the file itself: each that is one becomes absolute
            edited = with_outside_paths(outer.read_text(encoding="utf-8"), outer, outer)
            edit_manifest(edited, outer, lambda content: _merge(document, content))

    return edit_manifest(text, place, edit)


def _merge(inner: MutableMapping[str, object], outer: MutableMapping[str, object]) -> None:
    for key, value in outer.items():
        known = inner.get(key)
        if known is None:
            inner[key] = value
        elif isinstance(known, MutableMapping) and isinstance(value, MutableMapping):
            _merge(known, value)
        elif isinstance(known, list) and isinstance(value, list):
            inner[key] = [*value, *known]


def _folders(root: Path, out: Path) -> Iterator[Path]:
    return (folder for folder in root.parents if not out.is_relative_to(folder))


def _toolchains(folders: Iterable[Path]) -> Iterator[Path]:
    places = (folder / name for folder in folders for name in TOOLCHAINS)
    return (place for place in places if place.is_file())
