"""type-info.json: text and compiler joined, the static source, the file on disk."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from borrowscope.analyzer.analyze import AnalysisRequest, analyze
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.type_info import TypeInfo, Variable
from borrowscope.analyzer.write import default_path, write_type_info

InfoOf = Callable[..., TypeInfo]
FILE = "src/lib.rs"


def variable(info: TypeInfo, name: str, nth: int = 0) -> Variable:
    return [found for found in info.files[FILE] if found.name == name][nth]


def test_a_record_has_place_form_and_both_types(info_of: InfoOf) -> None:
    source = """use std::{cell::RefCell, rc::Rc};
pub mod shapes { pub struct Point { pub x: i32 } }
impl shapes::Point {
    pub fn shared(&self, é: i32) -> Rc<RefCell<Vec<shapes::Point>>> {
        let mut ü = 1; ü += é;
        let all = Rc::new(RefCell::new(vec![shapes::Point { x: ü }]));
        all
    }
}
"""
    info = info_of(source)
    found = variable(info, "all")
    assert (found.ty, found.type_source) == ("Rc<RefCell<Vec<Point>>>", "rustc")
    assert found.ty_path == "alloc::rc::Rc<core::cell::RefCell<alloc::vec::Vec<demo::shapes::Point>>>"
    assert source.encode()[found.span_start : found.span_end] == b"all"
    assert (found.line, found.column) == (6, 12)
    assert (found.function_name, found.function_path) == ("shared", "demo::Point::shared")
    assert (found.initializer_kind, found.is_rc, found.is_arc) == ("rc_new", True, False)
    assert found.type_arguments == ["RefCell<Vec<Point>>"]
    assert found.initializer is not None
    assert (found.initializer.syntax, found.initializer.callee) == ("call", "std::rc::Rc::new")
    assert (found.copy_semantics, found.needs_drop) == ("move", True)
    assert [v.binding for v in info.files[FILE]] == ["self", "param", "let", "let"]
    assert [v.decl_index for v in info.files[FILE]] == [0, 1, 2, 3]
    assert variable(info, "ü").is_mut_binding
    assert variable(info, "é").initializer_kind is None
    assert info.analyzer.types == "rustc"


def test_shadowed_names_and_closures_are_told_apart(info_of: InfoOf) -> None:
    info = info_of("pub fn f() -> u8 { let x = 1u8; let x = x + 1; let g = |y: u8| { let x = y; x }; g(x) }")
    assert [(v.name, v.function_path, v.decl_index) for v in info.files[FILE]] == [
        ("x", "demo::f", 0),
        ("x", "demo::f", 1),
        ("g", "demo::f", 2),
        ("y", "demo::f::{closure#0}", 0),
        ("x", "demo::f::{closure#0}", 1),
    ]
    assert info.by_name["x"] == [(FILE, 0), (FILE, 1), (FILE, 4)]
    assert info.by_function["demo::f::{closure#0}"] == [(FILE, 3), (FILE, 4)]


def test_names_of_patterns(info_of: InfoOf) -> None:
    info = info_of("""
pub enum E { A(String), B(String), C }
pub fn f(e: E, (n, ref t): (u8, String)) -> usize {
    for (i, c) in t.chars().enumerate() { if i > 3 { drop(c) } }
    if let E::A(s) | E::B(s) = &e { return s.len() }
    match e { E::A(s) if s.is_empty() => 0, E::B(whole @ _) => whole.len(), E::C => 1, _ => n as usize }
}""")
    assert [(v.name, v.binding, v.ty) for v in info.files[FILE]] == [
        ("e", "param", "E"),
        ("n", "param", "u8"),
        ("t", "param", "&String"),
        ("i", "for", "usize"),
        ("c", "for", "char"),
        ("s", "pattern", "&String"),
        ("s", "pattern", "&String"),
        ("s", "pattern", "String"),
        ("whole", "pattern", "String"),
    ]
    assert {v.type_source for v in info.files[FILE]} == {"rustc"}
    assert variable(info, "t").binding_mode == "ref"


def test_bindings_in_macros(info_of: InfoOf) -> None:
    info = info_of("""
macro_rules! define { ($($body:tt)*) => { $($body)* } }
macro_rules! both {
    ($e:expr, $p:pat => $r:expr) => { match $e { (a, _) if false => { let $p = a; $r } (_, b) => { let $p = b; $r } } }
}
define! { pub fn inside(v: Vec<u8>) -> usize { let n = v.len(); n } }
pub fn f(v: &[u8]) -> bool { assert!(v.iter().any(|item| *item > 1)); both!((1u8, "a"), x => { let _ = x; true }) }
""")
    typed = [(v.name, v.binding, v.ty) for v in info.files[FILE]]
    assert ("n", "let", "usize") in typed
    assert ("v", "param", "Vec<u8>") in typed
    assert ("item", "closure_param", "&u8") in typed
    assert [ty for name, _, ty in typed if name == "x"] == ["u8", "&str"]
    assert "macro_body" in {skipped.reason for skipped in info.skipped}


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("let it = (|| { let n = Some(5)?; Some(n) })(); let it = it.unwrap();", "primitive"),
        ("use std::rc::Rc as Shared; let a = Shared::new(1); let it = { Clone::clone(&a) };", "rc_clone"),
        ("let m = std::sync::Mutex::new(1); let it = m.lock().unwrap();", "mutex_lock"),
        ("let (_a, it) = (1, String::new());", "string_new"),
        ("let it = Box::new(1).clone();", "box_new"),
        ("let it; it = 1;", None),
        ("let it = std::collections::HashMap::<u8, u8>::new().into_iter();", "iterator"),
        ("let it: fn() -> Vec<u8> = Vec::new;", "fn_ptr"),
        ("let it = std::sync::Arc::new(1).clone();", "arc_clone"),
        ("let it = vec![vec![1]].pop().unwrap();", "vec_new"),
        ("let it = ();", "primitive"),
    ],
)
def test_kinds_are_about_types_and_callees(info_of: InfoOf, statement: str, kind: str | None) -> None:
    info = info_of(f"pub fn f() {{ {statement} }}")
    assert [v.initializer_kind for v in info.files[FILE] if v.name == "it"][-1] == kind


def test_the_text_alone(info_of: InfoOf) -> None:
    info = info_of(
        """
use std::{rc::Rc, collections::HashMap};
pub struct Point { x: i32 }
pub enum Status { Active, Off }
impl Point { pub fn new() -> Self { Point { x: 1 } } pub fn me(&mut self) { let p = Self::new(); } }
fn make() -> Vec<Point> { vec![] }
pub fn f<T>(n: &'static str, t: T) {
    let s = "a"; let b = s; let d = 1u8; let e = 1.5; let list = vec![1]; let text = format!("{n}");
    let rc = Rc::new(1); let map: HashMap<u8, T> = HashMap::new(); let p = Point { x: 1 }; let m = make();
    let st = Status::Active; let yes = 1 == 2; let r = &s; let len = n.len(); let c = len as u8;
    let unknown = outside::call();
}
const LIMIT: usize = 3;
""",
        compiled=False,
    )
    types = {v.name: v.ty for v in info.files[FILE]}
    assert types == {
        "self": "&mut Point",
        "p": "Point",
        "n": "&str",
        "t": "T",
        "s": "&str",
        "b": "&str",
        "d": "u8",
        "e": "f64",
        "list": "Vec<i32>",
        "text": "String",
        "rc": "Rc<i32>",
        "map": "HashMap<u8, T>",
        "m": "Vec<Point>",
        "st": "Status",
        "yes": "bool",
        "r": "&&str",
        "len": "usize",
        "unknown": "unknown",
        "c": "u8",
        "LIMIT": "usize",
    }
    assert variable(info, "rc").initializer_kind == "rc_new"
    assert variable(info, "st").initializer_kind == "user_enum"
    assert variable(info, "unknown").type_source == "unknown"
    assert info.analyzer.types == "static"
    assert (info.analyzer.resolved_by_rustc, info.analyzer.unresolved) == (0, 1)


def test_other_items(info_of: InfoOf) -> None:
    info = info_of(
        """
pub static mut COUNT: u32 = 0;
static LOCK: std::sync::Mutex<u8> = std::sync::Mutex::new(1);
#[repr(C)] pub union Bits { pub f: f32, pub u: u32 }
unsafe extern "C" { #[link_name = "abs"] safe fn absolute(n: i32) -> i32; static environ: *const u8; }
pub const fn constant() -> u8 { 1 }
pub async unsafe fn run() { std::mem::drop(COUNT); }
pub trait T { fn required(&self); }
pub extern "C" fn exported() {}
""",
        compiled=False,
    )
    assert [(s.name, s.is_mutable, s.is_extern, s.has_interior_mutability) for s in info.statics] == [
        ("COUNT", True, False, False),
        ("LOCK", False, False, True),
        ("environ", False, True, None),
    ]
    (union,) = info.unions
    assert (union.path, union.repr, [(f.name, f.ty) for f in union.fields]) == (
        "demo::Bits",
        "C",
        [("f", "f32"), ("u", "u32")],
    )
    (foreign,) = info.foreign_functions
    assert (foreign.name, foreign.abi, foreign.link_name, foreign.is_safe) == ("absolute", "C", "abs", True)
    assert {f.path: f.traceable for f in info.functions[FILE]} == {
        "demo::constant": "const_context",
        "demo::run": True,
        "demo::T::required": "no_body",
        "demo::exported": "foreign_abi",
    }


def test_usages_and_method_calls(info_of: InfoOf) -> None:
    source = (
        "pub fn f(mut s: String) -> usize { let n = s.len(); s.push('a'); let r = &s; drop(r); "
        "s = s.trim().into(); let v = s.into_bytes(); v.len() + n }"
    )
    info = info_of(source)
    s = variable(info, "s")
    assert [usage.kind for usage in s.usages] == ["borrow", "borrow_mut", "borrow", "write", "borrow", "move"]
    assert [source[usage.column] for usage in s.usages] == ["s"] * 6
    assert [(call.method, call.operation, call.self_borrow, call.result_type) for call in s.method_calls] == [
        ("len", "std::string::String::len", "immutable", "usize"),
        ("push", "std::string::String::push", "mutable", "()"),
        ("trim", "str::trim", "immutable", "&str"),
        ("into_bytes", "std::string::String::into_bytes", "consuming", "Vec<u8>"),
    ]
    assert [usage.kind for usage in variable(info, "n").usages] == ["read"]


def test_closures_tell_what_they_capture(info_of: InfoOf) -> None:
    info = info_of("""
pub fn f(mut x: String, y: String, n: u8) -> usize {
    let c = || x.len(); c();
    let mut d = || x.push('a'); d();
    let e = move || y.len() + n as usize; e()
}""")
    captures = {name: [(c.name, c.capture_kind, c.ty) for c in variable(info, name).closure_captures] for name in "cde"}
    assert captures == {
        "c": [("x", "ref", "String")],
        "d": [("x", "mut_ref", "String")],
        "e": [("n", "move", "u8"), ("y", "move", "String")],
    }
    assert [usage.kind for usage in variable(info, "x").usages] == ["capture", "capture"]


def test_ownership_calls(info_of: InfoOf) -> None:
    info = info_of("pub fn f(s: String, mut v: Vec<u8>) -> Vec<u8> { drop(s); std::mem::take(&mut v) }")
    assert [(e.path, e.argument) for e in info.expressions] == [("std::mem::drop", "s"), ("std::mem::take", "v")]


def test_a_syntax_error_is_listed_and_the_rest_analyzed() -> None:
    texts = SourceTexts(
        [
            SourceText(
                "/a/bad.rs", "bad.rs", "demo", "demo::bad", b"fn f( { let x = 1u8; }} pub fn g() { let y = 2u8; }"
            ),
            SourceText("/a/good.rs", "good.rs", "demo", "demo", b"fn f() { let y = 2u8; }"),
        ],
        [("latin.rs", "not UTF-8")],
    )
    info = analyze(AnalysisRequest(texts))
    assert [v.name for v in info.files["good.rs"]] == ["y"]
    assert {(s.path, s.reason) for s in info.skipped} == {("latin.rs", "not UTF-8"), ("bad.rs", "syntax_error")}


def test_the_file_is_stable_and_hidden_from_git(info_of: InfoOf, tmp_path: Path) -> None:
    info = info_of("pub fn f() { let x = 1u8; }", compiled=False)
    path = default_path(tmp_path)
    write_type_info(info, path)
    first = path.read_bytes()
    write_type_info(info, path)
    assert path.read_bytes() == first
    assert sorted(file.name for file in path.parent.iterdir()) == [".gitignore", "type-info.json"]
    content = json.loads(first)
    assert list(content)[:3] == ["version", "analyzer_version", "analyzer"]
    assert TypeInfo.model_validate(content) == info


def test_nothing_is_half_written(info_of: InfoOf, tmp_path: Path) -> None:
    info = info_of("pub fn f() {}", compiled=False)
    path = tmp_path / "folder"
    path.mkdir()
    with pytest.raises(OSError, match="folder"):
        write_type_info(info, path)
    assert {file.name for file in tmp_path.iterdir()} == {"src", "folder"}
