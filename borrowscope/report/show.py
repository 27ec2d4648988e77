"""`borrowscope show`: one execution of one function as a page.

In: a recording, which function, which call. Out: the page's lines; the first is its title. Errors: `UsageError` for a
function or a call that is not there.
"""

from __future__ import annotations

from borrowscope.errors import UsageError
from borrowscope.report.also import also_recorded
from borrowscope.report.blocks import Blocks
from borrowscope.report.calls import Call, find_call
from borrowscope.report.choose import choose_function
from borrowscope.report.draw import WIDTH, draw
from borrowscope.report.lifeline import Lane, build_lanes
from borrowscope.report.source import read_source
from borrowscope.report.wording import counted, cut_front
from borrowscope.tables.recording_files import SiteRecord
from borrowscope.trace.recording import Recording


def show_function(
    recording: Recording,
    name: str | None,
    place: tuple[str, int] | None = None,
    *,
    call: int = 1,
    unicode: bool = True,
) -> list[str]:
    """The page: title, which call, source with lifelines, the bindings in words, the key of the shapes."""
    function = choose_function(recording, name, place)
    found, total = find_call(recording, function, call)
    if found is None:
        raise _missing(function, call, total)
    file, sites = _file_and_sites(recording, function)
    source = read_source(recording, file)
    blocks = Blocks(source)
    lanes = build_lanes(found.events, recording.sites, blocks, function)
    first, last = _extent(blocks, sites, lanes)
    page = [*_title(function, file, first, last), _which(found, total), ""]
    lines = source.splitlines()[first - 1 : last]
    page += draw(lanes, lines, first, unicode=unicode)
    page += also_recorded(found.events)
    return page if unicode else [line.replace("…", "~").replace("·", "|") for line in page]


def _missing(function: str, call: int, total: int) -> UsageError:
    if total == 0:
        return UsageError(
            f"`{function}` was never called in this recording", hint="`borrowscope report` lists what was"
        )
    return UsageError(f"there is no call {call} of `{function}`", hint=f"--call takes 1 to {total}")


def _file_and_sites(recording: Recording, function: str) -> tuple[str, list[SiteRecord]]:
    sites = [site for site in recording.sites.values() if site.function == function]
    paths = {one.id: one.path for one in recording.files.values()}
    return paths[sites[0].file], sites


def _extent(blocks: Blocks, sites: list[SiteRecord], lanes: list[Lane]) -> tuple[int, int]:
    """First and last line of the function: from its name to the end of its body."""
    entry = next((site for site in sites if site.event == "FnEnter"), None)
    lines = [line for site in sites for line in (site.line, site.end_line)]
    lines += [line for lane in lanes for line in (lane.first, lane.last)]
    body = blocks.block_after(entry.line, entry.column) if entry else None
    if entry and body:
        return entry.line, body[1]
    return min(lines), max(lines)


def _title(function: str, file: str, first: int, last: int) -> list[str]:
    where = f"{file}:{first}-{last}"
    if len(function) + len(where) + 3 <= WIDTH:
        return [f"{function}   {where}"]
    return [cut_front(function, WIDTH), f"  {cut_front(where, WIDTH - 2)}"]


def _which(call: Call, total: int) -> str:
    event = call.entry or call.events[0]
    name = f" ({event.thread_name})" if event.thread_name else ""
    parts = [f"call {call.number:,} of {total:,}", f"thread {event.thread}{name}"]
    parts.append(counted(len(call.events), "event"))
    if call.entry is None:
        parts[0] = "entries of this function are not recorded: everything on its first thread"
    elif not call.has_ended:
        parts.append("its end was not seen")
    return "  " + " · ".join(parts)
