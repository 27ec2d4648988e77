"""The node kinds that the code names are kinds of the installed grammar."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

from borrowscope.parse.syntax import language

ROOT = Path(__file__).parent.parent.parent
LOOKS_LIKE_A_KIND = re.compile(
    r"[a-z_]+_(?:expression|item|pattern|statement|declaration|invocation|identifier|literal|clause|block)"
)


def kind_list() -> Any:
    spec = importlib.util.spec_from_file_location("kind_list", ROOT / "scripts" / "kind_list.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_listed_kind_is_one_of_the_grammar():
    listed = (ROOT / "grammars" / "rust" / "kinds.txt").read_text(encoding="utf-8").split()
    assert len(listed) > 50
    assert set(listed) <= kind_list().grammar_kinds()


def test_no_word_of_the_code_only_looks_like_a_kind():
    names = {language().field_name_for_id(number) for number in range(1, language().field_count + 1)}
    words = {word for word in kind_list().words() if LOOKS_LIKE_A_KIND.fullmatch(word)}
    assert words - kind_list().grammar_kinds() - names == set()
