"""Kinds of syntax nodes, and fields of them, that hold no code of the function in which they stand.

In: nothing. Out: sets of tree-sitter's names, each checked against the grammar by the tests.
"""

from __future__ import annotations

# Fields that name something: nothing in them is evaluated.
NAMING_FIELDS = frozenset({"type", "type_arguments", "return_type", "trait", "macro", "length", "label"})

# Items, attributes, tokens: no expressions of the function around them.
NO_EXPRESSIONS = frozenset(
    {
        "attribute_item",
        "inner_attribute_item",
        "function_item",
        "impl_item",
        "trait_item",
        "mod_item",
        "const_item",
        "static_item",
        "use_declaration",
        "macro_definition",
        "struct_item",
        "enum_item",
        "union_item",
        "type_item",
        "foreign_mod_item",
        "extern_crate_declaration",
        "const_block",
        "label",
        "lifetime",
        "type_arguments",
        "token_tree",
        "ERROR",
    }
)

# Values that are made of nothing else.
LITERALS = frozenset(
    {
        "integer_literal",
        "float_literal",
        "string_literal",
        "raw_string_literal",
        "char_literal",
        "boolean_literal",
        "negative_literal",
        "unit_expression",
        "scoped_identifier",
    }
)
