"""Facts about the standard library's types that their names do not tell: where they live, which ones iterate.

In: nothing. Out: names by path for the static source, defining crates for full paths, iterator types.
"""

from __future__ import annotations

_PATHS = """
std::rc::Rc std::sync::Arc std::boxed::Box std::pin::Pin std::borrow::Cow std::mem::ManuallyDrop std::mem::MaybeUninit
std::ptr::NonNull std::cell::Cell std::cell::RefCell std::cell::UnsafeCell std::cell::OnceCell std::cell::LazyCell
std::cell::Ref std::cell::RefMut std::sync::Mutex std::sync::RwLock std::sync::OnceLock std::sync::LazyLock
std::sync::MutexGuard std::sync::RwLockReadGuard std::sync::RwLockWriteGuard std::sync::Condvar std::sync::Barrier
std::sync::mpsc::Sender std::sync::mpsc::Receiver std::sync::mpsc::SyncSender std::thread::JoinHandle
std::vec::Vec std::string::String std::option::Option std::result::Result
std::collections::HashMap std::collections::HashSet std::collections::BTreeMap std::collections::BTreeSet
std::collections::VecDeque std::collections::LinkedList std::collections::BinaryHeap
std::path::Path std::path::PathBuf std::ffi::OsString std::ffi::OsStr std::ffi::CString std::ffi::CStr
std::time::Duration std::time::Instant std::time::SystemTime std::fs::File std::marker::PhantomData
std::sync::atomic::AtomicBool std::sync::atomic::AtomicU8 std::sync::atomic::AtomicU16 std::sync::atomic::AtomicU32
std::sync::atomic::AtomicU64 std::sync::atomic::AtomicUsize std::sync::atomic::AtomicI8 std::sync::atomic::AtomicI16
std::sync::atomic::AtomicI32 std::sync::atomic::AtomicI64 std::sync::atomic::AtomicIsize std::sync::atomic::AtomicPtr
"""

STD_TYPES = frozenset(_PATHS.split())
PRELUDE = {
    name.rpartition("::")[2]: name for name in STD_TYPES if name.split("::")[1] in {"vec", "string", "option"}
} | {
    "Box": "std::boxed::Box",
    "Result": "std::result::Result",
}

_CORE = """
alloc::Layout any array ascii cell char clone cmp convert default fmt future hash iter marker mem num ops option pin
ptr range result slice str sync::atomic task time::Duration
"""

# Modules of `std` whose contents another crate defines; the longest match counts, the rest is std's own.
DEFINING_CRATES = {
    **dict.fromkeys(("boxed", "rc", "string", "vec", "borrow", "sync::Arc", "sync::Weak"), "alloc"),
    **dict.fromkeys(
        (
            "collections::BTreeMap",
            "collections::BTreeSet",
            "collections::BinaryHeap",
            "collections::LinkedList",
            "collections::VecDeque",
            "collections::binary_heap",
            "collections::btree_map",
            "collections::btree_set",
            "collections::linked_list",
            "collections::vec_deque",
        ),
        "alloc",
    ),
    **dict.fromkeys(_CORE.split(), "core"),
}

_ITERATORS = """
Iter IterMut IntoIter Drain Keys Values ValuesMut IntoKeys IntoValues Chunks ChunksMut ChunksExact ChunksExactMut
RChunks RChunksMut RChunksExact RChunksExactMut Windows Split SplitMut SplitN SplitNMut RSplit RSplitMut RSplitN
SplitInclusive SplitTerminator RSplitTerminator SplitWhitespace SplitAsciiWhitespace Chars CharIndices Bytes Lines
Matches MatchIndices RMatches RMatchIndices EncodeUtf16 EscapeDebug EscapeDefault EscapeUnicode EscapeAscii
ToLowercase ToUppercase DecodeUtf16 Components Ancestors ReadDir Args ArgsOs Vars VarsOs SplitPaths Incoming TryIter
Intersection Union Difference SymmetricDifference Range RangeMut ExtractIf Splice ChunkBy ChunkByMut
"""
_MODULES = "array ascii char collections env fs io net option path result slice str string sync vec"
_ITERATOR_MODULES = frozenset(_MODULES.split())
_ITERATOR_NAMES = frozenset(_ITERATORS.split())


def is_std_iterator(path: str) -> bool:
    """Whether the type at this path (without arguments) implements `Iterator`."""
    parts = path.split("::")
    if len(parts) < 3 or parts[0] not in {"std", "core", "alloc"}:
        return False
    return parts[1] == "iter" or (parts[1] in _ITERATOR_MODULES and parts[-1] in _ITERATOR_NAMES)


def defining_crate(path: str) -> str:
    """The crate that defines what `std` shows at this path: `std::rc::Rc` is `alloc`'s."""
    parts = path.split("::")
    for length in (3, 2):
        crate = DEFINING_CRATES.get("::".join(parts[1:length]))
        if crate is not None:
            return crate
    return "std"


# Functions that an edition made unsafe: in earlier ones a call of them is safe, and a lint's business.
SAFE_BEFORE: dict[str, int] = {
    "std::env::set_var": 2024,
    "std::env::remove_var": 2024,
    "std::os::unix::process::CommandExt::before_exec": 2024,
}
