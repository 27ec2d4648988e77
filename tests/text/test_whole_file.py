"""Files appear whole or not at all, and what is no file stays what it is."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from borrowscope.text.whole_file import whole_file


def write(path: Path, text: str) -> None:
    with whole_file(path) as stream:
        stream.write(text)


def test_the_old_content_stays_until_the_end(tmp_path: Path):
    path = tmp_path / "out.json"
    write(path, "old")
    with whole_file(path) as stream:
        stream.write("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert [one.name for one in tmp_path.iterdir()] == ["out.json"]


def test_a_failure_leaves_nothing(tmp_path: Path):
    path = tmp_path / "out.json"
    with pytest.raises(ValueError, match="no"), whole_file(path):
        raise ValueError("no")
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path: Path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "text"


def test_a_pipe_is_written_to(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write(pipe, "text")
    reader.join(5)
    assert read == ["text"]
    assert pipe.is_fifo()
