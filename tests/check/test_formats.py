"""What each format has to hold so that its readers take it: schemas, escapes, limits, unique fingerprints."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from borrowscope.check.formats import github, sarif
from borrowscope.check.formats.table import FORMATS, Format
from borrowscope.check.model import BlindSpot, CheckResult, Finding, Place
from borrowscope.check.report import Report
from borrowscope.tables.check_rules import RULES, Level
from tests.check.cases import CASES
from tests.check.checked import result_of

SARIF_SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_bytes())
GITLAB_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^./]"},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer"}}},
                },
            },
        },
    },
}


def finding(number: int = 0, level: Level = Level.WARNING, **more: Any) -> Finding:
    values: dict[str, Any] = {
        "code": "BS0101",
        "rule": "ffi_call",
        "level": level,
        "message": f"call {number}",
        "help": "help",
        "kind": "ffi_call",
        "file": "src/lib.rs",
        "line": number + 1,
        "column": 1,
        "end_line": number + 1,
        "end_column": 2,
        "target": None,
        "inside": None,
        "function": None,
        "resolved": True,
        "source": "static",
        "in_macro": False,
        "fingerprint": f"{number:032x}",
    }
    return Finding(**values | more)


def report_of(*findings: Finding, spots: tuple[BlindSpot, ...] = (), **more: Any) -> Report:
    return Report(CheckResult(root="/demo", findings=list(findings), blind_spots=list(spots)), **more)


SPOT = BlindSpot(reason="macro_unknown", count=1, places=[Place(file="src/lib.rs", line=3, what="x!")])
CLEAN = report_of()
FULL = Report(
    CheckResult(
        root="/demo",
        findings=[one for case in CASES.values() for one in result_of(case.fires).findings],
        blind_spots=[SPOT],
    )
)


# SARIF
@pytest.mark.parametrize("report", [CLEAN, FULL], ids=["clean", "full"])
def test_sarif_is_valid(report: Report):
    log = json.loads(sarif.render(report))
    jsonschema.Draft7Validator(SARIF_SCHEMA).validate(log)
    (run,) = log["runs"]
    assert len(run["results"]) == len(report.findings)
    assert run["automationDetails"]["id"] == "borrowscope/workspace/"
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_the_schema_refuses_what_is_wrong():
    log = json.loads(sarif.render(FULL))
    log["runs"][0]["results"][0]["level"] = "loud"
    assert not jsonschema.Draft7Validator(SARIF_SCHEMA).is_valid(log)


def test_sarif_has_what_code_scanning_asks_for():
    (run,) = json.loads(sarif.render(FULL))["runs"]
    for rule in run["tool"]["driver"]["rules"]:
        texts = (rule["shortDescription"]["text"], rule["fullDescription"]["text"], rule["help"]["text"])
        assert all(0 < len(text) <= 1024 for text in texts)
        assert len(rule["properties"]["tags"]) <= 10
        assert ("security-severity" in rule["properties"]) == ("security" in rule["properties"]["tags"])
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [rule.code for rule in RULES]
    for result in run["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] == region["endLine"]
        assert region["startColumn"] < region["endColumn"]
        assert result["partialFingerprints"]["primaryLocationLineHash"]
    assert "not seen: 1 macro calls" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_sarif_holds_so_many_results_and_tells_of_the_rest():
    many = [finding(number, Level.NOTE) for number in range(sarif.MOST_RESULTS)]
    (run,) = json.loads(sarif.render(report_of(*many, finding(7, Level.ERROR))))["runs"]
    assert (len(run["results"]), run["results"][0]["level"]) == (sarif.MOST_RESULTS, "error")
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].startswith("1 finding left out")


def test_a_region_of_several_lines_ends_with_its_first():
    one = finding(0, column=3, end_line=4, end_column=2)
    report = report_of(one, texts={"src/lib.rs": "  f(ä,  \n 1,\n 2\n)\n"})
    region = json.loads(sarif.render(report))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 1, "startColumn": 3, "endLine": 1, "endColumn": 7}


# JUnit
def test_junit_counts_what_fails_and_keeps_out_what_xml_forbids():
    odd = finding(1, Level.ERROR, message='a < b & "c" \x00\x1b\x08 ä', function="x::<T as U>::f")
    text = FORMATS[Format.JUNIT](report_of(finding(0), odd, finding(2, file="src/b.rs")))
    root = ET.fromstring(text)
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "3", "1")
    assert [suite.get("name") for suite in root] == ["src/b.rs", "src/lib.rs"]
    for suite in root:
        assert suite.get("tests") == str(len(suite))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
        assert {"name", "tests", "failures", "errors", "skipped", "time"} == set(suite.keys())
        assert all({"name", "classname", "time"} == set(case.keys()) for case in suite)
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == 'a < b & "c"  ä'
    names = [case.get("name") for case in root.iter("testcase")]
    assert len(set(names)) == len(names)


def test_junit_of_a_clean_check_passes():
    root = ET.fromstring(FORMATS[Format.JUNIT](CLEAN))
    assert [case.get("name") for case in root.iter("testcase")] == ["no findings"]
    assert root.get("failures") == "0"


# GitHub, GitLab
def test_annotations_escape_and_stop_at_ten_of_a_level():
    odd = finding(0, Level.ERROR, message="100 % of a,b:c\nd", file="src/a,b:c.rs")
    lines = github.render(report_of(*(finding(number) for number in range(12)), odd)).splitlines()
    assert lines[0] == (
        "::error file=src/a%2Cb%3Ac.rs,line=1,endLine=1,col=1,endColumn=2,title=BS0101 ffi_call"
        "::100 %25 of a,b:c%0Ad; help"
    )
    assert [line.partition(" ")[0] for line in lines[1:-1]] == ["::warning"] * 10
    assert lines[-1] == "2 findings without an annotation: a step shows 10 of each level"


@pytest.mark.parametrize("report", [CLEAN, FULL], ids=["clean", "full"])
def test_gitlab_is_valid(report: Report):
    jsonschema.Draft7Validator(GITLAB_SCHEMA).validate(json.loads(FORMATS[Format.GITLAB](report)))


def test_fingerprints_are_unique_and_survive_moved_lines():
    source = "pub unsafe fn f(p: *const u8) {\n    *p;\n    *p;\n}\npub unsafe fn g(p: *const u8) { *p; }\n"
    prints = [one.fingerprint for one in result_of(source).findings]
    assert len(set(prints)) == len(prints) == 3
    moved = "// a\n\n" + source.replace("    *p;\n    *p;", "    let _ = 1;\n    *p;\n\n    * p;")
    assert [one.fingerprint for one in result_of(moved).findings] == prints


# the others
def test_markdown_is_a_table_that_no_finding_breaks():
    odd = finding(0, message="a | `b | c` <d> *e*")
    text = FORMATS[Format.MARKDOWN](report_of(odd, *(finding(number) for number in range(1, 150)), spots=(SPOT,)))
    rows = [line for line in text.splitlines() if line.startswith("| warning")]
    assert rows[0] == ("| warning | BS0101 ffi\\_call | `src/lib.rs:1:1` | a \\| `b \\| c` \\<d\\> \\*e\\*; help |")
    assert len(rows) == 100
    assert "and 50 findings more" in text
    assert "* 1 macro calls that could not be read: src/lib.rs:3 x!" in text


def test_what_is_known_is_left_to_json():
    known = finding(0, baseline="known")
    for form, render in FORMATS.items():
        says = "call 0" in render(report_of(known, finding(1)))
        assert says == (form in {Format.JSON, Format.JSONL}), form


def test_text_shows_tabs_and_wide_lines_where_they_are():
    one = finding(0, column=2, end_column=6)
    text = FORMATS[Format.TEXT](report_of(one, texts={"src/lib.rs": "\tü(1);\n"}))
    assert "1 |     ü(1);\n  |     ^^^^\n" in text
