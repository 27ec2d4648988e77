"""The texts to analyze: reads the files of the targets from disk.

In: packages with their targets. Out: `SourceText` values, and the files that cannot be read with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from os.path import normpath
from pathlib import Path

from borrowscope.analyzer.static.includes import included_file
from borrowscope.parse.modules import ModuleFile, crate_files
from borrowscope.parse.syntax import Node
from borrowscope.project.model import Package, Target

_INCLUDE = re.compile(rb'\binclude\s*!\s*[(\[{]\s*(?P<raw>r#*)?"(?P<path>[^"\\\n]+)"')
_INCLUDE_BELOW = re.compile(
    rb"\binclude\s*!\s*[(\[{]\s*(?P<path>concat\s*!\s*[(\[{]\s*env\s*!.*?[)\]}])\s*,?\s*[)\]}]", re.DOTALL
)


@dataclass(slots=True, frozen=True)
class SourceText:
    """One file: where it lies, what it is called in our files, and the module that it is."""

    path: str  # absolute
    relative: str  # to the project's root, with forward slashes
    crate: str
    module_path: str  # starts with the crate's name
    source: bytes
    tree: Node | None = field(default=None, compare=False, repr=False)  # where somebody has parsed it already


@dataclass(slots=True)
class SourceTexts:
    """All files; `unreadable` are relative paths with the reason."""

    files: list[SourceText] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)


def read_sources(root: Path, targets: Iterable[tuple[Package, Target]]) -> SourceTexts:
    """Every file of the targets once, the first target that reaches it counts; `root` is what paths are relative to.

    Files that `include!("x.rs")` names belong to the module that includes them. Files that are not UTF-8 are listed as
    unreadable; `mod x;` without a file is left out.
    """
    texts = SourceTexts()
    seen: set[Path] = set()
    for _, target in targets:
        waiting = crate_files(target.src_path, target.crate_name)[::-1]
        while waiting:
            file = waiting.pop()
            if file.path in seen:
                continue
            seen.add(file.path)
            relative = file.path.relative_to(root) if file.path.is_relative_to(root) else file.path
            try:
                source = file.source if file.source is not None else file.path.read_bytes()
                source.decode("utf-8")
            except OSError as error:
                texts.unreadable.append((relative.as_posix(), error.strerror or "cannot be read"))
            except UnicodeDecodeError:
                texts.unreadable.append((relative.as_posix(), "not UTF-8"))
            else:
                names = (str(file.path), relative.as_posix(), target.crate_name, file.module_path)
                texts.files.append(SourceText(*names, source, file.tree))
                waiting += _included(file, source)
    return texts


def _included(file: ModuleFile, source: bytes) -> Iterator[ModuleFile]:
    """The Rust files that a file includes by a literal path, or by one below the manifest's folder."""
    for match in _INCLUDE.finditer(source):
        path = Path(normpath(file.path.parent / match["path"].decode("utf-8", "replace")))
        if path.is_file():
            yield ModuleFile(path, file.module_path, is_root=False)
    for match in _INCLUDE_BELOW.finditer(source):
        found = included_file(match["path"].decode("utf-8", "replace"), file.path, file.path, ())
        if found is not None:
            yield ModuleFile(found, file.module_path, is_root=False)
