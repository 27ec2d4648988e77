"""The table of scripts/accuracy --rustc: which bindings that rustc's dumps name stand in type-info.json as rustc says.

In: a folder with `NAME.json` (type-info), `NAME.path` (the crate) and `NAME/` (its target directory). Out: the table;
exit code 1 below the must. The dumps' heads are read here in another way than by the analyzer, so that its reader is
measured too.
"""

from __future__ import annotations

import codecs
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from borrowscope.analyzer.compiler import PACK, packed_dumps

MUST = 99.9
SHOWN = 12
DEBUG = re.compile(r"\s*debug (?P<name>\S+) => _(?P<local>\d+);\s*// in scope \d+ at (?P<place>.*)")
LET = re.compile(
    r"\s*let (?:mut )?_(?P<local>\d+): (?P<ty>.*?)(?: as UserTypeProjection.*)?;\s*// (?:in|return place in) scope"
)
PLACE = re.compile(r"(?P<file>.*?):(?P<line>\d+):(?P<column>\d+): (?P<end_line>\d+):(?P<end_column>\d+)")
LIFETIME = re.compile(r"(?<!\w)'(?:\w+|\{erased\})(?!')[ ,]* ?")
QUALIFIER = re.compile(r"(?:(?<![\w>}:])|(?<=<impl at )\b)(?:(?:\w+|\{[\w#]+\}|<impl at [^<>]*>)::)+(?=[\w{])")
PATTERN = re.compile(r"(?:&\s*(?:'\w+\s+)?)?(?:ref\s+)?(?:mut\s+)?(?:r#)?(?P<name>[^\W\d]\w*)")
MADE_BY_RUSTC = {"_task_context", "__awaitee", "__next"}


class Named(NamedTuple):
    """Where a name stands: the file, the line from 1, the column in bytes from 0."""

    file: str
    line: int
    column: int
    name: str


def plain(ty: str) -> str:
    """The type without lifetimes and without paths."""
    bare = LIFETIME.sub("", re.sub(r"for<[^<>]*> |(?: \+ '\w+)", "", ty))
    bare = re.sub(r"(?:::)?<>", "", QUALIFIER.sub("", bare))
    return re.sub(r"\((dyn [^()+]*)\)", r"\1", bare)


def argument_types(signature: str) -> dict[str, str]:
    """`_1: T, _2: U` of a body's first line."""
    found: dict[str, str] = {}
    starts = list(re.finditer(r"[(,] ?_(\d+): ", signature))
    for match in starts:
        depth, end = 0, match.end()
        while end < len(signature) and not (depth == 0 and signature[end] in ",)"):
            depth += {"(": 1, "<": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(signature[end], 0)
            depth -= signature[end] == ">" and signature[end - 1] not in "-="
            end += 1
        found.setdefault(match[1], signature[match.end() : end])
    return found


class Texts:
    """The crate's own files, by the names that rustc has for them."""

    def __init__(self, root: Path, workspace: Path) -> None:
        self._root, self._workspace = root, workspace
        self._lines: dict[str, list[str] | None] = {}
        self.passed: list[str] = []

    def find_name(self, name: str, place: str) -> Named | None:
        """Where the name stands below a span; None where it does not, or in a file of others."""
        match = PLACE.match(place)
        if match is None:
            return None
        path = self._workspace / match["file"]
        lines = self._read(path)
        if lines is None or int(match["line"]) > len(lines):
            return None
        line = lines[int(match["line"]) - 1]
        start = int(match["column"]) - 1
        end = int(match["end_column"]) - 1 if match["line"] == match["end_line"] else len(line)
        at = PATTERN.match(line[start:end])
        is_loop = name == "iter" and re.search(r"\bin\s+$", line[:start])  # what `for` makes of its expression
        if at is None or at["name"] != name or is_loop:
            self.passed.append(f"{place} {name} `{line[start:end]}`")
            return None
        column = len(line[: start + at.start("name")].removesuffix("r#").encode())
        column += 3 if match["line"] == "1" and path.read_bytes().startswith(codecs.BOM_UTF8) else 0
        return Named(path.relative_to(self._root).as_posix(), int(match["line"]), column, name)

    def _read(self, path: Path) -> list[str] | None:
        key = str(path)
        if key not in self._lines:
            is_own = path.is_relative_to(self._root) and path.is_file()
            self._lines[key] = path.read_bytes().decode("utf-8-sig").split("\n") if is_own else None
        return self._lines[key]


def heads(dumps: Path) -> Iterator[list[str]]:
    """The lines of each body before its first block, of the units that rustc has completed."""
    done = {path.stem.removeprefix("lib") for path in dumps.parents[1].rglob("lib*.rmeta")}
    for path in sorted(dumps.rglob(PACK)):
        if path.relative_to(dumps).parts[0] not in done:
            continue
        for text, _ in packed_dumps(path.read_bytes()):
            yield text.partition("\n    bb0")[0].split("\n")


def told_by_rustc(dumps: Path, texts: Texts) -> dict[Named, set[str]]:
    """Every named local of every body with the types it has there."""
    found: dict[Named, set[str]] = defaultdict(set)
    for head in heads(dumps):
        types = {match["local"]: match["ty"] for match in map(LET.match, head) if match}
        for line in head:
            if line.startswith(("fn ", "const ", "static ")):
                types.update(argument_types(line))
        here: dict[Named, set[str]] = defaultdict(set)
        for match in filter(None, map(DEBUG.match, head)):
            named = None if match["name"] in MADE_BY_RUSTC else texts.find_name(match["name"], match["place"])
            if named is not None:
                here[named].add(types[match["local"]])
        for named, kinds in here.items():
            found[named] |= {ty for ty in kinds if not (ty[:1] == "&" and ty[1:] in kinds)}  # a guard's view
    return found


def told_by_us(path: Path) -> dict[Named, set[str]]:
    """What type-info.json says that rustc said."""
    found: dict[Named, set[str]] = defaultdict(set)
    for variables in json.loads(path.read_bytes())["files"].values():
        for one in variables:
            if one["type_source"] == "rustc":
                name = one["name"].removeprefix("r#")
                found[Named(one["file"], one["line"], one["column"], name)].add(plain(one["ty"]))
    return found


class Missing(NamedTuple):
    """A binding of which type-info.json does not say what rustc's dumps say."""

    named: Named
    rustc: set[str]
    told: set[str]


class Crate:
    """One crate: what its dumps name, what of it is missing, and the entries that name nothing in its text."""

    def __init__(self, root: Path, dumps: Path, type_info: Path) -> None:
        texts = Texts(root, root)
        told = told_by_us(type_info)
        self.known = told_by_rustc(dumps, texts)
        self.passed_over = sorted(set(texts.passed))
        self.missing = [
            Missing(named, types, told.get(named, set()))
            for named, types in self.known.items()
            if {plain(ty) for ty in types} - told.get(named, set())
        ]


def row(name: str, known: int, missing: int) -> str:
    """One line of the table."""
    return f"{name:<24}{known:>8,} bindings{100 * (1 - missing / max(known, 1)):>9.2f} %\n"


def main(folder: Path, *, is_verbose: bool) -> int:
    """Print the table; 1 where too much is missing."""
    known = missing = 0
    for path in sorted(folder.glob("*.path")):
        root = Path(path.read_text(encoding="utf-8")).resolve()
        crate = Crate(root, folder / path.stem / "borrowscope" / "types" / "mir", path.with_suffix(".json"))
        known, missing = known + len(crate.known), missing + len(crate.missing)
        sys.stdout.write(row(path.stem, len(crate.known), len(crate.missing)))
        if is_verbose:
            sys.stdout.writelines(f"    passed over: {line}\n" for line in crate.passed_over)
        for (file, line, column, name), rustc, told in crate.missing[:SHOWN]:
            sys.stdout.write(f"    {file}:{line}:{column + 1} {name}\n      rustc={' or '.join(sorted(rustc))}\n")
            sys.stdout.write(f"      told={' or '.join(sorted(told)) or '-'}\n")
    sys.stdout.write(row("total", known, missing))
    return 0 if known and 100 * missing <= (100 - MUST) * known else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), is_verbose="-v" in sys.argv))
