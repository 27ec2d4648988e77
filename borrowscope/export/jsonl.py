"""Events as JSON lines, one object a line (reference: recording.md, "One event as JSON").

In: events in `seq` order. Out: text; the keys of the table are always present, then the variant's own fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TextIO

from borrowscope.trace.event import Event


def event_object(event: Event) -> dict[str, Any]:
    """The JSON object of one event, keys in the order of the reference."""
    return {
        "seq": event.seq,
        "time_ns": event.time_ns,
        "process": event.process,
        "thread": event.thread,
        "thread_name": event.thread_name,
        "event": event.event,
        "name": event.name,
        "instance": event.instance,
        "ty": event.ty,
        "owner": event.owner,
        "from": event.from_,
        "to": event.to,
        "source": event.source,
        "object": event.object,
        "file": event.file,
        "line": event.line,
        "column": event.column,
        "function": event.function,
        **event.fields,
    }


def write_jsonl(events: Iterable[Event], out: TextIO) -> None:
    """Write each event as one line to `out`."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for event in events:
        out.write(encode(event_object(event)))
        out.write("\n")
