"""Files whose items `include!` puts where it stands: named by a literal, below the manifest's folder, or generated.

In: the call, the file around it, the crate's root, the folders that its build scripts wrote. Out: the file's path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from os.path import normpath
from pathlib import Path
from typing import Final

_STRING: Final = r'(?:r(#*)"(?P<{0}raw>[^"]*)"\1|"(?P<{0}>(?:[^"\\]|\\.)*)")'
_LITERAL: Final = re.compile(rf"\s*{_STRING.format('path')}\s*,?\s*")
_FOLDER: Final = re.compile(
    r'\s*concat\s*!\s*[(\[{]\s*env\s*!\s*[(\[{]\s*"(?P<variable>OUT_DIR|CARGO_MANIFEST_DIR)"\s*,?\s*[)\]}]\s*,\s*'
    r"(?P<rest>.*?),?\s*[)\]}]\s*,?\s*",
    re.DOTALL,
)
_OF_BUILD: Final = re.compile(r'\benv\s*!\s*[({\[]\s*"OUT_DIR"')
_PIECE: Final = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*(?:,|\Z)')


def included_file(arguments: str, around: Path, root: Path, out_dirs: Sequence[Path]) -> Path | None:
    """The file that `include!(arguments)` means in the file `around`; None where nobody knows it."""
    literal = _LITERAL.fullmatch(arguments)
    if literal is not None:
        return _existing([around.parent / (literal["path"] or literal["pathraw"] or "")])
    found = _FOLDER.fullmatch(arguments)
    rest = _joined(found["rest"]) if found is not None else None
    if found is None or rest is None:
        return None
    folders = out_dirs if found["variable"] == "OUT_DIR" else _manifest_folders(root)
    return _existing(Path(f"{folder}{rest}") for folder in folders)


def is_of_build(arguments: str) -> bool:
    """Whether `include!(arguments)` names a file that a build script writes."""
    return _OF_BUILD.search(arguments) is not None


def _joined(pieces: str) -> str | None:
    """`"/a", "/b"` as one text."""
    found, at = "", 0
    while at < len(pieces):
        piece = _PIECE.match(pieces, at)
        if piece is None:
            return None
        found, at = found + piece.group(1), piece.end()
    return found


def _manifest_folders(root: Path) -> Iterator[Path]:
    for folder in root.parents:
        if (folder / "Cargo.toml").is_file():
            yield folder
            return


def _existing(paths: Sequence[Path] | Iterator[Path]) -> Path | None:
    for path in paths:
        file = Path(normpath(path))
        if file.is_file():
            return file
    return None
