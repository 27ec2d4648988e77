"""How often each site of unsafe code and each function's entry was reached, and by which test.

In: a `Table`, what thread names and sites say of tests. Out: `{site: {test: times}}`; None is no known test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import BY_TAG
from borrowscope.trace.columns import Column, groups
from borrowscope.trace.kinds import named
from borrowscope.trace.table import Table

ENTRY = "FnEnter"
BLOCK = "UnsafeBlockEnter"
OPERATIONS = frozenset({"RawPtrDeref", "UnsafeFnCall", "FfiCall", "Transmute", "UnionFieldAccess", "StaticAccess"})
_KINDS = named(ENTRY, BLOCK, *OPERATIONS)

Runs = dict[int, dict[str | None, int]]


def runs_of_sites(table: Table, test_of_thread: Callable[[str], str | None], tests: Mapping[int, str]) -> Runs:
    """Count. A thread belongs to the test that its name tells, else to the test whose function it entered last.

    `tests` holds the sites of the entries of test functions.
    """
    seqs = table.of_kinds(_KINDS)
    words, threads = table.words[seqs], table.merged.threads[seqs]
    owners = [test_of_thread(owner.name) if owner.name else None for owner in table.merged.owners]
    names: list[str | None] = [None, *sorted({*tests.values(), *(one for one in owners if one is not None)})]
    numbers = {name: number for number, name in enumerate(names)}
    by_name = np.array([numbers[one] for one in owners], np.int64)[threads] if owners else threads
    labels = np.where(by_name > 0, by_name, _entered_last(_entered(words, tests, numbers), threads))
    found: Runs = {}
    for (site, label), size, _ in groups(words & spec.SITE_MASK, labels):
        found.setdefault(site, {})[names[label]] = size
    return found


def _entered(words: Column, tests: Mapping[int, str], numbers: Mapping[str | None, int]) -> Column:
    """For each row the test whose function it enters, else 0."""
    values, rows = np.unique(words, return_inverse=True)
    own = [
        numbers[tests.get(word & spec.SITE_MASK)] if BY_TAG[word >> spec.KIND_SHIFT].name == ENTRY else 0
        for word in values.tolist()
    ]
    return np.array(own, np.int64)[rows] if own else np.zeros(0, np.int64)


def _entered_last(entered: Column, threads: Column) -> Column:
    """For each row the last one that was entered on its thread until then, else 0."""
    order = np.argsort(threads, kind="stable")  # rows of a thread stay in the order of time
    ordered = entered[order]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = threads[order][1:] != threads[order][:-1]
    last = np.maximum.accumulate(np.where((ordered > 0) | is_first, np.arange(len(order)), 0))
    labels = np.zeros(len(order), np.int64)
    labels[order] = ordered[last]
    return labels
