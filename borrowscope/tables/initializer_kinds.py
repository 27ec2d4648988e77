"""The 78 initializer kinds: the closed set that `initializer_kind` of type-info.json may hold.

One row a kind: its family, when it holds, what recognises it, and an example whose binding `it` has the kind.
The recogniser (`analyzer/kinds.py`) reads operation and written rows first, then clone rows, then the type.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """The groups in which kinds are shown."""

    SMART_POINTER = "smart pointer"
    RAW_MEMORY = "raw memory"
    INTERIOR_MUTABILITY = "interior mutability"
    GUARD = "guard"
    CONCURRENCY = "concurrency"
    COLLECTION = "collection"
    STRING_AND_PATH = "string and path"
    OPTION_AND_RESULT = "option and result"
    TIME = "time"
    USER_TYPE = "user type"
    SHAPE = "shape"
    ABSTRACT = "abstract"
    STD_TYPE = "std type"


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind. Paths are those that rustc prints (`std::rc::Rc`).

    `callees`: functions whose result has the kind, whatever its type. `variant`, `macro`: how the initializer is
    written, for the type in `of`. `clones`: types whose `Clone::clone` gives the kind (`*generic`: type parameters).
    `heads`, `wrapped` (also inside one `Result` or `Option`), `pair` (first of a tuple), `bounds` (of `impl Trait`),
    `shapes` and `items` (what defines the type) recognise the type alone.
    """

    kind: str
    family: Family
    when: str
    example: str
    signature: str = "()"
    callees: tuple[str, ...] = ()
    variant: str | None = None
    macro: str | None = None
    of: str | None = None
    clones: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    wrapped: tuple[str, ...] = ()
    pair: str | None = None
    bounds: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


INITIALIZER_KINDS = (
    KindRow(
        "rc_new",
        Family.SMART_POINTER,
        "the type is `std::rc::Rc`, made by anything but a clone: a constructor, a factory, `From`, `collect`",
        "let it = std::rc::Rc::new(1);",
        heads=("std::rc::Rc",),
    ),
    KindRow(
        "rc_clone",
        Family.SMART_POINTER,
        "the type is `Rc` and `Clone::clone` made it, as a method or by path",
        "let a = std::rc::Rc::new(1); let it = std::rc::Rc::clone(&a);",
        clones=("std::rc::Rc",),
    ),
    KindRow(
        "arc_new",
        Family.SMART_POINTER,
        "like `rc_new`, for `std::sync::Arc`",
        'let it: std::sync::Arc<str> = "a".into();',
        heads=("std::sync::Arc",),
    ),
    KindRow(
        "arc_clone",
        Family.SMART_POINTER,
        "like `rc_clone`, for `Arc`",
        "let a = std::sync::Arc::new(1); let it = a.clone();",
        clones=("std::sync::Arc",),
    ),
    KindRow(
        "box_new",
        Family.SMART_POINTER,
        "the type is `Box`, whatever made it but `from_raw`; its clone too",
        "let it: Box<dyn Fn()> = Box::new(|| ());",
        heads=("std::boxed::Box",),
    ),
    KindRow(
        "box_from_raw",
        Family.SMART_POINTER,
        "made by `Box::from_raw`, `from_raw_in` or `from_non_null`",
        "let p = Box::into_raw(Box::new(1)); let it = unsafe { Box::from_raw(p) };",
        callees=("std::boxed::Box::from_raw", "std::boxed::Box::from_raw_in", "std::boxed::Box::from_non_null"),
    ),
    KindRow(
        "box_into_raw",
        Family.SMART_POINTER,
        "made by `Box::into_raw`, `Box::leak` or `Box::into_non_null`",
        "let b = Box::new(1); let it = Box::into_raw(b);",
        callees=("std::boxed::Box::into_raw", "std::boxed::Box::leak", "std::boxed::Box::into_non_null"),
    ),
    KindRow(
        "weak_new",
        Family.SMART_POINTER,
        "the type is `rc::Weak` or `sync::Weak`, neither cloned nor downgraded to",
        "let it: std::rc::Weak<i32> = std::rc::Weak::new();",
        heads=("std::rc::Weak", "std::sync::Weak"),
    ),
    KindRow(
        "weak_clone",
        Family.SMART_POINTER,
        "the type is `Weak` and `Clone::clone` made it",
        "let w = std::rc::Weak::<i32>::new(); let it = w.clone();",
        clones=("std::rc::Weak", "std::sync::Weak"),
    ),
    KindRow(
        "weak_downgrade",
        Family.SMART_POINTER,
        "made by `Rc::downgrade` or `Arc::downgrade`",
        "let rc = std::rc::Rc::new(1); let it = std::rc::Rc::downgrade(&rc);",
        callees=("std::rc::Rc::downgrade", "std::sync::Arc::downgrade"),
    ),
    KindRow(
        "weak_upgrade",
        Family.SMART_POINTER,
        "made by `Weak::upgrade`: the `Option`, or what `unwrap`, `expect` and `?` take out of it",
        "let w = std::rc::Weak::<i32>::new(); let it = w.upgrade().unwrap();",
        callees=("std::rc::Weak::upgrade", "std::sync::Weak::upgrade"),
    ),
    KindRow(
        "pin_new",
        Family.SMART_POINTER,
        "the type is `std::pin::Pin`",
        "let it = Box::pin(async {});",
        heads=("std::pin::Pin",),
    ),
    KindRow(
        "cow_borrowed",
        Family.SMART_POINTER,
        "the type is `Cow`, written as the variant `Cow::Borrowed`",
        'let it = std::borrow::Cow::Borrowed("a");',
        variant="Borrowed",
        of="std::borrow::Cow",
    ),
    KindRow(
        "cow_owned",
        Family.SMART_POINTER,
        "the type is `Cow`, made in any other way",
        "let it: std::borrow::Cow<'_, str> = String::new().into();",
        heads=("std::borrow::Cow",),
    ),
    KindRow(
        "manually_drop_new",
        Family.SMART_POINTER,
        "the type is `std::mem::ManuallyDrop`",
        "let it = std::mem::ManuallyDrop::new(vec![1]);",
        heads=("std::mem::ManuallyDrop",),
    ),
    KindRow(
        "nonnull_new",
        Family.RAW_MEMORY,
        "the type is `std::ptr::NonNull`",
        "let mut n = 1; let it = std::ptr::NonNull::new(&mut n).unwrap();",
        heads=("std::ptr::NonNull",),
    ),
    KindRow(
        "raw_ptr",
        Family.RAW_MEMORY,
        "the type is `*const T` or `*mut T`, not made by a named row",
        "let n = 1; let it = &n as *const i32;",
        shapes=("raw_pointer",),
    ),
    KindRow(
        "maybe_uninit_new",
        Family.RAW_MEMORY,
        "the type is `MaybeUninit` and holds a value, or nobody knows",
        "let it = std::mem::MaybeUninit::new(1);",
        heads=("std::mem::MaybeUninit",),
    ),
    KindRow(
        "maybe_uninit_uninit",
        Family.RAW_MEMORY,
        "made by `MaybeUninit::uninit` or `uninit_array`",
        "let it = std::mem::MaybeUninit::<u8>::uninit();",
        callees=("std::mem::MaybeUninit::uninit", "std::mem::MaybeUninit::uninit_array"),
    ),
    KindRow(
        "maybe_uninit_assume_init",
        Family.RAW_MEMORY,
        "made by `assume_init`, `assume_init_read`, `assume_init_ref` or `assume_init_mut`",
        "let m = std::mem::MaybeUninit::new(1); let it = unsafe { m.assume_init() };",
        callees=(
            "std::mem::MaybeUninit::assume_init",
            "std::mem::MaybeUninit::assume_init_read",
            "std::mem::MaybeUninit::assume_init_ref",
            "std::mem::MaybeUninit::assume_init_mut",
        ),
    ),
    KindRow(
        "cell_new",
        Family.INTERIOR_MUTABILITY,
        "the type is `std::cell::Cell`",
        "let it = std::cell::Cell::new(1);",
        heads=("std::cell::Cell",),
    ),
    KindRow(
        "refcell_new",
        Family.INTERIOR_MUTABILITY,
        "the type is `std::cell::RefCell`",
        "let it = std::cell::RefCell::new(vec![1]);",
        heads=("std::cell::RefCell",),
    ),
    KindRow(
        "unsafe_cell_new",
        Family.INTERIOR_MUTABILITY,
        "the type is `std::cell::UnsafeCell`",
        "let it = std::cell::UnsafeCell::new(1);",
        heads=("std::cell::UnsafeCell",),
    ),
    KindRow(
        "mutex_new",
        Family.INTERIOR_MUTABILITY,
        "the type is `std::sync::Mutex`",
        "let it = std::sync::Mutex::new(1);",
        heads=("std::sync::Mutex",),
    ),
    KindRow(
        "rwlock_new",
        Family.INTERIOR_MUTABILITY,
        "the type is `std::sync::RwLock`",
        "let it = std::sync::RwLock::new(1);",
        heads=("std::sync::RwLock",),
    ),
    KindRow(
        "once_cell_new",
        Family.INTERIOR_MUTABILITY,
        "the type is `std::cell::OnceCell` or `std::cell::LazyCell`",
        "let it: std::cell::OnceCell<i32> = std::cell::OnceCell::new();",
        heads=("std::cell::OnceCell", "std::cell::LazyCell"),
    ),
    KindRow(
        "once_lock_new",
        Family.INTERIOR_MUTABILITY,
        "the type is `std::sync::OnceLock` or `std::sync::LazyLock`",
        "let it: std::sync::OnceLock<i32> = std::sync::OnceLock::new();",
        heads=("std::sync::OnceLock", "std::sync::LazyLock"),
    ),
    KindRow(
        "atomic_new",
        Family.INTERIOR_MUTABILITY,
        "the type is an atomic of `std::sync::atomic`",
        "let it = std::sync::atomic::AtomicUsize::new(0);",
        heads=(
            "std::sync::atomic::Atomic",
            "std::sync::atomic::AtomicBool",
            "std::sync::atomic::AtomicPtr",
            "std::sync::atomic::AtomicU8",
            "std::sync::atomic::AtomicU16",
            "std::sync::atomic::AtomicU32",
            "std::sync::atomic::AtomicU64",
            "std::sync::atomic::AtomicUsize",
            "std::sync::atomic::AtomicI8",
            "std::sync::atomic::AtomicI16",
            "std::sync::atomic::AtomicI32",
            "std::sync::atomic::AtomicI64",
            "std::sync::atomic::AtomicIsize",
        ),
    ),
    KindRow(
        "refcell_borrow",
        Family.GUARD,
        "the type is `std::cell::Ref`, or a `Result` or `Option` of one",
        "let c = std::cell::RefCell::new(1); let it = c.try_borrow();",
        wrapped=("std::cell::Ref",),
    ),
    KindRow(
        "refcell_borrow_mut",
        Family.GUARD,
        "the type is `std::cell::RefMut`, or a `Result` or `Option` of one",
        "let c = std::cell::RefCell::new(1); let mut it = c.borrow_mut(); *it += 1;",
        wrapped=("std::cell::RefMut",),
    ),
    KindRow(
        "mutex_lock",
        Family.GUARD,
        "the type is `MutexGuard` or its mapped form, or a `Result` or `Option` of one",
        "let m = std::sync::Mutex::new(1); let it = m.lock();",
        wrapped=("std::sync::MutexGuard", "std::sync::MappedMutexGuard"),
    ),
    KindRow(
        "rwlock_read",
        Family.GUARD,
        "the type is `RwLockReadGuard` or its mapped form, or a `Result` or `Option` of one",
        "let l = std::sync::RwLock::new(1); let it = l.read().unwrap();",
        wrapped=("std::sync::RwLockReadGuard", "std::sync::MappedRwLockReadGuard"),
    ),
    KindRow(
        "rwlock_write",
        Family.GUARD,
        "the type is `RwLockWriteGuard` or its mapped form, or a `Result` or `Option` of one",
        "let l = std::sync::RwLock::new(1); let it = l.write().unwrap();",
        wrapped=("std::sync::RwLockWriteGuard", "std::sync::MappedRwLockWriteGuard"),
    ),
    KindRow(
        "channel_new",
        Family.CONCURRENCY,
        "the type is `mpsc::Sender` or `mpsc::Receiver`, or the pair that `channel()` gives",
        "let (it, _rx) = std::sync::mpsc::channel::<i32>();",
        heads=("std::sync::mpsc::Sender", "std::sync::mpsc::Receiver"),
        pair="std::sync::mpsc::Sender",
    ),
    KindRow(
        "sync_channel_new",
        Family.CONCURRENCY,
        "the type is `mpsc::SyncSender`, or the pair that `sync_channel()` gives",
        "let it = std::sync::mpsc::sync_channel::<i32>(1);",
        heads=("std::sync::mpsc::SyncSender",),
        pair="std::sync::mpsc::SyncSender",
    ),
    KindRow(
        "thread_spawn",
        Family.CONCURRENCY,
        "the type is `thread::JoinHandle` or `thread::ScopedJoinHandle`",
        "let it = std::thread::spawn(|| ());",
        heads=("std::thread::JoinHandle", "std::thread::ScopedJoinHandle"),
    ),
    KindRow(
        "vec_new",
        Family.COLLECTION,
        "the type is `Vec`, made by anything but `vec!` and a clone",
        "let it: Vec<i32> = [1].into_iter().collect();",
        heads=("std::vec::Vec",),
    ),
    KindRow(
        "vec_macro",
        Family.COLLECTION,
        "the type is `Vec`, written as `vec!`",
        "let it = vec![1, 2];",
        macro="vec",
        of="std::vec::Vec",
    ),
    KindRow(
        "vec_clone",
        Family.COLLECTION,
        "the type is `Vec` and `Clone::clone` made it",
        "let v = vec![1]; let it = v.clone();",
        clones=("std::vec::Vec",),
    ),
    KindRow(
        "hashmap_new",
        Family.COLLECTION,
        "the type is `std::collections::HashMap`",
        "let it: std::collections::HashMap<u8, u8> = std::collections::HashMap::new();",
        heads=("std::collections::HashMap",),
    ),
    KindRow(
        "hashset_new",
        Family.COLLECTION,
        "the type is `std::collections::HashSet`",
        "let it: std::collections::HashSet<u8> = std::collections::HashSet::new();",
        heads=("std::collections::HashSet",),
    ),
    KindRow(
        "btreemap_new",
        Family.COLLECTION,
        "the type is `std::collections::BTreeMap`",
        "let it: std::collections::BTreeMap<u8, u8> = std::collections::BTreeMap::new();",
        heads=("std::collections::BTreeMap",),
    ),
    KindRow(
        "btreeset_new",
        Family.COLLECTION,
        "the type is `std::collections::BTreeSet`",
        "let it: std::collections::BTreeSet<u8> = std::collections::BTreeSet::new();",
        heads=("std::collections::BTreeSet",),
    ),
    KindRow(
        "vecdeque_new",
        Family.COLLECTION,
        "the type is `std::collections::VecDeque`",
        "let it: std::collections::VecDeque<u8> = std::collections::VecDeque::new();",
        heads=("std::collections::VecDeque",),
    ),
    KindRow(
        "linkedlist_new",
        Family.COLLECTION,
        "the type is `std::collections::LinkedList`",
        "let it: std::collections::LinkedList<u8> = std::collections::LinkedList::new();",
        heads=("std::collections::LinkedList",),
    ),
    KindRow(
        "binaryheap_new",
        Family.COLLECTION,
        "the type is `std::collections::BinaryHeap`",
        "let it: std::collections::BinaryHeap<u8> = std::collections::BinaryHeap::new();",
        heads=("std::collections::BinaryHeap",),
    ),
    KindRow(
        "string_new",
        Family.STRING_AND_PATH,
        "the type is `String`, made by anything but a macro and a clone",
        "let it = 5.to_string();",
        heads=("std::string::String",),
    ),
    KindRow(
        "string_macro",
        Family.STRING_AND_PATH,
        "the type is `String`, written as `format!` or another macro that yields one",
        'let it = format!("{}", 1);',
        macro="*",
        of="std::string::String",
    ),
    KindRow(
        "string_clone",
        Family.STRING_AND_PATH,
        "the type is `String` and `Clone::clone` made it",
        "let s = String::new(); let it = s.clone();",
        clones=("std::string::String",),
    ),
    KindRow(
        "pathbuf_new",
        Family.STRING_AND_PATH,
        "the type is `std::path::PathBuf`",
        'let it = std::path::Path::new("a").join("b");',
        heads=("std::path::PathBuf",),
    ),
    KindRow(
        "osstring_new",
        Family.STRING_AND_PATH,
        "the type is `std::ffi::OsString`",
        'let it = std::ffi::OsString::from("a");',
        heads=("std::ffi::OsString",),
    ),
    KindRow(
        "cstring_new",
        Family.STRING_AND_PATH,
        "the type is `std::ffi::CString`",
        'let it = std::ffi::CString::new("a").unwrap();',
        heads=("std::ffi::CString",),
    ),
    KindRow(
        "str",
        Family.STRING_AND_PATH,
        "the type is `&str` or `&mut str`",
        'let s = "ab"; let it = &s[1..];',
        shapes=("str_reference",),
    ),
    KindRow(
        "option_some",
        Family.OPTION_AND_RESULT,
        "the type is `Option`, written `Some(..)`",
        "let it = Some(1);",
        variant="Some",
        of="std::option::Option",
    ),
    KindRow(
        "option_none",
        Family.OPTION_AND_RESULT,
        "the type is `Option`, written `None`",
        "let it: Option<i32> = None;",
        variant="None",
        of="std::option::Option",
    ),
    KindRow(
        "option_value",
        Family.OPTION_AND_RESULT,
        "the type is `Option`, made in any other way",
        "let it = [1].first().copied();",
        heads=("std::option::Option",),
    ),
    KindRow(
        "result_ok",
        Family.OPTION_AND_RESULT,
        "the type is `Result`, written `Ok(..)`",
        "let it: Result<i32, ()> = Ok(1);",
        variant="Ok",
        of="std::result::Result",
    ),
    KindRow(
        "result_err",
        Family.OPTION_AND_RESULT,
        "the type is `Result`, written `Err(..)`",
        "let it: Result<i32, ()> = Err(());",
        variant="Err",
        of="std::result::Result",
    ),
    KindRow(
        "result_value",
        Family.OPTION_AND_RESULT,
        "the type is `Result`, made in any other way",
        'let it = "1".parse::<i32>();',
        heads=("std::result::Result",),
    ),
    KindRow(
        "duration_new",
        Family.TIME,
        "the type is `std::time::Duration`",
        "let it = std::time::Instant::now().elapsed();",
        heads=("std::time::Duration",),
    ),
    KindRow(
        "instant_new",
        Family.TIME,
        "the type is `std::time::Instant` or `std::time::SystemTime`",
        "let it = std::time::Instant::now();",
        heads=("std::time::Instant", "std::time::SystemTime"),
    ),
    KindRow(
        "user_struct",
        Family.USER_TYPE,
        "a struct that the standard library does not define",
        "struct Point { x: i32 } let it = Point { x: 1 }; let _ = it.x;",
        items=("struct",),
    ),
    KindRow(
        "user_enum",
        Family.USER_TYPE,
        "an enum that the standard library does not define",
        "enum Status { Active } let it = Status::Active;",
        items=("enum",),
    ),
    KindRow(
        "user_union",
        Family.USER_TYPE,
        "a union that the standard library does not define",
        "union U { a: u8 } let it = U { a: 1 };",
        items=("union",),
    ),
    KindRow(
        "primitive",
        Family.SHAPE,
        "bool, char, an integer, a float, unit or never",
        "let it = 5;",
        shapes=("primitive", "never"),
    ),
    KindRow(
        "tuple",
        Family.SHAPE,
        "a tuple of one or more elements that is no channel pair",
        'let it = (1, "a");',
        shapes=("tuple",),
    ),
    KindRow("array", Family.SHAPE, "`[T; N]`", "let it = [0; 4];", shapes=("array",)),
    KindRow("ref", Family.SHAPE, "`&T` where `T` is not `str`", "let x = 1; let it = &x;", shapes=("reference",)),
    KindRow(
        "ref_mut",
        Family.SHAPE,
        "`&mut T` where `T` is not `str`",
        "let mut x = 1; let it = &mut x; *it = 2;",
        shapes=("mutable_reference",),
    ),
    KindRow(
        "fn_ptr",
        Family.SHAPE,
        "a function pointer or a function item",
        "fn f() {} let it: fn() = f;",
        shapes=("function",),
    ),
    KindRow("closure", Family.SHAPE, "a closure", "let it = |x: i32| x + 1;", shapes=("closure",)),
    KindRow(
        "range",
        Family.SHAPE,
        "a range type of `std::ops`",
        "let it = 0..10;",
        heads=(
            "std::ops::Range",
            "std::ops::RangeInclusive",
            "std::ops::RangeFrom",
            "std::ops::RangeTo",
            "std::ops::RangeToInclusive",
            "std::ops::RangeFull",
            "std::range::Range",
            "std::range::RangeInclusive",
            "std::range::RangeFrom",
            "std::range::RangeToInclusive",
        ),
    ),
    KindRow(
        "future",
        Family.ABSTRACT,
        "an async block, the opaque future of an `async fn`, or a named future of the standard library",
        "let it = async { 1 };",
        shapes=("coroutine",),
        bounds=("std::future::Future",),
        heads=("std::future::Ready", "std::future::Pending", "std::future::PollFn"),
    ),
    KindRow(
        "iterator",
        Family.ABSTRACT,
        "a type of the standard library, or an opaque one, that implements `Iterator`",
        "let v = vec![1]; let it = v.iter().map(|x| x + 1);",
        bounds=("std::iter::Iterator", "std::iter::DoubleEndedIterator", "std::iter::ExactSizeIterator"),
        items=("iterator",),
    ),
    KindRow(
        "impl_trait",
        Family.ABSTRACT,
        "any other opaque `impl Trait` type",
        "fn f() -> impl std::fmt::Debug { 1 } let it = f();",
        shapes=("impl",),
    ),
    KindRow(
        "generic",
        Family.ABSTRACT,
        "a type parameter, or an associated type of one, not cloned",
        "let it = T::default();",
        signature="<T: Default + Clone>()",
        items=("generic",),
    ),
    KindRow(
        "generic_clone",
        Family.ABSTRACT,
        "a type parameter, made by `Clone::clone`",
        "let t = T::default(); let it = t.clone();",
        signature="<T: Default + Clone>()",
        clones=("*generic",),
    ),
    KindRow(
        "std_type", Family.STD_TYPE, "any other type of the standard library", "let it = 1.cmp(&2);", items=("std",)
    ),
)

KINDS = {row.kind: row for row in INITIALIZER_KINDS}
