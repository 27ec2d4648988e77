"""Well-known macros as rules: what becomes of their arguments, so that the rewriter can see where they are evaluated.

In: nothing, these are facts about macros of std and of published crates. Only how often, where and under which names an
argument is evaluated is theirs; everything else is left out.
"""

from __future__ import annotations

from typing import Final

_READY: Final = "($e:expr $(,)?) => { match $e { Poll::Ready(t) => t, Poll::Pending => return Poll::Pending } };"
_MATCHES: Final = """
($e:expr, $p:pat $(if $g:expr)? $(,)?) => { match $e { $p $(if $g)? => true, _ => false } };
"""
_ASSERT_MATCHES: Final = """
($e:expr, $p:pat $(if $g:expr)? $(,)?) => { match $e { $p $(if $g)? => {}, ref e => panic!("{:?}", e) } };
($e:expr, $p:pat $(if $g:expr)?, $($t:tt)+) => {
    match $e { $p $(if $g)? => {}, ref e => panic!("{:?} {}", e, format_args!($($t)+)) }
};
"""
_CFG_IF: Final = """
($(if #[$($m:tt)*] { $($t:tt)* })else* $(else { $($o:tt)* })?) => { $({ $($t)* })* $({ $($o)* })? };
"""
_TRY: Final = "($e:expr $(,)?) => { match $e { Ok(t) => t, Err(e) => return Err(From::from(e)) } };"
_POLLING: Final = ("std::task", "core::task", "futures", "futures_core", "futures_util", "futures_lite")

# By the path that a file names it by, without the last segment; "" where no import is needed.
_ROWS: Final[tuple[tuple[str, str, str], ...]] = (
    ("", "matches", _MATCHES),
    ("std", "matches", _MATCHES),
    ("core", "matches", _MATCHES),
    ("std", "try", _TRY),
    ("std::assert_matches", "assert_matches", _ASSERT_MATCHES),
    ("core::assert_matches", "assert_matches", _ASSERT_MATCHES),
    ("matches", "assert_matches", _ASSERT_MATCHES),
    ("", "cfg_if", _CFG_IF),
    ("cfg_if", "cfg_if", _CFG_IF),
    *((crate, "ready", _READY) for crate in _POLLING),
    ("futures_core::task", "ready", _READY),
    ("futures::task", "ready", _READY),
)
SHAPES: Final[dict[tuple[str, str], bytes]] = {(path, name): rules.encode() for path, name, rules in _ROWS}
