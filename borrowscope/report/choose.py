"""Which function a person means: by name, by the end of its path, or by a line of it.

In: a recording and words. Out: the full path. Errors: `UsageError` that names the nearest, or what to say instead.
"""

from __future__ import annotations

import difflib

from borrowscope.errors import UsageError
from borrowscope.report.calls import call_counts
from borrowscope.text.function_paths import plain_path
from borrowscope.trace.recording import Recording

SHOWN = 6


def choose_function(recording: Recording, name: str | None, place: tuple[str, int] | None) -> str:
    """The path of the one function that the words mean; executed ones are preferred."""
    known = _known(recording)
    if not known:
        hint = "nothing was traced when it was made"
        if recording.table.shapes.has_hand_made:
            hint = "calls made by hand tell no functions: see `borrowscope report` and `borrowscope export`"
        raise UsageError("this recording knows no functions", hint=hint)
    matching = [path for path in known if name is None or is_match(path, name)]
    if not matching:
        raise _unknown(name or "", known)
    if place:
        matching = _at(recording, matching, place)
    executed = call_counts(recording)
    preferred = [path for path in matching if path in executed] or matching
    if len(preferred) > 1:
        exact = [path for path in preferred if path == name or plain_path(path) == name]
        preferred = exact or preferred
    if len(preferred) > 1:
        raise _ambiguous(recording, name or "", preferred)
    return preferred[0]


def is_match(path: str, name: str) -> bool:
    """Whether the name is the path or ends it, `<T as Trait>::m` also as `T::m`."""
    return any(one == name or one.endswith(f"::{name}") for one in (path, plain_path(path)))


def _known(recording: Recording) -> list[str]:
    return sorted({site.function for site in recording.sites.values() if site.function})


def _at(recording: Recording, paths: list[str], place: tuple[str, int]) -> list[str]:
    """The function whose sites lie nearest around a line of a file."""
    file, line = place
    ids = {one.id for one in recording.files.values() if one.path == file or one.path.endswith(f"/{file}")}
    lines: dict[str, list[int]] = {}
    for site in recording.sites.values():
        if site.file in ids:
            lines.setdefault(site.function, []).append(site.line)
    inside = [path for path in paths if path in lines and min(lines[path]) <= line <= max(lines[path])]
    before = [path for path in paths if path in lines and min(lines[path]) <= line]
    chosen = inside or before
    if not chosen:
        raise UsageError(f"no traced function at {file}:{line}", hint="name a line inside of the function")
    return [max(chosen, key=lambda path: min(lines[path]))]


def _unknown(name: str, known: list[str]) -> UsageError:
    by_end = {plain_path(path).rsplit("::", 1)[-1]: path for path in known}
    candidates = {**{plain_path(path): path for path in known}, **by_end}
    near = difflib.get_close_matches(name, candidates, n=1, cutoff=0.0)
    return UsageError(f"no traced function `{name}` in this recording", hint=f"did you mean `{candidates[near[0]]}`?")


def _ambiguous(recording: Recording, name: str, paths: list[str]) -> UsageError:
    calls = call_counts(recording)
    by_calls = sorted(paths, key=lambda path: (-calls[path], path))
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    listed = ", ".join(f"`{path}`" for path in by_calls[:SHOWN])
    return UsageError(f"`{name}` may be {len(paths)} functions", hint=f"say more of the path: {listed}{more}")
