"""Addresses of `static mut`: `&raw const X`, `&raw mut X`, `addr_of!(X)`. Taking one is safe.

In: a file. Out: one draft for each; where an element's address is taken the access is another rule's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from borrowscope.check.places import is_code
from borrowscope.check.registry import Draft, at_place, rule
from borrowscope.check.view import FileView, ProjectView
from borrowscope.text.span import Span

_ADDRESS = re.compile(rb"(?:&\s*raw\s+(?:const|mut)\s+|\baddr_of(?:_mut)?!\s*\(\s*)((?:\w+\s*::\s*)*(\w+))(\s*\))?")


@rule("static_mut_address")
def static_mut_address(project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each address of the whole static or of a field."""
    for found in _ADDRESS.finditer(file.source):
        static = project.statics_by_name.get(found.group(2).decode())
        if static is None or not static.is_mutable or file.source[found.end(1) :].lstrip()[:1] in (b"[", b"("):
            continue
        if is_code(file.tree.root, found.start(1)):
            yield at_place(Span(found.start(), found.end()), static.path)
