"""What stands around a value, as far as it decides where the value can be observed: constants, lifetimes, receivers.

In: syntax nodes, and which names mean local variables. Out: answers; no edits are made here.
"""

from __future__ import annotations

from collections.abc import Callable

from borrowscope.parse.syntax import COMMENTS, Node
from borrowscope.rewrite.macro_rows import row_of
from borrowscope.rewrite.positions import has_untyped_parameters, strip_parentheses
from borrowscope.rewrite.scopes import FunctionScopes
from borrowscope.tables.syntax_kinds import LITERALS

# What is constant where all its operands are, and holds what they borrow as long as itself.
_COMPOSITES = frozenset(
    {
        "tuple_expression",
        "array_expression",
        "struct_expression",
        "field_initializer_list",
        "field_initializer",
        "shorthand_field_initializer",
        "base_field_initializer",
        "arguments",
        "parenthesized_expression",
        "type_cast_expression",
        "range_expression",
    }
)
_PARTS = frozenset({"field_initializer_list", "field_initializer", "arguments"})
_CONSTANT_MACROS = frozenset(
    {
        "concat",
        "env",
        "option_env",
        "stringify",
        "line",
        "column",
        "file",
        "module_path",
        "include_str",
        "include_bytes",
    }
)
_COMPUTED = frozenset({"unary_expression", "binary_expression", "index_expression"})
_BLOCKS = frozenset(
    {"block", "unsafe_block", "const_block", "if_expression", "else_clause", "match_expression", "match_block"}
)
_NAMES = frozenset({"name", "field", "type", "function", "type_arguments", "length", "label"})
COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})


def operands(node: Node) -> list[Node]:
    """The expressions that an expression is directly made of; names, types and comments left out."""
    return [
        child
        for child in node.named
        if child.kind not in COMMENTS and child.kind != "attribute_item" and child.field_name not in _NAMES
    ]


def is_constructor(node: Node) -> bool:
    """Whether a call's callee is spelled as a tuple struct or variant is: `Some`, `E::V`, `Self`."""
    function = node.field("function")
    if node.kind != "call_expression" or function is None:
        return False
    if function.kind == "generic_function":
        function = function.field("function") or function
    if function.kind not in ("identifier", "scoped_identifier", "self"):
        return False
    return function.text.rpartition("::")[2].strip()[:1].isupper()


def is_promoted_call(node: Node) -> bool:
    """Whether a call is one of the few whose value lives forever where it is borrowed, with constant arguments."""
    function = node.field("function")
    return (
        node.kind == "call_expression"
        and function is not None
        and "::".join(part.strip() for part in function.text.split("::")[-2:]) in _PROMOTED
    )


def is_in_promoted_call(node: Node) -> bool:
    """Whether an expression is an argument of such a call, parentheses around it counted in."""
    arguments = outside_parentheses(node).parent
    return arguments is not None and arguments.parent is not None and is_promoted_call(arguments.parent)


# Such functions of std's as take what can be told.
_PROMOTED = frozenset({"RawWakerVTable::new", "RangeInclusive::new"})


class Constants:
    """Which expressions of one function are constant: a reference to one may have to live forever.

    Leniently, macros that nothing is known of are taken for constant, as they may be.
    """

    def __init__(self, scopes: FunctionScopes, *, is_lenient: bool = False) -> None:
        self._scopes = scopes
        self._is_lenient = is_lenient
        self._known: dict[tuple[int, int], bool] = {}

    def is_constant(self, node: Node) -> bool:
        """Whether the expression names no variable and calls nothing."""
        key = (node.start, node.end)
        if key not in self._known:
            self._known[key] = self._is_constant(node)
        return self._known[key]

    def _is_constant(self, node: Node) -> bool:
        if node.kind in LITERALS:
            return True
        if node.kind == "identifier":
            return self._is_path(node)
        if node.kind == "reference_expression":
            value = node.field("value")
            if value is None or any(child.kind == "raw" for child in node.children):
                return False
            is_empty = value.kind == "array_expression" and not operands(value)
            return self.is_constant(value) and (node.child("mutable_specifier") is None or is_empty)
        if node.kind == "generic_function":  # `f::<T>` as a value
            function = node.field("function")
            return function is not None and function.kind != "field_expression" and self._is_path(function)
        if node.kind == "macro_invocation":
            macro = node.field("macro")
            is_known = macro is not None and macro.text.rpartition("::")[2] in _CONSTANT_MACROS
            return is_known or (self._is_lenient and row_of(node) is None)
        if node.kind == "field_expression" and not is_method_name(node):
            value = node.field("value")
            return value is not None and self.is_constant(value)
        if node.kind == "closure_expression":
            return self._is_lenient and is_in_promoted_call(node)
        if node.kind == "index_expression" and operands(node)[-1].kind == "range_expression":
            return False  # a call of `index`
        is_made = (
            node.kind in _COMPOSITES
            or node.kind in _COMPUTED
            or is_constructor(node)
            or (self._is_lenient and is_promoted_call(node))
        )
        return is_made and all(self.is_constant(child) for child in operands(node))

    def _is_path(self, node: Node) -> bool:
        use = self._scopes.uses.get(node.start)
        return node.kind == "scoped_identifier" or (use is not None and use.binding is None)

    def outermost(self, node: Node) -> Node:
        """The largest constant expression around a constant one."""
        found = node
        for parent in node.ancestors():
            if parent.kind in _PARTS:
                continue
            if not self.is_constant(parent):
                break
            found = parent
        return found

    def has_extended_borrow(self, node: Node) -> bool:
        """Whether the value borrows a temporary that a `let` would keep alive for it: `S { r: &String::new() }`."""
        if node.kind == "reference_expression":
            value, is_mutable = node.field("value"), node.child("mutable_specifier") is not None
            return value is not None and not self._is_lasting(value, is_mutable=is_mutable)
        if node.kind == "macro_invocation" or node.kind in _BLOCKS:
            return True
        return (node.kind in _COMPOSITES or is_constructor(node)) and any(map(self.has_extended_borrow, operands(node)))

    def _is_lasting(self, place: Node, *, is_mutable: bool = False) -> bool:
        """Whether what is borrowed lives on by itself: a variable, what a reference leads to, a constant.

        Constants that are borrowed to be written do not, nor do those that may have a destructor: `&S(1)`.
        """
        place = strip_parentheses(place)
        if place.kind in ("identifier", "self", "scoped_identifier"):
            return True
        if place.kind in ("field_expression", "index_expression"):
            inner = place.field("value") or (place.named[0] if place.named else None)
            return inner is not None and self._is_lasting(inner, is_mutable=is_mutable)
        if self.is_constant(place):
            is_plain = all(not is_constructor(part) and part.kind != "struct_expression" for part in place.walk())
            return is_plain and not is_mutable
        if place.kind == "unary_expression" and place.children[0].kind == "*":
            return self._is_lasting(place.named[0])
        return False


def extending_let(node: Node) -> tuple[Node | None, bool]:
    """The `let` that keeps alive what the expression borrows, if there is one; and whether it always gets there."""
    inner, is_certain = node, True
    for parent in node.ancestors():
        if parent.kind == "let_declaration":
            return (parent, is_certain) if inner.field_name == "value" else (None, True)
        if parent.kind in _BLOCKS:
            if parent.kind == "match_expression" and inner.field_name == "value":
                return None, True
            is_certain = False
        elif parent.kind == "call_expression":
            if not is_constructor(parent):
                return None, True
        elif parent.kind == "match_arm":
            if inner.field_name != "value":
                return None, True
        elif parent.kind not in _COMPOSITES and parent.kind not in ("reference_expression", "macro_invocation"):
            return None, True
        inner = parent
    return None, True


def holds_untyped_closure(node: Node) -> bool:
    """Whether a part of the value is a closure whose parameters' types are inferred from what becomes of the value."""
    if node.kind == "closure_expression":
        return has_untyped_parameters(node)
    if node.kind == "type_cast_expression":
        return False  # the type that it is cast to says it
    is_part = node.kind in _COMPOSITES or node.kind == "reference_expression" or is_constructor(node)
    return is_part and any(map(holds_untyped_closure, operands(node)))


def is_assignee(node: Node) -> bool:
    """Whether the expression is a pattern of an assignment: `(a, b) = ..`, `S { x, .. } = ..`."""
    inner = node
    for parent in node.ancestors():
        if parent.kind == "assignment_expression":
            return inner.field_name == "left"
        if parent.kind not in _COMPOSITES and not is_constructor(parent):
            return False
        inner = parent
    return False


def method_call_on(receiver: Node) -> Node | None:
    """The method call whose receiver is this very node, parentheses around it counted in."""
    node = outside_parentheses(receiver)
    field = node.parent
    if field is None or field.kind != "field_expression" or field.field("value") is not node:
        return None
    call = field.parent
    if call is not None and call.kind == "generic_function":
        field, call = call, call.parent
    return call if call is not None and call.kind == "call_expression" and call.field("function") is field else None


def is_method_name(node: Node) -> bool:
    """Whether a field expression names a method that is called, and no field."""
    parent = node.parent
    if node.kind != "field_expression":
        return False
    if parent is not None and parent.kind == "generic_function":
        node, parent = parent, parent.parent
    return parent is not None and parent.kind == "call_expression" and parent.field("function") is node


def outside_parentheses(node: Node) -> Node:
    """The expression with all parentheses around it."""
    while node.parent is not None and node.parent.kind == "parenthesized_expression":
        node = node.parent
    return node


def whole_place(node: Node) -> Node:
    """The largest place expression that begins with this one: `x.a` of `(*x.a).b[0]`."""
    while (parent := node.parent) is not None:
        is_base = parent.kind in ("field_expression", "index_expression") and parent.named[0] is node
        is_followed = parent.kind == "unary_expression" and parent.children[0].kind == "*"
        if not (parent.kind == "parenthesized_expression" or is_followed or (is_base and not is_method_name(parent))):
            break
        node = parent
    return node


def place_operand(node: Node) -> Node | None:
    """What a place expression is a part of: the base of a field or of an index, what `*` follows; None for others."""
    if node.kind in ("field_expression", "index_expression", "parenthesized_expression") and node.named:
        return node.named[0]
    if node.kind == "unary_expression" and node.children[0].kind == "*":
        return node.named[0]
    return None


def opening_statement(node: Node) -> Node | None:
    """The statement (or block's value) that evaluates the expression before anything else, and just once."""
    inner = node
    for parent in node.ancestors():
        if parent.kind == "block":
            return inner
        if parent.kind == "expression_statement" or (parent.kind == "let_declaration" and inner.field_name == "value"):
            return parent if parent.parent is not None and parent.parent.kind == "block" else None
        if parent.kind not in _OPENINGS or not _OPENINGS[parent.kind](inner, parent):
            return None
        inner = parent
    return None


_OPENINGS: dict[str, Callable[[Node, Node], bool]] = {
    "parenthesized_expression": lambda _inner, _parent: True,
    "return_expression": lambda _inner, _parent: True,
    "assignment_expression": lambda inner, _parent: inner.field_name == "right",
    "match_expression": lambda inner, _parent: inner.field_name == "value",
    "let_condition": lambda inner, _parent: inner.field_name == "value",
    "let_chain": lambda inner, parent: parent.named[0] is inner,
    "if_expression": lambda inner, _parent: inner.field_name == "condition",
}
