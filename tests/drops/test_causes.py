"""Why a value ended: every way out of a scope, told by the Drop that it causes; null where nobody can know."""

from __future__ import annotations

from tests.drops.programs import BORROWSCOPE, exported_events, run_command

SOURCE = r"""
struct D(u8);
impl Drop for D { fn drop(&mut self) { let inner = self.0; let _ = inner; } }

fn returns(early: bool) -> usize {
    let returned = D(1);
    if early { return returned.0 as usize + 1; }
    let ended = D(2);
    ended.0 as usize
}
fn tries(text: &str) -> Option<u8> {
    let tried = D(1);
    let n = text.parse::<u8>().ok()?;
    let kept = D(n);
    Some(kept.0)
}
fn loops() {
    for i in 0..3 {
        let looped = D(i);
        if i == 0 { continue; }
        if i == 1 { break; }
        drop(looped);
    }
    let behind = D(9);
    'block: {
        let blocked = D(4);
        if behind.0 == 9 { break 'block; }
        drop(blocked);
    }
    let _ = behind.0;
}
fn closes() {
    let outer = D(1);
    let inside = |text: Option<u8>| -> Option<u8> { let within = D(2); text?; Some(within.0) };
    inside(None);
    let _ = outer.0;
}
fn assigns() { let mut assigned = D(1); assigned = D(2); let _ = assigned.0; }
fn panics() { let panicked = D(1); if panicked.0 == 1 { panic!("on purpose"); } }

fn main() {
    returns(true);
    returns(false);
    tries("x");
    tries("7");
    loops();
    closes();
    assigns();
    let _ = std::panic::catch_unwind(panics);
}
"""

EXPECTED = [
    ("returned", "return"),
    ("ended", "scope_end"),
    ("returned", "scope_end"),
    ("tried", "try"),
    ("kept", "scope_end"),
    ("tried", "scope_end"),
    ("looped", "continue"),
    ("looped", "break"),
    ("blocked", "break"),
    ("behind", "scope_end"),
    ("within", "try"),
    ("outer", "scope_end"),
    ("assigned", "assign"),
    ("assigned", "scope_end"),
    ("panicked", "panic"),
]


def test_causes(tmp_path):
    source, recording = tmp_path / "ways.rs", tmp_path / "ways.bstrace"
    source.write_text(SOURCE, encoding="utf-8")
    command = [*BORROWSCOPE, "run", str(source), "-o", str(recording)]
    assert run_command(command, tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache")).code == 0
    events = exported_events(recording)
    names = {name for name, _ in EXPECTED}
    found = [(event["name"], event["cause"]) for event in events if event["event"] == "Drop" and event["name"] in names]
    assert found == EXPECTED
    ways = [event["event"] for event in events if event["event"] in {"Return", "Try", "Break", "Continue"}]
    assert ways == ["Return", "Try", "Continue", "Break", "Break", "Try"]
