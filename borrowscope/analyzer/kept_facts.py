"""What all units say about files, remembered: a file's facts are joined again when a body that speaks of it changed.

In: the dumps of units, in order; a place among `KeptFiles`. Out: `FileFacts` by path. Bodies are read by
`kept_bodies.py`; the facts of one file follow from the bodies that name lines of it, and from nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Final

from borrowscope.analyzer.compiler import dumps, joined, merge_facts
from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.kept_bodies import KeptBodies, KeptBody
from borrowscope.analyzer.kept_files import KeptFiles, digest
from borrowscope.analyzer.kept_values import find_read, written

_MOST: Final = 64_000_000  # bytes that are kept of one project
Units = Sequence[Sequence[KeptBody]]


class KeptFacts:
    """The facts of one project. Without `files` nothing outlives the run."""

    def __init__(self, root: Path, files: KeptFiles | None = None, name: str = "facts") -> None:
        self._bodies = KeptBodies(root, files, name)
        self._files = files
        self._name = digest("facts", name, str(root.absolute()))

    def read(self, dump_dirs: Iterable[Path]) -> dict[str, FileFacts]:
        """What all units say. What is remembered is what reading everything would tell."""
        units = [self._bodies.known(dumps(folder)) for folder in dump_dirs]
        origins = _origins(units)
        old = self._read_old()
        kept = {path: old[path][1] for path, origin in origins.items() if path in old and old[path][0] == origin}
        found = self._joined(units, origins.keys() - kept.keys())
        facts = {path: self._kept(kept[path]) if path in kept else found[path] for path in origins}
        for path, origin in origins.items():
            facts[path].origin = origin
        if len(kept) != len(origins) or len(old) != len(origins):
            self._keep({path: (origins[path], kept.get(path) or written(facts[path])) for path in origins})
        self._bodies.keep()
        return {path: known for path, known in facts.items() if not _is_empty(known)}

    def _read_old(self) -> dict[str, tuple[str, bytes]]:
        content = self._files.read(self._name) if self._files is not None else None
        old = find_read(content) if content is not None else None
        return old if isinstance(old, dict) else {}

    def _keep(self, rows: dict[str, tuple[str, bytes]]) -> None:
        if self._files is not None and sum(len(content) for _, content in rows.values()) <= _MOST:
            self._files.write(self._name, written(rows))

    @staticmethod
    def _kept(content: bytes) -> FileFacts:
        facts = find_read(content)
        assert isinstance(facts, FileFacts)
        return facts

    def _joined(self, units: Units, wanted: Collection[str]) -> dict[str, FileFacts]:
        """The facts of the files that are wanted, from the bodies that speak of them alone."""
        facts = {path: FileFacts(path) for path in wanted}
        for unit in units if wanted else ():
            bodies = [self._bodies.facts(body) for body in unit if not facts.keys().isdisjoint(body.files)]
            for path, found in joined(bodies).items():
                if path in facts:
                    merge_facts(facts[path], found)
        return facts


def _origins(units: Units) -> dict[str, str]:
    """By file: a name for the bodies that speak of it, with all that decides what they say."""
    marks: dict[str, list[str]] = defaultdict(list)
    for number, unit in enumerate(units):
        for body in unit:
            for path in body.files:
                marks[path].append(f"{number} {body.mark}")
    return {path: digest("\n".join(found)) for path, found in marks.items()}


def _is_empty(facts: FileFacts) -> bool:
    """Whether bodies name a file and say nothing of it."""
    return facts == FileFacts(facts.path)
