"""The runtime crate's `api/`: the functions that people call by hand, and what writes their arguments.

In: `borrowscope.tables.published_api`. Out: Rust text by path, formatted as rustfmt does. A file for each section has
the public functions; `shapes.rs` has one writing function for each list of kinds of words.
"""

from __future__ import annotations

from borrowscope.runtime.published_docs import documentation
from borrowscope.runtime.published_shapes import shape, shapes_module
from borrowscope.tables.published_api import BY_NAME, FUNCTIONS
from borrowscope.tables.published_calls import Born, Ended, EventOfCall, Function, Section

_WIDTH = 120
_CALL_WIDTH = 72  # what rustfmt keeps on one line between the parentheses of a call
_HEAD = """//! {section}: functions that are called by hand.
//!
//! Made from BorrowScope's `tables/published_api.py`.

{uses}"""
_MODULE = """//! The functions that are called by hand, by what they tell of.
//!
//! Made from BorrowScope's `tables/published_api.py`.

{modules}

{uses}"""
_BY_QUERIES = frozenset({"reset"})
"""What stands with the queries, as it also ends what they see."""

_LAYOUT = "if calls::is_on() {\n        let layout = Layout::of_%s(value);"
_OPENING = {"track_string_layout": _LAYOUT % "text", "track_vec_layout": _LAYOUT % "items"}

_USES = {
    "shapes::": "use crate::api::shapes;",
    "calls::": "use crate::calls;",
    " address(": "use crate::calls::address;",
    "Layout::": "use crate::layout::Layout;",
    "sampling::": "use crate::sampling;",
}
_SAMPLED = {
    "track_new_sampled": "sampling::begins(name, sample_rate)",
    "track_new_with_id_sampled": "sampling::begins_id(id, sample_rate)",
    "track_borrow_sampled": "sampling::begins(name, sample_rate)",
    "track_borrow_mut_sampled": "sampling::begins(name, sample_rate)",
    "track_drop_sampled": "sampling::ends_sampled(name, sample_rate)",
    "track_move_sampled": "sampling::moves_sampled(from, to, sample_rate)",
}


def api_files() -> dict[str, str]:
    """All files below `src/` that hold functions, with `api.rs`."""
    rows = [row for row in FUNCTIONS if row.name not in _BY_QUERIES]
    sections = [section for section in Section if any(row.section is section for row in rows)]
    files = {"src/api.rs": _module(sections), "src/api/shapes.rs": shapes_module(rows)}
    for section in sections:
        text = _section(section, [row for row in rows if row.section is section])
        files[f"src/api/{_file(section)}.rs"] = text
    return files


def _file(section: Section) -> str:
    return section.value.lower().replace(" ", "_")


def _module(sections: list[Section]) -> str:
    names = sorted(_file(section) for section in sections)
    modules = {name: f"mod {name};" for name in names} | {"shapes": '#[cfg(feature = "track")]\nmod shapes;'}
    return _MODULE.format(
        modules="\n".join(modules[name] for name in sorted(modules)),
        uses="".join(f"pub use {name}::*;\n" for name in names),
    )


def _section(section: Section, rows: list[Function]) -> str:
    body = "\n".join(_function(row) for row in rows)
    uses = [line for part, line in _USES.items() if part in body]
    gated = "".join(f'#[cfg(feature = "track")]\n{line}\n' for line in uses)
    return _HEAD.format(section=section.value, uses=gated) + "\n" + body


def _function(row: Function) -> str:
    doc = documentation(row)
    inputs = [f"{parameter.name}: {parameter.type}" for parameter in row.parameters]
    lines = [*doc, "#[inline]"]
    if len(inputs) > 7:
        lines.append("#[allow(clippy::too_many_arguments)]")
    lines += _signature(row, inputs)
    lines += _recording(row)
    lines += _unused(row)
    if row.result:
        lines.append(f"    {row.result}")
    return "\n".join([*lines, "}", ""])


def _signature(row: Function, inputs: list[str]) -> list[str]:
    result = f" -> {row.returns}" if row.returns else ""
    line = f"pub fn {row.name}{row.generics}({', '.join(inputs)}){result} {{"
    if len(line) <= _WIDTH:
        return [line]
    return [f"pub fn {row.name}{row.generics}(", *(f"    {each}," for each in inputs), f"){result} {{"]


def _recording(row: Function) -> list[str]:
    """The statement that records, for the feature `track`."""
    plain = BY_NAME[row.records_as] if row.records_as else row
    renamed = {one.name: other.name for one, other in zip(plain.parameters, row.parameters, strict=False)}
    if row.each:
        renamed = {}
    arguments = [renamed.get(word.source, word.source) for word in plain.words]
    condition = _condition(row, plain)
    if row.each:
        return [
            '    #[cfg(feature = "track")]',
            f"    for &name in {row.each} {{",
            f"        if {condition} {{",
            *_statement(plain, arguments, 12),
            "        }",
            "    }",
        ]
    opening = _OPENING.get(row.name, f"if {condition} {{")
    return ['    #[cfg(feature = "track")]', f"    {opening}", *_statement(plain, arguments, 8), "    }"]


def _statement(row: Function, arguments: list[str], indent: int) -> list[str]:
    """The call that writes the row's words."""
    space = " " * indent
    if row.instead:
        condition, other = row.instead
        numbers = f"if is_other {{ {BY_NAME[other].number} }} else {{ {row.number} }}"
        before = [f"{space}let is_other = {condition};"]
    else:
        numbers, before = str(row.number), []
    name = f"shapes::{shape(row)}"
    arguments = [numbers, *arguments]
    if len(", ".join(arguments)) <= _CALL_WIDTH:
        return [*before, f"{space}{name}({', '.join(arguments)});"]
    return [f"{space}{name}(", *(f"{space}    {argument}," for argument in arguments), f"{space});"]


def _unused(row: Function) -> list[str]:
    """Without the feature all that is recorded goes unused."""
    names = [parameter.name for parameter in row.parameters if parameter.name not in row.result]
    if not names:
        return []
    value = names[0] if len(names) == 1 else f"({', '.join(names)})"
    return ['    #[cfg(not(feature = "track"))]', f"    let _ = {value};"]


def _condition(row: Function, plain: Function) -> str:
    """When the call is recorded: what sampling says of the variables that it is about."""
    if row.is_sampled:
        return f"calls::is_on() && {_SAMPLED[row.name]}"
    followed = _followed(plain.events[0]) if len(plain.events) == 1 else ""
    return f"calls::is_on() && {followed}" if followed else "calls::is_on()"


def _followed(event: EventOfCall) -> str:
    instance, other = event.instance, event.other
    if isinstance(instance, Ended):
        born = other if isinstance(other, Born) else None
        if instance.id:
            return f"sampling::moves_id({instance.id}, {born.id})" if born else f"sampling::ends_id({instance.id})"
        name = _word(instance.name)
        if name and born:
            return f"sampling::moves({name}, {_word(born.name)})"
        return f"sampling::ends({name})" if name else ""
    if isinstance(instance, Born):
        if instance.id:
            owner = getattr(other, "id", "") if event.variant == "Borrow" else ""
            return f"sampling::borrows_id({owner}, {instance.id})" if owner else f"sampling::is_born_id({instance.id})"
        name = _word(instance.name)
        return f"sampling::is_born({name})" if name else ""
    return ""


def _word(template: str) -> str:
    """The word that a template of nothing else names."""
    inner = template[1:-1]
    return inner if template == "{" + inner + "}" and inner.isidentifier() else ""
