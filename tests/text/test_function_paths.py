from __future__ import annotations

import pytest

from borrowscope.text.function_paths import is_glob_match, plain_path


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("krate::main", "krate::main", True),
        ("main", "krate::main", False),
        ("*::main", "krate::main", True),
        ("krate::*", "krate::a::b::c", True),
        ("krate::main", "krate::main::{closure#0}", True),
        ("krate::main", "krate::main::{closure#0}::{closure#1}", True),
        ("krate::T::next", "krate::<T as Iterator>::next", True),
        ("krate::<T as Iterator>::next", "krate::<T as Iterator>::next", True),
        ("krate::[a]", "krate::a", False),
        ("*", "krate::main", True),
    ],
)
def test_globs(glob: str, path: str, matches: bool):
    assert is_glob_match(glob, path) is matches


def test_a_trait_with_arguments_is_left_out():
    assert plain_path("krate::<Rc<T> as From<Vec<T>>>::from") == "krate::Rc<T>::from"


@pytest.mark.parametrize("path", ["krate::f", "krate::S<T>::f", "krate::<S<", "krate::<fn(u8) -> u8>::f", ""])
def test_a_path_without_a_trait_stays(path: str):
    assert plain_path(path) == path
