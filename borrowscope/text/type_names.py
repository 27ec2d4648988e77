"""Types as people write them: every path by its last segment.

In: a type as the compiler prints it, `alloc::rc::Rc<core::cell::RefCell<i32>>`. Out: `Rc<RefCell<i32>>`.
"""

from __future__ import annotations

import re
from functools import lru_cache

PATH_PREFIX = re.compile(r"(?<![\w:])(?:(?:\w+|<impl at [^>]*>|\{[\w#]+\})::)+(?=\w)")


@lru_cache(maxsize=65536)
def short_type(text: str) -> str:
    """The type as one would write it: every path by its last segment."""
    return PATH_PREFIX.sub("", text)
