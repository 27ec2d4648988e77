"""Whether a type's text depends on type parameters: then its actual name is known at run time only.

In: the compiler's text of a type. Out: yes or no.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet


def is_generic(ty: str, parameters: AbstractSet[str]) -> bool:
    """Whether the type names one of the parameters, or hides behind `impl Trait`."""
    words = set("".join(char if char.isalnum() or char == "_" else " " for char in ty).split())
    return "impl" in words or not words.isdisjoint(parameters)
