"""Every version of the format that was ever written is still read, event by event."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from borrowscope.export.jsonl import write_jsonl
from borrowscope.tables import stream_format as spec
from borrowscope.trace.recording import load_recording

GOLDEN = Path(__file__).parent / "golden"
RECORDINGS = sorted(GOLDEN.glob("v*/*.bstrace"))


def test_each_version_has_recordings():
    assert {f"v{version}" for version in spec.HISTORY if version <= spec.VERSION} == {
        path.parent.name for path in RECORDINGS
    }


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_golden(path):
    out = io.StringIO()
    recording = load_recording(path)
    write_jsonl(recording.events, out)
    expected = path.with_suffix(".jsonl").read_text()
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [
        json.loads(line) for line in expected.splitlines()
    ]
    assert out.getvalue() == expected
    assert recording.notes == []
