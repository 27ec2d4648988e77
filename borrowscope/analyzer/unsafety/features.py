"""Target features: whether a call of a safe function with `#[target_feature]` needs `unsafe`.

It does unless the caller declares the same features itself; those of the whole build count for nothing.
In: the callee, the caller. Out: a bool.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.static.cfg import is_applied
from borrowscope.parse.functions import attribute_name, attributes_of
from borrowscope.tables.std_catalog import ARCH, ARCH_MODULE
from borrowscope.tables.target_features import implied_features

if TYPE_CHECKING:
    from borrowscope.analyzer.static.definitions import Function
    from borrowscope.parse.syntax import Node

_ATTRIBUTES: Final = 1000  # so many bytes before a function its attributes are looked for, at most
_ENABLED: Final = re.compile(r'enable\s*=\s*"([^"]*)"')


def features_of(function: Node, flags: frozenset[str] | None) -> frozenset[str]:
    """What a function's `#[target_feature(enable = "..")]` name, with what these imply; `flags` decide `cfg_attr`."""
    if b"target_feature" not in function.source[max(0, function.start - _ATTRIBUTES) : function.start]:
        return frozenset()
    named = [
        name.strip()
        for attribute in attributes_of(function)
        if attribute_name(attribute) == "target_feature" or is_applied(attribute.text, flags)
        for names in _ENABLED.findall(attribute.text)
        for name in names.split(",")
    ]
    return implied_features(named)


def is_feature_call(callee: Function, caller: Function | None) -> bool:
    """Whether a safe function that has target features is called by one that lacks some."""
    wanted = callee.features
    if callee.path.startswith(ARCH_MODULE):
        wanted = implied_features(_arch_features().get(callee.name, "").split())
    return not wanted <= (caller.features if caller is not None else frozenset())


@cache
def _arch_features() -> dict[str, str]:
    """The features of the safe functions of `std::arch`, by name."""
    table = json.loads(ARCH.read_bytes()).get("features", {})
    return {name: features for features, names in table.items() for name in names.split()}
