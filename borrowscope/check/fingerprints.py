"""What makes a finding the same one after lines have moved.

In: findings of one file with the text of each. Out: a fingerprint: rule, path, enclosing item, text without its spaces,
and the number among equal ones; no line.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

LENGTH = 32


def fingerprints(keys: Sequence[tuple[str, str, str, str]]) -> list[str]:
    """One for each key (code, path, enclosing item, text); equal keys are numbered in their order."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for code, path, item, text in keys:
        key = (code, path, item, "".join(text.split()))
        seen[key] += 1
        content = "\0".join((*key, str(seen[key])))
        found.append(hashlib.sha256(content.encode()).hexdigest()[:LENGTH])
    return found
