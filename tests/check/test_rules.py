"""Each rule speaks where it should and nowhere else; each operation belongs to exactly one of them."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest

from borrowscope.analyzer.analyze import AnalysisRequest, examine
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.all_rules import FUNCTIONS
from borrowscope.check.run import CheckRequest, run_check
from borrowscope.tables.check_rules import BY_CODE, BY_NAME, RULES, Topic
from tests.check.cases import CASES
from tests.check.checked import findings_of, shown

HARD_CASES = Path(__file__).parent.parent / "analyzer" / "unsafety" / "hard_cases.rs"
KINDS = {kind.value for kind in OperationKind}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_speaks_of_its_own(name: str):
    case = CASES[name]
    found = [one for one in findings_of(case.fires) if one.rule == name]
    assert tuple(shown(case.fires, one) for one in found) == case.marks
    assert all(case.says in one.message for one in found)
    assert {one.code for one in found} == {BY_NAME[name].code}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_passes_by_what_is_not_its_own(name: str):
    assert [one.message for one in findings_of(CASES[name].silent) if one.rule == name] == []


def test_every_rule_has_a_function_a_file_and_a_case():
    rules = {rule.name for rule in RULES if rule.topic is not Topic.CHECK}
    files = {path.stem for path in (Path(run_check.__code__.co_filename).parent / "rules").glob("*.py")} - {"__init__"}
    assert {BY_CODE[code].name for code in FUNCTIONS} == rules == files == set(CASES)


def test_codes_and_names_are_unique_and_sentences_fit():
    assert len(BY_CODE) == len(BY_NAME) == len(RULES)
    assert [rule.code for rule in RULES] == sorted(rule.code for rule in RULES)
    for rule in RULES:
        assert not rule.message.endswith("."), rule.code
        assert rule.message[0].islower() or rule.message[0] == "`", rule.code
        assert not rule.help.endswith("."), rule.code
        assert rule.explanation.endswith("."), rule.code


@pytest.mark.parametrize("name", CASES)
def test_no_sentence_has_a_blank_left(name: str):
    for one in findings_of(CASES[name].fires):
        assert "{" not in one.sentence.replace("fn() {", "").replace("{closure", ""), one.sentence
        assert "``" not in one.sentence, one.sentence
        fields = {field for text in (BY_NAME[name].message,) for _, field, _, _ in Formatter().parse(text) if field}
        assert all(fields), fields


def test_each_operation_is_one_finding():
    text = SourceText(str(HARD_CASES), "lib.rs", "demo", "demo", HARD_CASES.read_bytes())
    analysis = examine(
        AnalysisRequest(SourceTexts([text]), {}, lambda: [CrateSource("demo", "demo", 2024, HARD_CASES)])
    )
    (file,) = analysis.files
    expected = sorted((one.at, one.span.end, one.kind.value) for one in file.operations if not one.is_inactive)
    lines = file.tree.lines
    found = sorted(
        (lines.offset(one.line, one.column), lines.offset(one.end_line, one.end_column), one.kind)
        for one in run_check(CheckRequest(analysis, HARD_CASES.parent)).findings
        if one.kind in KINDS
    )
    assert len(expected) > 80
    assert found == sorted(set(expected))


def test_where_a_finding_stands():
    source = "mod deep {\n    impl super::S {\n        fn f(&self, p: *const u8) {\n            unsafe { *p };\n"
    source += "        }\n    }\n}\npub struct S;\n"
    (one,) = [one for one in findings_of(source) if one.kind == "raw_deref"]
    assert (one.file, one.line, one.column, one.end_line, one.end_column) == ("src/lib.rs", 4, 22, 4, 24)
    assert one.inside is not None
    assert (one.inside.kind, one.inside.line, one.function) == ("unsafe_block", 4, "demo::deep::S::f")
    assert (one.resolved, one.source, one.in_macro, one.baseline) == (True, "static", False, None)
