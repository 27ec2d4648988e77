"""After a command that records or builds: deletes what is old, by the rules of `build/retention.py`, and says so.

In: a session. Out: lines on stderr, only where something was deleted.
"""

from __future__ import annotations

from borrowscope.build.directories import locked_if_free
from borrowscope.build.retention import (
    Deleted,
    Keep,
    delete_grown_builds,
    delete_lost_files,
    delete_old_recordings,
)
from borrowscope.cli import terminal
from borrowscope.cli.session import Session
from borrowscope.cli.sizes import readable
from borrowscope.report.wording import counted


def tidy(session: Session) -> None:
    """Delete what is too much; not while another command works there."""
    settings, own = session.settings, session.project.own_dir
    keep = Keep(settings.keep_recordings, settings.keep_recording_bytes, settings.keep_build_bytes)
    if not own.is_dir():  # somebody has cleaned up meanwhile
        return
    with locked_if_free(own) as is_locked:
        if not is_locked:
            return
        _tell(delete_old_recordings(own / "recordings", keep), "old recording", "keep-recordings")
        _tell(delete_grown_builds(own, keep), "folder", "keep-build-bytes")
        if session.project.is_single_file:
            _tell(delete_lost_files(), "lost file", None)


def _tell(deleted: Deleted, what: str, key: str | None) -> None:
    if deleted.paths:
        hint = f" (the settings `{key}..` say how much stays)" if key else ""
        terminal.note(f"deleted {counted(len(deleted.paths), what)} of {readable(deleted.size)}{hint}")
