"""What looks like a kind and is none, and what has a kind without looking like it: types and callees decide."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from borrowscope.analyzer.analyze import AnalysisRequest, analyze
from borrowscope.analyzer.compiler import read_dump
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.tables.initializer_kinds import INITIALIZER_KINDS

from .conftest import compile_source

# The user's own types with names of std's: kind that they must not have, by name.
NAMESAKES = {
    "rc_new": "Rc",
    "arc_new": "Arc",
    "box_new": "Box",
    "weak_new": "Weak",
    "pin_new": "Pin",
    "cow_owned": "Cow",
    "manually_drop_new": "ManuallyDrop",
    "nonnull_new": "NonNull",
    "maybe_uninit_new": "MaybeUninit",
    "cell_new": "Cell",
    "refcell_new": "RefCell",
    "unsafe_cell_new": "UnsafeCell",
    "mutex_new": "Mutex",
    "rwlock_new": "RwLock",
    "once_cell_new": "OnceCell",
    "once_lock_new": "OnceLock",
    "atomic_new": "AtomicUsize",
    "refcell_borrow": "Ref",
    "refcell_borrow_mut": "RefMut",
    "mutex_lock": "MutexGuard",
    "rwlock_read": "RwLockReadGuard",
    "rwlock_write": "RwLockWriteGuard",
    "channel_new": "Sender",
    "sync_channel_new": "SyncSender",
    "thread_spawn": "JoinHandle",
    "vec_new": "Vec",
    "hashmap_new": "HashMap",
    "hashset_new": "HashSet",
    "btreemap_new": "BTreeMap",
    "btreeset_new": "BTreeSet",
    "vecdeque_new": "VecDeque",
    "linkedlist_new": "LinkedList",
    "binaryheap_new": "BinaryHeap",
    "string_new": "String",
    "pathbuf_new": "PathBuf",
    "osstring_new": "OsString",
    "cstring_new": "CString",
    "option_value": "Option",
    "result_value": "Result",
    "duration_new": "Duration",
    "instant_new": "Instant",
    "range": "Range",
    "std_type": "Ordering",
}

# A kind that the binding must not have, its body, and the kind that it has.
NEAR_MISSES = [
    ("rc_clone", "let a = mine::Rc::new(1); let it = a.clone();", "user_struct"),
    ("rc_clone", "let a = std::rc::Rc::new(std::rc::Rc::new(1)); let it = a.as_ref();", "ref"),
    ("rc_clone", "let a = std::rc::Rc::new(vec![1]); let it = (*a).clone();", "vec_clone"),
    ("rc_clone", "let a = factory(); let it = copies::Copies::clone(&a, 2);", "rc_new"),
    ("arc_clone", "fn clone() -> std::sync::Arc<u8> { std::sync::Arc::new(1) } let it = clone();", "arc_new"),
    ("box_from_raw", "let it = unsafe { mine::Box::<u8>::from_raw(1) };", "user_struct"),
    ("box_into_raw", "let mut x = 1; let it = &raw mut x;", "raw_ptr"),
    ("raw_ptr", "let it = Box::into_raw(Box::new(1));", "box_into_raw"),
    ("weak_clone", "let w = std::rc::Weak::<u8>::new(); let it = std::rc::Rc::new(1u8); let _ = w;", "rc_new"),
    ("weak_downgrade", "let it = mine::Rc::downgrade(1);", "user_struct"),
    ("weak_upgrade", "let it = mine::Weak::new(1).upgrade();", "option_value"),
    ("cow_borrowed", "enum C { Borrowed(u8) } use C::*; let it = Borrowed(1);", "user_enum"),
    ("cow_borrowed", 'let it: std::borrow::Cow<str> = "a".into();', "cow_owned"),
    ("maybe_uninit_uninit", "let it = mine::MaybeUninit::<u8>::uninit();", "user_struct"),
    ("maybe_uninit_assume_init", "let it = mine::MaybeUninit::new(1).assume_init();", "primitive"),
    ("refcell_borrow", "use std::borrow::Borrow; let s = String::new(); let it: &str = s.borrow();", "str"),
    ("refcell_borrow", "let c = std::cell::RefCell::new(1); let it = *c.borrow();", "primitive"),
    ("mutex_lock", "let l = mine::Mutex::new(1); let it = l.lock();", "primitive"),
    ("mutex_lock", "let i = std::io::stdin(); let it = i.lock();", "std_type"),
    ("rwlock_read", "let l = std::sync::RwLock::new(vec![1]); let it = l.read().unwrap().len();", "primitive"),
    ("channel_new", "fn channel() -> (u8, u8) { (1, 2) } let it = channel();", "tuple"),
    ("thread_spawn", "fn spawn() -> u8 { 1 } let it = spawn();", "primitive"),
    ("thread_spawn", "let it = std::thread::spawn(|| 1).join().unwrap();", "primitive"),
    ("vec_macro", "macro_rules! vec { ($($e:expr),*) => { [$($e),*] } } let it = vec![1, 2];", "array"),
    ("vec_macro", "let it = vec![1, 2].len();", "primitive"),
    ("vec_clone", "let v = [1]; let it = v.to_vec();", "vec_new"),
    ("string_macro", "macro_rules! format { ($e:expr) => { $e } } let it = format!(1);", "primitive"),
    ("string_macro", 'let it = format!("a").len();', "primitive"),
    ("string_clone", 'let s = "a"; let it = s.to_owned();', "string_new"),
    ("str", "let s = String::new(); let it = &s;", "ref"),
    ("str", 'let it = b"ab";', "ref"),
    ("option_some", "enum O { Some(u8), None } use O::*; let it = Some(1); let _: O = None;", "user_enum"),
    ("option_some", "let it = Some(1).map(|x| x + 1);", "option_value"),
    ("option_none", "const None: Option<u8> = Some(1); let it = Option::<u8>::default();", "option_value"),
    ("result_ok", "enum R { Ok(u8) } use R::*; let it = Ok(1);", "user_enum"),
    ("result_ok", "let it = Some(1).ok_or(2);", "result_value"),
    ("result_err", "struct Err(u8); let it = Err(1); let _ = it.0;", "user_struct"),
    ("user_struct", "type Mine = std::cell::Cell<u8>; let it = Mine::new(1);", "cell_new"),
    ("user_enum", "use std::option::Option as Status; let it: Status<u8> = None;", "option_none"),
    ("user_union", "let it = std::mem::MaybeUninit::new(1);", "maybe_uninit_new"),
    ("primitive", "struct u8(i32); let it = u8(1); let _ = it.0;", "user_struct"),
    ("tuple", "struct T(i32, i32); let it = T(1, 2); let _ = it.0 + it.1;", "user_struct"),
    ("tuple", "let it = (1);", "primitive"),
    ("array", "let a = [1, 2]; let it = &a[..];", "ref"),
    ("ref", "let x = 1; let y = &x; let it = *y;", "primitive"),
    ("ref_mut", "let mut x = 1; let y = &mut x; let it = &*y;", "ref"),
    ("fn_ptr", "fn f() -> u8 { 1 } let it = f();", "primitive"),
    ("closure", "let it = (|x: i32| x + 1)(2);", "primitive"),
    ("closure", "let it: fn(i32) -> i32 = |x: i32| x + 1;", "fn_ptr"),
    ("closure", "let it: Box<dyn Fn(i32) -> i32> = Box::new(|x: i32| x + 1);", "box_new"),
    ("range", "let it = (0..3).len();", "primitive"),
    ("future", "let it = (|| async { 1 }); let _ = it();", "closure"),
    ("iterator", "let it = Counter;", "user_struct"),
    ("iterator", "let it = [1].iter().next();", "option_value"),
    ("impl_trait", "fn f() -> impl Iterator<Item = u8> { 0..3 } let it = f();", "iterator"),
    ("generic", "fn f<T>(t: T) -> T { t } let it = f(1);", "primitive"),
    ("generic_clone", "fn f<T: Clone>(t: &T) -> T { t.clone() } let it = f(&1);", "primitive"),
]  # fmt: skip

# A body whose binding has the kind by another way than the obvious one.
ROUNDABOUT = [
    ("rc_new", "type Shared<T> = std::rc::Rc<T>; let it = Shared::new(1);"),
    ("rc_new", "use reexports::Counted; let it = Counted::new(1);"),
    ("rc_new", "let it: std::rc::Rc<[u8]> = [1].into_iter().collect();"),
    ("rc_new", "let it = factory();"),
    ("rc_clone", "let a = factory(); let it = Clone::clone(&a);"),
    ("rc_clone", "let a = factory(); let it = <std::rc::Rc<u8> as Clone>::clone(&a);"),
    ("rc_clone", "let a = factory(); let it = { a.clone() };"),
    ("arc_clone", "let a = std::sync::Arc::new(1); let b = &a; let it = b.clone();"),
    ("box_from_raw", "let p = Box::into_raw(Box::new(1)); let it = unsafe { Box::<i32>::from_raw(p) };"),
    ("box_into_raw", "let it = Box::leak(Box::new(1));"),
    ("weak_downgrade", "use std::rc::Rc as Counted; let a = factory(); let it = Counted::downgrade(&a);"),
    ("weak_upgrade", "let a = factory(); let w = std::rc::Rc::downgrade(&a); let it = w.upgrade();"),
    (
        "refcell_borrow",
        "let c = std::rc::Rc::new(std::cell::RefCell::new(1)); let it = std::cell::RefCell::borrow(&c);",
    ),
    ("mutex_lock", "let m = std::sync::Mutex::new(1); let Ok(it) = m.try_lock() else { return };"),
    ("vec_new", "let it = Vec::<u8>::from([1]);"),
    ("vec_macro", "let it = std::vec![1];"),
    ("hashmap_new", "let it = [(1, 2)].into_iter().collect::<std::collections::HashMap<_, _>>();"),
    ("string_new", 'let it = <String as From<&str>>::from("a");'),
    ("option_some", "let it = Option::Some(1);"),
    ("option_some", "let it = std::option::Option::<u8>::Some(1);"),
    ("result_value", 'let it = std::str::FromStr::from_str("1") as Result<u8, _>;'),
    ("user_struct", "let it = reexports::Point::default();"),
    ("instant_new", "let it = std::time::SystemTime::now();"),
    ("future", "async fn f() {} let it = f();"),
]

PRELUDE = """#![allow(warnings)]
pub mod reexports { pub use std::rc::Rc as Counted; #[derive(Default)] pub struct Point; }
pub fn factory() -> std::rc::Rc<u8> { Default::default() }
pub mod copies { pub trait Copies { fn clone(&self, _: u8) -> Self; } }
impl copies::Copies for std::rc::Rc<u8> { fn clone(&self, _: u8) -> Self { factory() } }
pub struct Counter;
impl Iterator for Counter { type Item = u8; fn next(&mut self) -> Option<u8> { None } }
pub mod mine {
    impl<T> Rc<T> { pub fn downgrade(t: T) -> Weak<T> { Weak(t) } }
    impl<T> Weak<T> { pub fn upgrade(self) -> std::option::Option<T> { Some(self.0) } }
    impl Box<u8> { pub unsafe fn from_raw(t: u8) -> Self { Box(t) } }
    impl MaybeUninit<u8> { pub fn uninit() -> Self { MaybeUninit(0) } }
    impl<T> MaybeUninit<T> { pub fn assume_init(self) -> T { self.0 } }
    impl<T: Copy> Mutex<T> { pub fn lock(&self) -> T { self.0 } }
"""


def bodies() -> dict[str, str]:
    """The body of each example by the name of its function."""
    namesakes = {f"namesake_{kind}": f"use mine::{name}; let it = {name}::new(1);" for kind, name in NAMESAKES.items()}
    misses = {f"miss_{number}": body for number, (_, body, _) in enumerate(NEAR_MISSES)}
    roundabout = {f"roundabout_{number}": body for number, (_, body) in enumerate(ROUNDABOUT)}
    return namesakes | misses | roundabout


@pytest.fixture(scope="module", params=["rustc", "static"])
def kinds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str | None]:
    """The kind of `it` in every example, all compiled as one crate."""
    folder = tmp_path_factory.mktemp("near_misses")
    own = "".join(
        f"#[derive(Clone)] pub struct {name}<T>(pub T);"
        f" impl<T> {name}<T> {{ pub fn new(value: T) -> Self {{ {name}(value) }} }}\n"
        for name in NAMESAKES.values()
    )
    functions = "\n".join(f"pub fn {name}() {{ {body} }}" for name, body in bodies().items())
    source = f"{PRELUDE}{own}}}\n{functions}\n"
    dump = compile_source(folder, source, "2021")
    facts = read_dump(dump, folder) if request.param == "rustc" else {}
    path = folder / "src/lib.rs"
    texts = SourceTexts([SourceText(str(path), "src/lib.rs", "lib", "lib", source.encode())])
    crate = CrateSource("lib", "lib", 2021, path)
    info = analyze(AnalysisRequest(texts, facts, lambda: [crate], editions={"lib": "2021"}))
    assert {variable.type_source for variable in info.files["src/lib.rs"]} == {request.param}
    return {
        (variable.function_name or "").partition("::")[0]: variable.initializer_kind
        for variable in info.files["src/lib.rs"]
        if variable.name == "it"
    }


def test_every_kind_has_a_near_miss():
    assert {*NAMESAKES, *(row[0] for row in NEAR_MISSES)} == {row.kind for row in INITIALIZER_KINDS}


@pytest.mark.parametrize(("kind", "name"), list(NAMESAKES.items()))
def test_a_namesake_is_the_users_struct(kind: str, name: str, kinds: Mapping[str, str | None]):
    assert kinds[f"namesake_{kind}"] == "user_struct"


@pytest.mark.parametrize(("number", "row"), list(enumerate(NEAR_MISSES)), ids=lambda value: str(value)[:40])
def test_a_near_miss_has_another_kind(number: int, row: tuple[str, str, str], kinds: Mapping[str, str | None]):
    assert kinds[f"miss_{number}"] == row[2] != row[0]


@pytest.mark.parametrize(("number", "row"), list(enumerate(ROUNDABOUT)), ids=lambda value: str(value)[:40])
def test_a_roundabout_way_leads_to_the_kind(number: int, row: tuple[str, str], kinds: Mapping[str, str | None]):
    assert kinds[f"roundabout_{number}"] == row[0]
