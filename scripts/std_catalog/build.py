"""Builds the catalog: every page of the documentation to facts.

In: the folder of the `rust-docs` component. Out: the object that is committed as `facts.json`.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from borrowscope.analyzer.static.catalog import Scope, StdCatalog
from borrowscope.analyzer.static.type_reader import read_type
from borrowscope.tables.std_catalog import BETWEEN, short_names
from scripts.std_catalog import signatures
from scripts.std_catalog.pages import TYPE_KINDS, Library, Page, declaration, read_library
from scripts.std_catalog.signatures import LINKED, SKIPPED, WHERE, join

_SECTION = re.compile(
    r'<h2 id="([^"]*)" class="[^"]*section-header'
    r'|<section id="([^"]*)" class="([^"]*)">(?:(?!<section).)*?<h[34] class="code-header">(.*?)</h[34]>'
    r"((?:</section>)?(?:</summary>)?(?:"
    r'<div class="docblock">[^\n]{0,200}|<span class="item-info"><div class="stab unstable))?',
    re.DOTALL,
)
_UNCHECKED = frozenset(  # what the inference takes for granted, or nobody asks for
    {
        "Send",
        "Sync",
        "Unpin",
        "UnwindSafe",
        "RefUnwindSafe",
        "Freeze",
        "UnsafeUnpin",
        "StructuralPartialEq",
        "ConstParamTy_",
        "Sized",
        "TrustedLen",
        "TrustedStep",
    }
)
_PATTERN = " is !"  # pattern types: nobody can name them
_UNSTABLE = "stab unstable"  # a stable trait's method of that name goes before it
_DENIED = "does not yet exist"  # how std's documentation tells reserved impls
_VARIADIC = re.compile(r"(\w+?)₁, \1₂, …, \1ₙ")
MOST_ELEMENTS = 12
Facts = dict[str, Any]


def build(root: Path, version: str) -> str:
    """The text of `facts.json`."""
    return _Builder(read_library(root), version).text()


class _Builder:
    def __init__(self, library: Library, version: str) -> None:
        self._library = library
        paths = sorted({page.path for page in library.pages.values() if page.kind in TYPE_KINDS | {"trait"}})
        self._short = {path: name for name, path in short_names(paths).items()}
        self._traits_with_parameters: set[str] = set()
        self.types: dict[str, str] = {}
        self.traits: dict[str, list[Any]] = {}
        self.functions: dict[str, str] = {}
        self.values: dict[str, str] = {}
        self._inherent: dict[str, dict[str, tuple[list[str], list[str]]]] = defaultdict(dict)
        self._impls: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
        self._version = version
        self._readers: dict[str, Callable[[Page, str], None]] = {
            "struct": self._add_type,
            "enum": self._add_type,
            "union": self._add_type,
            "type": self._add_alias,
            "trait": self._add_trait,
            "fn": self._add_function,
            "const": self._add_value,
            "static": self._add_value,
        }

    def text(self) -> str:
        """All facts as JSON, one line per item, in a stable order."""
        pages = [self._library.pages[key] for key in sorted(self._library.pages)]
        for page in pages:
            if page.kind == "trait" and self._header(page).partition("<")[2]:
                self._traits_with_parameters.add(page.path)
        for page in pages:
            if page.kind in self._readers:
                self._readers[page.kind](page, self._header(page))
        self._scope = self._make_scope()
        for page in pages:
            if page.kind not in {"type", "macro"}:
                self._add_sections(page)
        return dump(self._facts())

    def _facts(self) -> Facts:
        inherent = {
            head: [
                [key, functions, consts] if consts else [key, functions] for key, (functions, consts) in impls.items()
            ]
            for head, impls in sorted(self._inherent.items())
        }
        impls = {
            trait: {head: sorted(rows.values()) for head, rows in sorted(heads.items())}
            for trait, heads in sorted(self._impls.items())
        }
        return {
            "version": self._version,
            "modules": self._modules(),
            "types": self.types,
            "traits": self.traits,
            "functions": self.functions,
            "values": self.values,
            "inherent": inherent,
            "impls": impls,
        }

    def _modules(self) -> Facts:
        for crate in ("std", "core"):  # what is in it stands in a file of its own
            self._library.modules[crate]["mod"]["arch"] = f"{crate}::arch"
        return {
            module: {
                kind: " ".join(
                    name if path == f"{module}::{name}" or kind == "mod" else f"{name}={path}"
                    for name, path in sorted(names.items())
                )
                for kind, names in sorted(kinds.items())
            }
            for module, kinds in sorted(self._library.modules.items())
        }

    def _make_scope(self) -> Callable[[str], Scope]:
        facts = {"version": "", "modules": {}, "types": self.types, "traits": self.traits}
        catalog = StdCatalog({**facts, "functions": {}, "values": {}, "inherent": {}, "impls": {}})
        return catalog.scope

    # texts
    def _text(self, page: Page, fragment: str) -> str:
        return signatures.text_of(fragment, lambda attributes, text: self._link(page, attributes, text))

    def _link(self, page: Page, attributes: dict[str, str], text: str) -> str:
        kind, href = attributes.get("class", ""), attributes.get("href", "")
        if kind not in {"struct", "enum", "union", "type", "trait", "traitalias", "associatedtype"}:
            return text
        target = self._library.target(page.file, href)
        path = self._library.canonical.get(target or "")
        if path is None:
            return f"{SKIPPED}{text}" if kind != "associatedtype" else text
        short = self._short.get(path, text)
        if kind != "associatedtype":
            return f"{LINKED}{short}"
        is_plain = self._library.kinds.get(target or "") == "trait" and path not in self._traits_with_parameters
        return f"\x01{short}\x02{text}" if is_plain else text

    def _header(self, page: Page) -> str:
        text = re.sub(r"#\[[^\]]*\]\s*", "", self._text(page, declaration(page.text)))
        return re.sub(r"^(?:#\[.*?\] ?)*", "", text)

    # items
    def _add_type(self, page: Page, text: str) -> None:
        if SKIPPED in text:
            text = re.sub(f"{SKIPPED}[\\w:]+", "_", text)
        rest = re.sub(r"^pub (?:struct|enum|union) \w+", "", text)
        generics, rest = signatures.take_generics(rest)
        where = ""
        if rest.startswith(WHERE):
            brace = signatures.find_top(rest, "{")
            where, rest = (rest[1:brace], rest[brace:]) if brace >= 0 else (rest[1:], "")
        elif rest.startswith("("):
            end = signatures.match_bracket(rest, 0)
            where, rest = rest[end:].strip().removeprefix(WHERE), rest[:end]
        body = self._constructors(page, rest.strip().rstrip(";"))
        self.types[page.path] = join(page.kind, generics, signatures.clauses(where.rstrip("; ")), body)

    def _constructors(self, page: Page, body: str) -> str:
        name = page.path.rpartition("::")[2]
        if page.kind != "enum":
            return signatures.constructor_row(f"{name}{body}", is_variant=False)
        rows = [_without_value(piece) for piece in signatures.split_top(body[1:-1])]
        return BETWEEN.join(signatures.constructor_row(row) for row in rows if signatures.take_name(row))

    def _add_alias(self, page: Page, text: str) -> None:
        generics, rest = signatures.take_generics(re.sub(r"^pub type \w+", "", text))
        where, _, target = rest.rpartition("= ")
        if SKIPPED not in target:
            self.types[page.path] = join("type", generics, signatures.clauses(where.strip(WHERE)), target.rstrip(";"))

    def _add_trait(self, page: Page, text: str) -> None:
        head = text[: signatures.find_top(text, "{")] if "{" in text else text.rstrip(";")
        generics, rest = signatures.take_generics(re.sub(r"^.*?\btrait \w+", "", head, count=1))
        supers, where = signatures.split_where(rest)
        if " = " in head and "{" not in text:
            supers = supers.partition("= ")[2]
        row = join(generics, where, supers.removeprefix(":").strip())
        associated, functions, consts = self._members(page)
        self.traits[page.path] = [row, associated, functions, consts]

    def _members(self, page: Page) -> tuple[list[str], list[str], list[str]]:
        """What the trait itself declares."""
        associated: list[str] = []
        functions: list[str] = []
        consts: list[str] = []
        for identifier, _, header in _sections(page.text, until="foreign-impls|implementors|implementations"):
            kind = identifier.partition(".")[0]
            text = self._text(page, header)
            if SKIPPED in text:
                continue
            if kind == "associatedtype":
                associated.append(signatures.associated_row(text))
            elif kind in {"tymethod", "method"}:
                functions.append(signatures.function_row(text))
            elif kind == "associatedconstant":
                consts.append(join(*signatures.typed_row(text)))
        return associated, functions, consts

    def _add_function(self, page: Page, text: str) -> None:
        if SKIPPED not in text:
            self.functions[page.path] = signatures.function_row(text)

    def _add_value(self, page: Page, text: str) -> None:
        if SKIPPED not in text:
            self.values[page.path] = join(page.kind, signatures.typed_row(text)[1])

    # impls
    def _add_sections(self, page: Page) -> None:
        current: tuple[list[str], list[str]] | None = None
        pending: list[tuple[str, list[str]]] = []
        for identifier, classes, header in _sections(
            page.text, of="implementations|trait-implementations|foreign-impls|implementors"
        ):
            text = self._text(page, header)
            kind = identifier.partition(".")[0]
            if classes == "impl":
                current = self._add_inherent(text)
                if current is None:
                    pending.append((text, []))
            elif SKIPPED in text:
                continue
            elif current is not None and classes == "method":
                current[0].append(signatures.function_row(text))
            elif current is not None and kind == "associatedconstant":
                current[1].append(join(*signatures.typed_row(text)))
            elif current is None and kind == "associatedtype" and pending:
                pending[-1][1].append(_binding(text))
        for text, bindings in pending:
            self._add_trait_impl(text, bindings)

    def _add_inherent(self, text: str) -> tuple[list[str], list[str]] | None:
        """The lists for the members of an inherent impl; None where the header is of a trait's impl."""
        parts = signatures.impl_parts(text)
        if parts is None or parts[2]:
            return None
        generics, where, _, subject = parts
        if SKIPPED in text:
            return [], []
        key = join(generics, where, subject)
        return self._inherent[self._head(generics, subject)].setdefault(key, ([], []))

    def _add_trait_impl(self, text: str, bindings: list[str]) -> None:
        for one, own in _expanded(text, bindings):
            parts = signatures.impl_parts(one)
            if parts is None or SKIPPED in one or _PATTERN in one:
                continue
            generics, where, trait, subject = parts
            name = re.split(r"[<(]", trait, maxsplit=1)[0]
            path = self._scope("").trait([(name, ())])
            if path is None or name in _UNCHECKED:
                continue
            args = trait[len(name) + 1 : -1]
            if trait[len(name) :].startswith("("):  # `FnOnce(A)` is `FnOnce<(A,)>`
                args = f"({args},)" if args else "()"
            rows = self._impls[path][self._head(generics, subject)]
            key = join(generics, where, subject, args)
            row = join(generics, where, subject, args, BETWEEN.join(own))
            if len(row) >= len(rows.get(key, "")):
                rows[key] = row

    def _head(self, generics: str, subject: str) -> str:
        ty = read_type(subject, self._scope(generics))
        return "" if type(ty).__name__ == "Param" else ty.head


def _sections(text: str, of: str = "", until: str = "") -> Iterator[tuple[str, str, str]]:
    """Sections of a page as (id, class, header), without reserved impls and methods that are not stable."""
    part = ""
    for found in _SECTION.finditer(text):
        if found.group(1) is not None:
            part = found.group(1)
            if until and re.fullmatch(until, part):
                return
            continue
        behind = found.group(5) or ""
        if (of and not re.fullmatch(of, part)) or _DENIED in behind:
            continue
        if not (_UNSTABLE in behind and found.group(2).startswith("method.")):
            yield found.group(2), found.group(3), found.group(4)


def _binding(text: str) -> str:
    """`type Item = T` as `Item=T`."""
    name, _, ty = re.sub(r"^(?:pub )?type ", "", text).partition(" = ")
    return f"{signatures.take_name(name)}={signatures.split_where(ty)[0].rstrip(';')}"


def _without_value(text: str) -> str:
    """A variant without its discriminant."""
    equals = signatures.find_top(text, " = ")
    return re.sub(r"#\[[^\]]*\]\s*", "", text if equals < 0 else text[:equals])


def _expanded(text: str, bindings: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The impl for each number of elements, where it is told for `(T₁, T₂, …, Tₙ)`."""
    if "₁" not in text:
        yield text, bindings
        return
    names = sorted(set(_VARIADIC.findall(text)), key=len, reverse=True)
    parts = signatures.impl_parts(text)
    if parts is None:
        return
    for count in range(1, MOST_ELEMENTS + 1):
        if re.search(r"\bN\b", text):  # `[T; N]`: all elements are of one type
            one = _VARIADIC.sub(lambda found, count=count: ", ".join([found.group(1)] * count) + ",", text)  # type: ignore[misc]
            yield re.sub(r"\bN\b", str(count), one), bindings
            continue
        generics, where, trait, subject = (_per_element(part, names, count) for part in parts)
        yield (
            f"impl<{generics}> {trait} for {subject} {WHERE}{where}",
            [_per_element(binding, names, count) for binding in bindings],
        )


def _per_element(text: str, names: list[str], count: int) -> str:
    """Parameters of that name as many times as there are elements, in lists and in bounds."""
    marked = _VARIADIC.sub(
        lambda found: "".join(f"{found.group(1)}\x06{number}, " for number in range(1, count + 1)).rstrip(" "), text
    )
    pieces = []
    for piece in signatures.split_top(marked):
        used = [name for name in names if re.search(rf"\b{name}\b(?!\x06)", piece)]
        if not used:
            pieces.append(piece)
            continue
        for number in range(1, count + 1):
            one = piece
            for name in used:
                one = re.sub(rf"\b{name}\b(?!\x06)", f"{name}{number}", one)
            pieces.append(one)
    return ", ".join(pieces).replace("\x06", "")


def dump(facts: Facts) -> str:
    """The object with one line for each entry of its parts."""
    lines = []
    for key, value in facts.items():
        if isinstance(value, dict):
            inner = ",\n".join(f"{_json(name)}:{_json(entry)}" for name, entry in sorted(value.items()))
            lines.append(f"{_json(key)}:{{\n{inner}\n}}")
        else:
            lines.append(f"{_json(key)}:{_json(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
