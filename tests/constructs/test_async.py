"""Async blocks, functions and closures: what they await, what lives across, how they end, whoever polls or drops them.

The executor is made by hand: it polls once, drops midway, and hands tasks to other threads.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.constructs.programs import lines, run_both
from tests.drops.programs import BORROWSCOPE, exported_events, run_command

SOURCE = r"""
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

// 1. an executor
struct Idle;
impl Wake for Idle { fn wake(self: Arc<Self>) {} }
struct Turns(u8);
impl Future for Turns {
    type Output = u8;
    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<u8> {
        if self.0 == 0 { return Poll::Ready(7); }
        self.0 -= 1;
        Poll::Pending
    }
}
type Task<T> = Pin<Box<dyn Future<Output = T> + Send>>;
fn once<T>(task: &mut Task<T>) -> Poll<T> {
    let waker = Waker::from(Arc::new(Idle));
    task.as_mut().poll(&mut Context::from_waker(&waker))
}
fn finish<T>(mut task: Task<T>) -> T {
    loop { if let Poll::Ready(value) = once(&mut task) { return value; } }
}

// 2. tasks
struct D(&'static str);
impl Drop for D { fn drop(&mut self) { println!("drop {}", self.0); } }

async fn leaf(turns: u8) -> u8 {
    let text = D("text");
    let got = Turns(turns).await;
    drop(text);
    got
}
async fn nested(turns: u8) -> u8 {
    let held = D("held");
    let first = leaf(turns).await;
    let add = async |x: u8| x + leaf(0).await;
    first + held.0.len() as u8 + add(1).await
}
async fn failing(turns: u8) -> Result<u8, String> {
    let kept = D("kept");
    let n = check(leaf(turns).await)?;
    drop(kept);
    Ok(n)
}
fn check(n: u8) -> Result<u8, String> { Err(format!("{n}")) }
async fn panicking(turns: u8) {
    let before = D("before");
    leaf(turns).await;
    if turns > 0 { panic!("on purpose") }
    drop(before);
}
async fn holding(turns: u8) -> u8 {
    let other: Task<u8> = Box::pin(nested(3));
    let mut others = vec![other];
    let _ = once(&mut others[0]);
    let last = D("last");
    let n = leaf(turns).await;
    drop(last);
    n
}
async fn select(left: u8, right: u8) -> u8 {
    let mut first: Task<u8> = Box::pin(leaf(left));
    let mut second: Task<u8> = Box::pin(leaf(right));
    std::future::poll_fn(move |context| {
        if let Poll::Ready(n) = first.as_mut().poll(context) { return Poll::Ready(n); }
        second.as_mut().poll(context)
    }).await
}
async fn moved(a: String, b: String, flag: bool) -> usize {
    if flag { drop(b); }
    let taken = a;
    let late;
    let n = leaf(1).await as usize;
    late = taken.len() + n;
    let taken = taken.into_bytes();
    leaf(0).await;
    late + taken.len()
}
struct Later(u8);
impl IntoFuture for Later {
    type Output = u8;
    type IntoFuture = Turns;
    fn into_future(self) -> Turns { Turns(self.0) }
}
trait Fetch { async fn fetch(&mut self, by: &str) -> usize; }
struct Store { name: String }
impl Fetch for Store {
    async fn fetch(&mut self, by: &str) -> usize {
        self.name.push_str(by);
        Later(1).await;
        self.name.len()
    }
}
fn deep(n: u8) -> Task<u8> {
    Box::pin(async move { if n == 0 { leaf(1).await } else { 1 + deep(n - 1).await } })
}

macro_rules! wait { ($future:expr) => { $future.await } }
async fn hidden(turns: u8) -> u8 {
    let unsure = D("unsure");
    let n = wait!(Turns(turns));
    let sure = D("sure");
    Turns(0).await;
    sure.0.len() as u8 + n + unsure.0.len() as u8
}

// 3. what happens to them
fn hides() -> u8 {
    let mut task: Task<u8> = Box::pin(hidden(2));
    if once(&mut task).is_pending() { return 1; }
    0
}
fn completed() -> u8 { finish(Box::pin(nested(1))) }
fn cancelled() -> u8 {
    let above = D("above");
    let mut task: Task<u8> = Box::pin(nested(2));
    let _below = D("below");
    if once(&mut task).is_pending() { return above.0.len() as u8; }
    0
}
fn unpolled() { let _task = nested(1); }
fn unwound() {
    let mut task: Task<()> = Box::pin(panicking(1));
    let _ = once(&mut task);
    let mut task = Some(task);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut task = task.take().unwrap();
        let _ = once(&mut task);
    }));
    println!("{}", caught.is_err());
}
fn torn_down_by_a_panic() {
    let caught = std::panic::catch_unwind(|| {
        let mut task: Task<u8> = Box::pin(leaf(3));
        let _ = once(&mut task);
        if task.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::new(Idle)))).is_pending() { panic!("outside") }
    });
    println!("{}", caught.is_err());
}
fn holder() {
    let mut task: Task<u8> = Box::pin(holding(1));
    let _ = once(&mut task);
}
struct Runs(Option<Task<u8>>);
impl Drop for Runs {
    fn drop(&mut self) { if let Some(task) = self.0.take() { println!("ran {}", finish(task)); } }
}
fn resumed_by_a_drop() -> u8 {
    let last = D("after the run");
    let mut task: Task<u8> = Box::pin(leaf(2));
    let _ = once(&mut task);
    let runs = Runs(Some(task));
    if runs.0.is_some() { return last.0.len() as u8; }
    1
}
fn travelling() -> u8 {
    let mut task: Task<u8> = Box::pin(async move {
        let own = D("own");
        leaf(2).await + own.0.len() as u8
    });
    let _ = once(&mut task);
    let task = std::thread::spawn(move || { let mut task = task; let _ = once(&mut task); task }).join().unwrap();
    let task = std::thread::spawn(move || { drop(task); 5u8 }).join().unwrap();
    task
}
fn main() {
    println!("completed {}", completed());
    println!("cancelled {}", cancelled());
    unpolled();
    println!("failing {:?}", finish(Box::pin(failing(1))));
    unwound();
    torn_down_by_a_panic();
    holder();
    println!("select {}", finish(Box::pin(select(9, 0))));
    println!("moved {}", finish(Box::pin(moved("a".into(), "bb".into(), false))));
    println!("resumed {}", resumed_by_a_drop());
    println!("travelling {}", travelling());
    println!("hidden {} {}", hides(), finish(Box::pin(hidden(1))));
    println!("deep {}", finish(deep(100)));
    println!("fetched {}", finish(Box::pin(async {
        let mut store = Store { name: String::from("s") };
        println!("in a macro {}", leaf(1).await);
        store.fetch("by").await
    })));
}
"""


@pytest.fixture(scope="module", params=["2021", "2024"])
def events(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("async")
    untouched, traced, events = run_both(SOURCE, folder, edition=request.param)
    assert (untouched.code, untouched.stdout) == (traced.code, traced.stdout)
    assert traced.code == 0, traced.stderr
    return events


def within(events: list[dict[str, Any]], function: str) -> list[dict[str, Any]]:
    """The events between the one entry of a function and its exit, its own and those of what it runs."""
    enter = next(
        index
        for index, event in enumerate(events)
        if event["event"] == "FnEnter" and event["function"].endswith(f"::{function}")
    )
    instance = events[enter]["instance"]
    leave = next(
        index for index, event in enumerate(events) if event["event"] == "FnExit" and event["instance"] == instance
    )
    return events[enter : leave + 1]


def told(events: list[dict[str, Any]], *functions: str) -> str:
    """Ends and async events of some functions, in short."""
    found = []
    for event in events:
        function = (event["function"] or "").partition("::")[2]
        if function.partition("::{")[0] in functions and event["event"] in _SHOWN:
            found.append(_SHOWN[event["event"]].format(**{"cause": None} | event))
    return " ".join(found)


_SHOWN = {
    "AsyncBlockEnter": "<",
    "AsyncBlockExit": ">",
    "AwaitStart": "({future_name}",
    "AwaitEnd": ")",
    "Drop": "{name}:{cause}",
    "Move": "{name}:moved",
    "Try": "?",
    "Return": "return",
}


def test_what_completes(events: list[dict[str, Any]]):
    inner = "< (Turns(turns) ) text:moved got:scope_end turns:scope_end >"
    assert told(within(events, "completed"), "nested", "leaf") == (
        f"< (leaf(turns) {inner} ) (add(1) < (leaf(0) {inner} ) x:scope_end > ) "
        "add:scope_end first:scope_end held:scope_end turns:scope_end >"
    )


def test_a_cancelled_task_ends_from_the_inside_and_says_why(events: list[dict[str, Any]]):
    assert told(within(events, "cancelled"), "nested", "leaf", "cancelled") == (
        "< (leaf(turns) < (Turns(turns) return _below:return task:return "
        ") text:cancel turns:cancel > ) held:cancel turns:cancel > above:return"
    )


def test_a_task_that_was_never_polled_says_nothing(events: list[dict[str, Any]]):
    assert told(within(events, "unpolled"), "nested", "leaf", "unpolled") == "_task:scope_end"


def test_a_question_mark(events: list[dict[str, Any]]):
    assert told(events, "failing").endswith("? kept:try turns:try >")


def test_a_panic_inside_of_a_poll_is_no_cancellation(events: list[dict[str, Any]]):
    assert told(within(events, "unwound"), "panicking") == "< (leaf(turns) ) before:panic turns:panic >"


def test_a_task_that_an_unwinding_thread_drops_is_cancelled(events: list[dict[str, Any]]):
    found = told(within(events, "torn_down_by_a_panic"), "leaf", "torn_down_by_a_panic")
    assert found.startswith("< (Turns(turns) task:panic ) text:cancel turns:cancel >")


def test_tasks_that_a_cancelled_task_holds_leave_its_cause(events: list[dict[str, Any]]):
    found = told(within(events, "holder"), "holding", "nested", "leaf")
    torn = ") text:cancel turns:cancel >"
    assert found.endswith(f"{torn} ) last:cancel others:cancel {torn} ) held:cancel turns:cancel > turns:cancel >"), (
        found
    )


def test_the_loser_of_a_selection(events: list[dict[str, Any]]):
    found = told(events, "select", "leaf")
    start = found.index("(std::future::poll_fn(")
    assert ") first" not in found[start:]
    assert "text:cancel turns:cancel >" in found[start:]


def test_an_await_inside_of_an_unknown_macro_leaves_the_cause_open(events: list[dict[str, Any]]):
    ends = [event for event in events if event["event"] == "Drop" and event["name"] in ("sure", "unsure")]
    assert [(event["name"], event["cause"]) for event in ends] == [
        ("unsure", None),
        ("sure", "scope_end"),
        ("unsure", None),
    ]


def test_live_variables(events: list[dict[str, Any]]):
    live = {
        (event["function"].partition("::")[2], event["future_name"]): event.get("live_variables", [])
        for event in events
        if event["event"] == "AwaitStart"
    }
    assert live["moved", "leaf(1)"] == ["b", "flag", "taken"]
    assert live["moved", "leaf(0)"] == ["b", "flag", "late", "n", "taken"]
    assert live["leaf", "Turns(turns)"] == ["turns", "text"]
    assert live["holding", "leaf(turns)"] == ["turns", "others", "last"]
    assert live["<Store as Fetch>::fetch", "Later(1)"] == ["self", "by"]


def test_a_task_that_is_resumed_inside_of_a_return(events: list[dict[str, Any]]):
    found = told(within(events, "resumed_by_a_drop"), "leaf", "resumed_by_a_drop")
    assert found.endswith("return runs:return ) text:moved got:scope_end turns:scope_end > last:return"), found


def test_a_task_that_travels(events: list[dict[str, Any]]):
    torn = [event for event in events if event["event"] == "Drop" and event["name"] == "own"]
    assert [event["cause"] for event in torn] == ["cancel"]
    begun = next(event for event in events if event["name"] == "own" and event["event"] == "New")
    assert torn[0]["instance"] == begun["instance"]
    assert torn[0]["thread"] != begun["thread"]


def test_every_execution_ends_once(events: list[dict[str, Any]]):
    for enter, leave in (("AsyncBlockEnter", "AsyncBlockExit"), ("AwaitStart", "AwaitEnd")):
        began = Counter(event["instance"] for event in events if event["event"] == enter)
        ended = Counter(event["instance"] for event in events if event["event"] == leave)
        assert began == ended
        assert set(began.values()) == {1}


def test_no_cause_is_left_behind(events: list[dict[str, Any]]):
    causes = Counter(event["cause"] for event in lines_of(events, "Drop"))
    assert causes[None] == 2 + 2  # `unsure` and the parameter beside it, twice
    after = [event for event in events if event["function"] == "program::main" and event["event"] == "Drop"]
    assert {event["cause"] for event in after} <= {"scope_end"}


def lines_of(events: list[dict[str, Any]], variant: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == variant]


def test_places_and_functions(events: list[dict[str, Any]]):
    source = SOURCE.splitlines()
    for event in lines_of(events, "AwaitStart"):
        text = source[event["line"] - 1][event["column"] - 1 :]
        assert text.startswith(event["future_name"][:20])
    assert lines(events, "deep::{closure#0}")[0] == "AsyncBlockEnter #1"


def test_causes_are_right_where_only_they_are_asked_for(tmp_path: Path):
    program = tmp_path / "quiet.rs"
    program.write_text(SOURCE)
    recording = tmp_path / "quiet.bstrace"
    answer = run_command(
        [*BORROWSCOPE, "run", str(program), "-o", str(recording), "--only", "drop", "--all", "--quiet"], tmp_path
    )
    assert answer.code == 0, answer.stderr
    events = exported_events(recording)
    assert {event["event"] for event in events} == {"Drop"}
    causes = Counter((event["name"], event["cause"]) for event in events)
    assert causes["held", "cancel"] == 2
    assert causes["held", "scope_end"] == 1
    assert causes["before", "panic"] == 1
