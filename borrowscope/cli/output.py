"""Where data goes: stdout, or the file that `-o` names.

In: text. Out: bytes. Errors: `UsageError` where the file cannot be written; a file is written whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from borrowscope.cli import terminal
from borrowscope.errors import UsageError
from borrowscope.text.whole_file import whole_file


def deliver(text: str, output: Path | None) -> None:
    """Write the text to the file, or to stdout where there is none or it is called `-`; no text is no line either."""
    with opened(output) as stream:
        stream.write(text if text.endswith("\n") or not text else f"{text}\n")


@contextmanager
def opened(output: Path | None) -> Iterator[TextIO]:
    """A text stream whose content appears at `output` when the block ends well; stdout for None and `-`."""
    if output is None or str(output) == "-":
        yield terminal.stdout()
        return
    try:
        with whole_file(output) as stream:
            yield stream
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from error
