"""The types that sites and streams tell, numbered: columns hold the numbers.

In: shapes of sites, and the texts of threads. Out: `Types`; number 0 is a type that is not known.
"""

from __future__ import annotations

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.text.type_names import short_type
from borrowscope.trace.columns import Column
from borrowscope.trace.kinds import HAS_TYPE, HAS_TYPE_MARK
from borrowscope.trace.merge import Merged, Owner
from borrowscope.trace.shapes import Shapes

_UNASKED = 0xFFFF_FFFF


class Types:
    """Numbers types; `names[number]` is the type's text."""

    def __init__(self, shapes: Shapes, owners: list[Owner]) -> None:
        self.names: list[str | None] = [None]
        self._shapes = shapes
        self._owners = owners
        self._numbers: dict[str | None, int] = {None: 0, "": 0}
        self._of_sites = np.zeros(0, np.uint32)

    def number(self, name: str | None) -> int:
        """The number of a type."""
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
        return number

    def _of_words(self, words: Column) -> Column:
        """The types that the sites of events tell."""
        sites = words & spec.SITE_MASK
        largest = int(sites.max(initial=0))
        if largest >= len(self._of_sites):
            more = np.full(largest + 1 - len(self._of_sites), _UNASKED, np.uint32)
            self._of_sites = np.concatenate((self._of_sites, more))
        found = self._of_sites[sites]
        for site in np.unique(sites[found == _UNASKED]).tolist():
            self._of_sites[site] = self.number(self._shapes.type_of(site))
        types: Column = self._of_sites[sites]
        return types

    def of_events(self, merged: Merged, seqs: Column) -> Column:
        """The types that some events tell: one that was named at run time counts before the site's."""
        words = merged.words[seqs]
        kinds = words >> spec.KIND_SHIFT
        found = self._of_words(words)
        texts = np.where(HAS_TYPE[kinds], merged.others[seqs], 0)
        is_marked = HAS_TYPE_MARK[kinds]
        if is_marked.any():
            texts[is_marked] = merged.marks.counts_of(seqs[is_marked])
        is_told = texts != 0
        if is_told.any():
            told = self._of_texts(merged.threads[seqs[is_told]], texts[is_told])
            found[is_told] = np.where(told != 0, told, found[is_told])
        return found

    def _of_texts(self, threads: Column, texts: Column) -> Column:
        """The types behind numbers of texts, 0 where a thread does not tell the text."""
        distinct, places = np.unique(threads.astype(np.uint64) << np.uint64(32) | texts, return_inverse=True)
        named = (self._owners[key >> 32].texts.get(key & 0xFFFF_FFFF) for key in distinct.tolist())
        found = [self.number(text and short_type(text)) for text in named]
        return np.array(found, np.uint32)[places]
