"""All rules: importing this module registers every file of `rules/`.

In: nothing. Out: `FUNCTIONS`, by code.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from borrowscope.check import rules
from borrowscope.check.registry import FUNCTIONS

for _module in iter_modules(rules.__path__):
    import_module(f"{rules.__name__}.{_module.name}")

__all__ = ["FUNCTIONS"]
