"""How a comparison of types is shown: the shares, then where the two sources differ, the worst families first.

In: a `TypeComparison`. Out: text for people. The same as JSON is the model itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from borrowscope.analyzer.compare import Counts, Example, Family, KindFamily, TypeComparison, Verdict
from borrowscope.report.wording import counted, cut

FAMILIES_SHOWN = 15
EXAMPLES_SHOWN = 2
TYPE_WIDTH = 100
_TITLES = {Verdict.WRONG: "wrong types", Verdict.UNKNOWN: "unknown types"}


def render_comparison(comparison: TypeComparison) -> str:
    """The whole comparison as text."""
    return "\n".join(_lines(comparison))


def render_families(families: Sequence[Family], shown: int = FAMILIES_SHOWN) -> Iterator[str]:
    """The families of wrong types, then those of unknown ones."""
    for verdict, title in _TITLES.items():
        found = [family for family in families if family.verdict is verdict]
        if found:
            yield ""
            yield f"{title}: {_extent(sum(one.count for one in found), len(found))}"
        for family in found[:shown]:
            yield f"{family.count:>6}  {_origin(family)}: rustc {family.rustc}, static {family.static}"
            yield from _examples(family.examples)
        if len(found) > shown:
            yield f"        and {counted(len(found) - shown, 'more family', 'more families')}"


def _lines(comparison: TypeComparison) -> Iterator[str]:
    packages = ", ".join(comparison.packages)
    yield f"static types of {packages} against {comparison.rustc_version or 'rustc'}"
    yield ""
    yield f"{'':<22}{'bindings':>10}{'agree':>11}{'wrong':>11}{'unknown':>11}"
    yield _row("all", comparison.all)
    yield _row("type not written down", comparison.not_written)
    kinds = comparison.kinds
    yield f"{'kinds':<22}{kinds.compared:>10,}  {kinds.differ:,} differ ({kinds.differ_share:.2f} %)"
    if comparison.only_paths:
        yield f"{comparison.only_paths:,} of the wrong types differ in paths alone"
    if comparison.not_compiled:
        yield f"{counted(comparison.not_compiled, 'binding')} that rustc did not compile, not compared"
    yield from render_families(comparison.families)
    yield from _kind_families(comparison.kind_families)


def _row(name: str, counts: Counts) -> str:
    shares = (counts.agree_share, counts.wrong_share, counts.unknown_share)
    return f"{name:<22}{counts.bindings:>10,}" + "".join(f"{one:>9.2f} %" for one in shares)


def _kind_families(families: Sequence[KindFamily]) -> Iterator[str]:
    if families:
        yield ""
        yield f"kinds that differ: {_extent(sum(one.count for one in families), len(families))}"
    for family in families[:FAMILIES_SHOWN]:
        yield f"{family.count:>6}  rustc {family.rustc}, static {family.static}"
        yield from _examples(family.examples)


def _extent(bindings: int, families: int) -> str:
    return f"{counted(bindings, 'binding')} in {counted(families, 'family', 'families')}"


def _origin(family: Family) -> str:
    """What binds the name, and what made the value: `let = method_call map`."""
    made = " ".join(part for part in (family.syntax, family.callee) if part)
    return f"{family.binding} = {made}" if made else family.binding


def _examples(examples: Sequence[Example]) -> Iterator[str]:
    for one in examples[:EXAMPLES_SHOWN]:
        yield f"        {one.file}:{one.line}:{one.column + 1} {one.name}"
        yield f"          rustc={cut(one.rustc, TYPE_WIDTH)}"
        yield f"          static={cut(one.static, TYPE_WIDTH)}"
