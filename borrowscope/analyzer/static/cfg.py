"""How likely a cfg holds: certain (1), impossible (0), or between where only a build knows.

In: the text of an item's attributes and the features of its package. Out: a number; more wins where two items of one
name exclude each other, and 0 is inactive. Among the features stand the flags that a build script is known to set
(`flag_of`). The target is 64-bit Linux, where our measurements are made.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

ACTIVE: Final = 1.0
_UNKNOWN_FEATURE: Final = 0.495  # of an item with it and its twin without, one has to be the likelier
TEST: Final = 0.45
_UNKNOWN_FLAG: Final = 0.4  # a flag of a build script or of the user: more often unset, also in tests
_COMPILED: Final = 0.425
_EVEN: Final = 0.5

_TOKEN = re.compile(r'//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/|"((?:\\.|[^"\\])*)"|([^\W\d]\w*)|([(),=])')
_CFG = re.compile(r"#!?\s*\[\s*cfg\s*\(")
_CFG_ATTR = re.compile(r"#\s*\[\s*cfg_attr\s*\(")
_PATH = re.compile(r'\bpath\s*=\s*(?:r(#*)"(?P<raw>[^"]*)"\1|"(?P<plain>[^"\\]*)")')

_FLAGS: Final = {
    "unix": 1.0,
    "debug_assertions": 1.0,
    "overflow_checks": 1.0,
    "panic": 1.0,
    "true": 1.0,
    "false": 0.0,
    "windows": 0.0,
    "doc": 0.0,
    "docsrs": 0.0,
    "doctest": 0.0,
    "rustdoc": 0.0,
    "miri": 0.0,
    "loom": 0.0,
    "kani": 0.0,
    "fuzzing": 0.0,
    "proc_macro": 0.0,
    "test": TEST,
}
_VALUES: Final = {
    "target_os": {"linux"},
    "target_family": {"unix"},
    "target_arch": {"x86_64"},
    "target_pointer_width": {"64"},
    "target_endian": {"little"},
    "target_env": {"gnu"},
    "target_vendor": {"unknown"},
    "target_has_atomic": {"8", "16", "32", "64", "ptr"},
    "target_has_atomic_load_store": {"8", "16", "32", "64", "ptr"},
    "target_feature": {"sse", "sse2", "fxsr"},
    "panic": {"unwind"},
}


def flag_of(condition: str) -> str:
    """How a flag (`name`, `name="value"`) stands among the features of a package, which no feature can be called."""
    return f"--cfg {condition}"


def is_compiled(rank: float) -> bool:
    """Whether code of this likelihood is compiled in some build, as far as anybody knows: in tests it is."""
    return rank > _COMPILED


def is_for_others(rank: float) -> bool:
    """Whether other crates may meet code of this likelihood: not where it cannot be compiled, and not in tests."""
    return rank > 0 and abs(rank - TEST) > TEST - _COMPILED


def likelihood(attributes: str, features: frozenset[str] | None) -> float:
    """The likelihood that all `#[cfg(..)]` of the text hold; `features` is None where nobody knows them."""
    found = ACTIVE
    for match in _CFG.finditer(attributes):
        found = min(found, _evaluate(attributes[match.end() :], features))
    return found


@lru_cache(maxsize=1024)
def _evaluate(text: str, features: frozenset[str] | None) -> float:
    tokens = [match.groups() for match in _TOKEN.finditer(text) if match.lastindex]  # without comments
    value, _ = _predicate(tokens, 0, features)
    return value


def _predicate(tokens: list[tuple[str | None, ...]], at: int, features: frozenset[str] | None) -> tuple[float, int]:
    """One predicate, and the place behind it."""
    name = tokens[at][1] if at < len(tokens) else None
    if name is None:
        return _UNKNOWN_FLAG, at + 1
    following = tokens[at + 1][2] if at + 1 < len(tokens) else None
    if following == "=":
        value = tokens[at + 2][0] if at + 2 < len(tokens) else ""
        return _valued(name, value or "", features), at + 3
    if following != "(":
        is_set = features is not None and flag_of(name) in features
        return ACTIVE if is_set else _FLAGS.get(name, _UNKNOWN_FLAG), at + 1
    parts: list[float] = []
    at += 2
    while at < len(tokens) and tokens[at][2] != ")":
        if tokens[at][2] == ",":
            at += 1
            continue
        part, at = _predicate(tokens, at, features)
        parts.append(part)
    return _combined(name, parts), at + 1


def _valued(name: str, value: str, features: frozenset[str] | None) -> float:
    if name == "feature":
        return _UNKNOWN_FEATURE if features is None else float(value in features)
    if features is not None and flag_of(f'{name}="{value}"') in features:
        return ACTIVE
    known = _VALUES.get(name)
    return _UNKNOWN_FLAG if known is None else float(value in known)


def _combined(name: str, parts: list[float]) -> float:
    if name == "not":
        return 1.0 - (parts[0] if parts else 0.0)
    if name == "any":
        return max(parts, default=0.0)
    return min(parts, default=1.0)


def is_applied(attribute: str, features: frozenset[str] | None) -> bool:
    """Whether a `#[cfg_attr(.., ..)]` is likely the attributes that it holds."""
    found = _CFG_ATTR.match(attribute)
    return found is not None and _evaluate(attribute[found.end() :], features) > _EVEN


class ModulePath(NamedTuple):
    """A file that an attribute names for a module, and how likely the attribute is there."""

    path: str
    rank: float

    @property
    def is_likely(self) -> bool:
        """Whether the name counts before the module's own one."""
        return self.rank > _EVEN


def module_paths(attributes: str, features: frozenset[str] | None) -> list[ModulePath]:
    """What `#[path = ".."]` and `#[cfg_attr(.., path = "..")]` name, the likely ones first."""
    found = []
    for match in _PATH.finditer(attributes):
        before = attributes[: match.start()]
        conditions = list(_CFG_ATTR.finditer(before))
        is_conditional = bool(conditions) and before.rfind("#") <= conditions[-1].start()
        rank = _evaluate(before[conditions[-1].end() :], features) if is_conditional else ACTIVE
        found.append(ModulePath(match["raw"] or match["plain"] or "", rank))
    return sorted(found, key=lambda one: -one.rank)
