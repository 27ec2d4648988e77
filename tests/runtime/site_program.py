"""A program that calls every function of the `site` module, and the sites that it names."""

from __future__ import annotations

from typing import Any

SITES: list[dict[str, Any]] = [
    {"event": "FnEnter", "kind": "fn", "function": "demo::main"},
    {"name": "x", "ty": "String", "needs_drop": True},
    {"event": "Borrow", "name": "r", "ty": "&String", "owner": 1, "fields": {"mutable": False}},
    {"event": "Clone", "name": "c", "ty": "String"},
    {"event": "Move", "name": "y", "ty": "String"},
    {"event": "Move", "kind": "move", "binding": 4},
    {"event": "RcNew", "name": "a", "ty": "Rc<u8>"},
    {"event": "RcClone", "name": "b", "ty": "Rc<u8>"},
    {"event": "ArcNew", "name": "s", "ty": "Arc<str>"},
    {"event": "ArcClone", "name": "t", "ty": "Arc<str>"},
    {"event": "WeakNew", "name": "w", "ty": "Weak<u8>"},
    {"event": "WeakClone", "name": "v", "ty": "Weak<u8>"},
    {"event": "WeakNew", "name": "sw", "ty": "Weak<str>"},
    {"event": "WeakClone", "name": "sv", "ty": "Weak<str>"},
    {"event": "BoxNew", "name": "bx", "ty": "Box<[u8]>"},
    {"event": "CellNew", "name": "cell", "ty": "Cell<u8>"},
    {"event": "RefCellNew", "name": "rc", "ty": "RefCell<u8>"},
    {"event": "Attempt", "kind": "call", "fields": {"operation": "borrow"}},
    {"event": "RefCellBorrow", "name": "g"},
    {"event": "Attempt", "kind": "call", "fields": {"operation": "borrow_mut"}},
    {"event": "RefCellBorrow", "name": "m"},
    {"event": "Clone", "kind": "call", "ty": "String"},
    {"event": "RcClone", "kind": "call", "ty": "Rc<u8>"},
    {"event": "ArcClone", "kind": "call", "ty": "Arc<str>"},
    {"event": "Borrow", "kind": "call", "fields": {"mutable": True}},
    {"name": "late", "ty": "Pair"},
    {"event": "Move", "kind": "move", "binding": 25},
    {"name": "generic", "ty": "T"},
    {"name": "dying", "ty": "u8"},
    {"name": "lent", "ty": "u8"},
    {"event": "Move", "kind": "move", "binding": 29},
    {"event": "WeakNew", "name": "nothing", "ty": "Weak<u8>"},
    {"name": "left", "ty": "u8"},
    {"event": "Return", "kind": "exit", "fields": {"has_value": True}},
    {"event": "Break", "kind": "exit", "fields": {"loop_label": "a"}},
    {"event": "Continue", "kind": "exit", "fields": {"loop_label": None}},
    {"event": "Try", "kind": "exit"},
    {"name": "unsure", "ty": "u8", "fields": {"may_leave_early": True}},
    {"event": "LoopEnter", "kind": "loop", "fields": {"loop_type": "while let"}},
    {"event": "MatchEnter", "kind": "match"},
    {"event": "MatchArm", "kind": "arm", "fields": {"arm_index": 1, "pattern": "Some(n)", "bindings": ["n"]}},
    {"event": "Branch", "kind": "branch", "fields": {"branch_type": "else if"}},
    {"event": "LetElse", "kind": "let_else", "fields": {"pattern": "Some(n)"}},
    {"event": "UnsafeBlockEnter", "kind": "unsafe"},
    {"event": "AsyncBlockEnter", "kind": "async"},
]

SOURCE = r"""
use borrowscope_runtime::site::{self, Attempt as _};
use std::cell::{Cell, RefCell};
use std::panic::{catch_unwind, RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::Arc;

fn is_harmless<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + 'static>(_: &T) {}

fn generic<T>(value: T) {
    let _g = site::track_new_typed_with_id(256 + 27, &value);
}

fn main() {
    let f = site::track_fn_enter_with_id(256);
    is_harmless(&f);
    {
        let x = String::from("x");
        let gx = site::track_new_with_id(257, &x);
        is_harmless(&gx);
        assert_eq!(std::mem::size_of_val(&gx), 8);
        let r = &x;
        let _gr = site::track_borrow_with_id(258, gx.id());
        let c = r.clone();
        let _gc = site::track_clone_with_id(259, gx.id(), &c);
        let y = x;
        let gy = gx.moved_to(260);
        gy.moved(261);
        drop(y);
    }
    {
        let a = Rc::new(1u8);
        let ga = site::track_rc_new_with_id(262, &a);
        let b = a.clone();
        let _gb = site::track_rc_clone_with_id(263, ga.id(), &b);
        let s: Arc<str> = Arc::from("s");
        let gs = site::track_arc_new_with_id(264, &s);
        let t = s.clone();
        let _gt = site::track_arc_clone_with_id(265, gs.id(), &t);
        let w = Rc::downgrade(&a);
        let gw = site::track_weak_new_with_id(266, ga.id(), &w);
        let v = w.clone();
        let _gv = site::track_weak_clone_with_id(267, gw.id(), &v);
        let sw = Arc::downgrade(&s);
        let gsw = site::track_weak_new_sync_with_id(268, gs.id(), &sw);
        let sv = sw.clone();
        let _gsv = site::track_weak_clone_sync_with_id(269, gsw.id(), &sv);
        site::cloned(277, ga.id(), String::new());
        site::rc_cloned(278, ga.id(), a.clone());
        site::arc_cloned(279, gs.id(), s.clone());
        let nothing = std::rc::Weak::<u8>::new();
        let _gn = site::track_weak_new_with_id(287, site::NONE, &nothing);
    }
    {
        let bx: Box<[u8]> = Box::new([1, 2]);
        let _gbx = site::track_box_new_with_id(270, &bx);
        let cell = Cell::new(1u8);
        let _gcell = site::track_cell_new_with_id(271, &cell);
        let rc = RefCell::new(1u8);
        let grc = site::track_refcell_new_with_id(272, &rc);
        {
            let g = rc.__bs_attempt(273, grc.id()).borrow();
            let _gg = site::track_refcell_borrow_with_id(274, 273, &g);
        }
        {
            let m = RefCell::borrow_mut(site::attempt_refcell(275, grc.id(), &rc));
            let _gm = site::track_refcell_borrow_mut_with_id(276, 275, &m);
        }
        site::borrowed(280, grc.id());
    }
    {
        let mut late = site::vacant();
        is_harmless(&late);
        late = site::track_new_with_id(281, &());
        late = site::assigning();
        late = site::track_new_with_id(281, &());
        late.part_moved(282);
    }
    site::replaced(281);
    generic((1u8, "two"));
    let _ = catch_unwind(|| {
        let _g = site::track_new_with_id(284, &0u8);
        std::panic::panic_any(());
    });
    let id = site::track_new_with_id(285, &0u8).unguarded();
    is_harmless(&id);
    id.part_moved(286);
    let twin = id;
    assert_eq!(twin.id(), id.id());
    id.moved(286);
    ways_out();
    let _unsure = site::track_new_with_id(293, &0u8);
    flow();
}

fn flow() {
    let mut looped = site::track_loop_enter_with_id(294);
    is_harmless(&looped);
    looped.iteration();
    looped.iteration();
    {
        let matched = site::track_match_enter_with_id(295);
        matched.arm(296);
        site::track_branch_with_id(297);
        matched.exit();
    }
    looped.exit();
    let _unsafe = site::track_unsafe_block_enter_with_id(299);
    let _async = site::track_async_block_enter_with_id(300);
    site::track_let_else_with_id(298);
}

fn ways_out() {
    fn left() -> (site::Guard, site::Guard) {
        (site::track_new_with_id(288, &0u8), site::track_new_with_id(288, &0u8))
    }
    let guards = left();
    {
        // a body inside keeps what is noted outside of it
        site::track_break_with_id(290);
        let frame = site::frame();
        site::track_continue_with_id(291);
        drop(frame);
    }
    drop(guards);
    let guards = left();
    site::track_continue_with_id(291);
    drop(guards);
    let guards = left();
    site::track_return_with_id(289);
    site::arrived();
    drop(guards);
    let guards = left();
    assert_eq!(site::returning(289, 5), 5);
    drop(guards);
    let guards = left();
    assert_eq!(site::tried(292, Some(5)), Some(5));
    assert_eq!(site::tried(292, None::<u8>), None);
    drop(guards);
}
"""
