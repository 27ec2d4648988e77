"""Where and why the variables of one MIR body die: its control flow, followed as drop elaboration does.

In: a parsed `Body`, its named locals, the source files. Out: the drops that can happen, each with its place and cause.
MIR as built schedules a drop at every end of a scope; which ones find a value, only the moves before them tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from borrowscope.analyzer.facts import DropCause
from borrowscope.analyzer.mir import Body
from borrowscope.analyzer.source_files import SourceFiles
from borrowscope.text.span import Span

_BLOCK = re.compile(r"\n    bb(\d+): \{\n(.*?)\n    \}", re.DOTALL)
_LINE = re.compile(r"^        (\S[^\n]*?); *// scope \d+ at ([^\n]+)$", re.MULTILINE)
_TARGET = re.compile(r"(?:(\w+): )?bb(\d+)")
_ELSEWHERE = frozenset({"unwind", "imaginary", "drop", "cleanup"})  # edges that no value takes on an ordinary way
_WHOLE = re.compile(r"_(\d+)")
_STORAGE = re.compile(r"(?:StorageLive|StorageDead)\(_(\d+)\)")
_DROP = re.compile(r"drop\(_(\d+)\) -> ")
_MOVE = re.compile(r"\bmove ([(*]*)_(\d+)\b(?: as (\w+))?(\))?")
# Variants with one field in types of std: with it the whole value has moved.
_PAYLOADS = {"Some": "Option", "Ok": "Result", "Err": "Result", "Break": "ControlFlow", "Continue": "ControlFlow"}
_STD_ENUM = re.compile(r"(?:std|core)::(?:option|result|ops)::(Option|Result|ControlFlow)<")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_PASSING = ("StorageDead(", "BackwardIncompatibleDropHint(", "nop")  # what stands between the drops of one way out
_EXIT = re.compile(r"(return|break|continue)\b")
_RESIDUAL = "::from_residual("
_CAUSES = {"return": DropCause.RETURN, "break": DropCause.BREAK, "continue": DropCause.CONTINUE}


class Drop(NamedTuple):
    """One drop that can happen. `is_conditional`: only a flag at run time tells; `is_partial`: a part has moved out.

    `text` is what stands where MIR has it: `}`, or the place that is assigned.
    """

    local: int
    file: str
    span: Span
    cause: DropCause | None
    is_conditional: bool
    is_partial: bool
    text: str


class _Exit(NamedTuple):
    """A way out of scopes; `cause` is None where the text that leaves cannot be read."""

    file: str
    span: Span
    cause: DropCause | None


_ORDINARY = _Exit("", Span(0, 0), DropCause.SCOPE_END)
_UNREAD = _Exit("", Span(0, 0), None)


class _Line(NamedTuple):
    text: str
    span: str


@dataclass(slots=True)
class _Block:
    """One basic block; the last line is its terminator."""

    lines: list[_Line]
    targets: list[int]
    drops: int | None = None
    follows_residual: bool = False
    labels: set[_Exit] = field(default_factory=set)

    @property
    def is_passing(self) -> bool:
        """Whether it does nothing but end storage, drop, and go on."""
        *statements, last = self.lines
        return all(line.text.startswith(_PASSING) for line in statements) and (
            self.drops is not None or last.text.startswith("goto ")
        )


class _State(NamedTuple):
    """Bit sets of locals: those that may hold a value, that may hold none, and that may have lost a part."""

    full: int
    empty: int
    partial: int

    def joined(self, other: _State) -> _State:
        return _State(self.full | other.full, self.empty | other.empty, self.partial | other.partial)


def find_drops(body: Body, wanted: Iterable[int], files: SourceFiles) -> list[Drop]:
    """The drops of the wanted locals outside of unwinding, in the order of the blocks."""
    scheduled = {local for local, _ in body.drops()} & set(wanted)
    if not scheduled:
        return []
    blocks = _blocks(body)
    if 0 not in blocks:
        return []
    bits = {local: 1 << position for position, local in enumerate(sorted(scheduled))}
    types = body.local_types(bits)
    enums = {local: found[1] for local, ty in types.items() if (found := _STD_ENUM.match(ty))}
    effects = {number: _effects(block, bits, enums) for number, block in blocks.items()}
    states = _states(blocks, effects, _State(_arguments(body, bits), sum(bits.values()) & ~_arguments(body, bits), 0))
    _label(blocks, files)
    return list(dict.fromkeys(_drops(blocks, states, bits, files, enums)))


def _arguments(body: Body, bits: Mapping[int, int]) -> int:
    signature = body.signature()
    return sum(bit for local, bit in bits.items() if f"_{local}: " in signature)


def _blocks(body: Body) -> dict[int, _Block]:
    blocks: dict[int, _Block] = {}
    for match in _BLOCK.finditer(body.blocks):
        lines = [_Line(*found) for found in _LINE.findall(match.group(2))]
        if lines:
            drop = _DROP.match(lines[-1].text)
            blocks[int(match.group(1))] = _Block(lines, _targets(lines[-1].text), int(drop.group(1)) if drop else None)
    for block in list(blocks.values()):
        if _RESIDUAL in block.lines[-1].text:
            for target in block.targets:
                if target in blocks:
                    blocks[target].follows_residual = True
    return blocks


def _targets(terminator: str) -> list[int]:
    _, arrow, rest = terminator.rpartition(" -> ")
    if not arrow:
        return []
    return [int(number) for key, number in _TARGET.findall(rest) if key not in _ELSEWHERE]


def _states(blocks: Mapping[int, _Block], effects: Mapping[int, list[_Effect]], start: _State) -> dict[int, _State]:
    """What holds where each block begins; blocks that nothing reaches are absent."""
    states = {0: start}
    waiting = [0]
    while waiting:
        number = waiting.pop()
        if number not in blocks:
            continue
        after = _after(states[number], effects[number])
        for target in blocks[number].targets:
            before = states.get(target)
            joined = after if before is None else before.joined(after)
            if joined != before:
                states[target] = joined
                waiting.append(target)
    return states


class _Effect(NamedTuple):
    """What one line does to one local: it gets a value, or loses it, or a part of it."""

    bit: int
    what: str


def _effects(block: _Block, bits: Mapping[int, int], enums: Mapping[int, str]) -> list[_Effect]:
    return [effect for line in block.lines for effect in _line_effects(line.text, bits, enums)]


def _line_effects(text: str, bits: Mapping[int, int], enums: Mapping[int, str]) -> Iterator[_Effect]:
    ended = _STORAGE.match(text) or _DROP.match(text)
    if ended:
        if (bit := bits.get(int(ended.group(1)))) is not None:
            yield _Effect(bit, "empty")
        return
    left, equals, right = text.partition(" = ")
    yield from _moves(right if equals else text, bits, enums)
    target = _WHOLE.fullmatch(left) if equals else None
    if target and (bit := bits.get(int(target.group(1)))) is not None:
        yield _Effect(bit, "full")


def _moves(text: str, bits: Mapping[int, int], enums: Mapping[int, str]) -> Iterator[_Effect]:
    if "move " not in text:
        return
    for opening, local, variant, closing in _MOVE.findall(_STRING.sub('""', text) if '"' in text else text):
        bit = bits.get(int(local))
        if bit is None or (opening == "(*" and closing):  # out of a Box, whose memory is still freed
            continue
        is_payload = opening == "((" and variant in _PAYLOADS and enums.get(int(local)) == _PAYLOADS[variant]
        yield _Effect(bit, "partial" if opening and not is_payload else "empty")


def _after(state: _State, effects: Iterable[_Effect]) -> _State:
    full, empty, partial = state
    for bit, what in effects:
        if what == "partial":
            partial |= bit
        elif what == "full":
            full, empty, partial = full | bit, empty & ~bit, partial & ~bit
        else:
            full, empty, partial = full & ~bit, empty | bit, partial & ~bit
    return _State(full, empty, partial)


def _label(blocks: Mapping[int, _Block], files: SourceFiles) -> None:
    """Tell each block on which ways it is reached: the ordinary one, or one that leaves scopes before their end."""
    waiting = [(0, _ORDINARY)]
    while waiting:
        number, label = waiting.pop()
        block = blocks.get(number)
        if block is None or label in block.labels:
            continue
        block.labels.add(label)
        onward = label if block.is_passing else _ORDINARY
        onward = _exit(block, files) or onward
        waiting.extend((target, onward) for target in block.targets)


def _exit(block: _Block, files: SourceFiles) -> _Exit | None:
    """What leaves scopes at the end of this block, if something does."""
    last = block.lines[-1]
    if not last.text.startswith("goto ") or last.span == "no-location":
        return None
    found = files.find_span(last.span)
    if found is None:
        return None if block.is_passing else _UNREAD
    file, span = found
    text = file.text(span)
    if text == "?":
        return _Exit(file.path, span, DropCause.TRY) if block.follows_residual else None
    word = _EXIT.match(text)
    return _Exit(file.path, span, _CAUSES[word.group(1)]) if word else None


def _drops(
    blocks: Mapping[int, _Block],
    states: Mapping[int, _State],
    bits: Mapping[int, int],
    files: SourceFiles,
    enums: Mapping[int, str],
) -> Iterator[Drop]:
    for number, block in blocks.items():
        bit = bits.get(block.drops) if block.drops is not None else None
        before = states.get(number)
        found = files.find_span(block.lines[-1].span) if bit is not None and before is not None else None
        if block.drops is None or bit is None or before is None or found is None:
            continue
        state = _after(before, _effects(_Block(block.lines[:-1], []), bits, enums))
        if state.full & bit:
            labels = block.labels - {_UNREAD} if _ORDINARY in block.labels else block.labels
            for label in sorted(labels, key=lambda label: label.span):
                is_here = label in (_ORDINARY, _UNREAD)
                file, span = (found[0].path, found[1]) if is_here else (label.file, label.span)
                is_conditional, is_partial = bool(state.empty & bit), bool(state.partial & bit)
                text = found[0].text(found[1])
                yield Drop(block.drops, file, span, label.cause, is_conditional, is_partial, text)
