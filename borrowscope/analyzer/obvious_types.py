"""What the text of a type says by itself about copying and dropping; None where it takes the compiler to know.

In: a type as rustc prints it. Out: tri-state answers.
"""

from __future__ import annotations

import re

PRIMITIVES = frozenset(
    [
        "bool",
        "char",
        "str",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "f16",
        "f32",
        "f64",
        "f128",
        "()",
        "!",
    ]
)
_MUTABLE_REFERENCE = re.compile(r"&(?:'\w+ )?mut ")
_FUNCTION_POINTER = re.compile(r"(?:for<[^>]*> )?(?:unsafe )?(?:extern \"[^\"]*\" )?fn\(")
_OWNING_HEADS = frozenset(
    [
        "String",
        "Vec",
        "Box",
        "Rc",
        "Arc",
        "PathBuf",
        "OsString",
        "CString",
        "HashMap",
        "HashSet",
        "BTreeMap",
        "BTreeSet",
        "VecDeque",
        "LinkedList",
        "BinaryHeap",
        "MutexGuard",
        "RwLockReadGuard",
        "RwLockWriteGuard",
        "Ref",
        "RefMut",
        "JoinHandle",
        "Sender",
        "Receiver",
        "SyncSender",
        "File",
        "Weak",
    ]
)
_HEAD = re.compile(r"(std|alloc|core)::(?:\w+::)*(\w+)")


def is_reference(ty: str) -> bool:
    """`&T` or `&mut T`."""
    return ty.startswith("&")


def is_mutable_reference(ty: str) -> bool:
    """`&mut T`."""
    return _MUTABLE_REFERENCE.match(ty) is not None


def is_copy(ty: str) -> bool | None:
    """Whether `let y = x;` copies."""
    if is_reference(ty):
        return not is_mutable_reference(ty)
    if ty in PRIMITIVES or ty.startswith(("*const ", "*mut ")) or _FUNCTION_POINTER.match(ty):
        return True
    return False if needs_drop(ty) else None


def needs_drop(ty: str) -> bool | None:
    """Whether a value of the type runs code when it dies."""
    if ty in PRIMITIVES or ty.startswith(("*const ", "*mut ", "&")) or _FUNCTION_POINTER.match(ty):
        return False
    head = _HEAD.match(ty)
    return True if head and head.group(2) in _OWNING_HEADS else None
