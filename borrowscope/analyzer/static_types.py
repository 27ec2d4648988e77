"""The static source: types from annotations, literals, constructors and the package's own functions.

In: a binding with its scope, the package's items, the file's `use` names. Out: a type's text in rustc's manner
(`std::vec::Vec<_>`, `_` for what is not known), or None. It never guesses: what needs inference stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from borrowscope.analyzer.bindings import Lookup, SourceBinding
from borrowscope.analyzer.obvious_types import PRIMITIVES
from borrowscope.analyzer.producer import method_name
from borrowscope.analyzer.source_items import SourceItems
from borrowscope.parse.syntax import Node
from borrowscope.tables.std_types import GENERIC_ARITY, PRELUDE, STD_TYPES

_PATH = re.compile(r"(?<![\w:'])(?:::)?(?:r#)?[A-Za-z_]\w*(?:::(?:r#)?[A-Za-z_]\w*)*")
_SUFFIX = re.compile(r"(?:[ui](?:8|16|32|64|128|size)|f(?:16|32|64|128))$")
_KEYWORDS = frozenset({"mut", "const", "dyn", "impl", "for", "fn", "unsafe", "extern", "as", "where", "_", "in"})
_CONSTRUCTORS = frozenset({"new", "with_capacity", "from", "default", "now", "new_in", "pin"})
_BOOLEAN = frozenset({"==", "!=", "<", ">", "<=", ">=", "&&", "||"})
_RANGES = {"..": "std::ops::Range", "..=": "std::ops::RangeInclusive"}


@dataclass(slots=True)
class StaticTypes:
    """The answers for one file."""

    items: SourceItems
    uses: dict[str, str]

    def infer(self, binding: SourceBinding, lookup: Lookup) -> str | None:
        """The type of a binding, before the binding itself is in scope."""
        if binding.kind == "self" and binding.annotation is None:
            return self._receiver(binding)
        if binding.annotation is not None and binding.is_whole:
            written = self.written_type(binding.annotation.text, binding)
            return written if not re.search(r"\b_\b", written) else None
        if binding.value is None or not binding.is_whole:
            return None
        return self.expression(binding.value, binding, lookup)

    def _receiver(self, binding: SourceBinding) -> str | None:
        if binding.pattern is None or binding.self_type is None:
            return None
        own = self.written_type(binding.self_type, binding)
        if binding.pattern.child("&") is None:
            return own
        return f"&mut {own}" if binding.pattern.child("mutable_specifier") is not None else f"&{own}"

    def written_type(self, text: str, binding: SourceBinding) -> str:
        """A type as written, with paths as rustc prints them and lifetimes of references taken out."""
        text = re.sub(r"\s+", " ", re.sub(r"&\s*'\w+\s*", "&", text.strip())).replace("& ", "&")
        if binding.self_type and binding.self_type != "Self":
            text = re.sub(r"\bSelf\b(?!::)", lambda _: binding.self_type or "Self", text)
        return _PATH.sub(lambda match: self.resolve(match.group(0), binding.generics), text)

    def resolve(self, path: str, generics: frozenset[str]) -> str:
        """One path as rustc prints it; as written where nobody knows better."""
        if path in PRIMITIVES or path in generics or path in _KEYWORDS:
            return path
        head, _, rest = path.removeprefix("::").partition("::")
        if head in self.uses:
            path = self.uses[head] + (f"::{rest}" if rest else "")
        own = self.items.find_type(path)
        if own is not None and (head in self.uses or path.partition("::")[0] not in ("std", "core", "alloc")):
            return own
        for crate in ("core::", "alloc::"):
            public = "std::" + path.removeprefix(crate)
            if path.startswith(crate) and public in STD_TYPES:
                return public
        return PRELUDE.get(path, path)

    def expression(self, node: Node, binding: SourceBinding, lookup: Lookup) -> str | None:
        """The type of an expression, None if it takes inference."""
        if node.kind.endswith("_literal"):
            return _literal(node)
        handler = _HANDLERS.get(node.kind)
        return handler(self, node, binding, lookup) if handler is not None else None


def _literal(node: Node) -> str | None:
    text = node.text
    if node.kind in ("integer_literal", "float_literal"):
        suffix = _SUFFIX.search(text) if not text.startswith("0x") or "_" in text else re.search(r"[ui]\d+$", text)
        return suffix.group(0) if suffix else "{integer}" if node.kind == "integer_literal" else "{float}"
    if node.kind == "char_literal":
        return "u8" if text.startswith("b") else "char"
    if node.kind in ("string_literal", "raw_string_literal"):
        return "&str" if text[0] in '"r' else None
    return "bool" if node.kind == "boolean_literal" else None


def _inner(types: StaticTypes, node: Node, binding: SourceBinding, lookup: Lookup) -> str | None:
    return types.expression(node.named[0], binding, lookup) if node.named else None


def _reference(types: StaticTypes, node: Node, binding: SourceBinding, lookup: Lookup) -> str | None:
    value = node.field("value")
    inner = types.expression(value, binding, lookup) if value is not None else None
    if inner is None or node.child("raw") is not None:
        return None
    return f"&mut {inner}" if node.child("mutable_specifier") is not None else f"&{inner}"


def _name(_: StaticTypes, node: Node, binding: SourceBinding, lookup: Lookup) -> str | None:
    known = lookup(node.text)
    return known.static_type if known is not None and known is not binding else None


def _path_value(types: StaticTypes, node: Node, _: SourceBinding, __: Lookup) -> str | None:
    """A unit variant: `Status::Active`."""
    return types.items.variants.get(_last_two(node.text)) if _has_no_arguments(node.text) else None


def _call(types: StaticTypes, node: Node, binding: SourceBinding, lookup: Lookup) -> str | None:
    function = node.field("function")
    if function is None or method_name(node) is not None:
        return None
    path = re.sub(r"::<.*?>(?=::|$)", "", function.text)
    if not re.fullmatch(r"[\w:#]+", path) or lookup(path) is not None:
        return None
    if path.startswith("Self::") and binding.self_type:
        path = re.sub(r"<.*", "", binding.self_type) + path[4:]
    if path in types.items.variants or _last_two(path) in types.items.variants:
        return types.items.variants[_last_two(path)]
    return _result(types, path, binding) or _constructed(types, path, binding)


def _result(types: StaticTypes, path: str, binding: SourceBinding) -> str | None:
    """What one of the package's own functions gives, if its result names no type parameter."""
    owner = path.rpartition("::")[0]
    result = types.items.results.get(_last_two(path) if owner else path)
    if not result or "impl " in result or re.search(r"\b[A-Z]\b", result):
        return None
    if re.search(r"\bSelf\b", result):
        own = types.items.find_type(owner) if owner else None
        return own if result == "Self" else None
    return types.written_type(result, binding)


def _constructed(types: StaticTypes, path: str, binding: SourceBinding) -> str | None:
    """`Vec::new()` of the standard library, or a tuple struct's constructor."""
    owner, _, function = path.rpartition("::")
    if function in _CONSTRUCTORS and owner:
        resolved = types.resolve(owner, binding.generics)
        if resolved in STD_TYPES and not (resolved.endswith("Box") and function == "pin"):
            count = GENERIC_ARITY.get(resolved, 1)
            return resolved + (f"<{', '.join('_' * count)}>" if count else "")
        return None
    own = types.items.find_type(path) if path[:1].isupper() and not owner else None
    return own if own is not None and types.items.types.get(own) == "struct" else None


def _struct(types: StaticTypes, node: Node, binding: SourceBinding, _: Lookup) -> str | None:
    name = node.field("name")
    if name is None or "<" in name.text:
        return None
    if name.text == "Self":
        return types.written_type("Self", binding)
    return types.items.variants.get(_last_two(name.text)) or types.items.find_type(name.text)


def _macro(_: StaticTypes, node: Node, __: SourceBinding, ___: Lookup) -> str | None:
    macro = node.field("macro")
    name = macro.text.rpartition("::")[2] if macro is not None else ""
    return {"vec": "std::vec::Vec<_>", "format": "std::string::String", "matches": "bool"}.get(name)


def _binary(_: StaticTypes, node: Node, __: SourceBinding, ___: Lookup) -> str | None:
    return "bool" if any(child.kind in _BOOLEAN for child in node.children) else None


def _cast(types: StaticTypes, node: Node, binding: SourceBinding, _: Lookup) -> str | None:
    target = node.field("type")
    written = types.written_type(target.text, binding) if target is not None else "_"
    return None if re.search(r"\b_\b", written) else written


def _tuple(types: StaticTypes, node: Node, binding: SourceBinding, lookup: Lookup) -> str | None:
    parts = [types.expression(part, binding, lookup) for part in node.named]
    if not parts or None in parts:
        return None
    return f"({', '.join(filter(None, parts))}{',' if len(parts) == 1 else ''})"


def _range(types: StaticTypes, node: Node, binding: SourceBinding, lookup: Lookup) -> str | None:
    parts = [types.expression(part, binding, lookup) for part in node.named]
    sign = next((child.kind for child in node.children if child.kind in _RANGES), None)
    if len(parts) != len(("start", "end")) or sign is None:
        return None
    known = next((part for part in parts if part not in (None, "{integer}")), parts[0])
    return f"{_RANGES[sign]}<{known}>" if known else None


def _last_two(path: str) -> str:
    return "::".join(path.split("::")[-2:])


def _has_no_arguments(text: str) -> bool:
    return "<" not in text


Handler = Callable[[StaticTypes, Node, SourceBinding, Lookup], "str | None"]
_HANDLERS: dict[str, Handler] = {
    "parenthesized_expression": _inner,
    "reference_expression": _reference,
    "identifier": _name,
    "self": _name,
    "scoped_identifier": _path_value,
    "call_expression": _call,
    "struct_expression": _struct,
    "macro_invocation": _macro,
    "binary_expression": _binary,
    "type_cast_expression": _cast,
    "tuple_expression": _tuple,
    "range_expression": _range,
    "unit_expression": lambda *_: "()",
}
