"""The documentation of std, core and alloc as a set of pages: its items, and which pages show the same one.

In: the folder of the `rust-docs` component. Out: `Library`, which knows every page's item and its canonical path.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CRATES = ("std", "alloc", "core")
KINDS = {
    "struct": "struct",
    "enum": "enum",
    "union": "union",
    "trait": "trait",
    "traitalias": "trait",
    "fn": "fn",
    "constant": "const",
    "static": "static",
    "type": "type",
    "macro": "macro",
    "primitive": "primitive",
    "mod": "mod",
    "variant": "variant",
}
TYPE_KINDS = frozenset({"struct", "enum", "union", "type"})
# Parts of the tree that nobody's bindings speak of, or that this platform lacks.
_SKIPPED = re.compile(
    r"(?:core/core_arch|core/core_simd|core/simd|core/arch|std/arch|std/simd|core/intrinsics|std/intrinsics)/"
    r"|(?:std|core|alloc)/os/(?:windows|wasi|wasip2|darwin)/"
)
_PAGE = re.compile(r"(struct|enum|union|traitalias|trait|fn|constant|static|type|macro|primitive)\.([^/!]+)\.html\Z")
_SOURCE = re.compile(r'<a class="src[^"]*" href="(?:\.\./)*(src/[^"-]+#\d+)')
_DECLARATION = re.compile(r'<pre class="rust item-decl"><code>(.*?)</code></pre>', re.DOTALL)
_REDIRECT = re.compile(r'http-equiv="refresh" content="0;URL=([^"]+)"')
_EXPORT = re.compile(r"<code>pub (?:use|extern crate) (.*?);?</code>", re.DOTALL)
# Re-exports that the documentation hides, but by which rustc sees the item first.
_HIDDEN = {"std::ops::Bound": "std::collections::Bound"}
_LINK = re.compile(r'<a class="(\w+)" href="([^"]*)"[^>]*>([^<]*)</a>')
_TAG = re.compile(r"<[^>]*>")


@dataclass(slots=True)
class Page:
    """One page: where it is, what it shows."""

    file: str  # relative to the documentation: "std/vec/struct.Vec.html"
    kind: str
    path: str
    text: str


@dataclass(slots=True)
class Library:
    """All pages, with the canonical path of each and the names in each module."""

    pages: dict[str, Page] = field(default_factory=dict)  # canonical path and kind's namespace -> page
    canonical: dict[str, str] = field(default_factory=dict)  # file -> canonical path
    kinds: dict[str, str] = field(default_factory=dict)  # file -> kind
    redirects: dict[str, str] = field(default_factory=dict)
    modules: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)  # module -> kind -> name -> path

    def target(self, file: str, href: str) -> str | None:
        """The file that a link leads to, behind redirections."""
        found = posixpath.normpath(posixpath.join(posixpath.dirname(file), href.partition("#")[0]))
        if href.startswith("#"):
            return file
        return self.redirects.get(found, found)


def read_library(root: Path) -> Library:
    """Everything below the folder that the catalog speaks of."""
    library = Library()
    groups: dict[tuple[str, str, str], list[Page]] = defaultdict(list)
    indexes: dict[str, str] = {}
    for file, text in _files(root):
        redirect = _REDIRECT.search(text[:400])
        if redirect is not None:
            library.redirects[file] = posixpath.normpath(posixpath.join(posixpath.dirname(file), redirect.group(1)))
        elif file.endswith("/index.html"):
            indexes[file] = text
        else:
            page = _page(file, text)
            groups[_identity(page)].append(page)
    for pages in groups.values():
        best = min(pages, key=lambda page: _rank(page.path))
        library.pages[f"{best.kind} {best.path}"] = best
        for page in pages:
            library.canonical[page.file] = best.path
            library.kinds[page.file] = page.kind
    _fill_modules(library, indexes)
    _take_exports(library)
    return library


def declaration(text: str) -> str:
    """The HTML of the item's declaration."""
    found = _DECLARATION.search(text)
    return found.group(1) if found is not None else ""


def plain(text: str) -> str:
    """Without tags and entities."""
    return html.unescape(_TAG.sub("", text))


def _files(root: Path) -> Iterator[tuple[str, str]]:
    for crate in CRATES:
        for path in sorted((root / crate).rglob("*.html")):
            file = path.relative_to(root).as_posix()
            if not _SKIPPED.match(file) and (path.name == "index.html" or _PAGE.search(path.name)):
                yield file, path.read_text(encoding="utf-8")


def _page(file: str, text: str) -> Page:
    found = _PAGE.search(file)
    assert found is not None
    module = posixpath.dirname(file).replace("/", "::")
    return Page(file, KINDS[found.group(1)], f"{module}::{found.group(2)}", text)


def _identity(page: Page) -> tuple[str, str, str]:
    """Pages with the same answer show the same item: one kind, one name, one place in the sources."""
    name = page.path.rpartition("::")[2]
    if page.kind in {"primitive", "macro"}:
        return page.kind, name, ""
    main = page.text.find('id="main-content"')
    source = _SOURCE.search(page.text, main, main + 4000)
    return page.kind, name, source.group(1) if source else page.file


def _rank(path: str) -> tuple[int, int, bool, str]:
    """Rustc prints the shortest path by which an item is visible, in std where std has it; preludes come last."""
    crate = CRATES.index(path.partition("::")[0])
    return min(crate, 1), path.count("::"), "::prelude::" in path, path


def _fill_modules(library: Library, indexes: dict[str, str]) -> None:
    for file in indexes:
        library.modules[_module(file)] = defaultdict(dict)
    for file in library.canonical:
        module, kind = _module(file), library.kinds[file]
        if module in library.modules:
            name = file.rpartition("/")[2].split(".")[1]
            library.modules[module][kind][name] = library.canonical[file]
    for module in list(library.modules):
        parent, _, name = module.rpartition("::")
        if parent in library.modules:
            library.modules[parent]["mod"][name] = module
    globs = [entry for file, text in indexes.items() for entry in _exports(library, file, text)]
    for _ in range(3):  # globs of globs
        for module, source in globs:
            _copy_names(library, source, library.modules[module])


def _take_exports(library: Library) -> None:
    """A re-export is a way to see an item like any other: `std::collections::Bound` comes before `std::ops::Bound`."""
    better = dict(_HIDDEN)
    for module, kinds in library.modules.items():
        for kind in kinds.keys() - {"mod", "variant", "primitive", "macro"}:
            for name, path in kinds[kind].items():
                seen = f"{module}::{name}"
                if path.endswith(f"::{name}") and _rank(seen) < _rank(better.get(path, path)):
                    better[path] = seen
    for page in library.pages.values():
        page.path = better.get(page.path, page.path)
    library.pages = {f"{page.kind} {page.path}": page for page in library.pages.values()}
    library.canonical = {file: better.get(path, path) for file, path in library.canonical.items()}
    for kinds in library.modules.values():
        for kind in kinds.keys() - {"mod", "variant", "primitive", "macro"}:
            kinds[kind] = {name: better.get(path, path) for name, path in kinds[kind].items()}


def _copy_names(library: Library, source: str, names: dict[str, dict[str, str]]) -> None:
    for kind, entries in library.modules.get(source, {}).items():
        for name, path in entries.items():
            names[kind].setdefault(name, path)


def _exports(library: Library, file: str, text: str) -> Iterator[tuple[str, str]]:
    """Files the module's named re-exports; yields its glob imports as pairs of modules."""
    module = _module(file)
    for found in _EXPORT.finditer(text):
        links = _LINK.findall(found.group(1))
        if not links:
            continue
        kind, href, name = links[-1]
        rest = plain(found.group(1)[found.group(1).rfind("</a>") :])
        target = library.target(file, href)
        if target is None or kind not in KINDS:
            continue
        if rest.startswith("::*"):
            yield module, _module(target)
            continue
        renamed = re.match(r"\s+as\s+(\w+)", rest)
        path = _module(target) if kind == "mod" else library.canonical.get(target)
        if kind == "variant" and path is not None:
            path = f"{path}::{name}"
        if path is not None:
            library.modules[module][KINDS[kind]].setdefault(renamed.group(1) if renamed else name, path)


def _module(file: str) -> str:
    return posixpath.dirname(file).replace("/", "::")
