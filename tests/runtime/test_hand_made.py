"""Calls made by hand: every function records what it is given, gives it back, and costs the program nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from borrowscope.tables.published_api import BY_NAME, FUNCTIONS
from borrowscope.tables.published_calls import Function, Parameter
from borrowscope.trace.recording import load_recording
from tests.runtime.hand_made import TRACK, Call, Word, call, calls, streams, tracked
from tests.runtime.recorded import program, run, runtime_rlib

PRELUDE = """
use borrowscope_runtime::*;
use std::borrow::Cow;
use std::cell::*;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::rc::{self, Rc};
use std::sync::{self, mpsc, Arc, OnceLock};
fn rc() -> Rc<u8> { let value = Rc::new(5); std::mem::forget((value.clone(), Rc::downgrade(&value))); value }
fn arc() -> Arc<u8> { let value = Arc::new(5); std::mem::forget((value.clone(), Arc::downgrade(&value))); value }
"""
VALUES = {
    "T": "5u8",
    "&T": "&5u8",
    "&'a T": "&5u8",
    "&'a mut T": "&mut 5u8",
    "*const T": "&5u8 as *const u8",
    "*mut T": "&mut 5u8 as *mut u8",
    "Box<T>": "Box::new(5u8)",
    "std::rc::Rc<T>": "rc()",
    "std::sync::Arc<T>": "arc()",
    "std::rc::Weak<T>": "Rc::downgrade(&rc())",
    "std::sync::Weak<T>": "Arc::downgrade(&arc())",
    "Option<std::rc::Rc<T>>": "Some(rc())",
    "Option<std::sync::Arc<T>>": "None::<Arc<u8>>",
    "std::pin::Pin<P>": "Pin::new(&5u8)",
    "std::borrow::Cow<'a, B>": 'Cow::Borrowed("text")',
    "std::cell::RefCell<T>": "RefCell::new(5u8)",
    "std::cell::Ref<'a, T>": "RefCell::new(5u8).borrow()",
    "std::cell::RefMut<'a, T>": "RefCell::new(5u8).borrow_mut()",
    "std::cell::Cell<T>": "Cell::new(5u8)",
    "std::cell::OnceCell<T>": "OnceCell::<u8>::new()",
    "std::sync::OnceLock<T>": "OnceLock::<u8>::new()",
    "Result<(), T>": "Err(5u8)",
    "Option<&'a T>": "Some(&5u8)",
    "std::mem::MaybeUninit<T>": "MaybeUninit::new(5u8)",
    "std::thread::JoinHandle<T>": "std::thread::spawn(|| 5u8)",
    "std::thread::Result<T>": "std::thread::spawn(|| 5u8).join()",
    "std::sync::mpsc::Sender<T>": "mpsc::channel::<u8>().0",
    "std::sync::mpsc::Receiver<T>": "mpsc::channel::<u8>().1",
    "Result<(), std::sync::mpsc::SendError<T>>": "Err(mpsc::SendError(5u8))",
    "Result<T, std::sync::mpsc::RecvError>": "Ok::<u8, _>(5)",
    "Result<T, std::sync::mpsc::TryRecvError>": "Err::<u8, _>(mpsc::TryRecvError::Empty)",
    "&String": '&String::from("text")',
    "&Vec<T>": "&vec![5u8, 6]",
    "f64": "1.0",
}
TOLD = {
    "strong_count": 2,
    "weak_count": {"track_weak_new": 2, "track_weak_new_sync": 2, "track_weak_clone": 2, "track_weak_clone_sync": 2},
    "success": {
        "track_weak_upgrade_sync": False,
        "track_once_cell_set": False,
        "track_channel_try_recv": False,
    },
    "was_initialized": True,
    "size": {"track_string_layout": 24, "track_vec_layout": 24},
    "len": {"track_string_layout": 4},
    "content": {"track_string_layout": '"text"', "track_vec_layout": "[5, 6]"},
}
PLAIN = {"weak_count": 1, "success": True, "size": 1, "len": 2}
"""What words tell that no parameter says, of these values; the same for all functions, or by function."""

RUN = [row for row in FUNCTIONS if row.name != "reset"]


NUMBERS = {"wide": 1 + (1 << 40), "narrow": 1}


def argument(parameter: Parameter, number: int) -> str:
    """What is given for a parameter: different for each, where it is recorded."""
    plain = {
        "&str": f'"{parameter.name}"',
        "Option<&str>": f'Some("{parameter.name}")',
        "usize": f"N * {number}",
        "bool": "true" if number % 2 else "false",
        "&[&str]": '&["one", "two", "three"]',
    }
    return plain.get(parameter.type) or VALUES[parameter.type]


def expected(parameter: Parameter, number: int, factor: int) -> Word:
    """The word that tells a parameter."""
    plain: dict[str, Word] = {
        "&str": parameter.name,
        "Option<&str>": parameter.name,
        "usize": number * factor,
        "bool": bool(number % 2),
        "&[&str]": ["one", "two", "three"],
    }
    return plain[parameter.type]


def invocation(row: Function) -> str:
    arguments = ", ".join(argument(parameter, number) for number, parameter in enumerate(row.parameters))
    written = f"{row.name}({arguments})"
    if row.returns == "T":
        return f"assert_eq!({written}, 5u8);"
    return f"let _ = {written};"


def everything(factor: int) -> str:
    """A program that calls every function once, with numbers that are multiples of `factor`."""
    body = "\n".join(f"    {{ {invocation(row)} }}" for row in RUN)
    return f"{PRELUDE}\nconst N: usize = {factor};\nfn main() {{\n{body}\n}}\n"


@pytest.fixture(scope="module", params=NUMBERS)
def size(request: pytest.FixtureRequest) -> str:
    """Which numbers are given."""
    return str(request.param)


@pytest.fixture(scope="module")
def every(size: str, tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """The calls of a program that calls every function once."""
    folder = tmp_path_factory.mktemp("every") / "rec"
    done = run(tracked(everything(NUMBERS[size])), folder)
    assert done.returncode == 0, done.stderr
    return calls(folder)


def told(row: Function, word: str) -> Word:
    value = TOLD.get(word, PLAIN.get(word))
    if isinstance(value, dict):
        return value.get(row.name, PLAIN.get(word))
    return value


def test_every_function_records_its_calls(every: list[Call]) -> None:
    names: list[str] = []
    for row in RUN:
        plain = row.records_as or row.name
        names += [plain] * (3 if row.each else 1)
    borrowed = [name.replace("track_cow_owned", "track_cow_borrowed") for name in names]
    assert [one.row.name for one in every] == borrowed


def test_every_word_is_what_was_given(every: list[Call], size: str) -> None:
    rest = iter(every)
    checked = 0
    for row in RUN:
        given = {
            one.name: expected(one, number, NUMBERS[size])
            for number, one in enumerate(row.parameters)
            if is_recorded(row, one)
        }
        plain = BY_NAME[row.records_as] if row.records_as else row
        renamed = {mine.name: theirs.name for mine, theirs in zip(row.parameters, plain.parameters, strict=False)}
        for item in ["one", "two", "three"] if row.each else [""]:
            made = next(rest)
            words = {renamed.get(name, name): value for name, value in given.items()} if not row.each else given
            words |= {"name": item} if row.each else {}
            assert {name: made.words[name] for name in words} == words, row.name
            checked += len(words)
    assert checked > 300


def is_recorded(row: Function, parameter: Parameter) -> bool:
    return parameter.type in {"&str", "Option<&str>", "usize", "bool", "&[&str]"} and parameter.name != row.each


def test_what_no_parameter_says_is_asked_of_the_value(every: list[Call]) -> None:
    checked = set()
    for made in every:
        parameters = {parameter.name for parameter in made.row.parameters}
        for name, value in made.words.items():
            wanted = told(made.row, name)
            if name not in parameters and wanted is not None:
                assert value == wanted, (made.row.name, name)
                checked.add(name)
            if name == "type":
                assert value is not None, made.row.name
                assert value.removeprefix("&").removeprefix("mut ").endswith(("u8", "<u8>", "String")), value
            if name == "address":
                assert value > 4096, made.row.name
    assert checked == set(TOLD) | set(PLAIN)


def test_numbers_that_fit_take_one_word_each(tmp_path: Path) -> None:
    def slots(number: str) -> int:
        folder = tmp_path / number
        call(f'track_borrow_with_id({number}, 1, "r", "x:1", false, &5);', folder)
        (stream,) = streams(folder)
        return sum(len(args) for thread in stream.threads.values() for args in thread.args.values()) // 3

    assert slots("(1 << 32) - 1") == 1
    assert slots("1 << 32") == 2


def test_a_cow_is_recorded_as_what_it_is(tmp_path: Path) -> None:
    made = call(
        """
        use std::borrow::Cow;
        track_cow_borrowed("a", "x:1", Cow::<str>::Owned(String::new()));
        track_cow_borrowed("b", "x:1", Cow::Borrowed(""));
        track_cow_owned("c", "x:1", Cow::<str>::Owned(String::new()));
        track_cow_owned("d", "x:1", Cow::Borrowed(""));
        """,
        tmp_path / "rec",
    )
    assert [(one.words["name"], one.row.name.removeprefix("track_cow_")) for one in made] == [
        ("a", "owned"),
        ("b", "borrowed"),
        ("c", "owned"),
        ("d", "borrowed"),
    ]


def test_texts_are_known_by_their_content(tmp_path: Path) -> None:
    made = call(
        """
        let mut buffer = String::from("first");
        for n in 0..3000 {
            track_drop(&buffer);
            track_drop(&buffer.clone());
            buffer.clear();
            buffer.push_str(if n % 2 == 0 { "other" } else { "first" });
        }
        """,
        tmp_path / "rec",
    )
    assert [one.words["name"] for one in made] == ["first", "first", "other", "other"] * 1500
    (stream,) = streams(tmp_path / "rec")
    assert sorted(text for thread in stream.threads.values() for text in thread.texts.values()) == ["first", "other"]


def test_more_texts_than_are_remembered_are_right(tmp_path: Path) -> None:
    made = call(
        """
        for round in 0..2 {
            for n in 0..20_000 {
                let name = if n % 3 == 0 { format!("a/rather/long/name/of/number/{n}") } else { n.to_string() };
                track_drop(&name);
                track_drop_at(&name, "src/main.rs:1");
            }
            let _ = round;
        }
        """,
        tmp_path / "rec",
    )
    names = [f"a/rather/long/name/of/number/{n}" if n % 3 == 0 else str(n) for n in range(20_000)]
    assert [one.words["name"] for one in made[::2]] == names * 2
    assert [one.words["name"] for one in made[1::2]] == names * 2


def test_long_texts_are_cut_and_long_lists_too(tmp_path: Path) -> None:
    made = call(
        """
        let long = "\\u{e9}".repeat(3000);
        track_drop(&long);
        track_drop("");
        track_break(1, None, "");
        track_break(1, Some(""), "");
        let names: Vec<String> = (0..300).map(|n| n.to_string()).collect();
        let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
        track_await_start_with_live_vars(1, "f", "x:1", &names);
        track_await_start_with_live_vars(1, "f", "x:1", &[]);
        """,
        tmp_path / "rec",
    )
    assert made[0].words["name"].rstrip("…") == "\u00e9" * 1024
    assert made[1].words["name"] == ""
    assert [one.words["label"] for one in made[2:4]] == [None, ""]
    assert made[4].words["live_variables"] == [str(n) for n in range(200)]
    assert made[5].words["live_variables"] == []


ALLOCATIONS = """
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
struct Counting;
static COUNT: AtomicUsize = AtomicUsize::new(0);
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 { COUNT.fetch_add(1, Ordering::SeqCst); System.alloc(layout) }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) { System.dealloc(at, layout) }
}
#[global_allocator]
static GLOBAL: Counting = Counting;
fn main() {
    borrowscope_runtime::track_drop("first");
    std::thread::spawn(|| {
        borrowscope_runtime::track_drop("first of this thread");
        let names: Vec<String> = (0..5000).map(|n| format!("{n}")).collect();
        let before = COUNT.load(Ordering::SeqCst);
        for (n, name) in names.iter().enumerate() {
            borrowscope_runtime::track_new_with_id(n, name, "u8", "src/main.rs:20:9", 5u8);
            borrowscope_runtime::track_new_sampled(name, 5u8, 0.5);
            borrowscope_runtime::track_drop_sampled(name, 0.5);
            borrowscope_runtime::track_match_arm_with_bindings(n, n, name, "x:1", &["a", name]);
        }
        assert_eq!(COUNT.load(Ordering::SeqCst), before);
    }).join().unwrap();
}
"""


def test_the_programs_allocator_is_not_asked(tmp_path: Path) -> None:
    done = run(tracked(ALLOCATIONS), tmp_path / "rec")
    assert done.returncode == 0, done.stderr
    made = calls(tmp_path / "rec")
    assert sum(one.row.name == "track_new_with_id" for one in made) == 5000


def test_calls_are_recorded_without_mappings_too(tmp_path: Path, every: list[Call], size: str) -> None:
    rlib = runtime_rlib(*TRACK, "--cfg", "borrowscope_portable")
    done = run(program(everything(NUMBERS[size]), rlib=rlib), tmp_path / "rec")
    assert done.returncode == 0, done.stderr
    made = calls(tmp_path / "rec")
    assert [one.row for one in made] == [one.row for one in every]
    given = [{name: one.words[name] for name in one.words if name in told_by_callers(one)} for one in made]
    assert given == [{name: one.words[name] for name in one.words if name in told_by_callers(one)} for one in every]


def told_by_callers(one: Call) -> set[str]:
    return {parameter.name for parameter in one.row.parameters} | {"name"}


def test_without_the_feature_nothing_is_recorded(tmp_path: Path) -> None:
    done = run(program(everything(1), rlib=runtime_rlib()), tmp_path / "rec")
    assert done.returncode == 0, done.stderr
    assert calls(tmp_path / "rec") == []


def test_switched_off_nothing_is_recorded(tmp_path: Path) -> None:
    assert call('track_drop("x");', tmp_path / "rec", env={"BORROWSCOPE": "off"}) == []


def test_a_forked_child_tells_its_texts_itself(tmp_path: Path) -> None:
    made = call(
        """
        extern "C" { fn fork() -> i32; fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32; }
        for n in 0..100 { track_drop(&format!("{n}")); }
        let child = unsafe { fork() };
        for n in 0..100 { track_drop(&format!("{n}")); }
        if child != 0 { unsafe { waitpid(child, std::ptr::null_mut(), 0) }; }
        """,
        tmp_path / "rec",
    )
    assert sorted(one.words["name"] for one in made) == sorted(str(n) for n in range(100) for _ in range(3))
    assert len(streams(tmp_path / "rec")) == 2


def test_a_forked_child_sees_its_own_events(tmp_path: Path) -> None:
    """In memory and in a file, also where its parent started over and asked before."""
    executable = tracked(
        """
        use borrowscope_runtime::*;
        extern "C" { fn fork() -> i32; fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32; }
        fn names() -> Vec<String> { get_events().iter().filter_map(|e| e.var_name()).map(str::to_string).collect() }
        fn main() {
            for n in 0..100 { track_new(&format!("{n}"), n); }
            reset();
            track_new("before", 1);
            assert_eq!(names(), ["before"]);
            let child = unsafe { fork() };
            track_new("after", 1);
            if child == 0 {
                std::process::exit(if names() == ["after"] { 0 } else { 1 });
            }
            let mut status = -1;
            unsafe { waitpid(child, &mut status, 0) };
            assert_eq!(names(), ["before", "after"]);
            assert_eq!(status, 0);
        }
        """
    )
    for folder in ("", str(tmp_path / "rec")):
        done = run(executable, tmp_path, env={"BORROWSCOPE_OUT": folder})
        assert done.returncode == 0, done.stderr


def test_threads_have_texts_of_their_own_and_give_their_memory_back(tmp_path: Path) -> None:
    made = call(
        """
        for round in 0..50 {
            let threads: Vec<_> = (0..8).map(|t| std::thread::spawn(move || {
                for n in 0..300 { track_drop_at(&format!("{t}-{n}"), "src/main.rs:1"); }
            })).collect();
            for thread in threads { thread.join().unwrap(); }
            let _ = round;
        }
        let status = std::fs::read_to_string("/proc/self/maps").unwrap();
        assert!(status.lines().count() < 1000, "{status}");
        """,
        tmp_path / "rec",
    )
    names = sorted(f"{t}-{n}" for t in range(8) for n in range(300) for _ in range(50))
    assert sorted(one.words["name"] for one in made) == names


SAMPLED = """
for n in 0..4000usize {
    let name = format!("v{}", n % 7);
    let value = track_new_sampled(&name, n, 0.3);
    if n % 2 == 0 {
        let moved = track_move_sampled(&name, "moved", value, 0.3);
        track_drop_sampled("moved", 0.3);
        let _ = moved;
    } else {
        track_drop(&name);
    }
    track_new_with_id_sampled(n, "w", "src/main.rs:9", n, 0.3);
    track_borrow_with_id(n + 100_000, n, "r", "src/main.rs:10", false, &n);
    track_drop_with_id(n + 100_000, "src/main.rs:11");
    track_drop_with_id(n, "src/main.rs:12");
}
"""


def test_sampling_keeps_or_leaves_out_whole_lives(tmp_path: Path) -> None:
    made = call(SAMPLED, tmp_path / "rec")
    by_name: dict[str, int] = {}
    for one in made:
        by_name[one.row.name] = by_name.get(one.row.name, 0) + 1
    created = by_name["track_new"]
    assert 1000 < created < 1400
    assert by_name["track_drop"] == created
    assert 400 < by_name["track_move"] < 800
    with_id = by_name["__track_new_with_id_helper"]
    assert by_name["track_borrow_with_id"] == with_id
    assert by_name["track_drop_with_id"] == 2 * with_id
    ended = [one.words["id"] for one in made if one.row.name == "track_drop_with_id" and one.words["id"] < 100_000]
    assert ended == [one.words["id"] for one in made if one.row.name == "__track_new_with_id_helper"]


def test_guards_record_their_end(tmp_path: Path) -> None:
    made = call(
        """
        let mut outer = track_new_guard("outer", vec![1]);
        {
            let mut unique = track_borrow_mut_guard("unique", &mut *outer);
            unique.push(2);
        }
        assert_eq!(track_borrow_guard("shared", &*outer).len(), 2);
        let taken = track_new_guard("taken", 5).into_inner();
        assert_eq!(taken, 5);
        """,
        tmp_path / "rec",
    )
    assert [(one.row.name, one.words["name"]) for one in made] == [
        ("track_new", "outer"),
        ("track_borrow_mut", "unique"),
        ("track_drop", "unique"),
        ("track_borrow", "shared"),
        ("track_drop", "shared"),
        ("track_new", "taken"),
        ("track_drop", "outer"),
    ]


def test_a_panic_drops_guards_too(tmp_path: Path) -> None:
    done = run(
        tracked('fn main() { let _x = borrowscope_runtime::track_new_guard("x", 1); panic!("on purpose"); }'),
        tmp_path / "rec",
    )
    assert done.returncode == 101
    assert [one.row.name for one in calls(tmp_path / "rec")] == ["track_new", "track_drop"]


def test_macros_tell_their_line(tmp_path: Path) -> None:
    made = call(
        """
        let cell = std::cell::RefCell::new(5);
        { let _guard = refcell_borrow!("a", "cell", cell.borrow()); }
        refcell_drop!("a");
        { let _guard = refcell_borrow_mut!("b", "cell", cell.borrow_mut()); }
        refcell_drop!("b");
        """,
        tmp_path / "rec",
    )
    lines = [str(one.words["location"]).rpartition(":") for one in made]
    assert [int(line) for _, _, line in lines] == [5, 6, 7, 8]
    assert all(file.endswith("main.rs") for file, _, _ in lines)


def test_the_recording_of_calls_is_read_as_any_other(tmp_path: Path) -> None:
    call('let x = track_new("x", 5u8); let y = track_move("x", "y", x); track_drop("y"); let _ = y;', tmp_path / "rec")
    recording = load_recording(tmp_path / "rec")
    assert [event.event for event in recording.events] == ["New", "Move", "Drop"]
