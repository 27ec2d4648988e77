"""What each format has to hold so that its readers take it: schemas, escapes, limits, unique fingerprints."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xmlschema

from borrowscope.check.blind_spots import REASONS
from borrowscope.check.formats import github, sarif
from borrowscope.check.formats.counts import spot_line
from borrowscope.check.formats.source_line import shown_line
from borrowscope.check.formats.table import FORMATS, Format
from borrowscope.check.model import BlindSpot, CheckResult, Finding, Place
from borrowscope.check.report import Report
from borrowscope.tables.check_rules import RULES, Level
from tests.check.cases import CASES
from tests.check.checked import result_of

SCHEMAS = Path(__file__).parent / "schemas"
SARIF_SCHEMA = json.loads((SCHEMAS / "sarif-2.1.0.json").read_bytes())
GITLAB_SCHEMA = json.loads((SCHEMAS / "gitlab-code-quality.json").read_bytes())
JUNIT_SCHEMA = xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")


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


@pytest.mark.parametrize("reason", REASONS)
def test_one_place_and_several_are_told_each_in_their_words(reason: str):
    places = [Place(file="src/lib.rs", line=number, what="x") for number in range(1, 6)]
    one, many = (BlindSpot(reason=reason, count=count, places=places[:count]) for count in (1, 5))
    assert spot_line(one) == f"1 {REASONS[reason].one}: src/lib.rs:1 x"
    assert spot_line(many).startswith(f"5 {REASONS[reason].many}: src/lib.rs:1 x, ")
    words = zip(REASONS[reason].one.split(), REASONS[reason].many.split(), strict=False)
    assert next((single, several) for single, several in words if single != several)[1].endswith("s")


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
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"] == "not seen: 1 macro call that could not be read: src/lib.rs:3 x!"


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


def test_junit_says_what_was_not_seen():
    root = ET.fromstring(FORMATS[Format.JUNIT](report_of(finding(0), finding(1, file="src/b.rs"), spots=(SPOT,))))
    (told,) = root.iter("property")
    assert told.get("name") == "not seen: macro_unknown"
    assert told.get("value") == "1 macro call that could not be read: src/lib.rs:3 x!"
    assert [part.tag for part in root[0]] == ["properties", "testcase"]


def test_junit_of_a_clean_check_passes():
    root = ET.fromstring(FORMATS[Format.JUNIT](CLEAN))
    assert [case.get("name") for case in root.iter("testcase")] == ["no findings"]
    assert root.get("failures") == "0"


@pytest.mark.parametrize("fail_on", [Level.NOTE, None])
def test_junit_is_valid(fail_on: Level | None):
    for report in (CLEAN, replace(FULL, fail_on=fail_on)):
        JUNIT_SCHEMA.validate(FORMATS[Format.JUNIT](report))
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        JUNIT_SCHEMA.validate(FORMATS[Format.JUNIT](FULL).replace(" name=", " nam="))


# paths
def test_code_hosts_get_paths_of_the_repository_whatever_is_in_them():
    odd = finding(0, file="src/ä b%#?:x.rs")
    outside = finding(1, file="/work/other/src/lib.rs")
    far = finding(2, file="/registry/far.rs")
    report = report_of(odd, outside, far, folder="inner", repository="/work")
    (run,) = json.loads(sarif.render(report))["runs"]
    uris = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]]
    assert uris == [
        "inner/src/%C3%A4%20b%25%23%3F%3Ax.rs",
        "other/src/lib.rs",
        "file:///registry/far.rs",
    ]
    jsonschema.Draft7Validator(SARIF_SCHEMA).validate(json.loads(sarif.render(report)))
    issues = json.loads(FORMATS[Format.GITLAB](report))
    assert [one["location"]["path"] for one in issues][:2] == ["inner/src/ä b%#?:x.rs", "other/src/lib.rs"]
    assert "file=inner/src/ä b%25#?%3Ax.rs," in github.render(report)


def test_columns_count_characters_as_sarif_says():
    (run,) = json.loads(sarif.render(FULL))["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    source = 'pub unsafe fn f(p: *const u8) -> u8 { let _ = "ä𝕏"; *p }\n'
    (one,) = result_of(source).findings
    assert source[one.column - 1 : one.end_column - 1] == "*p"


def test_what_is_known_is_no_result_and_no_duplicate_hides_another():
    known = [finding(number, baseline="known") for number in range(3)]
    report = report_of(*known, finding(4, baseline="new"))
    (run,) = json.loads(sarif.render(report))["runs"]
    assert [one["partialFingerprints"]["borrowscope/v1"] for one in run["results"]] == [f"{4:032x}"]
    prints = [one["fingerprint"] for one in json.loads(FORMATS[Format.GITLAB](FULL))]
    assert len({*prints}) == len({one.fingerprint for one in FULL.findings})


def test_no_format_speaks_of_columns_before_the_first_or_empty_regions():
    for one in json.loads(sarif.render(FULL))["runs"][0]["results"]:
        region = one["locations"][0]["physicalLocation"]["region"]
        assert min(region.values()) >= 1
    for line in github.render(FULL).splitlines():
        if line.startswith("::"):
            assert re.match(
                r"::(?:error|warning|notice) file=[^,]+,line=\d+,endLine=\d+,col=\d+,endColumn=\d+,title=", line
            )


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
    assert "* 1 macro call that could not be read: src/lib.rs:3 x!" in text


def test_what_is_known_is_left_to_json():
    known = finding(0, baseline="known")
    for form, render in FORMATS.items():
        says = "call 0" in render(report_of(known, finding(1)))
        assert says == (form in {Format.JSON, Format.JSONL}), form


@pytest.mark.parametrize(
    ("line", "start", "end", "shown", "carets"),
    [
        ("\tü(1);", 1, 5, "    ü(1);", "    ^^^^"),
        ("a\tb", 2, 3, "a   b", "    ^"),
        ('"漢字" + *p', 7, 9, '"漢字" + *p', "         ^^"),
        ("e\u0301 *p", 3, 5, "e\u0301 *p", "  ^^"),
        ("\x1b[2J\u202e *p", 6, 8, "\ufffd[2J\ufffd *p", "      ^^"),
        ("x" * 200 + "*p" + "y" * 200, 200, 202, "..." + "x" * 40 + "*p" + "y" * 98 + "...", " " * 43 + "^^"),
        ("*p" + "y" * 200, 0, 202, "*p" + "y" * 138 + "...", "^" * 140),
        ("x" * 200 + "*p", 200, 202, "..." + "x" * 138 + "*p", " " * 141 + "^^"),
        ("*p", 0, 9, "*p", "^^"),
        ("", 0, 1, "", "^"),
    ],
)
def test_a_line_is_shown_with_carets_below_what_is_meant(line: str, start: int, end: int, shown: str, carets: str):
    found = shown_line(line, start, end)
    assert (found.text, " " * found.before + "^" * found.carets) == (shown, carets)


@pytest.mark.parametrize("columns", [1, 30, 40, 60, 80, 200, None])
def test_a_narrow_terminal_breaks_no_line_of_source(columns: int | None):
    source = "x" * 50 + "*p" + "y" * 50
    one = finding(998, column=51, end_column=53)
    text = FORMATS[Format.TEXT](report_of(one, texts={"src/lib.rs": "\n" * 998 + source}, columns=columns))
    shown, carets = (line for line in text.splitlines() if line.startswith(("999 |", "    |")) and len(line) > 6)
    assert shown[carets.index("^") : carets.index("^") + 2] == "*p"
    assert len(shown) <= max(columns or 0, 33) or source in shown
    assert (source in shown) == (columns is None or columns >= 114)


def test_text_is_readable_where_lines_are_odd():
    one = finding(0, column=2, end_column=6, message="call of `\x1b[31m`")
    text = FORMATS[Format.TEXT](report_of(one, texts={"src/lib.rs": "\tü(1);\n"}))
    assert "1 |     ü(1);\n  |     ^^^^\n" in text
    assert "\x1b" not in text
    long = finding(0, column=1, end_line=3, end_column=2)
    text = FORMATS[Format.TEXT](report_of(long, texts={"src/lib.rs": "f(\n 1,\n)\n"}))
    assert "1 | f(\n  | ^^\n  = note: it ends in line 3\n  = help: help\n" in text


def test_every_finding_of_a_line_has_its_own_place():
    source = "pub unsafe fn f(p: *const u8) -> u8 { *p + *p }\n"
    report = report_of(*result_of(source).findings, texts={"src/lib.rs": source})
    text = FORMATS[Format.TEXT](report)
    assert [line.index("^") for line in text.splitlines() if "^" in line] == [42, 47]


def test_each_sentence_says_what_and_why_and_what_to_do():
    for one in FULL.findings:
        assert one.message[0] == one.message[0].lower() or one.message[0] == "`"
        assert not one.message.endswith(".")
        assert not one.help.endswith(".")
        assert "\n" not in one.sentence
        assert "; " in one.sentence
