"""The stable types and functions of `std::arch::x86_64`, a file of their own: few crates speak of them.

In: the folder of the `rust-docs` component. Out: the object that is committed as `arch.json`. Functions stand by
signature, since thousands of them share a few hundred; those with masks are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from borrowscope.tables.std_catalog import PART
from scripts.std_catalog import signatures
from scripts.std_catalog.build import dump
from scripts.std_catalog.pages import declaration, plain

_FOLDER = "core/arch/x86_64"
_UNSTABLE = "stab unstable"
_MASKED = "_mask"
_IMPLEMENTED = ("std::clone::Clone", "std::marker::Copy", "std::fmt::Debug")
_AVAILABLE = re.compile(r'class="stab portability">Available on <strong>.*?target features? (.*?)</strong>')
_ATTRIBUTES = re.compile(r"^(?:#\[[^\]]*\]\s*)*")


def build_arch(root: Path) -> str:
    """The text of `arch.json`."""
    types: dict[str, str] = {}
    functions: dict[str, list[str]] = defaultdict(list)
    values: dict[str, list[str]] = defaultdict(list)
    features: dict[str, list[str]] = defaultdict(list)
    for kind, text, needs in _declarations(root / _FOLDER):
        if kind == "fn":
            name, _, row = signatures.function_row(_legacy(text)).partition(PART)
            if _MASKED not in name:
                functions[row].append(name)
                if needs and not row.startswith("u"):
                    features[needs].append(name)
        elif kind == "constant":
            name, ty = signatures.typed_row(text)
            if not ty.endswith("_ENUM"):  # hundreds, of AVX-512 alone
                values[f"const{PART}{ty}"].append(name)
        elif kind == "type":
            types[signatures.take_name(text.removeprefix("pub type "))] = _alias(text)
        else:
            types[signatures.take_name(text.removeprefix("pub struct "))] = _struct(text)
    return dump(
        {
            "types": types,
            "functions": {row: " ".join(names) for row, names in sorted(functions.items())},
            "values": {row: " ".join(names) for row, names in sorted(values.items())},
            "features": {needs: " ".join(names) for needs, names in sorted(features.items())},
            "impls": list(_IMPLEMENTED),
        }
    )


def _declarations(folder: Path) -> list[tuple[str, str, str]]:
    """Kind, text and target features."""
    found = []
    for path in sorted(folder.glob("*.*.html")):
        kind = path.name.partition(".")[0]
        page = path.read_text(encoding="utf-8")
        if kind != "fn" or _UNSTABLE not in page:
            text = re.sub(r"\s+", " ", plain(declaration(page)))
            found.append((kind, _ATTRIBUTES.sub("", text), _features(page)))
    return found


def _features(page: str) -> str:
    """The target features that a function needs, in the documentation's words: `Available on ... <code>avx2</code>`."""
    available = _AVAILABLE.search(page)
    return " ".join(re.findall(r"<code>([^<]*)</code>", available.group(1))) if available is not None else ""


def _legacy(text: str) -> str:
    """`fn f(a: A, const N: i32)`, which may be called so, has a const parameter."""
    constants = re.findall(r"const \w+: \w+(?=[,)]| \))", text)
    text = re.sub(r",? ?const \w+: \w+(?=[,)]| \))", "", text)
    return re.sub(r"(fn \w+)\(", rf"\1<{', '.join(constants)}>(", text, count=1) if constants else text


def _struct(text: str) -> str:
    body = text.removeprefix("pub struct ").rstrip("; ").replace("/* private fields */", "")
    return signatures.join("struct", "", "", signatures.constructor_row(body, is_variant=False))


def _alias(text: str) -> str:
    return signatures.join("type", "", "", text.partition("= ")[2].rstrip("; "))
