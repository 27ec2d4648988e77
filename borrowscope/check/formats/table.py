"""The formats by name.

In: nothing. Out: `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from borrowscope.check.formats import github, gitlab, junit, markdown, sarif, text
from borrowscope.check.formats.json_lines import render_json, render_jsonl
from borrowscope.check.report import Report


class Format(StrEnum):
    """What findings are written as."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    GITLAB = "gitlab"
    MARKDOWN = "markdown"


FORMATS: dict[Format, Callable[[Report], str]] = {
    Format.TEXT: text.render,
    Format.JSON: render_json,
    Format.JSONL: render_jsonl,
    Format.SARIF: sarif.render,
    Format.JUNIT: junit.render,
    Format.GITHUB: github.render,
    Format.GITLAB: gitlab.render,
    Format.MARKDOWN: markdown.render,
}
