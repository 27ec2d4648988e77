"""The summary as a text that a person enjoys: 80 columns, readable without colours.

In: a `Summary`. Out: text. Lines that start in column 0 are headings, so that a terminal may set them off.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.report.attempts import Refusal
from borrowscope.report.coverage import coverage_lines
from borrowscope.report.places import Place
from borrowscope.report.summary import CloneCount, Summary
from borrowscope.report.wording import counted, cut, cut_front, duration, plain_type
from borrowscope.tables.recording_files import RunFile

WIDTH = 80
BAR_WIDTH = 16
LONGEST_LIST = 8
SHORT_LIST = 5
PLACES_SHOWN = 3


def render(summary: Summary, *, unicode: bool = True) -> str:
    """The whole summary. `unicode=False` draws with ASCII only."""
    sections = (
        _head(summary, unicode=unicode),
        _notes(summary),
        _coverage(summary),
        _events(summary, unicode=unicode),
        _functions(summary, unicode=unicode),
        _clones(summary),
        _shared(summary),
        _cells(summary),
        _refusals(summary),
        _waits(summary),
        _guards(summary),
        _loops(summary),
        _unsafe(summary),
        _traffic(summary),
        _alive(summary),
    )
    text = "\n".join("\n".join(lines) + "\n" for lines in (list(section) for section in sections) if lines)
    return text if unicode else _ascii(text)


def ending(run: RunFile) -> str:
    """How the program ended, in words."""
    signal, code = run.exit.get("signal"), run.exit.get("code")
    if signal:
        return f"ended by signal {signal}"
    return "" if code is None else f"exit status {code}"


def _head(summary: Summary, *, unicode: bool) -> Iterator[str]:
    run = summary.run
    parts = [" ".join(run.command), ending(run)] if run else []
    title = " · ".join(part for part in (summary.recording, *parts) if part)
    yield cut(title, WIDTH)
    yield ("─" if unicode else "-") * WIDTH
    entered = sum(1 for one in summary.functions if one.calls)
    facts = [
        counted(summary.events, "event"),
        counted(summary.instances, "value"),
        counted(entered, "function"),
        counted(summary.threads, "thread"),
        *([counted(summary.processes, "process", "processes")] if summary.processes > 1 else []),
        f"in {duration(summary.duration_ns)}",
    ]
    yield "  " + ", ".join(facts[:-1]) + " " + facts[-1]
    if run and run.types:
        told = ", ".join(f"{count:,} {source}" for source, count in run.types.items() if count)
        yield f"  types of bindings: {told or 'none'}"


def _notes(summary: Summary) -> Iterator[str]:
    lost = summary.run.lost if summary.run else []
    notes = [*summary.notes, *(f"lost: {entry.get('reason')} ({entry.get('count')})" for entry in lost)]
    if notes:
        yield "Please note"
        yield from (f"  ! {line}" for line in notes)


def _coverage(summary: Summary) -> Iterator[str]:
    if summary.coverage is not None:
        yield "What was traced"
        yield from coverage_lines(summary.coverage)


def _events(summary: Summary, *, unicode: bool) -> Iterator[str]:
    """One line for each group, with its most frequent events."""
    if not summary.by_group:
        return
    yield "What was recorded"
    totals = {group: sum(counts.values()) for group, counts in summary.by_group.items()}
    most = max(totals.values())
    for group, counts in summary.by_group.items():
        bar = _bar(totals[group], most, unicode=unicode, width=8)
        yield f"  {group:<14}  {totals[group]:>11,}  {bar:<8}  {_listed(counts, 39)}".rstrip()


def _listed(counts: dict[str, int], width: int) -> str:
    """As many events with their counts as the width takes; one alone has its group's count."""
    if len(counts) == 1:
        return cut(next(iter(counts)), width)
    text = ""
    for place, (name, count) in enumerate(counts.items()):
        more = f"{', ' if text else ''}{name} {count:,}"
        rest = f", +{len(counts) - place}"
        room = width - len(text) - (len(rest) if place + 1 < len(counts) else 0)
        if len(more) > room:
            return text + rest if text else cut(more, width)
        text += more
    return text


def _functions(summary: Summary, *, unicode: bool) -> Iterator[str]:
    busiest = summary.functions[:LONGEST_LIST]
    if not busiest:
        return
    yield f"Busiest functions{_of(len(busiest), len(summary.functions))}"
    yield "       calls       events"
    most = busiest[0].events
    for one in busiest:
        calls = f"{one.calls:,}" if one.calls else "-"
        bar = _bar(one.events, most, unicode=unicode, width=8)
        yield f"  {calls:>10}  {one.events:>11,}  {bar:<8}  {cut_front(one.path, 43)}"


def _clones(summary: Summary) -> Iterator[str]:
    copies = [one for one in summary.clones if not one.shares]
    handles = [one for one in summary.clones if one.shares]
    if not summary.clones:
        yield "Clones: none were seen"
    yield from _clone_list("Clones by type", copies)
    yield from _clone_list("New owners of shared values (Rc, Arc, Weak)", handles)


def _clone_list(title: str, clones: list[CloneCount]) -> Iterator[str]:
    if not clones:
        return
    shown = clones[:LONGEST_LIST]
    yield f"{title}{_of(len(shown), len(clones))}"
    for one in shown:
        yield f"  {one.count:>10,}  {cut(plain_type(one.ty), 64)}"
        more = len(one.places) - PLACES_SHOWN
        for place, count in one.places[:PLACES_SHOWN]:
            yield f"              {cut_front(str(place), 52)}  {_times(count)}".rstrip()
        if more > 0:
            yield f"              and {counted(more, 'more place')}"


def _shared(summary: Summary) -> Iterator[str]:
    shown = summary.shared[:LONGEST_LIST]
    if shown:
        yield f"Shared values with the most owners{_of(len(shown), len(summary.shared))}"
    for one in shown:
        yield f"  {one.most_owners:>10,}  {_binding(one.name, one.ty, one.place)}"


def _cells(summary: Summary) -> Iterator[str]:
    shown = summary.cells[:LONGEST_LIST]
    if shown:
        yield f"RefCell borrows{_of(len(shown), len(summary.cells))}"
    for one in shown:
        refused = f", {one.refused:,} REFUSED because it was borrowed" if one.refused else ""
        place = f"  {cut_front(str(one.place), 30)}" if one.place else ""
        yield f"  {one.name}{place}: {one.shared:,} shared, {one.mutable:,} mutable{refused}"


def _refusals(summary: Summary) -> Iterator[str]:
    yield from _attempts("REFUSED borrows of RefCells (the cell was borrowed)", summary.refusals)


def _waits(summary: Summary) -> Iterator[str]:
    yield from _attempts("Attempts without an outcome: their threads did nothing more", summary.waits)


def _attempts(title: str, attempts: tuple[Refusal, ...]) -> Iterator[str]:
    shown = attempts[:LONGEST_LIST]
    if shown:
        yield f"{title}{_of(len(shown), len(attempts))}"
    for one in shown:
        yield f"  {one.operation} at {cut_front(f'{one.file}:{one.line}', 60)}"
        yield from (f"    while {cut(str(spot), 60)} held it" for spot in one.holders[:PLACES_SHOWN])


def _guards(summary: Summary) -> Iterator[str]:
    shown = summary.guards[:SHORT_LIST]
    if shown:
        yield f"Guards that were held longest{_of(len(shown), len(summary.guards))}"
    for one in shown:
        what = cut(f"{one.what}: {one.name}", 26)
        end = "  until the end" if one.is_open else ""
        yield f"  {duration(one.longest_ns):>10}  {what:<26}  {_at(one.place, 22)}  {_times(one.count)}{end}".rstrip()


def _loops(summary: Summary) -> Iterator[str]:
    shown = summary.loops[:SHORT_LIST]
    if shown:
        yield f"Loops with the most turns{_of(len(shown), len(summary.loops))}"
    for one in shown:
        yield f"  {one.turns:>11,}  in {counted(one.runs, 'run'):<14}  {_at(one.place, 45)}".rstrip()


def _unsafe(summary: Summary) -> Iterator[str]:
    shown = summary.unsafe[:SHORT_LIST]
    if shown:
        yield f"Unsafe operations{_of(len(shown), len(summary.unsafe))}"
    for one in shown:
        what = cut(f"{one.what} {plain_type(one.name) if one.name else ''}".rstrip(), 38)
        yield f"  {one.count:>11,}  {what:<38}  {_at(one.place, 25)}".rstrip()


def _traffic(summary: Summary) -> Iterator[str]:
    """Threads and channels, in one line."""
    counts = ((summary.by_event.get(name, 0), says) for name, says in TRAFFIC)
    told = [f"{says} {count:,}" for count, says in counts if count]
    if told:
        yield f"Threads and channels: {', '.join(told)}"


def _at(place: Place | None, width: int) -> str:
    return cut_front(str(place), width) if place else ""


def _alive(summary: Summary) -> Iterator[str]:
    shown = summary.alive[:LONGEST_LIST]
    if not shown:
        yield "Alive at the end: nothing (of the values whose end is recorded)"
        return
    yield f"Alive at the end: never dropped or given away{_of(len(shown), len(summary.alive))}"
    for one in shown:
        yield f"  {one.count:>10,}  {_binding(one.name, one.ty, one.place)}"


def _binding(name: str, ty: str, place: Place | None) -> str:
    where = cut_front(str(place), 22) if place else ""
    return f"{cut(f'{name}: {plain_type(ty)}', 42):<42}  {where}".rstrip()


def _times(count: int) -> str:
    return f"×{count:,}" if count > 1 else ""


def _of(shown: int, total: int) -> str:
    return f" ({shown} of {total:,})" if shown < total else ""


def _bar(count: int, most: int, *, unicode: bool, width: int = BAR_WIDTH) -> str:
    """A bar in eighths of a character; something that happened is never drawn as nothing."""
    eighths = max(1, round(count * width * 8 / most))
    if not unicode:
        return "#" * max(1, eighths // 8)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


TRAFFIC = (
    ("ThreadSpawn", "spawned"),
    ("ThreadJoin", "joined"),
    ("ChannelSend", "sent"),
    ("ChannelRecv", "received"),
    ("Lock", "locks taken"),
)
ASCII = {"…": "~", "·": "|", "×": "x", "µ": "u"}


def _ascii(text: str) -> str:
    return text.translate({ord(fancy): plain for fancy, plain in ASCII.items()})
