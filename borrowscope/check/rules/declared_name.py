"""Names that a mark declares (`ffi`, `unions`, `statics`) and that match nothing in what is marked.

In: the project, a file. Out: one draft for each such name. Macros are looked into token by token.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from borrowscope.check.declarations import Declaration, declarations_of
from borrowscope.check.registry import Draft, at_place, rule
from borrowscope.check.view import FileView, ProjectView
from borrowscope.parse.token_trees import TokenKind, Tokens, tokenize
from borrowscope.text.span import Span
from borrowscope.text.type_names import short_type

_MEANT: Mapping[str, tuple[str, str]] = {
    "ffi": ("a foreign function", "calls it"),
    "unions": ("a union", "is one"),
    "statics": ("a static", "uses it"),
}


@rule("declared_name")
def declared_name(project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each name that nothing matches."""
    for one in declarations_of(file):
        if not _matches(project, file, one):
            what, use = _MEANT[one.argument]
            yield at_place(one.span, one.name, what=what, use=use, argument=one.argument)


def _matches(project: ProjectView, file: FileView, one: Declaration) -> bool:
    files = [file] if one.scope is not None else project.files
    return any(_is_in(part, one, one.scope) for part in files)


def _is_in(file: FileView, one: Declaration, scope: Span | None) -> bool:
    if one.argument == "unions" and _is_type_of_binding(file, one.name, scope):
        return True
    span = scope or Span(0, len(file.source))
    name = one.name.encode()
    if not file.source.count(name, span.start, span.end):
        return False
    tokens = tokenize(file.source, span.start, span.end)
    if tokens is None:
        return True  # no text to decide by
    found = [at for at, text in enumerate(tokens.texts) if text == name and tokens.kinds[at] is TokenKind.IDENT]
    outside = [at for at in found if not (one.mark.start <= tokens.starts[at] < one.mark.end)]
    return any(_is_called(tokens, at) for at in outside) if one.argument == "ffi" else bool(outside)


def _is_called(tokens: Tokens, at: int) -> bool:
    """`name(`, `name::<T>(`; not its definition."""
    texts: Sequence[bytes] = tokens.texts
    if at and texts[at - 1] == b"fn":
        return False
    return texts[at + 1] in {b"(", b"::", b")"}  # `(name)(..)` and `(value.name)(..)` call, too


def _is_type_of_binding(file: FileView, name: str, scope: Span | None) -> bool:
    """Whether a variable there has the type, which the text need not name."""
    return any(
        binding.ty is not None and short_type(binding.ty).lstrip("&").removeprefix("mut ").partition("<")[0] == name
        for binding in file.analysis.bindings
        if scope is None or scope.contains(binding.source.span)
    )
