"""How well two answers about the same sources agree, binding by binding: rustc's, and that of the sources alone.

In: two `TypeInfo` and the sources. Out: `TypeComparison`. What rustc says counts as the truth; bindings of which it
says nothing are only counted. Types are equal when they are so after erasing lifetimes, by the standard library's one
name; a place that a macro makes several bindings of is compared as a set.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, computed_field

from borrowscope.analyzer.type_info import TypeInfo, Variable
from borrowscope.analyzer.type_text import Shape, parse_type
from borrowscope.analyzer.written_types import is_type_written
from borrowscope.text.span import Span

EXAMPLES = 5
UNKNOWN = "unknown"
_LIFETIME = r"'(?:\w+|\{erased\})(?!')"
_ERASURES = (
    (re.compile(r"for<[^<>]*> ?"), ""),
    (re.compile(rf" \+ {_LIFETIME}"), ""),
    (re.compile(rf"&{_LIFETIME} "), "&"),
    (re.compile(rf"<{_LIFETIME}(?:, {_LIFETIME})*(?:, |(?=>))"), "<"),
    (re.compile(r"(?:::)?<>"), ""),
    (re.compile(r"(?<![\w:])(?:core|alloc)::"), "std::"),
)
_OBJECT = re.compile(r"\((?=(?:dyn|impl) )")
_CLOSURE_CALL = re.compile(rb"(\w+)\s*(?:::\s*<[^|;]*>)?\(\s*(?:[^()|;]*,\s*)?(?:async\s+)?(?:move\s+)?\|[^|]*$")
_LOOK_BACK = 200
_HEADLESS = {Shape.REFERENCE: "&", Shape.MUTABLE_REFERENCE: "&mut ", Shape.RAW_POINTER: "*"}


class Verdict(StrEnum):
    """What comes out for one binding."""

    AGREE = "agree"
    WRONG = "wrong"
    UNKNOWN = "unknown"


class Record(BaseModel):
    """A part of a comparison."""

    model_config = ConfigDict(extra="ignore", defer_build=True)


class Counts(Record):
    """Bindings by verdict. Shares are percent of the bindings."""

    bindings: int = 0
    agree: int = 0
    wrong: int = 0
    unknown: int = 0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def agree_share(self) -> float:
        """How many agree, in percent; all of nothing is 100."""
        return share(self.agree, self.bindings) if self.bindings else 100.0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def wrong_share(self) -> float:
        """How many have another type than rustc says, in percent."""
        return share(self.wrong, self.bindings)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def unknown_share(self) -> float:
        """How many have no type, in percent."""
        return share(self.unknown, self.bindings)

    def add(self, verdict: Verdict) -> None:
        """Count one binding."""
        self.bindings += 1
        setattr(self, verdict.value, getattr(self, verdict.value) + 1)


class KindCounts(Record):
    """Bindings that have a type in both answers, and how many of them differ in their kind."""

    compared: int = 0
    differ: int = 0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def differ_share(self) -> float:
        """How many differ, in percent."""
        return share(self.differ, self.compared)


class Example(Record):
    """One binding where the answers differ; `column` counts bytes from 0, as in type-info.json."""

    file: str
    line: int
    column: int
    name: str
    rustc: str
    static: str


class Family(Record):
    """Differences of one sort: what binds the name, the form and the callee of what made it, the types' heads."""

    verdict: Verdict
    binding: str
    syntax: str
    callee: str
    rustc: str
    static: str
    count: int = 0
    examples: list[Example] = Field(default_factory=list)


class KindFamily(Record):
    """Differences between two kinds; `null` is the kind of what has none."""

    rustc: str
    static: str
    count: int = 0
    examples: list[Example] = Field(default_factory=list)


class TypeComparison(Record):
    """The static source against rustc. `only_paths` of the wrong types have the right name by a wrong path."""

    rustc_version: str | None
    packages: list[str]
    all: Counts
    not_written: Counts
    only_paths: int
    kinds: KindCounts
    not_compiled: int
    families: list[Family]
    kind_families: list[KindFamily]


class _Place(NamedTuple):
    file: str
    start: int
    end: int


@dataclass(slots=True)
class _Pair:
    """All that the two answers say about one place."""

    place: _Place
    rustc: list[Variable]
    static: list[Variable]


def compare(by_rustc: TypeInfo, static: TypeInfo, sources: Mapping[str, bytes]) -> TypeComparison:
    """Compare what the two say of each binding that rustc knows. `sources` by the paths that the answers use."""
    told = _by_place(by_rustc)
    also = _by_place(static)
    pairs = [
        _Pair(place, variables, also.get(place, []))
        for place, variables in told.items()
        if any(variable.type_source == "rustc" for variable in variables)
    ]
    result = TypeComparison(
        rustc_version=by_rustc.analyzer.rustc_version,
        packages=by_rustc.analyzer.packages,
        all=Counts(),
        not_written=Counts(),
        only_paths=0,
        kinds=KindCounts(),
        not_compiled=len(told.keys() | also.keys()) - len(pairs),
        families=[],
        kind_families=[],
    )
    families = _Families(sources)
    for pair in pairs:
        verdict = _verdict(pair)
        result.all.add(verdict)
        if not is_type_written(sources.get(pair.place.file, b""), Span(pair.place.start, pair.place.end)):
            result.not_written.add(verdict)
        if verdict is not Verdict.AGREE:
            families.add(pair, verdict)
            result.only_paths += verdict is Verdict.WRONG and _types(pair.rustc, _short) == _types(pair.static, _short)
        if _types(pair.rustc) and _types(pair.static):
            result.kinds.compared += 1
            result.kinds.differ += families.add_kinds(pair)
    result.families = families.worst_first()
    result.kind_families = sorted(families.kinds.values(), key=lambda one: (-one.count, one.rustc, one.static))
    return result


def join_families(comparisons: Iterable[TypeComparison]) -> list[Family]:
    """The families of several comparisons as one list, worst first."""
    joined: dict[tuple[str, ...], Family] = {}
    for family in (family for comparison in comparisons for family in comparison.families):
        known = joined.setdefault(_key(family), family.model_copy(update={"count": 0, "examples": []}))
        known.count += family.count
        known.examples = [*known.examples, *family.examples][:EXAMPLES]
    return _sorted(joined.values())


def share(part: int, whole: int) -> float:
    """A share in percent; 0 of nothing."""
    return round(100 * part / whole, 3) if whole else 0.0


@lru_cache(maxsize=65536)
def comparable(ty: str) -> str:
    """The type as it is compared: without lifetimes, `core` and `alloc` by the name `std`."""
    for pattern, plain in _ERASURES:
        ty = pattern.sub(plain, ty)
    return _without_parentheses(ty)


def _without_parentheses(ty: str) -> str:
    """`&(dyn A + B)`, which is what `&(dyn A + B + 'a)` leaves, as rustc prints it: `&dyn A + B`."""
    for match in reversed(list(_OBJECT.finditer(ty))):
        end = _closing(ty, match.start())
        inner = ty[match.end() : end]
        if not inner.endswith(","):
            ty = f"{ty[: match.start()]}{inner}{ty[end + 1 :]}"
    return ty


def _closing(text: str, start: int) -> int:
    depth = 0
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return len(text)


def _by_place(info: TypeInfo) -> dict[_Place, list[Variable]]:
    found: dict[_Place, list[Variable]] = defaultdict(list)
    for file, variables in info.files.items():
        for variable in variables:
            found[_Place(file, variable.span_start, variable.span_end)].append(variable)
    return found


def _full(variable: Variable) -> str:
    return variable.ty_path


def _short(variable: Variable) -> str:
    return variable.ty


def _types(variables: Iterable[Variable], text: Callable[[Variable], str] = _full) -> set[str]:
    """The types of one place; what is unknown is not among them."""
    return {comparable(text(variable)) for variable in variables if variable.type_source != UNKNOWN}


def _verdict(pair: _Pair) -> Verdict:
    """Knowing some of a macro's copies is not enough; saying of one what is true of none is wrong."""
    truth, said = _types(pair.rustc), _types(pair.static)
    if said - truth:
        return Verdict.WRONG
    return Verdict.AGREE if said == truth else Verdict.UNKNOWN


def _head(types: Iterable[str]) -> str:
    return " or ".join(sorted({_head_of(ty) for ty in types})[:3]) or UNKNOWN


@lru_cache(maxsize=65536)
def _head_of(ty: str) -> str:
    """The outermost constructor, references included: `&mut Vec`."""
    tree = parse_type(ty)
    if tree.shape in _HEADLESS:
        return _HEADLESS[tree.shape] + _head_of(tree.arguments[0])
    if tree.shape is Shape.PATH:
        return tree.name
    return f"{tree.shape.value} {tree.name}" if tree.shape in (Shape.DYN, Shape.IMPL) else tree.shape.value


class _Families:
    """Collects differences by what they have in common."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self._sources = sources
        self._types: dict[tuple[str, ...], Family] = {}
        self.kinds: dict[tuple[str, str], KindFamily] = {}

    def add(self, pair: _Pair, verdict: Verdict) -> None:
        """Count a difference between types."""
        truth, said = _types(pair.rustc), _types(pair.static)
        syntax, callee = self._origin(pair)
        family = Family(
            verdict=verdict,
            binding=pair.rustc[0].binding,
            syntax=syntax,
            callee=callee,
            rustc=_head(truth),
            static=_head(said),
        )
        _count(self._types.setdefault(_key(family), family), _example(pair, truth, said))

    def add_kinds(self, pair: _Pair) -> bool:
        """Whether the kinds of the two differ; counted if so."""
        truth, said = _kinds(pair.rustc), _kinds(pair.static)
        if truth == said:
            return False
        key = (" or ".join(sorted(truth)), " or ".join(sorted(said)))
        family = self.kinds.setdefault(key, KindFamily(rustc=key[0], static=key[1]))
        _count(family, _example(pair, _types(pair.rustc), _types(pair.static)))
        return True

    def worst_first(self) -> list[Family]:
        """Wrong ones before unknown ones, many before few."""
        return _sorted(self._types.values())

    def _origin(self, pair: _Pair) -> tuple[str, str]:
        """The form of the initializer and the last name of what it calls; for closures the method that takes them."""
        variable = pair.rustc[0]
        source = self._sources.get(pair.place.file, b"")
        if variable.binding == "closure_param":
            match = _CLOSURE_CALL.search(source, max(0, pair.place.start - _LOOK_BACK), pair.place.start)
            return "closure of", match.group(1).decode("utf-8", "replace") if match else ""
        initializer = variable.initializer
        if initializer is None:
            return "", ""
        if initializer.callee is not None:
            return initializer.syntax, initializer.callee.rpartition("::")[2]
        if initializer.syntax == "macro":
            text = source[slice(*initializer.span)].partition(b"!")[0]
            return initializer.syntax, f"{text.decode('utf-8', 'replace')}!"
        return initializer.syntax, ""


def _key(family: Family) -> tuple[str, ...]:
    return (family.verdict.value, family.binding, family.syntax, family.callee, family.rustc, family.static)


def _sorted(families: Iterable[Family]) -> list[Family]:
    return sorted(families, key=lambda one: (one.verdict is not Verdict.WRONG, -one.count, _key(one)))


def _kinds(variables: Iterable[Variable]) -> set[str]:
    return {variable.initializer_kind or "null" for variable in variables}


def _count(family: Family | KindFamily, example: Example) -> None:
    family.count += 1
    if len(family.examples) < EXAMPLES:
        family.examples.append(example)


def _example(pair: _Pair, truth: set[str], said: set[str]) -> Example:
    variable = pair.rustc[0]
    return Example(
        file=variable.file,
        line=variable.line,
        column=variable.column,
        name=variable.name,
        rustc=" or ".join(sorted(truth)),
        static=" or ".join(sorted(said)) or UNKNOWN,
    )
