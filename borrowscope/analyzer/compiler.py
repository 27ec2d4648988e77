"""The compiler's answers: a folder of MIR dumps turned into facts per file.

In: the dump folder and the directory where rustc ran. Out: `FileFacts` by absolute path. Flags and traps of the
dumps: `cargo check` with `-Zdump-mir=built -Zmir-include-spans=on -Ztrim-diagnostic-paths=no`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from borrowscope.analyzer.facts import BindingFact, CallFact, FileFacts, TypeSource
from borrowscope.analyzer.kept_bodies import KeptBodies
from borrowscope.analyzer.mir_facts import BodyFacts, Place
from borrowscope.analyzer.std_names import std_names
from borrowscope.text.type_names import short_type

DUMP_SUFFIX = ".built.after.mir"
PACK = "bodies.pack"  # wrapper.rs writes it
_PACKED = re.compile(rb"[^\t\n]+\t(?P<seconds>\d+\.\d+)\t(?P<length>\d+)\n")


def read_dump(dump_dir: Path, root: Path) -> dict[str, FileFacts]:
    """Facts of every file that the dumps below `dump_dir` speak of, keyed by absolute path.

    `root` is the directory where rustc ran (cargo: the workspace root); relative paths in the dumps start there.
    Files that are gone, entries whose name no longer stands at its place and dumps that cannot be read are left out.
    A folder that does not exist yields no facts.
    """
    return read_unit(dump_dir, KeptBodies(root))


def read_unit(dump_dir: Path, bodies: KeptBodies) -> dict[str, FileFacts]:
    """Likewise, with the bodies that are known from other units and earlier runs."""
    return joined([bodies.facts(body) for body in bodies.known(dumps(dump_dir))])


def dumps(dump_dir: Path) -> Iterator[tuple[str, float]]:
    """The texts of all dumps with their time stamps, in the order of their paths."""
    for folder, folders, names in os.walk(dump_dir):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            try:
                if name == PACK:
                    yield from packed_dumps(path.read_bytes())
                elif name.endswith(DUMP_SUFFIX):
                    yield path.read_text(encoding="utf-8", errors="replace"), path.stat().st_mtime
            except OSError:
                continue


def packed_dumps(pack: bytes) -> Iterator[tuple[str, float]]:
    """The dumps that the wrapper packed: for each `NAME TAB SECONDS TAB LENGTH`, and the text. Ends where it is cut."""
    at = 0
    while (match := _PACKED.match(pack, at)) is not None:
        end = match.end() + int(match["length"])
        if end > len(pack):
            return
        yield pack[match.end() : end].decode("utf-8", "replace"), float(match["seconds"])
        at = end


def joined(bodies: list[BodyFacts]) -> dict[str, FileFacts]:
    """One `FileFacts` per file; the same body seen in two compilations (library, its tests) counts once."""
    rebound: dict[Place, str] = {}
    for body in bodies:
        rebound.update(dict.fromkeys(body.rebound(), body.path))
    facts: dict[str, FileFacts] = {}
    for body in bodies:
        for known in (*body.locals.values(), *body.items):
            if not known.is_guard_view and _counts(rebound, known.file.path, known.fact.span.start, body):
                add_binding(_file(facts, known.file.path), known.fact)
        for path, move in body.moves:
            if _counts(rebound, path, move.binding, body):
                _file(facts, path).moves.append(move)
        for path, borrow in body.borrows:
            if _counts(rebound, path, borrow.binding, body):
                _file(facts, path).borrows.append(borrow)
        for path, call in body.calls:
            _file(facts, path).calls.append(call)
        _add_places(facts, body)
    for file in facts.values():
        _finish(file)
    return facts


def _add_places(facts: dict[str, FileFacts], body: BodyFacts) -> None:
    for path, span in body.closures:
        _file(facts, path).closure_spans.add(span)
    for path, binding, place in body.written_parts:
        _file(facts, path).written_parts.add((binding, place))
    for path, binding, place, use in body.captured_uses:
        _file(facts, path).captured_uses[binding, place] = use
    for path, capture in body.captures:
        _file(facts, path).captures.append(capture)
    if body.closure_trait is not None:
        path, start, trait = body.closure_trait
        _file(facts, path).closure_traits[start] = trait
    for path, span, ty in body.made:
        _file(facts, path).made.setdefault(span, ty)
    for path, fact in body.memory.statics:
        _file(facts, path).statics.setdefault(fact.span, fact)
    for path, span, ty in body.memory.raw_pointers:
        _file(facts, path).raw_pointers.setdefault(span, ty)
    for path, span in body.memory.mutable_borrows:
        _file(facts, path).mutable_borrows.add(span)


def _counts(rebound: dict[Place, str], path: str, binding: int, body: BodyFacts) -> bool:
    """Whether the body speaks for the binding: for an `async fn`'s parameters only the coroutine does."""
    return rebound.get((path, binding), body.path) == body.path


def _file(facts: dict[str, FileFacts], path: str) -> FileFacts:
    file = facts.get(path)
    if file is None:
        file = facts[path] = FileFacts(path)
    return file


def add_binding(file: FileFacts, new: BindingFact) -> None:
    """Store a binding, or join it with what another body (or another unit) says about the same place."""
    for alternative in new.alternatives:
        add_binding(file, alternative)
    if new.alternatives:
        return
    old = file.bindings.setdefault(new.span.start, new)
    if old is new:
        return
    old.drops.extend(drop for drop in new.drops if drop not in old.drops)
    old.is_assigned_by_macro = old.is_assigned_by_macro or new.is_assigned_by_macro
    same = next((fact for fact in old.alternatives or [old] if _is_same_type(fact, new)), None)
    if same is not None:
        same.needs_drop = _either(same.needs_drop, new.needs_drop)
        same.is_copy = _either(same.is_copy, new.is_copy)
        return
    if not old.alternatives:
        old.alternatives.append(replace(old, drops=list(old.drops), alternatives=[]))
        _forget_type(old)
    old.alternatives.append(new)


def _is_same_type(old: BindingFact, new: BindingFact) -> bool:
    """Paths differ where a file is a module of several crates."""
    return old.ty is not None and new.ty is not None and short_type(old.ty) == short_type(new.ty)


def merge_facts(into: FileFacts, found: FileFacts) -> None:
    """Add what another unit says about the same file. A macro's own `let` may have another type in each."""
    for binding in found.bindings.values():
        add_binding(into, binding)
    into.moves = list(dict.fromkeys([*into.moves, *found.moves]))
    into.borrows = list(dict.fromkeys([*into.borrows, *found.borrows]))
    into.calls = list(dict.fromkeys([*into.calls, *found.calls]))
    into.closure_spans |= found.closure_spans
    into.written_parts |= found.written_parts
    into.captured_uses |= found.captured_uses
    into.statics = found.statics | into.statics
    into.raw_pointers = found.raw_pointers | into.raw_pointers
    into.mutable_borrows |= found.mutable_borrows
    into.captures = list(dict.fromkeys([*into.captures, *found.captures]))
    into.closure_traits |= found.closure_traits
    into.made = found.made | into.made


def _either(*answers: bool | None) -> bool | None:
    """True if anybody says so, else False if anybody says that, else None."""
    return True if True in answers else False if False in answers else None


def _forget_type(fact: BindingFact) -> None:
    """A place that several bodies bind with different types (a macro's own `let`): nothing is true of all."""
    fact.ty = None
    fact.source = TypeSource.UNKNOWN
    fact.needs_drop = fact.is_copy = fact.is_reference = fact.is_mutable_reference = None


def _finish(file: FileFacts) -> None:
    """Each fact once, in source order; std's items by one name, also where the crate is without std."""
    for known in file.bindings.values():
        for fact in (known, *known.alternatives):
            fact.ty = fact.ty and std_names(fact.ty)
    file.calls = [_std_call(call) for call in file.calls]
    file.made = {span: ty and std_names(ty) for span, ty in file.made.items()}
    file.captures = sorted(dict.fromkeys(file.captures))
    file.bindings = dict(sorted(file.bindings.items()))
    file.moves = sorted(dict.fromkeys(file.moves), key=lambda move: (move.span, move.binding))
    file.borrows = sorted(dict.fromkeys(file.borrows), key=lambda borrow: (borrow.span, borrow.binding))
    file.calls = sorted(dict.fromkeys(file.calls), key=lambda call: call.span)


def _std_call(call: CallFact) -> CallFact:
    callee, result = std_names(call.callee), call.result and std_names(call.result)
    return call if (callee, result) == (call.callee, call.result) else replace(call, callee=callee, result=result)
