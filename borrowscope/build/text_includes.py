"""Paths in `include!`, `include_str!`, `include_bytes!` and `#[path]`, which rustc resolves beside the mirrored file.

In: a source file. Out: the files that it names, and insertions that make text includes of Rust sources absolute (the
program must read the user's text, not ours).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from borrowscope.rewrite.model import Insertion, RewrittenFile

_INCLUDE = re.compile(rb'\binclude(?P<text>_str|_bytes)?\s*!\s*[(\[{]\s*(?P<raw>r#*)?"(?P<path>[^"\\\n]+)"')


_MODULE_PATH = re.compile(rb'#\s*\[[^\]\n]*\bpath\s*=\s*(?:r#*)?"(?P<path>[^"\\\n]+\.rs)"')


def included_files(source: bytes, folder: Path) -> list[Path]:
    """The files that the source's includes name by a literal path, as written (relative ones below `folder`)."""
    return [folder / match["path"].decode("utf-8", "replace") for match in _INCLUDE.finditer(source)]


def text_include_insertions(source: bytes, folder: str) -> list[Insertion]:
    """Insertions that put the folder before the path of each `include_str!("x.rs")`."""
    found = []
    for match in _INCLUDE.finditer(source):
        path = match["path"].decode("utf-8", "replace")
        if match["text"] and path.endswith(".rs") and not path.startswith("/"):
            found.append(Insertion(match.start("path"), f"{folder}/", None))
    return found


def outside_path_insertions(source: bytes, folder: Path, root: Path) -> list[Insertion]:
    """Insertions that make the paths of includes and `#[path]` absolute that lead out of the root to a file."""
    matches = [*_INCLUDE.finditer(source), *_MODULE_PATH.finditer(source)]
    return [
        Insertion(match.start("path"), f"{folder.as_posix()}/", None)
        for match in matches
        if _leads_outside(folder / match["path"].decode("utf-8", "replace"), root)
    ]


def _leads_outside(named: Path, root: Path) -> bool:
    """Whether the path, with `..` in it, names a file outside of the root."""
    return ".." in named.parts and not Path(os.path.normpath(named)).is_relative_to(root) and named.is_file()


def with_insertions(rewritten: RewrittenFile, more: Iterable[Insertion]) -> RewrittenFile:
    """The rewritten file with more insertions; at one place they come before those that are there.

    A root's inner attributes must: at the first byte of a 2015 root the runtime may be named, which is an item.
    """
    insertions = sorted([*more, *rewritten.insertions], key=lambda each: each.at)
    if len(insertions) == len(rewritten.insertions):
        return rewritten
    return RewrittenFile(
        text=_apply(rewritten, insertions),
        sites=rewritten.sites,
        skipped=rewritten.skipped,
        functions=rewritten.functions,
        macros=rewritten.macros,
        insertions=insertions,
    )


def _apply(rewritten: RewrittenFile, insertions: list[Insertion]) -> bytes:
    """The text of `rewritten` with those of `insertions` that it does not hold yet (marks stay blanked)."""
    held = {id(insertion) for insertion in rewritten.insertions}
    text = rewritten.text
    parts: list[bytes] = []
    copied = 0
    shift = 0
    for insertion in insertions:
        content = insertion.text.encode()
        if id(insertion) in held:
            shift += len(content)
            continue
        at = insertion.at + shift
        parts += [text[copied:at], content]
        copied = at
    return b"".join([*parts, text[copied:]])
