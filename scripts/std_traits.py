"""The traits of std's types that decide over ownership, from the documentation of the installed toolchain.

In: `rustc --print sysroot` with the rust-docs component. Out: `borrowscope/tables/std_traits.txt`, one impl a line:
`type <tab> trait or !trait <tab> the type's arguments <tab> the impl's parameters <tab> conditions`. Run it with the
pinned toolchain: `.venv/bin/python scripts/std_traits.py`; a test says when the file is no longer what it prints.
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

OUT = Path(__file__).parent.parent / "borrowscope" / "tables" / "std_traits.txt"
TRAITS = {
    "std::marker::Send": "Send",
    "std::marker::Sync": "Sync",
    "std::marker::Copy": "Copy",
    "std::clone::Clone": "Clone",
    "std::ops::Drop": "Drop",
    "std::iter::Iterator": "Iterator",
    "std::future::Future": "Future",
}
ASKED_ONLY = {"std::marker::Unpin": "Unpin", "std::iter::Step": "Step"}  # told as conditions alone
LEFT_OUT = frozenset({"arch", "simd", "intrinsics"})
_HEADER = re.compile(r'<section id="impl-[^"]*" class="impl">.*?<h3 class="code-header">(.*?)</h3>', re.DOTALL)
_LINK = re.compile(r'<a class="(?:struct|enum|union|trait)" [^>]*title="\w+ ([\w:]+)">[^<]*</a>')
_TAG = re.compile(r"<[^>]+>")
_IMPL = re.compile(r"(?:unsafe )?impl(.*?)(!?)(std::[\w:]+) for (std::[\w:]+)(.*)", re.DOTALL)
_LIFETIME = re.compile(r"(?:for<[^>]*> ?)|'\w+ ?")


def documentation() -> Path | None:
    """The folder of std's pages; None where the rust-docs component is not installed."""
    root = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S607
    folder = Path(root) / "share" / "doc" / "rust" / "html" / "std"
    return folder if folder.is_dir() else None


def lines(folder: Path) -> Iterator[str]:
    """Every line of the file, sorted by type and trait."""
    found = {line for page in _pages(folder) for line in _impls(page)}
    yield from sorted(found)


def _pages(folder: Path) -> Iterator[tuple[str, str]]:
    """The types' public paths, and their pages."""
    for place in folder.rglob("*.html"):
        module = place.relative_to(folder).parts[:-1]
        kind, _, name = place.stem.partition(".")
        if kind in {"struct", "enum", "union"} and not LEFT_OUT & set(module):
            yield "::".join(("std", *module, name)), place.read_text(encoding="utf-8")


def _impls(page: tuple[str, str]) -> Iterator[str]:
    path, text = page
    yield f"{path}\t\t\t\t"  # known, whatever it implements
    for header in _HEADER.findall(text):
        plain = html.unescape(_TAG.sub("", _LINK.sub(r"\1", header)))
        match = _IMPL.match(" ".join(plain.split()))
        if match is None or match[3] not in TRAITS or match[4].rpartition("::")[2] != path.rpartition("::")[2]:
            continue
        generics, rest = match[1].strip(), match[5]
        arguments, rest = _angles(rest)
        bounds = [*_parts(generics[1:-1]), *_parts(rest.strip().removeprefix("where"))]
        names = [part.partition(":")[0].strip() for part in _parts(generics[1:-1])]
        conditions = sorted({told for bound in bounds for told in _conditions(bound)})
        fields = (
            path,
            match[2] + TRAITS[match[3]],
            ", ".join(_parts(arguments)),
            " ".join(name for name in names if name),
            "; ".join(conditions),
        )
        yield "\t".join(fields)


def _angles(text: str) -> tuple[str, str]:
    """The arguments in angle brackets at the start, and what follows."""
    if not text.startswith("<"):
        return "", text
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "<") - (char == ">" and text[at - 1] not in "-=")
        if depth == 0:
            return text[1:at], text[at + 1 :]
    return text[1:], ""


def _parts(text: str) -> list[str]:
    """What commas separate at the outermost level, without lifetimes."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate([*text, ","]):
        if char in "<([":
            depth += 1
        elif char in ")]" or (char == ">" and text[at - 1] not in "-="):
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(_LIFETIME.sub("", text[start:at]).strip())
            start = at + 1
    return [part for part in parts if part and not part.startswith("const ")]


def _conditions(bound: str) -> Iterator[str]:
    """`T: Send` for each trait of ours that the bound asks for; others are conditions of the type itself."""
    subject, _, traits = bound.partition(": ")
    for trait in traits.split(" + "):
        name = TRAITS.get(trait) or ASKED_ONLY.get(trait)
        if name:
            yield f"{subject.strip()}: {name}"


def main() -> int:
    """Write the file."""
    folder = documentation()
    if folder is None:
        sys.stderr.write("error: the rust-docs component is not installed\n")
        return 2
    OUT.write_text("\n".join(lines(folder)) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
