"""The facts of one MIR body: its bindings, and what happens to them.

In: a parsed `Body` and the source files. Out: `BodyFacts`; `compiler.py` joins those of all bodies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from borrowscope.analyzer import obvious_types
from borrowscope.analyzer.drop_flow import Drop, find_drops
from borrowscope.analyzer.facts import (
    BindingFact,
    BorrowFact,
    CallFact,
    CaptureFact,
    DropCause,
    DropFact,
    MoveFact,
    MoveShape,
    TypeSource,
)
from borrowscope.analyzer.mir import Body, Operand, Statement, operands, plain_local
from borrowscope.analyzer.mir_memory import Memory, read_memory
from borrowscope.analyzer.mir_values import read_captures, read_closure_trait, read_made_value
from borrowscope.analyzer.source_files import SourceFile, SourceFiles
from borrowscope.text.span import Span

_DESUGARED = frozenset({"_task_context", "__awaitee", "__next"})
_ELSEWHERE = Span(0, 0)
_PART = re.compile(r"\(+_(\d+)\b")
_METAVARIABLE = re.compile(r"\$\w+")
_USE = re.compile(r"(&mut |&|move |copy )(\(.*\))$")
_ITEM_NAME = re.compile(r"(?:const|static)\s+(?:mut\s+)?((?:r#)?\w+)\s*:\s*$")

Place = tuple[str, int]  # file, start offset of the binding's name


@dataclass(slots=True)
class Known:
    """A local that carries a name of the user's. `is_guard_view` marks a match guard's reference to the binding."""

    file: SourceFile
    fact: BindingFact
    is_guard_view: bool = False


@dataclass(slots=True)
class BodyFacts:
    """What one body says. The facts' files are the paths in the pairs."""

    path: str
    locals: dict[int, Known] = field(default_factory=dict)
    items: list[Known] = field(default_factory=list)
    captured: set[Place] = field(default_factory=set)
    moves: list[tuple[str, MoveFact]] = field(default_factory=list)
    borrows: list[tuple[str, BorrowFact]] = field(default_factory=list)
    calls: list[tuple[str, CallFact]] = field(default_factory=list)
    closures: list[tuple[str, Span]] = field(default_factory=list)
    written_parts: list[tuple[str, int, int]] = field(default_factory=list)
    captured_uses: list[tuple[str, int, int, str]] = field(default_factory=list)
    captures: list[tuple[str, CaptureFact]] = field(default_factory=list)
    closure_trait: tuple[str, int, str] | None = None
    made: list[tuple[str, Span, str | None]] = field(default_factory=list)
    captured_places: dict[str, Place] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    types: dict[int, str] | None = None  # of all locals, once somebody asks

    def rebound(self) -> set[Place]:
        """Names that are both captured and bound here: the parameters of an `async fn`, bound anew in its body."""
        here = {(known.file.path, known.fact.span.start) for known in self.locals.values()}
        return here & self.captured


def read_body(body: Body, files: SourceFiles) -> BodyFacts:
    """All facts of one body."""
    facts = BodyFacts(body.path)
    _read_names(body, files, facts)
    _read_item(body, files, facts)
    facts.closure_trait = read_closure_trait(body, files)
    for statement in body.statements():
        _read_statement(body, statement, files, facts)
    facts.memory = read_memory(body, files, lambda: _types(body, facts))
    _read_drops(body, files, facts)
    return facts


def _read_names(body: Body, files: SourceFiles, facts: BodyFacts) -> None:
    """Bindings and captured variables from the `debug` entries."""
    named: dict[int, tuple[SourceFile, str, Span]] = {}
    for entry in body.debug_entries():
        found = None if entry.name in _DESUGARED else files.find_span(entry.span)
        local = plain_local(entry.place)
        if found is None:
            continue
        file, whole = found
        # A captured field is called `s__a`; the variable's own name is its first part.
        span = file.find_name(entry.name, whole)
        if span is None and local is None:
            span = file.find_name(entry.name.split("__", 1)[0], whole)
        if span is None:
            continue
        if local is None:
            facts.captured.add((file.path, span.start))
            facts.captured_places[entry.place] = (file.path, span.start)
        elif not _is_loop_iterator(body, entry.name, local, entry.span):
            named[local] = (file, file.text(span), span)
    types = body.local_types(named)
    for local, (file, name, span) in named.items():
        facts.locals[local] = Known(file, make_fact(name, span, types.get(local), body.path))
    _mark_guard_views(facts)


def make_fact(name: str, span: Span, ty: str | None, body: str) -> BindingFact:
    """A binding as rustc knows it, with the flags that its type alone settles."""
    fact = BindingFact(name, span, ty, TypeSource.RUSTC if ty else TypeSource.UNKNOWN, body=body)
    if ty is not None:
        fact.is_reference = obvious_types.is_reference(ty)
        fact.is_mutable_reference = obvious_types.is_mutable_reference(ty)
        fact.is_copy = obvious_types.is_copy(ty)
    return fact


def _is_loop_iterator(body: Body, name: str, local: int, span: str) -> bool:
    """Whether this is the `iter` that `for` desugars to: fed from `into_iter` at the very same span."""
    if name != "iter":
        return False
    place = rf" +// scope \d+ at {re.escape(span)}$"
    fed = re.search(rf"^ +_{local} = move _(\d+);{place}", body.blocks, re.MULTILINE)
    return bool(fed and re.search(rf"^ +_{fed.group(1)} = .*IntoIterator>::into_iter\(", body.blocks, re.MULTILINE))


def _mark_guard_views(facts: BodyFacts) -> None:
    """Of two locals at one span (T and &T: match guards) the by-value one counts."""
    by_place: dict[Place, list[Known]] = {}
    for known in facts.locals.values():
        by_place.setdefault((known.file.path, known.fact.span.start), []).append(known)
    for group in by_place.values():
        types = {known.fact.ty for known in group}
        for known in group if len(group) > 1 else ():
            ty = known.fact.ty
            known.is_guard_view = bool(ty and ty.startswith("&") and ty[1:] in types)


def _read_item(body: Body, files: SourceFiles, facts: BodyFacts) -> None:
    """The name of a `const` or `static`, found before its type annotation."""
    place = body.return_place() if body.signature().startswith(("const ", "static ")) else None
    found = files.find_span(place[1]) if place else None
    if place is None or found is None:
        return
    file, span = found
    line = file.source.rfind(b"\n", 0, max(span.start - 1, 0)) + 1
    match = _ITEM_NAME.search(file.source[line : span.start].decode("utf-8", "replace"))
    if match is None or not body.path.endswith(match.group(1)) or match.group(1) == "_":
        return
    end = line + len(match.string[: match.end(1)].encode())
    name = Span(end - len(match.group(1).encode()), end)
    facts.items.append(Known(file, make_fact(match.group(1), name, place[0], body.path)))


def _read_statement(body: Body, statement: Statement, files: SourceFiles, facts: BodyFacts) -> None:
    """Moves, copies, borrows, calls and closures of one statement."""
    _read_write(statement, files, facts)
    _read_captured_use(statement, files, facts)
    receiver = facts.locals.get(plain_local(statement.left) or -1)
    target = receiver.fact.span.start if receiver else None
    for operand in operands(statement.right, facts.locals):
        known = facts.locals[operand.local]
        if operand.mode == "move":
            _read_move(statement, operand, target, files, facts)
        elif operand.mode == "copy":
            known.fact.is_copy = True if operand.place == f"_{operand.local}" else known.fact.is_copy
        else:
            _read_borrow(statement, operand, target, files, facts)
    if statement.right.startswith("{"):
        found = files.find_span(statement.span)
        if found is not None:
            facts.closures.append((found[0].path, found[1]))
        named = {local: (known.file.path, known.fact.span.start) for local, known in facts.locals.items()}
        facts.captures.extend(read_captures(statement, body, files, named, facts.captured_places))
    else:
        _read_call(body, statement, target, files, facts)
        made = read_made_value(statement, files, lambda: _types(body, facts))
        if made is not None:
            facts.made.append(made)


def _read_write(statement: Statement, files: SourceFiles, facts: BodyFacts) -> None:
    """`x.f = e;`: a part of the variable itself, not of what it refers to."""
    match = _PART.match(statement.left)
    known = facts.locals.get(int(match.group(1))) if match and "*" not in statement.left else None
    found = files.find_span(statement.span) if known is not None else None
    if known is not None and found is not None and found[0] is known.file:
        facts.written_parts.append((known.file.path, known.fact.span.start, found[1].start))


def _read_captured_use(statement: Statement, files: SourceFiles, facts: BodyFacts) -> None:
    """What a closure's body does to a whole variable that it has captured."""
    match = _USE.match(statement.right) if facts.captured_places else None
    place = facts.captured_places.get(match.group(2)) if match else None
    found = files.find_span(statement.span) if place is not None else None
    if match is not None and place is not None and found is not None and found[0].path == place[0]:
        facts.captured_uses.append((*place, found[1].start, match.group(1).strip()))


def _read_move(
    statement: Statement, operand: Operand, target: int | None, files: SourceFiles, facts: BodyFacts
) -> None:
    known = facts.locals[operand.local]
    if known.is_guard_view:
        return
    shape = _shape(statement, operand)
    is_whole = operand.place == f"_{operand.local}"
    if is_whole and not known.fact.is_reference:
        known.fact.is_copy = False
    found = files.find_span(statement.span)
    span, in_macro = (found[1], False) if found is not None and found[0] is known.file else (_ELSEWHERE, True)
    if shape is MoveShape.OPERAND and not in_macro:
        span, in_macro = _operand_span(known, span)
        in_macro = in_macro and not _is_pattern_of(facts.locals.get(plain_local(statement.left) or -1), span)
    move = MoveFact(
        binding=known.fact.span.start,
        span=span,
        shape=shape,
        body=facts.path,
        target=None if shape is MoveShape.CAPTURE else target,
        in_macro=in_macro,
        field=None if is_whole else operand.place,
    )
    facts.moves.append((known.file.path, move))


def _shape(statement: Statement, operand: Operand) -> MoveShape:
    if statement.right.startswith("{"):
        return MoveShape.CAPTURE
    if operand.place == f"_{operand.local}":
        return MoveShape.OPERAND
    return MoveShape.DEREF if operand.place == f"(*_{operand.local})" else MoveShape.PARTIAL


def _operand_span(known: Known, span: Span) -> tuple[Span, bool]:
    """The operand's span without parentheses, and whether something else stands there: `$x` in a macro."""
    text = known.file.text(span)
    bare = text.strip("() \t\r\n")
    if bare != known.fact.name:
        return span, True
    start = span.start + len(text[: text.index(bare)].encode())
    return Span(start, start + len(bare.encode())), False


def _is_pattern_of(target: Known | None, span: Span) -> bool:
    """`match x { whole => .. }`: the move is told at the pattern that receives the value."""
    return target is not None and span.contains(target.fact.span)


def _read_borrow(
    statement: Statement, operand: Operand, target: int | None, files: SourceFiles, facts: BodyFacts
) -> None:
    known = facts.locals[operand.local]
    found = files.find_span(statement.span)
    if found is None or found[0] is not known.file:
        return
    projection = "" if operand.place == f"_{operand.local}" else operand.place
    borrow = BorrowFact(known.fact.span.start, found[1], operand.mode == "&mut", projection, facts.path, target)
    facts.borrows.append((known.file.path, borrow))


def _types(body: Body, facts: BodyFacts) -> dict[int, str]:
    if facts.types is None:
        facts.types = body.declared_types()
    return facts.types


def _read_call(body: Body, statement: Statement, target: int | None, files: SourceFiles, facts: BodyFacts) -> None:
    callee = body.callee(statement)
    whole = files.find_span(statement.span) if callee else None
    name = files.find_span(callee.span) if callee else None
    if callee is None or whole is None or name is None or whole[0] is not name[0]:
        return
    local = plain_local(statement.left)
    result = _types(body, facts).get(local) if local is not None else None
    facts.calls.append((whole[0].path, CallFact(whole[1], name[1], callee.path, target, result)))


def _cause(drop: Drop, known: Known) -> DropCause | None:
    """A conditional drop is that first of all; what is left of a value that moved in parts may be nothing."""
    if drop.is_partial:
        return None
    if drop.is_conditional:
        return DropCause.MAYBE_MOVED
    return DropCause.ASSIGN if drop.text == known.fact.name or _is_by_macro(drop) else drop.cause


def _is_by_macro(drop: Drop) -> bool:
    """Whether a macro's own text assigns to the variable that it is given: `$x = ..`."""
    return _METAVARIABLE.fullmatch(drop.text) is not None


def _read_drops(body: Body, files: SourceFiles, facts: BodyFacts) -> None:
    """Where MIR schedules drops; a scope that ends without one belongs to a type that needs none."""
    for local, _ in body.drops():
        if local in facts.locals:
            facts.locals[local].fact.needs_drop = True
    for drop in find_drops(body, facts.locals, files):
        known = facts.locals[drop.local]
        if _is_by_macro(drop):
            known.fact.is_assigned_by_macro = True
        if drop.file == known.file.path:
            known.fact.drops.append(DropFact(drop.span, _cause(drop, known)))
    unwound = body.unwind_drops()
    ended = body.ended_locals()
    arguments_end = body.has_return()
    signature = body.signature()
    for local, known in facts.locals.items():
        fact = known.fact
        if fact.needs_drop is None and local in unwound:
            fact.needs_drop = True
        elif fact.needs_drop is None and (local in ended or (arguments_end and f"_{local}: " in signature)):
            fact.needs_drop = False
        elif fact.needs_drop is None and fact.ty is not None:
            fact.needs_drop = obvious_types.needs_drop(fact.ty)
        if fact.needs_drop and fact.is_copy is None:
            fact.is_copy = False
