"""The generic arguments of a callee as MIR prints it.

In: `std::intrinsics::transmute::<f32, u32>`. Out: the texts of its last arguments.
"""

from __future__ import annotations


def generic_arguments(callee: str) -> list[str]:
    """The types between the last `::<` and its `>`, as the callee's own; none where it ends without."""
    if not callee.endswith(">"):
        return []
    start = _opening(callee)
    if start < 0 or not callee.startswith("::", start - 2):
        return []
    found, depth, begin = [], 0, start + 1
    for at in range(start + 1, len(callee) - 1):
        char = callee[at]
        depth += (char in "<([{") - (char in ")]}" or (char == ">" and callee[at - 1] not in "-="))
        if char == "," and depth == 0:
            found.append(callee[begin:at].strip())
            begin = at + 1
    return [*found, callee[begin:-1].strip()]


def _opening(text: str) -> int:
    """Index of the `<` that the last `>` closes."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        if text[at] == ">" and text[at - 1] not in "-=":
            depth += 1
        elif text[at] == "<":
            depth -= 1
            if depth == 0:
                return at
    return -1
