"""Where a fragment of a macro's input ends: `$e:expr`, `$t:ty`, ... on tokens alone, without a syntax tree.

The compiler lets only certain tokens follow a fragment, so that in every macro that it accepts these rules are exact:
in: tokens and the index where the fragment begins; out: the index behind it, or None.
"""

from __future__ import annotations

from collections.abc import Callable

from borrowscope.parse.token_trees import TokenKind, Tokens

_EXPRESSION_STOPS = frozenset({b",", b";", b"=>"})
_PATTERN_STOPS = frozenset({b",", b"=>", b"=", b"if", b"in"})
_LET_STOPS = frozenset({b",", b"=>", b"=", b";", b":"})
# Words after which an operand is still to come.
_OPERATOR_WORDS = frozenset(
    (
        b"async become box break const else for gen if in let loop match move mut ref return static try unsafe while"
        b" yield"
    ).split()
)
_RESERVED = frozenset(
    (
        b"_ as break const continue crate else enum extern false fn for if impl in let loop match mod move mut pub ref"
        b" return self Self static struct super trait true type unsafe use where while abstract become box do final"
        b" macro override priv typeof unsized virtual yield async await dyn try"
    ).split()
)
_PATH_WORDS = frozenset({b"self", b"Self", b"super", b"crate"})
_EXPRESSION_WORDS = _PATH_WORDS | frozenset(
    (
        b"async do box break const continue false for if let loop match move return true try unsafe while yield static"
    ).split()
)
_TYPE_WORDS = _PATH_WORDS | frozenset(b"_ for impl fn unsafe extern typeof dyn".split())
_EXPRESSION_STARTS = frozenset(b"! - * | || & && .. ... ..= < << :: # <-".split())
_TYPE_STARTS = frozenset(b"! * & && ? < << ::".split())
_PATTERN_STARTS = frozenset(b"& && - .. ..= ... :: < << |".split())
_ANGLES = {b"<": 1, b"<<": 2, b"<-": 1, b">": -1, b">>": -2, b">=": -1, b">>=": -2}
_SEMICOLON_ITEMS = frozenset({b"const", b"static", b"type", b"use"})
_FUNCTION_WORDS = frozenset({b"fn", b"unsafe", b"extern", b"async", b"gen", b"safe"})
_ITEM_WORDS = frozenset(
    (
        b"const static type use extern fn unsafe async mod struct enum union trait impl auto pub macro_rules macro safe"
    ).split()
)
_PUBLIC_TO = frozenset({b"crate", b"self", b"super"})


def expression_end(tokens: Tokens, index: int) -> int | None:
    """The end of an expression, outside of trees, generics and closure parameters.

    That is a `,`, `;` or `=>`, or an operand right behind an operand: `$( $e:expr $i:ident )*` is allowed.
    """
    start, operand = index, False
    kinds, texts = tokens.kinds, tokens.texts
    while True:
        kind, text = kinds[index], texts[index]
        if kind in _ENDING or (kind is TokenKind.PUNCT and text in _EXPRESSION_STOPS):
            return index if index > start else None
        if operand and _ends_behind_operand(tokens, index):
            return index
        if kind is TokenKind.IDENT:
            index, operand = _after_word(tokens, index)
        elif kind is TokenKind.PUNCT:
            index, operand = _after_operator(tokens, index, operand=operand)
        else:
            operand = kind is not TokenKind.LIFETIME
            index = tokens.after(index)


_ENDING = frozenset({TokenKind.END, TokenKind.CLOSE})
_OPERANDS = frozenset({TokenKind.LITERAL, TokenKind.GROUP, TokenKind.LIFETIME, TokenKind.DOC})
_NO_OPERATORS = frozenset({b"#", b"$", b"@", b"~", b"->", b":"})


def _ends_behind_operand(tokens: Tokens, index: int) -> bool:
    """Whether the token cannot go on with an expression that has just got an operand."""
    kind, text = tokens.kinds[index], tokens.texts[index]
    if kind is TokenKind.IDENT:
        return text not in {b"as", b"else", b"in"} and tokens.texts[index - 1] != b"raw"
    return kind in _OPERANDS or (kind is TokenKind.PUNCT and text in _NO_OPERATORS)


def _after_word(tokens: Tokens, index: int) -> tuple[int, bool]:
    """Behind a word of an expression, and whether an operand stands there."""
    text = tokens.texts[index]
    if text == b"as":
        return type_end(tokens, index + 1, bounds=False) or index + 1, True
    if text == b"for" and tokens.texts[index + 1] == b"<":
        return angles_end(tokens, index + 1), False
    return index + 1, text not in _OPERATOR_WORDS


def _after_operator(tokens: Tokens, index: int, *, operand: bool) -> tuple[int, bool]:
    """Behind an operator of an expression, or behind closure parameters or generics that begin there."""
    text = tokens.texts[index]
    if text == b"::":
        generics = tokens.texts[index + 1] in {b"<", b"<<", b"<-"}
        return (angles_end(tokens, index + 1), True) if generics else (index + 1, False)
    if text == b"?":
        return index + 1, operand
    if operand:
        return index + 1, False
    if text in {b"<", b"<<"}:
        return angles_end(tokens, index), True
    if text in {b"|", b"||"}:
        index = index + 1 if text == b"||" else _closure_parameters_end(tokens, index + 1)
        if tokens.texts[index] == b"->":
            return type_end(tokens, index + 1) or index + 1, False
    else:
        index += 1
    return index, False


def _closure_parameters_end(tokens: Tokens, index: int) -> int:
    """Behind the `|` that ends the parameters of a closure."""
    while tokens.kinds[index] not in {TokenKind.END, TokenKind.CLOSE}:
        if tokens.texts[index] == b"|":
            return index + 1
        index = tokens.after(index)
    return index


def angles_end(tokens: Tokens, index: int) -> int:
    """Behind the `>` that closes the generics opened here; a `>>` or `>=` that reaches further is split."""
    depth = 0
    while tokens.kinds[index] not in {TokenKind.END, TokenKind.CLOSE}:
        text = tokens.texts[index]
        change = _ANGLES.get(text, 0) if tokens.kinds[index] is TokenKind.PUNCT else 0
        if change < 0 and (depth + change < 0 or (depth + change == 0 and text.endswith(b"="))):
            tokens.split(index, depth)
            return index + 1
        depth += change
        index = tokens.after(index)
        if depth == 0:
            return index
    return index


def type_end(tokens: Tokens, index: int, *, bounds: bool = True) -> int | None:
    """The end of a type; with `bounds`, `A + B` is one."""
    end = _type_without_bounds(tokens, index)
    while bounds and end is not None and tokens.texts[end] == b"+" and tokens.kinds[end] is TokenKind.PUNCT:
        end = _bound_end(tokens, end + 1)
    return end


def _type_without_bounds(tokens: Tokens, index: int) -> int | None:
    kind, text = tokens.kinds[index], tokens.texts[index]
    if kind is TokenKind.OPEN:
        return None if text == b"{" else tokens.partners[index] + 1
    if kind is TokenKind.LIFETIME or text == b"?":
        return _bound_end(tokens, index)
    if kind is TokenKind.PUNCT and text in _TYPE_PREFIXES:
        return _TYPE_PREFIXES[text](tokens, index)
    if kind is TokenKind.IDENT and text in _TYPE_KEYWORDS:
        return _TYPE_KEYWORDS[text](tokens, index)
    if kind is TokenKind.GROUP and text != b"path":
        return index + 1
    return path_end(tokens, index)


def _one_token(_tokens: Tokens, index: int) -> int | None:
    return index + 1


def _reference_end(tokens: Tokens, index: int) -> int | None:
    index += 1
    if tokens.kinds[index] is TokenKind.LIFETIME:
        index += 1
    if tokens.texts[index] == b"mut":
        index += 1
    return _type_without_bounds(tokens, index)


def _pointer_end(tokens: Tokens, index: int) -> int | None:
    return _type_without_bounds(tokens, index + 2) if tokens.texts[index + 1] in {b"const", b"mut"} else None


def _binder_end(tokens: Tokens, index: int) -> int | None:
    return _type_without_bounds(tokens, angles_end(tokens, index + 1))


def _function_type_end(tokens: Tokens, index: int) -> int | None:
    """Behind `unsafe extern "C" fn(A) -> B`."""
    while tokens.texts[index] in {b"unsafe", b"extern", b"safe"} or tokens.kinds[index] is TokenKind.LITERAL:
        index += 1
    if tokens.texts[index] != b"fn" or tokens.kinds[index + 1] is not TokenKind.OPEN:
        return None
    return _result_end(tokens, tokens.partners[index + 1] + 1)


def _result_end(tokens: Tokens, index: int) -> int | None:
    return _type_without_bounds(tokens, index + 1) if tokens.texts[index] == b"->" else index


def _bounds_word_end(tokens: Tokens, index: int) -> int | None:
    """Behind the first bound of `impl A + B`; a crate of 2015 may have a type named `dyn`."""
    following = tokens.texts[index + 1], tokens.kinds[index + 1]
    if following[1] in {TokenKind.IDENT, TokenKind.LIFETIME, TokenKind.GROUP} or following[0] in {
        b"?",
        b"(",
        b"::",
        b"<",
    }:
        return _bound_end(tokens, index + 1)
    return path_end(tokens, index)


def _bound_end(tokens: Tokens, index: int) -> int | None:
    """Behind `'a`, `?Sized`, `(Trait)`, `for<'a> Fn(&'a T) -> U`, `use<..>`; where no bound follows, here."""
    kind, text = tokens.kinds[index], tokens.texts[index]
    if kind in {TokenKind.LIFETIME, TokenKind.OPEN}:
        return tokens.after(index)
    if text == b"use":
        return angles_end(tokens, index + 1)
    while text in {b"?", b"~", b"const", b"async", b"!"}:
        index += 1
        text = tokens.texts[index]
    if text == b"for":
        index = angles_end(tokens, index + 1)
    return path_end(tokens, index) or index


_TYPE_PREFIXES: dict[bytes, Callable[[Tokens, int], int | None]] = {
    b"!": _one_token,
    b"&": _reference_end,
    b"&&": _reference_end,
    b"*": _pointer_end,
}
_TYPE_KEYWORDS: dict[bytes, Callable[[Tokens, int], int | None]] = {
    b"_": _one_token,
    b"for": _binder_end,
    b"unsafe": _function_type_end,
    b"extern": _function_type_end,
    b"fn": _function_type_end,
    b"impl": _bounds_word_end,
    b"dyn": _bounds_word_end,
}


def path_end(tokens: Tokens, index: int) -> int | None:
    """The end of a path as types have it: `<T as A>::B`, `a::B<C>`, `Fn(A) -> B`, `a::b!(..)`."""
    texts, kinds = tokens.texts, tokens.kinds
    if texts[index] in {b"<", b"<<"}:
        index = angles_end(tokens, index)
        if texts[index] != b"::":
            return index
    if texts[index] == b"::" and kinds[index] is TokenKind.PUNCT:
        index += 1
    while True:
        if kinds[index] not in {TokenKind.IDENT, TokenKind.GROUP} or texts[index] in _RESERVED - _PATH_WORDS:
            return None
        index = _arguments_end(tokens, index + 1)
        if texts[index] == b"!" and kinds[index + 1] is TokenKind.OPEN:
            return tokens.partners[index + 1] + 1
        if texts[index] != b"::":
            return index
        index += 1


def _arguments_end(tokens: Tokens, index: int) -> int:
    """Behind the generic arguments of a path segment, if it has any."""
    begin = (
        index + 1 if tokens.texts[index] == b"::" and tokens.texts[index + 1] in {b"<", b"<<", b"<-", b"("} else index
    )
    if tokens.texts[begin] in {b"<", b"<<", b"<-"}:
        return angles_end(tokens, begin)
    if tokens.texts[begin] == b"(":
        end = _result_end(tokens, tokens.partners[begin] + 1)
        return end if end is not None else tokens.partners[begin] + 1
    return index


def _pattern_end(tokens: Tokens, index: int, stops: frozenset[bytes]) -> int | None:
    start = index
    while tokens.kinds[index] not in {TokenKind.END, TokenKind.CLOSE}:
        kind, text = tokens.kinds[index], tokens.texts[index]
        if kind in {TokenKind.PUNCT, TokenKind.IDENT}:
            if text in stops and (text != b"|" or index > start):
                break
            if text in {b"<", b"<<", b"<-"}:
                index = angles_end(tokens, index)
                continue
        index = tokens.after(index)
    return index if index > start else None


def pattern_end(tokens: Tokens, index: int) -> int | None:
    """The end of a pattern with alternatives: `A | B`."""
    return _pattern_end(tokens, index, _PATTERN_STOPS)


def single_pattern_end(tokens: Tokens, index: int) -> int | None:
    """The end of a pattern without alternatives at the top (`pat_param`)."""
    return _pattern_end(tokens, index, _PATTERN_STOPS | {b"|"})


def statement_end(tokens: Tokens, index: int) -> int | None:
    """The end of a statement without its semicolon; an item is taken whole."""
    begin = _attributes_end(tokens, index)
    if _begins_item(tokens, begin):
        return item_end(tokens, index)
    if tokens.texts[begin] != b"let":
        return expression_end(tokens, index)
    end = _pattern_end(tokens, begin + 1, _LET_STOPS)
    if end is not None and tokens.texts[end] == b":":
        end = type_end(tokens, end + 1)
    if end is None or tokens.texts[end] != b"=":
        return end
    return expression_end(tokens, end + 1)


def _attributes_end(tokens: Tokens, index: int) -> int:
    while tokens.texts[index] == b"#" and tokens.texts[index + 1] == b"[":
        index = tokens.partners[index + 1] + 1
    return index


def _begins_item(tokens: Tokens, index: int) -> bool:
    """Whether an item and no expression begins here (`unsafe fn`, not `unsafe {}`)."""
    text, following = tokens.texts[index], tokens.texts[index + 1]
    if tokens.kinds[index] is TokenKind.GROUP:
        return text in {b"item", b"vis"}
    if text not in _ITEM_WORDS or following == b"{":
        return False
    if text in {b"union", b"auto", b"safe", b"macro"}:
        return tokens.kinds[index + 1] is TokenKind.IDENT
    if text == b"macro_rules":
        return following == b"!"
    if text in {b"async", b"static"}:
        return following not in {b"|", b"||", b"move"}
    return True


def item_end(tokens: Tokens, index: int) -> int | None:
    """The end of an item with its attributes: its `;` or its body."""
    index = visibility_end(tokens, _attributes_end(tokens, index))
    text, following = tokens.texts[index], tokens.texts[index + 1]
    if tokens.kinds[index] is TokenKind.GROUP and text == b"item":
        return index + 1
    constant = text in _SEMICOLON_ITEMS and not (text == b"const" and following in _FUNCTION_WORDS)
    if constant or (text == b"extern" and following == b"crate"):
        return _semicolon_end(tokens, index)
    macro = path_end(tokens, index)
    if text == b"macro_rules" or (macro is not None and tokens.texts[index] not in _ITEM_WORDS):
        return _item_macro_end(tokens, index)
    return _body_end(tokens, index)


def _semicolon_end(tokens: Tokens, index: int) -> int | None:
    while tokens.kinds[index] not in {TokenKind.END, TokenKind.CLOSE}:
        if tokens.texts[index] == b";":
            return index + 1
        index = tokens.after(index)
    return None


def _item_macro_end(tokens: Tokens, index: int) -> int | None:
    while tokens.kinds[index] not in {TokenKind.END, TokenKind.CLOSE}:
        if tokens.kinds[index] is TokenKind.OPEN:
            end, braces = tokens.partners[index] + 1, tokens.texts[index] == b"{"
            return end if braces or tokens.texts[end] != b";" else end + 1
        index += 1
    return None


def _body_end(tokens: Tokens, index: int) -> int | None:
    start = index
    while tokens.kinds[index] not in {TokenKind.END, TokenKind.CLOSE}:
        text = tokens.texts[index]
        if text == b";":
            return index + 1 if index > start else None
        if text == b"{":
            return tokens.partners[index] + 1
        index = angles_end(tokens, index) if text in {b"<", b"<<"} else tokens.after(index)
    return None


def visibility_end(tokens: Tokens, index: int) -> int:
    """Behind `pub`, `pub(crate)`, `pub(in a::b)`; here, where no visibility stands."""
    if tokens.kinds[index] is TokenKind.GROUP and tokens.texts[index] == b"vis":
        return index + 1
    if tokens.texts[index] != b"pub" or tokens.kinds[index] is not TokenKind.IDENT:
        return index
    index += 1
    if tokens.texts[index] != b"(":
        return index
    word, closes = tokens.texts[index + 1], tokens.partners[index] == index + 2
    restricted = word == b"in" or (word in _PUBLIC_TO and closes)
    return tokens.partners[index] + 1 if restricted else index


def _literal_end(tokens: Tokens, index: int) -> int | None:
    return index + 2 if tokens.texts[index] == b"-" else index + 1


def _meta_end(tokens: Tokens, index: int) -> int | None:
    """The inside of an attribute: a path with a tree or `= value`."""
    if tokens.kinds[index] is TokenKind.GROUP and tokens.texts[index] == b"meta":
        return index + 1
    if tokens.texts[index] == b"unsafe":
        return tokens.after(index + 1)
    while (
        tokens.kinds[index] is TokenKind.IDENT or tokens.kinds[index] is TokenKind.GROUP or tokens.texts[index] == b"::"
    ):
        index += 1
    if tokens.kinds[index] is TokenKind.OPEN:
        return tokens.partners[index] + 1
    return expression_end(tokens, index + 1) if tokens.texts[index] == b"=" else index


def _tree_end(tokens: Tokens, index: int) -> int | None:
    return tokens.after(index)


ENDS: dict[str, Callable[[Tokens, int], int | None]] = {
    "ident": _one_token,
    "lifetime": _one_token,
    "tt": _tree_end,
    "block": _tree_end,
    "literal": _literal_end,
    "expr": expression_end,
    "expr_2021": expression_end,
    "ty": type_end,
    "path": path_end,
    "pat": pattern_end,
    "pat_param": single_pattern_end,
    "stmt": statement_end,
    "item": item_end,
    "vis": visibility_end,
    "meta": _meta_end,
}
"""The end of a fragment by its kind."""


_GROUPS_FOR: dict[str, frozenset[bytes]] = {
    "expr": frozenset({b"expr", b"literal", b"path", b"block"}),
    "ty": frozenset({b"ty", b"path"}),
    "path": frozenset({b"path", b"ty", b"stmt", b"pat", b"expr", b"literal", b"meta"}),
    "meta": frozenset({b"path", b"ty", b"stmt", b"pat", b"expr", b"literal", b"meta"}),
    "pat": frozenset({b"expr", b"literal", b"meta", b"pat", b"path", b"ty"}),
    "literal": frozenset({b"literal"}),
    "block": frozenset({b"block", b"stmt", b"expr", b"literal"}),
    "vis": frozenset({b"vis", b"ty", b"path", b"item", b"expr", b"literal", b"pat", b"meta", b"stmt", b"block"}),
    "item": frozenset({b"item", b"vis", b"stmt", b"meta", b"path"}),
    "stmt": frozenset({b"item", b"vis", b"stmt", b"meta", b"path", b"expr", b"literal", b"block", b"ty", b"pat"}),
    "ident": frozenset(),
    "lifetime": frozenset(),
}
_FAMILIES = {"expr_2021": "expr", "pat_param": "pat"}


def may_begin(tokens: Tokens, index: int, fragment: str, edition: int) -> bool:
    """Whether the compiler would try to read the fragment at this token."""
    kind, text = tokens.kinds[index], tokens.texts[index]
    if fragment == "tt":
        return kind not in {TokenKind.CLOSE, TokenKind.END}
    if kind is TokenKind.GROUP:
        return text in _GROUPS_FOR[_FAMILIES.get(fragment, fragment)] or _literal_in_group(tokens, index, fragment)
    if fragment == "expr" and edition >= 2024 and kind is TokenKind.IDENT and text in {b"_", b"const"}:
        return True
    return _BEGINNINGS[fragment](kind, text)


def _literal_in_group(tokens: Tokens, index: int, fragment: str) -> bool:
    """Whether an expression that was handed on is only a literal: those still match `literal`."""
    if fragment != "literal" or tokens.texts[index] != b"expr":
        return False
    text = tokens.source[tokens.starts[index] : tokens.ends[index]].strip(b"()- ")
    return text[:1].isdigit() or text[:1] in {b'"', b"'"} or text in {b"true", b"false"}


def _expression_begins(kind: TokenKind, text: bytes) -> bool:
    if kind is TokenKind.IDENT:
        return text not in {b"let", b"const", b"_"} and (text not in _RESERVED or text in _EXPRESSION_WORDS)
    if kind is TokenKind.PUNCT:
        return text in _EXPRESSION_STARTS
    return kind in {TokenKind.OPEN, TokenKind.LITERAL, TokenKind.LIFETIME}


def _type_begins(kind: TokenKind, text: bytes) -> bool:
    if kind is TokenKind.IDENT:
        return text not in _RESERVED or text in _TYPE_WORDS
    if kind is TokenKind.PUNCT:
        return text in _TYPE_STARTS
    return kind is TokenKind.LIFETIME or text in {b"(", b"["}


def _pattern_begins(kind: TokenKind, text: bytes) -> bool:
    if kind is TokenKind.PUNCT:
        return text in _PATTERN_STARTS
    return kind in {TokenKind.IDENT, TokenKind.LITERAL} or text in {b"(", b"["}


def _single_pattern_begins(kind: TokenKind, text: bytes) -> bool:
    return text != b"|" and _pattern_begins(kind, text)


def _visibility_begins(kind: TokenKind, text: bytes) -> bool:
    """A visibility may be empty: the compiler tries it before whatever may follow it."""
    return kind is TokenKind.IDENT or text == b"," or _type_begins(kind, text)


def _path_begins(kind: TokenKind, text: bytes) -> bool:
    return kind is TokenKind.IDENT or text == b"::"


def _literal_begins(kind: TokenKind, text: bytes) -> bool:
    return kind is TokenKind.LITERAL or text in {b"-", b"true", b"false"}


def _anything_begins(kind: TokenKind, _text: bytes) -> bool:
    return kind is not TokenKind.CLOSE and kind is not TokenKind.END


_BEGINNINGS: dict[str, Callable[[TokenKind, bytes], bool]] = {
    "ident": lambda kind, text: kind is TokenKind.IDENT and text != b"_",
    "lifetime": lambda kind, _: kind is TokenKind.LIFETIME,
    "block": lambda _, text: text == b"{",
    "literal": _literal_begins,
    "expr": _expression_begins,
    "expr_2021": _expression_begins,
    "ty": _type_begins,
    "path": _path_begins,
    "meta": _path_begins,
    "pat": _pattern_begins,
    "pat_param": _single_pattern_begins,
    "stmt": _anything_begins,
    "item": _anything_begins,
    "vis": _visibility_begins,
}
