"""Checks one text, without cargo."""

from __future__ import annotations

import tempfile
from pathlib import Path

from borrowscope.analyzer.analyze import Analysis, AnalysisRequest, examine
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.check.configuration import Configuration, RuleChoice
from borrowscope.check.model import CheckResult, Finding
from borrowscope.check.run import CheckRequest, run_check
from borrowscope.tables.check_rules import RULES, Level

ALL_ON = Configuration({rule.code: RuleChoice(Level.WARNING) for rule in RULES if rule.level is Level.OFF})


def analysis_of(source: str, edition: int = 2024) -> Analysis:
    """What is known of a library of one file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lib.rs"
        file.write_text(source, encoding="utf-8")
        text = SourceText(str(file), "src/lib.rs", "demo", "demo", file.read_bytes())
        return examine(AnalysisRequest(SourceTexts([text]), {}, lambda: [CrateSource("demo", "demo", edition, file)]))


def result_of(source: str, configuration: Configuration = ALL_ON) -> CheckResult:
    """The answer about a library of one file."""
    return run_check(CheckRequest(analysis_of(source), Path("/demo"), configuration))


def findings_of(source: str, configuration: Configuration = ALL_ON) -> list[Finding]:
    """Its findings."""
    return result_of(source, configuration).findings


def shown(source: str, finding: Finding) -> str:
    """The text that a finding marks, as far as it stands on its first line."""
    line = source.split("\n")[finding.line - 1]
    end = finding.end_column - 1 if finding.end_line == finding.line else len(line)
    return line[finding.column - 1 : end]
