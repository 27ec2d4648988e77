"""`borrowscope explain CODE`: what a rule of `check` finds, why it matters, and what to do.

In: a code or a rule's name. Out: text on stdout, from the table of rules.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Annotated

import typer

from borrowscope.cli import terminal
from borrowscope.cli.command import CARE, Command, Example
from borrowscope.errors import UsageError
from borrowscope.tables.check_rules import BY_CODE, BY_NAME, RULES, CheckRule, find_rule
from borrowscope.tables.groups import nearest_word

WIDTH = 100
_BLANK = re.compile(r"\{(\w+)\}")


def explain(
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="A rule's code or name; all without it")] = None,
) -> None:
    """Explain a rule of `borrowscope check`, or list all rules."""
    terminal.write("\n".join(_list() if code is None else _explanation(_rule(code))))


def _rule(code: str) -> CheckRule:
    rule = find_rule(code)
    if rule is None:
        name = code.lower().replace("-", "_")
        words = BY_CODE if name.startswith("bs") else BY_NAME
        near = nearest_word(code.upper() if name.startswith("bs") else name, words)
        raise UsageError(f"no rule is called `{code}`", hint=f"did you mean `{near}`?")
    return rule


def _list() -> Iterator[str]:
    topic = None
    for rule in RULES:
        if rule.topic is not topic:
            yield rule.topic.value
        topic = rule.topic
        yield f"  {rule.code}  {rule.name:<28}{rule.level.value}"


def _explanation(rule: CheckRule) -> Iterator[str]:
    yield f"{rule.code} {rule.summary} ({rule.topic.value}), {rule.level.value} unless its level is set"
    for name, text in (("", rule.explanation), ("finding", rule.message), ("help", rule.help), ("recorded", rule.sees)):
        if text:
            yield ""
            shown = _BLANK.sub(lambda blank: f"<{blank.group(1)}>", text)
            yield textwrap.fill(f"{name}: {shown}" if name else shown, WIDTH, break_on_hyphens=False)
    yield ""
    yield f'set its level:  {rule.code} = "error", "warning", "note" or "off" in the table [rules] of borrowscope.toml'
    yield f"allow one:      // borrowscope: allow({rule.code}) reason"


COMMAND = Command(
    "explain",
    explain,
    CARE,
    (
        Example("borrowscope explain BS0101", "calls of foreign functions"),
        Example("borrowscope explain", "all rules with their levels"),
    ),
)
