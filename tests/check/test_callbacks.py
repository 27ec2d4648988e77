"""What is handed to foreign code to be called: told by types, whatever it is cast to or bound to before."""

from __future__ import annotations

import pytest

from tests.check.checked import findings_of, shown

HEAD = """type Handler = extern "C" fn(i32);
unsafe extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    fn register(call: Option<Handler>, data: *mut u8);
    fn each(call: Handler);
    fn plain(number: usize, more: *const u8);
}
extern "C" fn seen(_: i32) {}
pub struct Api { pub hook: unsafe extern "C" fn(Handler) }
"""


@pytest.mark.parametrize(
    ("body", "marks"),
    [
        ("register(Some(seen), std::ptr::null_mut())", ["Some(seen)"]),
        ("register(None, std::ptr::null_mut())", []),
        ("register(Option::None, std::ptr::null_mut())", []),
        ("signal(2, seen as usize)", ["seen as usize"]),
        (
            'signal(2, seen as extern "C" fn(i32) as *const () as usize)',
            ['seen as extern "C" fn(i32) as *const () as usize'],
        ),
        ("let call = Some(seen as Handler); register(call, std::ptr::null_mut())", ["call"]),
        ("let call: Handler = seen; each(call)", ["call"]),
        ("each({ seen })", ["{ seen }"]),
        ("(api.hook)(seen)", ["seen"]),
        ("let seen = 7usize; plain(seen, std::ptr::null())", []),
        ("plain(1, seen as *const u8)", ["seen as *const u8"]),
        ("plain(1, api as *const Api as *const u8)", []),
    ],
)
def test_what_foreign_code_may_call(body: str, marks: list[str]):
    source = f"{HEAD}pub fn f(api: &Api) {{ unsafe {{ {body}; }} }}"
    found = [one for one in findings_of(source) if one.rule == "foreign_callback"]
    assert [shown(source, one) for one in found] == marks


def test_a_call_through_a_pointer_says_so():
    source = f"{HEAD}pub fn f(api: &Api) {{ unsafe {{ (api.hook)(seen) }} }}"
    (one,) = [one for one in findings_of(source) if one.rule == "foreign_callback"]
    assert "`seen` is handed to foreign code through a pointer, which may call it" in one.message
