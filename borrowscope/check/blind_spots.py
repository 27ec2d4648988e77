"""What the check cannot see, so that "no findings" means what it says.

In: an analysis and its view. Out: `BlindSpot` values: macros that were not read, code that is not compiled here, files
that are generated or broken, functions that no recording shows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import PurePosixPath
from typing import NamedTuple

from borrowscope.analyzer.analyze import Analysis
from borrowscope.analyzer.bindings import FileBindings, find_uses
from borrowscope.analyzer.item_records import functions_of
from borrowscope.analyzer.static.catalog import load_catalog
from borrowscope.analyzer.static.macro_calls import STD_MACROS
from borrowscope.analyzer.unbuilt import Unbuilt
from borrowscope.check.model import BlindSpot, Place
from borrowscope.check.sleeping import Sleeping
from borrowscope.check.view import FileView, ProjectView, nodes_of
from borrowscope.parse.syntax import COMMENTS, Node
from borrowscope.tables.macros import MACROS
from borrowscope.text.span import Span


class Reason(NamedTuple):
    """What cannot be seen: in words for one place, and for several."""

    one: str
    many: str


_RUNS = "`cargo check` once, or a check with `--types rustc`, runs"
_BUILDS = "`cargo check` once, or a check with `--types rustc`, makes"
REASONS = {
    "dependencies": Reason(
        "crate whose dependencies cargo cannot resolve here, so that what they define is not known",
        "crates whose dependencies cargo cannot resolve here, so that what they define is not known",
    ),
    "unrun_script": Reason(
        f"build script whose cfg flags are not known, as no build has run it yet: {_RUNS} it",
        f"build scripts whose cfg flags are not known, as no build has run them yet: {_RUNS} them",
    ),
    "unbuilt_file": Reason(
        f"file that no build has made yet: {_BUILDS} it", f"files that no build has made yet: {_BUILDS} them"
    ),
    "unbuilt_use": Reason(
        "place in unsafe code that may need what no build has made yet",
        "places in unsafe code that may need what no build has made yet",
    ),
    "macro_unknown": Reason("macro call that could not be read", "macro calls that could not be read"),
    "macro_foreign": Reason(
        "call of a macro that another crate defines, whose own code is not checked",
        "calls of macros that other crates define, whose own code is not checked",
    ),
    "macro_uncalled": Reason(
        "macro with unsafe code that is never called here", "macros with unsafe code that are never called here"
    ),
    "inactive_cfg": Reason(
        "unsafe operation in code that is not compiled here", "unsafe operations in code that is not compiled here"
    ),
    "inactive_file": Reason(
        "file with unsafe code that no compiled module leads to",
        "files with unsafe code that no compiled module leads to",
    ),
    "generated_file": Reason("file that a build script generates", "files that a build script generates"),
    "syntax_error": Reason("place that cannot be parsed", "places that cannot be parsed"),
    "missing_file": Reason("module whose file is not there", "modules whose files are not there"),
    "unreadable": Reason("file that cannot be read", "files that cannot be read"),
    "untraceable": Reason("function that no recording shows", "functions that no recording shows"),
}
_BEFORE_ITEMS = frozenset({"attribute_item", *COMMENTS})
_MACRO = re.compile(rb"\bmacro_rules!\s*(\w+)")
_UNSAFE = re.compile(rb"\bunsafe\s*(?:\{|fn\b)")
_GENERATED = re.compile(rb"\binclude!\s*[({\[]\s*concat!\s*[({\[]\s*env!\s*[({\[]\s*\"OUT_DIR\"[^;\n]*")

Found = Iterator[tuple[str, Place]]


def find_blind_spots(analysis: Analysis, view: ProjectView) -> list[BlindSpot]:
    """All of them, in the order of `REASONS`."""
    found: dict[str, list[Place]] = defaultdict(list)
    for path, reason in analysis.request.sources.unreadable:
        found["unreadable"].append(Place(file=path, line=1, what=reason))
    macros = {name.decode() for file in view.files for name in _MACRO.findall(file.source)}
    for file in view.checked:
        for look in _LOOKS:
            for reason, place in look(file):
                if not reason.startswith("macro") or place.what.removesuffix("!") not in macros:
                    found[reason].append(place)
    for reason, place in _unbuilt(view):
        found[reason].append(place)
    for place in _missing(view, {place.file for place in found["unreadable"]}):
        found["missing_file"].append(place)
    for place in _alone(view):
        found["dependencies"].append(place)
    for place in _unrun(view):
        found["unrun_script"].append(place)
    for place in _unreached(view):
        found["inactive_file"].append(place)
    for place in _uncalled(view):
        found["macro_uncalled"].append(place)
    unbuilt = {(place.file, place.line) for place in found["unbuilt_file"]}
    found["generated_file"] = [one for one in found["generated_file"] if (one.file, one.line) not in unbuilt]
    return [
        BlindSpot(reason=reason, count=len(found[reason]), places=found[reason]) for reason in REASONS if found[reason]
    ]


def _place(file: FileView, at: int, what: str) -> Place:
    return Place(file=file.path, line=file.lines.line_of(at), what=what)


def _macros(file: FileView) -> Found:
    """Calls that the syntax does not enter, and calls of macros whose rules stand elsewhere."""
    calls = [(call, name) for call, name in _named_calls(file) if name not in _std_macros()]
    if not calls:
        return
    bindings = FileBindings()
    find_uses(file.tree.root, file.tree.text.module_path, bindings)
    unread = {skipped.span for skipped in bindings.skipped if skipped.reason == "macro_unknown"}
    for call, name in calls:
        tokens = call.child("token_tree")
        is_unread = tokens is not None and Span(tokens.start, tokens.end) in unread
        yield "macro_unknown" if is_unread else "macro_foreign", _place(file, call.start, f"{name}!")


def _named_calls(file: FileView) -> Iterator[tuple[Node, str]]:
    for call in nodes_of(file, "macro_invocation", b"!"):
        macro = call.field("macro")
        yield call, macro.text.rpartition("::")[2] if macro is not None else ""


@cache
def _std_macros() -> frozenset[str]:
    """The names of macros whose code is std's."""
    return frozenset(MACROS) | STD_MACROS | load_catalog().macros()


def _inactive(file: FileView) -> Found:
    for one in file.inactive:
        yield "inactive_cfg", _place(file, one.at, file.text_of(one.span))


def _generated(file: FileView) -> Found:
    for found in _GENERATED.finditer(file.source):
        yield "generated_file", _place(file, found.start(), file.text_of(Span(*found.span())))


def _unbuilt(view: ProjectView) -> Found:
    """Files that only a build makes, and what is not known without them."""
    missing: dict[Unbuilt, None] = {}
    for file in view.checked:
        for one in file.analysis.operations:
            if one.unbuilt is not None and not one.is_inactive:
                missing[one.unbuilt] = None
                yield "unbuilt_use", _place(file, one.at, file.text_of(one.span))
    if view.lookup is not None and any(_GENERATED.search(file.source) for file in view.checked):
        files = {file.absolute for file in view.checked}
        missing |= dict.fromkeys(include for include in view.lookup.unbuilt if include.file in files)
    for include in missing:
        what = f"include!({include.text})"
        yield "unbuilt_file", Place(file=_shown(view, include.file), line=include.line, what=what)


def _errors(file: FileView) -> Found:
    root = file.tree.root
    if root.has_error:
        for node in root.walk():
            is_missing = node.has_error and node.start == node.end
            if (node.kind == "ERROR" and node.text != "safe") or is_missing:
                what = f"`{node.kind}` is missing" if is_missing else file.text_of(Span(node.start, node.end))
                yield "syntax_error", _place(file, node.start, what)


def _untraceable(file: FileView) -> Found:
    for function in functions_of(file.tree):
        if isinstance(function.traceable, str) and function.traceable != "no_body":
            words = function.traceable.replace("_", " ")
            yield "untraceable", Place(file=file.path, line=function.line, what=f"{function.path}: {words}")


def _alone(view: ProjectView) -> Iterator[Place]:
    """The root files of crates whose graph nobody knows."""
    roots = view.lookup.crates_alone if view.lookup is not None and view.checked else ()
    for root in roots:
        yield Place(file=_shown(view, root), line=1, what="its dependencies")


def _unrun(view: ProjectView) -> Iterator[Place]:
    """The build scripts that nobody has run: which of the cfgs hold that they decide, nobody can say."""
    for script in view.lookup.unrun_scripts if view.lookup is not None and view.checked else ():
        yield Place(file=_shown(view, script), line=1, what="cfg flags")


def _shown(view: ProjectView, file: str) -> str:
    """A file by the folder that paths are relative to, where it lies in that."""
    root = next((one.absolute.removesuffix(one.path) for one in view.files if one.absolute.endswith(one.path)), "")
    return file.removeprefix(root) if root else file


def _unreached(view: ProjectView) -> Iterator[Place]:
    """Files beside those that are compiled, as `#[cfg_attr(.., path = "..")]` names them for other builds."""
    for file in view.checked:
        found = _UNSAFE.search(file.source)
        if found is not None and view.lookup is not None and not view.lookup.knows_file(file.absolute):
            yield _place(file, found.start(), "unsafe")


def _missing(view: ProjectView, unreadable: set[str]) -> Iterator[Place]:
    """`mod x;` of which no file is there, as a build script may write it into the source tree."""
    known = {*unreadable, *(file.path for file in view.files)}
    for file in view.checked:
        for node in nodes_of(file, "mod_item", b"mod"):
            if node.field("body") is None and known.isdisjoint(_files_of(file, node)):
                yield _place(file, node.start, file.text_of(Span(node.start, node.end)))


def _files_of(file: FileView, module: Node) -> Iterator[str]:
    """The files that may hold a module; one that an attribute of it or around it names may lie anywhere."""
    around = [module, *(node for node in module.ancestors() if node.kind == "mod_item")]
    if any(b"path" in file.source[_attributes_start(node) : node.start] for node in around):
        yield file.path
    names = [name.text.removeprefix("r#") for node in reversed(around) if (name := node.field("name")) is not None]
    own = PurePosixPath(file.path)
    for folder in (own.parent, own.with_suffix("")):
        inner = folder.joinpath(*names)
        yield from (f"{inner}.rs", f"{inner}/mod.rs")


def _attributes_start(node: Node) -> int:
    """Where the attributes before an item begin."""
    before = [one for one in node.parent.named if one.end <= node.start] if node.parent is not None else []
    start = node.start
    while before and before[-1].kind in _BEFORE_ITEMS:
        start = before.pop().start
    return start


def _uncalled(view: ProjectView) -> Iterator[Place]:
    sleeping = Sleeping(view)
    for file in view.checked:
        for node in sleeping.uncalled_macros(file):
            name = node.field("name")
            yield _place(file, node.start, f"{name.text if name is not None else 'macro_rules'}!")


_LOOKS: tuple[Callable[[FileView], Found], ...] = (_macros, _inactive, _generated, _errors, _untraceable)
