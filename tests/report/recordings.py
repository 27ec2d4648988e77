"""Recordings made by hand: a source, and what happened on its lines."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import BY_NAME, Other, Payload
from borrowscope.tables.recording_files import SiteRecord, SitesFile, SourceFile
from borrowscope.tables.stream_format import Cause, Mark
from borrowscope.trace.recording import Recording, load_recording
from tests.trace.streams import Slot, chunk, head, mark, stream, text

FILE = "src/main.rs"
TICK = 1000  # ns between two events
CAUSES = {cause.text: int(cause) for cause in Cause}
FLAGS = {"is_mutable": spec.FLAG_MUTABLE}


class Script:
    """Writes a recording of one file: `site` places sites by a text on a line, `record` adds events."""

    def __init__(self, folder: Path, source: str, function: str = "demo::main") -> None:
        self.folder = folder / "hand.bstrace"
        self.source = source
        self.function = function
        self.sites: dict[int, SiteRecord] = {}
        self._slots: dict[int, list[Slot]] = {}
        self._last: dict[int, int] = {}
        self._now = 0

    def site(self, kind: str, event: str, line: int, text: str, name: str | None = None, **more: Any) -> SiteRecord:
        column = self.source.splitlines()[line - 1].index(text) + 1
        site = SiteRecord(
            file=1,
            index=len(self.sites),
            kind=kind,
            event=event,
            line=line,
            column=column,
            end_line=line,
            end_column=column + len(text),
            name=name,
            **{"function": self.function, "is_guarded": True, **more},
        )
        self.sites[site.number] = site
        return site

    def record(self, site: SiteRecord, event: str | None = None, *, thread: int = 0, **parts: Any) -> None:
        """Add an event. What only sites can tell of it is told by its site."""
        row = BY_NAME[event or site.event]
        self._now += TICK
        numbers = {key: _raw(parts.pop(key, None)) for key in ("instance", "owner", "from_", "to", "source")}
        cause = parts.pop("cause", "scope_end")
        others = {
            Other.OWNER: numbers["owner"],
            Other.SOURCE: numbers["source"],
            Other.TO: numbers["to"],
            Other.CAUSE: CAUSES.get(cause, 0),
            Other.NUMBER: parts.pop("iteration", 0),
        }
        delta = self._now - self._last.get(thread, 0)
        slots = self._slots.setdefault(thread, text(Mark.THREAD, 0, "main") if thread == 0 else [])
        slots.append(head(row.name, site.number, numbers["instance"], others.get(row.other, 0), delta))
        if row.payload not in {Payload.NONE, Payload.TYPE}:
            slots.append(_mark(row.payload, parts))
        if cause is None:
            site.fields["may_leave_early"] = True
        site.fields.update(parts)
        self._last[thread] = self._now

    def recording(self, notes: list[str] | None = None) -> Recording:
        """Write what was added, and read it back."""
        place = self.folder / "sources" / FILE
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(self.source, encoding="utf-8")
        digest = hashlib.sha256(self.source.encode()).hexdigest()
        files = [SourceFile(id=1, path=FILE, sha256=digest)]
        sites = SitesFile(tool="test", files=files, sites=list(self.sites.values()))
        (self.folder / "sites.json").write_text(sites.model_dump_json())
        chunks = [chunk(slots, thread=thread, size=_pages(slots), ticks=1000) for thread, slots in self._slots.items()]
        (self.folder / "77-1.bsstream").write_bytes(stream(*chunks, pid=77))
        recording = load_recording(self.folder)
        recording.notes.extend(notes or [])
        return recording


def _raw(number: int | None) -> int:
    """The number in the stream, where 0 is none."""
    return 0 if number is None else number + 1


def _pages(slots: list[Slot]) -> int:
    size = spec.CHUNK_HEADER_SIZE + len(slots) * spec.SLOT_SIZE
    return -(-size // spec.PAGE_SIZE) * spec.PAGE_SIZE


def _mark(payload: Payload, parts: dict[str, Any]) -> Slot:
    """The mark behind an event; what it tells is taken out of the parts."""
    address = int(parts.pop("object", "0"), 0)
    if payload is Payload.COUNTS:
        return mark(Mark.OBJECT, parts.pop("weak_count", 0), parts.pop("strong_count", 0), address)
    told = [name for name in ("is_mutable", "success") if parts.pop(name, False)]
    return mark(Mark.OBJECT, sum(FLAGS.get(name, spec.FLAG_SUCCESS) for name in told), 0, address)


TOUR = """\
use std::rc::Rc;

fn main() {
    let greeting = String::from("hello, world");
    let r = &greeting;
    println!("{r}");
    let mut list = vec![1, 2, 3];
    list.push(4);
    for n in &list {
        println!("{n}");
    }
    let copy = greeting.clone();
    let moved = greeting;
    consume(copy);
    let shared = Rc::new(moved);
    let other = Rc::clone(&shared);
    if shared.len() > 3 {
        let tmp = String::new();
        drop(tmp);
    }
}
"""


def tour(folder: Path) -> Script:
    """A program that borrows, clones, loops, moves, shares and drops."""
    script = Script(folder, TOUR)
    enter = script.site("fn", "FnEnter", 3, "main")
    greeting = script.site("let", "New", 4, "greeting", "greeting", ty="String", needs_drop=True)
    last_use = {"line": 6, "column": 16}
    r = script.site("let", "Borrow", 5, "r ", "r", ty="&String", needs_drop=False, last_use=last_use)
    items = script.site("let", "New", 7, "list", "list", ty="Vec<i32>", needs_drop=True)
    push = script.site("borrow", "Borrow", 8, "list")
    walk = script.site("borrow", "Borrow", 9, "&list")
    n = script.site("for", "New", 9, "n ", "n", ty="&i32", needs_drop=False)
    copy = script.site("let", "Clone", 12, "copy", "copy", ty="String", needs_drop=True)
    moved = script.site("let", "Move", 13, "moved", "moved", ty="String", needs_drop=True)
    consume = script.site("move", "Move", 14, "copy", "copy", binding=copy.index)
    into_rc = script.site("move", "Move", 15, "moved", "moved", binding=moved.index)
    shared = script.site("let", "RcNew", 15, "shared", "shared", ty="Rc<String>", needs_drop=True)
    other = script.site("let", "RcClone", 16, "other", "other", ty="Rc<String>", needs_drop=True)
    tmp = script.site("let", "New", 18, "tmp", "tmp", ty="String", needs_drop=True)
    drop_tmp = script.site("move", "Move", 19, "tmp", "tmp", binding=tmp.index)

    script.record(enter, instance=100)
    script.record(greeting, instance=1)
    script.record(r, instance=2, owner=1, mutable=False)
    script.record(items, instance=3)
    script.record(push, owner=3, mutable=True)
    script.record(walk, owner=3, mutable=False)
    for turn in range(10, 14):
        script.record(n, instance=turn)
        script.record(n, "Drop", instance=turn, cause="scope_end")
    script.record(copy, instance=4, source=1)
    script.record(moved, instance=1, from_=1, to=5)
    script.record(consume, instance=4, from_=4)
    script.record(into_rc, instance=5, from_=5)
    script.record(shared, instance=6, object="0x10", strong_count=1, weak_count=0)
    script.record(other, instance=7, source=6, object="0x10", strong_count=2, weak_count=0)
    script.record(tmp, instance=8)
    script.record(drop_tmp, instance=8, from_=8)
    for site, instance in ((other, 7), (shared, 6), (items, 3), (r, 2)):
        script.record(site, "Drop", instance=instance, cause="scope_end")
    script.record(enter, "FnExit", instance=100)
    return script
