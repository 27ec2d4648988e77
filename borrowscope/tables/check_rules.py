"""The rules of `borrowscope check`: code, name, level, words, and the explanation that `borrowscope explain` prints.

In: nothing, this is a table. Out: `RULES`, `BY_CODE`. Each row has its function in `check/rules/`, in the file that
`name` names. `message` says what and why, `help` what to do: together they are the one sentence of a finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters; `off` keeps a rule silent."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    OFF = "off"

    @property
    def rank(self) -> int:
        """Greater is worse."""
        return _RANKS[self]


_RANKS = {Level.ERROR: 3, Level.WARNING: 2, Level.NOTE: 1, Level.OFF: 0}


class Topic(StrEnum):
    """What a rule is about."""

    FFI = "FFI"
    UNION = "unions"
    STATIC = "statics"
    CLONE = "generic clones"
    INVENTORY = "unsafe inventory"
    CHECK = "the check itself"


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One rule. `kind` is what its findings are called in JSON; `sees` says what a recording shows of such a place."""

    code: str
    name: str
    topic: Topic
    level: Level
    kind: str
    message: str
    help: str
    explanation: str
    sees: str = ""

    @property
    def summary(self) -> str:
        """The rule's name in words."""
        return self.name.replace("_", " ").replace("ffi", "FFI")

    @property
    def is_about_unsafe(self) -> bool:
        """Whether its findings are places where the compiler's guarantees end."""
        return self.topic not in {Topic.CLONE, Topic.CHECK}


_CALLS_SEEN = "A recording shows each such call as an `UnsafeFnCall` event, with the function's path."
_FFI_SEEN = "A recording shows each such call as an `FfiCall` event, with the function's path."
_UNION_SEEN = "A recording shows each such access as a `UnionFieldAccess` event, with union and field."
_STATIC_SEEN = "A recording shows each such access as a `StaticAccess` event, with the static's name."
_DEREF_SEEN = "A recording shows each such access as a `RawPtrDeref` event."
_OPEN_SEEN = "A recording shows nothing of such a place unless it is declared in `#[trace_borrow(..)]`."

_FFI = (
    CheckRule(
        "BS0101",
        "ffi_call",
        Topic.FFI,
        Level.WARNING,
        "ffi_call",
        "call of the foreign function `{target}`, whose contract the compiler cannot check",
        "state in a `SAFETY` comment why its arguments are valid, or keep it behind one safe wrapper",
        "A function of an `extern` block is what its declaration says only if the declaration is right, and it is safe "
        "only for arguments that its documentation allows. Neither is checked by anybody.",
        _FFI_SEEN,
    ),
    CheckRule(
        "BS0102",
        "foreign_pointer_call",
        Topic.FFI,
        Level.WARNING,
        "unsafe_call",
        "call through a pointer of type `{pointer} fn`, so nobody can say which foreign code runs",
        "keep the pointer beside what it was loaded from, and state why it is still valid",
        "A pointer to a function of a foreign ABI can lead anywhere: into a library that was unloaded, to a function "
        "with another signature. No text tells its target.",
        "A recording shows such a call as an `UnsafeFnCall` event without a target.",
    ),
    CheckRule(
        "BS0103",
        "foreign_callback",
        Topic.FFI,
        Level.NOTE,
        "callback",
        "`{callback}` is handed to {called}, which may call it at any time, on any thread",
        "make sure that it does not unwind and that all it reaches outlives the registration",
        "Foreign code calls back when it likes. A panic that unwinds into it aborts the program, and whatever the "
        "callback reaches must live and be shared safely until it is unregistered.",
        "A recording shows what the callback itself does, if it is a Rust function that is traced.",
    ),
    CheckRule(
        "BS0104",
        "foreign_static",
        Topic.FFI,
        Level.WARNING,
        "extern_static",
        "use of the foreign static `{target}`, which foreign code may change at any time",
        "read it once into a variable where no foreign code runs, and state why its type is right",
        "The type of a static in an `extern` block is a claim. Foreign code may write it while Rust reads it.",
        _STATIC_SEEN,
    ),
    CheckRule(
        "BS0105",
        "unresolved_call",
        Topic.FFI,
        Level.ERROR,
        "unsafe_call",
        "nobody can say what `{text}` calls, so it may be a foreign or an unsafe function",
        "check with `--verify`, or write the type of what is called",
        "The call stands in unsafe code, and neither the sources nor the compiler told its target: a macro that cannot "
        "be expanded, a dependency that is not there, or a type that nobody can infer. It would pass every gate. Calls "
        "about which nobody can do anything in the source are no findings, but listed as not seen: those in code that "
        "is not compiled here (for another platform, or with a feature that is off), and those that may need a file "
        "that a build script writes and that no build has written yet (`cargo check` once, or `--types rustc`, "
        "makes it).",
        _OPEN_SEEN,
    ),
)
_UNIONS = (
    CheckRule(
        "BS0201",
        "union_read",
        Topic.UNION,
        Level.WARNING,
        "union_read",
        "read of the union field `{target}`, which reinterprets whatever bytes were written last",
        "state which field was written last, or keep the union behind a type that knows",
        "Reading a union's field takes its bytes for a value of the field's type. That is undefined behaviour where "
        "the bytes are no such value: a `bool` of 2, a reference that dangles, memory that was never written.",
        _UNION_SEEN,
    ),
    CheckRule(
        "BS0202",
        "union_pattern",
        Topic.UNION,
        Level.WARNING,
        "union_read",
        "a pattern reads the union field `{target}`, which reinterprets whatever bytes were written last",
        "match on a tag first and read the field in the arm that the tag allows",
        "A name or a literal in a union's pattern reads the field, whichever was written, and looks harmless.",
        _UNION_SEEN,
    ),
    CheckRule(
        "BS0203",
        "union_transmute",
        Topic.UNION,
        Level.WARNING,
        "union_transmute",
        "`{union}` promises no layout, but {said}",
        "add `#[repr(C)]` to the union",
        "Without `repr(C)` the language does not say at which offset each field of a union lies. Code that writes one "
        "field and reads another, or transmutes the union, relies on it.",
        _UNION_SEEN,
    ),
    CheckRule(
        "BS0204",
        "unresolved_field",
        Topic.UNION,
        Level.WARNING,
        "union_read",
        "nobody can say what type `{text}` is a field of, so it may be a union's",
        "check with `--verify`, or write the type of the value",
        "The access stands in unsafe code, and the type of the value is not known.",
        _OPEN_SEEN,
    ),
)
_STATICS = (
    CheckRule(
        "BS0301",
        "static_mut_read",
        Topic.STATIC,
        Level.WARNING,
        "static_mut",
        "read of the `static mut` `{target}`, which is a data race if another thread writes it",
        "use an atomic, a `Mutex` or a `OnceLock`, or state why no other thread runs",
        "Every access of a `static mut` is unsynchronised. One write beside any other access is undefined behaviour.",
        _STATIC_SEEN,
    ),
    CheckRule(
        "BS0302",
        "static_mut_write",
        Topic.STATIC,
        Level.WARNING,
        "static_mut",
        "write to the `static mut` `{target}`, which is a data race if another thread uses it",
        "use an atomic, a `Mutex` or a `OnceLock`, or state why no other thread runs",
        "Every access of a `static mut` is unsynchronised. One write beside any other access is undefined behaviour.",
        _STATIC_SEEN,
    ),
    CheckRule(
        "BS0303",
        "static_mut_reference",
        Topic.STATIC,
        Level.WARNING,
        "static_mut",
        "a reference to the `static mut` `{target}`, which must not coexist with any other access",
        "take its address with `&raw` and access it through that, or use a `Mutex`",
        "A reference promises that nobody writes (or, with `mut`, touches) the value while it lives. A static can be "
        "reached from everywhere, so the promise is hard to keep; edition 2024 denies such references.",
        _STATIC_SEEN,
    ),
    CheckRule(
        "BS0304",
        "static_mut_address",
        Topic.STATIC,
        Level.NOTE,
        "static_mut_address",
        "the address of the `static mut` `{target}` is taken, which is safe, but whoever follows it shares the static",
        "look at what the pointer is used for",
        "`&raw const STATIC` and `addr_of!(STATIC)` access nothing. Dereferencing the pointer does.",
        "A recording shows where the pointer is made (`RawPtrCreated`) and followed (`RawPtrDeref`).",
    ),
    CheckRule(
        "BS0305",
        "shared_interior_mutability",
        Topic.STATIC,
        Level.NOTE,
        "interior_mutability",
        "the static `{target}` can be changed by whoever sees it, and {count} functions use it ({functions})",
        "pass it as an argument where that is possible, so that its users can be seen",
        "A static with interior mutability is state that functions share without naming it in their signatures.",
        _STATIC_SEEN,
    ),
    CheckRule(
        "BS0306",
        "unresolved_static",
        Topic.STATIC,
        Level.WARNING,
        "static_mut",
        "nobody can say what `{text}` is, so it may be a static that can be changed",
        "check with `--verify`, or import the name by its path",
        "The name stands in unsafe code, looks like a static, and leads nowhere: it comes from a macro or from a "
        "dependency that could not be read.",
        _OPEN_SEEN,
    ),
)
_CLONES = (
    CheckRule(
        "BS0401",
        "generic_clone",
        Topic.CLONE,
        Level.NOTE,
        "generic_clone",
        "`{text}` clones a `{type}`, behind which an `Rc` or `Arc` may hide{instances}",
        "write the type at the call, or ask for a cheaper bound than `Clone`",
        "A clone of a type parameter is a deep copy for some types and one more owner for others. Which of them it is "
        "depends on the caller, so syntax alone cannot count owners.",
        "A recording shows each clone with the actual type's name.",
    ),
)
_INVENTORY = (
    CheckRule(
        "BS0501",
        "raw_deref",
        Topic.INVENTORY,
        Level.NOTE,
        "raw_deref",
        "dereference of the raw pointer `{text}`, which nobody checks to be valid, aligned and unaliased",
        "state in a `SAFETY` comment where the pointer comes from and why it is valid here",
        "A raw pointer carries neither a lifetime nor a borrow.",
        _DEREF_SEEN,
    ),
    CheckRule(
        "BS0502",
        "transmute",
        Topic.INVENTORY,
        Level.WARNING,
        "unsafe_call",
        "`{name}`{types} {deed}, {danger}",
        "use a cast, `from_bits`, `from_ne_bytes` or `cast`, or state why every bit pattern is valid",
        "`transmute` checks sizes only, where it does at all (`transmute_copy` does not). It can extend lifetimes, "
        "drop `Send`, and make values that do not exist. The finding names both types, with their sizes where the "
        "language promises them, and says where a lifetime changes, or the size of what a pointer leads to.",
        "A recording shows each as a `Transmute` event, with both types.",
    ),
    CheckRule(
        "BS0503",
        "unsafe_call",
        Topic.INVENTORY,
        Level.NOTE,
        "unsafe_call",
        "call of the unsafe function `{target}`, whose conditions the caller has to keep",
        "state in a `SAFETY` comment how each condition of its documentation is met",
        "An `unsafe fn` is sound only under the conditions of its `# Safety` section.",
        _CALLS_SEEN,
    ),
    CheckRule(
        "BS0504",
        "unsafe_trait_call",
        Topic.INVENTORY,
        Level.NOTE,
        "unsafe_call",
        "call of the unsafe trait function `{target}`, whose conditions hold for all implementations alike",
        "state in a `SAFETY` comment how each condition of the trait's documentation is met",
        "The conditions are the trait's: an implementation may not ask for more, and the caller may not rely on less.",
        _CALLS_SEEN,
    ),
    CheckRule(
        "BS0505",
        "unsafe_pointer_call",
        Topic.INVENTORY,
        Level.NOTE,
        "unsafe_call",
        "call through a pointer to an unsafe function, so nobody can say which conditions the caller has to keep",
        "state which functions the pointer may lead to",
        "The conditions are those of whatever function the pointer was made of.",
        "A recording shows such a call as an `UnsafeFnCall` event without a target.",
    ),
    CheckRule(
        "BS0506",
        "inline_asm",
        Topic.INVENTORY,
        Level.WARNING,
        "inline_asm",
        "inline assembly, of which the compiler knows no more than its operands say",
        "state which registers and memory it touches, and keep `options(..)` true",
        "Assembly can break every rule of the language; a wrong `options(nomem)` or `pure` is enough.",
        "A recording shows nothing of it but the `unsafe` block around it.",
    ),
    CheckRule(
        "BS0507",
        "target_feature_call",
        Topic.INVENTORY,
        Level.NOTE,
        "target_feature_call",
        "call of `{target}`, which is undefined behaviour on a processor without its target features",
        "ask `is_x86_feature_detected!` (or its kin) first, or give the caller the same `#[target_feature]`",
        "Code with target features may use instructions that the processor does not have.",
        _CALLS_SEEN,
    ),
    CheckRule(
        "BS0508",
        "unsafe_impl",
        Topic.INVENTORY,
        Level.WARNING,
        "unsafe_impl",
        "`unsafe impl {trait}` for `{type}` promises what the compiler would not derive",
        "state in a `SAFETY` comment why every field may be {shared} between threads",
        "`Send` and `Sync` are derived from the fields. An implementation by hand is a promise that is not checked, "
        "now or when somebody adds a field.",
        "A recording shows the thread of each event.",
    ),
    CheckRule(
        "BS0509",
        "unresolved_deref",
        Topic.INVENTORY,
        Level.WARNING,
        "raw_deref",
        "nobody can say whether `{text}` follows a raw pointer",
        "check with `--verify`, or write the type of what is followed",
        "The dereference stands in unsafe code, and the type of its operand is not known.",
        _OPEN_SEEN,
    ),
    CheckRule(
        "BS0510",
        "undocumented_unsafe",
        Topic.INVENTORY,
        Level.OFF,
        "undocumented_unsafe",
        "an `unsafe` block without a `SAFETY` comment, so its reader cannot check it",
        "write `// SAFETY: ..` in the line above: why each operation inside is sound",
        "An unsafe block is a claim; its comment is the proof. Off unless its level is set.",
        "A recording shows when the block is entered and left.",
    ),
    CheckRule(
        "BS0511",
        "declared_name",
        Topic.INVENTORY,
        Level.WARNING,
        "declared_name",
        "`{target}` is declared to be {what}, but nothing that is marked {use}, so the declaration records nothing",
        "correct the name, or take it out of `{argument} = [..]`",
        "`#[trace_borrow(ffi = [..], unions = [..], statics = [..])]` tells what nobody can see from the text. A name "
        "that matches nothing is misspelt or has outlived what it spoke of, and what it was to declare goes unseen.",
        "A recording shows what is declared as what it is declared to be.",
    ),
)
_CHECK = (
    CheckRule(
        "BS0901",
        "allow_without_reason",
        Topic.CHECK,
        Level.WARNING,
        "allowance",
        "`{text}` gives no reason, so nobody can judge whether it still holds",
        "write the reason behind the code: `// borrowscope: allow({codes}) reason`",
        "An allowance hides a finding for ever. Its reason is what a reviewer needs.",
    ),
    CheckRule(
        "BS0902",
        "allow_without_effect",
        Topic.CHECK,
        Level.WARNING,
        "allowance",
        "the allowance of {codes} hides nothing, so it is stale or stands in the wrong place",
        "delete it, or put it on the line of the finding or on the line above",
        "An allowance belongs to the code of its own line, or to what begins in the line of code below it. Where that "
        "is not compiled here, or its rule is off, nobody can say, and nothing is said.",
    ),
    CheckRule(
        "BS0903",
        "allow_unreadable",
        Topic.CHECK,
        Level.WARNING,
        "allowance",
        "`{text}` looks like an allowance and is none, so it hides nothing",
        "write `// borrowscope: allow(CODE) reason`",
        "Only a comment that begins with `borrowscope: allow(CODE)` hides a finding; one that nearly does is wrong.",
    ),
)

RULES: tuple[CheckRule, ...] = (*_FFI, *_UNIONS, *_STATICS, *_CLONES, *_INVENTORY, *_CHECK)
BY_CODE: dict[str, CheckRule] = {rule.code: rule for rule in RULES}
BY_NAME: dict[str, CheckRule] = {rule.name: rule for rule in RULES}


def find_rule(word: str) -> CheckRule | None:
    """The rule that somebody means, however they write it: `BS0501`, `bs0501`, `raw_deref`, `raw-deref`."""
    return BY_NAME.get(word.lower().replace("-", "_")) or BY_CODE.get(word.upper())
