"""Target features that others imply: a function with `avx2` may use what asks for `sse`.

In: nothing, this is a table of rustc's own implications. Out: `implied_features`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_IMPLIED: Final[dict[str, str]] = {
    "aes": "sse2",
    "avx": "sse4.2",
    "avx2": "avx",
    "avx512bf16": "avx512bw",
    "avx512bitalg": "avx512bw",
    "avx512bw": "avx512f",
    "avx512cd": "avx512f",
    "avx512dq": "avx512f",
    "avx512f": "avx2 fma f16c",
    "avx512fp16": "avx512bw",
    "avx512ifma": "avx512f",
    "avx512vbmi": "avx512bw",
    "avx512vbmi2": "avx512bw",
    "avx512vl": "avx512f",
    "avx512vnni": "avx512f",
    "avx512vp2intersect": "avx512f",
    "avx512vpopcntdq": "avx512f",
    "avxifma": "avx2",
    "avxneconvert": "avx2",
    "avxvnni": "avx2",
    "avxvnniint16": "avx2",
    "avxvnniint8": "avx2",
    "f16c": "avx",
    "fma": "avx",
    "gfni": "sse2",
    "kl": "sse2",
    "pclmulqdq": "sse2",
    "sha": "sse2",
    "sha512": "avx2",
    "sm3": "avx",
    "sm4": "avx2",
    "sse2": "sse",
    "sse3": "sse2",
    "sse4.1": "ssse3",
    "sse4.2": "sse4.1",
    "sse4a": "sse3",
    "ssse3": "sse3",
    "vaes": "avx2 aes",
    "vpclmulqdq": "avx pclmulqdq",
    "widekl": "kl",
}


def implied_features(named: Iterable[str]) -> frozenset[str]:
    """The features with all that they imply."""
    found: set[str] = set()
    open_features = list(named)
    while open_features:
        feature = open_features.pop()
        if feature not in found:
            found.add(feature)
            open_features += _IMPLIED.get(feature, "").split()
    return frozenset(found)
