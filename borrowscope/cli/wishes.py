"""The flags that say what is recorded of traced functions: what `#[trace_borrow(..)]` says of one, for all of them.

In: the flags as given, the merged settings. Out: entries for the settings, and the `TraceOptions` of the rewriter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from borrowscope.errors import UsageError
from borrowscope.project.settings import Settings
from borrowscope.rewrite.choice import TraceOptions
from borrowscope.tables.check_rules import Level
from borrowscope.tables.events import Group
from borrowscope.tables.groups import find_group

PANEL = "BorrowScope: what is recorded"

PresetOption = Annotated[
    str | None,
    typer.Option("--preset", metavar="NAME", help="quiet, standard or verbose", rich_help_panel=PANEL),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="GROUPS", help="These groups of events alone (a,b,c)", rich_help_panel=PANEL),
]
SkipOption = Annotated[
    list[str] | None,
    typer.Option("--skip", metavar="GROUPS", help="All but these groups of events", rich_help_panel=PANEL),
]
FilterOption = Annotated[
    str | None,
    typer.Option("--filter", metavar="GLOB", help="Only bindings whose name matches", rich_help_panel=PANEL),
]
SampleOption = Annotated[
    float | None,
    typer.Option(
        "--sample", metavar="SHARE", min=0, max=1, help="This share of all instances, 0 to 1", rich_help_panel=PANEL
    ),
]


@dataclass(frozen=True, slots=True)
class WishFlags:
    """The flags as given."""

    preset: str | None
    only: list[str] | None
    skip: list[str] | None
    filter: str | None
    sample: float | None

    def settings(self) -> dict[str, Any]:
        """The flags as settings; those that were not given say nothing."""
        if self.filter == "":
            raise UsageError("the filter is empty: no name matches it", hint="for example: --filter 'data*'")
        return {
            "preset": self.preset,
            "only": _words(self.only),
            "skip": _words(self.skip),
            "filter": self.filter,
            "sample": self.sample,
        }


def _words(lists: list[str] | None) -> tuple[str, ...]:
    return tuple(word.strip() for each in lists or () for word in each.split(",") if word.strip())


def trace_options(settings: Settings) -> TraceOptions:
    """What the rewriter obeys in every traced function."""
    return TraceOptions(
        preset=settings.preset,
        only=_groups(settings.only) if settings.only else None,
        skip=_groups(settings.skip),
        filters=(settings.filter,) if settings.filter else (),
        sample=1.0 if settings.sample is None else settings.sample,
        silent=frozenset(code for code, rule in settings.rules.items() if rule.level is Level.OFF),
    )


def _groups(names: tuple[str, ...]) -> frozenset[Group]:
    return frozenset(group for name in names for group in find_group(name) or ())
