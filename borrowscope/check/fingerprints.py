"""What makes a finding the same one after lines have moved.

In: findings of one file with the text of each. Out: a fingerprint: rule, path, enclosing item, text without its spaces,
and the number among equal ones; no line.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

LENGTH = 32


Key = tuple[str, str, str, str]  # code, path, enclosing item, text
_MOST = 32  # findings that are alike, as far as somebody looks for one that is not there


def fingerprints(keys: Sequence[Key]) -> list[str]:
    """One for each key; equal keys are numbered in their order."""
    seen: Counter[Key] = Counter()
    found = []
    for key in map(_plain, keys):
        seen[key] += 1
        found.append(_fingerprint(key, seen[key]))
    return found


def possible_fingerprints(key: Key) -> list[str]:
    """Those that findings of this key may have, whichever of them they are."""
    return [_fingerprint(_plain(key), number) for number in range(1, _MOST + 1)]


def _plain(key: Key) -> Key:
    code, path, item, text = key
    return code, path, item, "".join(text.split())


def _fingerprint(key: Key, number: int) -> str:
    return hashlib.sha256("\0".join((*key, str(number))).encode()).hexdigest()[:LENGTH]
