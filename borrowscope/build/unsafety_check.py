"""Asks the user's own rustc which operations need `unsafe`: its error and lint E0133, in a copy without unsafe blocks.

In: a project, its targets. Out: `RustcAnswer`: the places by path relative to the root. One target after the other is
checked, and only its own files are blanked: what others depend on must compile; the macros that others lend it are
blanked in a pass of their own. Around the copy stand links to whatever stands around the project, so that paths and
configuration lead where they led; the user's flags stay, and a wrapper around rustc adds ours for members alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from borrowscope.analyzer.sources import read_sources
from borrowscope.build.directories import prepare_directory
from borrowscope.build.process import capture
from borrowscope.parse.macro_book import definitions_of
from borrowscope.parse.modules import tidied
from borrowscope.project.cargo import find_cargo
from borrowscope.project.model import Package, Project, Target
from borrowscope.project.options import CargoOptions, feature_arguments, network_arguments, profile_arguments

_BLOCK: Final = re.compile(rb"\bunsafe(?=(?:\s|//[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)*+\{)")
_BLANK: Final = b"      "
_CODES: Final = frozenset({"E0133", "unsafe_op_in_unsafe_fn"})
_WRAPPER: Final = '#!/bin/sh\nexec "$@" --force-warn unsafe_op_in_unsafe_fn --cap-lints warn\n'
_LEFT_TO_CARGO: Final = re.compile(r"error: target `[^`]*` in package `[^`]*` requires the features")
_LEFT_OUT: Final = (".git", ".hg", ".svn", ".borrowscope")
_SELECTIONS: Final = {"bin": "--bin", "example": "--example", "test": "--test", "bench": "--bench"}


@dataclass(frozen=True, slots=True)
class RustcPlace:
    """One operation as rustc tells it."""

    file: str
    start: int
    end: int
    message: str


@dataclass(slots=True)
class RustcAnswer:
    """All operations of all targets; `failures` names targets that rustc refused for other reasons, with the first."""

    places: set[RustcPlace] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    interrupted: bool = False


def ask_rustc(project: Project, options: CargoOptions, targets: Sequence[tuple[Package, Target]]) -> RustcAnswer:
    """What rustc says of the targets, their tests included."""
    answer = RustcAnswer()
    own = prepare_directory(project.own_dir)
    with tempfile.TemporaryDirectory(dir=own, prefix="verify-") as scratch:
        copy = _Copy(project, Path(scratch).resolve())
        files = [_files(project, package, target) for package, target in targets]
        lenders = _lenders(path for those in files for path in those)
        for (package, target), those in zip(targets, files, strict=True):
            selection = _selection(project, package, target)
            for asked in _passes([path for path in lenders if path not in those]):
                copy.blank(those)
                copy.blank(asked.lent, _without_blocks_in_macros)
                command = copy.command(options, selection, is_test=asked.is_test)
                done = capture(command, copy.directory, copy.environment)
                copy.restore()
                if done.interrupted:
                    answer.interrupted = True
                    return answer
                answer.places.update(copy.places(done.stdout))
                refusal = _refusal(done.stdout, done.stderr, is_success=done.is_success) if not asked.lent else None
                if refusal is not None:
                    answer.failures += [f"{target.name}: {refusal}"] if not _LEFT_TO_CARGO.match(refusal) else []
                    break
    return answer


class _Pass(NamedTuple):
    """One question about a target; `lent` are files of other targets whose exported macros are blanked for it.

    Where those targets call their own macros they do not compile in that pass, and have told of them in theirs.
    """

    is_test: bool
    lent: Sequence[Path] = ()


def _passes(lent: Sequence[Path]) -> list[_Pass]:
    asked = [_Pass(is_test=False), _Pass(is_test=True)]
    return [*asked, _Pass(is_test=True, lent=lent)] if lent else asked


def _files(project: Project, package: Package, target: Target) -> list[Path]:
    return [Path(text.path) for text in read_sources(project.root, [(package, target)]).files]


def _lenders(files: Iterable[Path]) -> list[Path]:
    """The files whose macros may write unsafe blocks into other crates."""
    return [file for file in dict.fromkeys(files) if _without_blocks_in_macros(source := file.read_bytes()) != source]


def _without_blocks(source: bytes) -> bytes:
    return _BLOCK.sub(_BLANK, source)


def _without_blocks_in_macros(source: bytes) -> bytes:
    if b"macro_export" not in source:
        return source
    pieces, end = [], 0
    for one in definitions_of(source):
        if one.start >= end:  # not inside of another definition
            pieces += [source[end : one.start], _without_blocks(source[one.start : one.end])]
            end = one.end
    return b"".join((*pieces, source[end:]))


class _Copy:
    """A copy of the sources whose unsafe blocks can be blanked."""

    def __init__(self, project: Project, scratch: Path) -> None:
        self._project = project
        self._blanked: dict[Path, bytes] = {}
        self.root = scratch if project.is_single_file else _below(scratch, project.root)
        if project.is_single_file:
            self._copy_file()
        else:
            _link_around(scratch, project.root)
            shutil.copytree(project.root, self.root, ignore=self._ignored, symlinks=True, dirs_exist_ok=True)
        wrapper = project.own_dir / "verify-rustc"
        wrapper.write_text(_WRAPPER, encoding="utf-8")
        wrapper.chmod(0o755)
        self.environment = {**os.environ, "RUSTC_WORKSPACE_WRAPPER": str(wrapper)}

    @property
    def directory(self) -> Path:
        """Where cargo is started: in the copy of where it would be."""
        place = self._place(self._project.directory)
        return place if place is not None and place.is_dir() else self.root

    def _ignored(self, folder: str, names: list[str]) -> list[str]:
        target = self._project.target_dir.resolve()
        return [name for name in names if name in _LEFT_OUT or Path(folder, name).resolve() == target]

    def _copy_file(self) -> None:
        """A single file has its manifest elsewhere, which names it by its path."""
        manifest = self._project.manifest.read_text(encoding="utf-8")
        for package in self._project.packages:
            for target in package.targets:
                place = self.root / target.src_path.name
                shutil.copyfile(target.src_path, place)
                manifest = manifest.replace(str(target.src_path), str(place))
        (self.root / "Cargo.toml").write_text(manifest, encoding="utf-8")

    def blank(self, files: Sequence[Path], blanked: Callable[[bytes], bytes] = _without_blocks) -> None:
        """Take the word before blocks out of these files; columns stay. What links lead to is not touched."""
        for file in files:
            place = self._place(file)
            if place is None or not place.is_file():
                continue
            self._own(place)
            source = place.read_bytes()
            self._blanked[place] = source
            place.write_bytes(blanked(source))

    def _own(self, place: Path) -> None:
        """Put copies where links are, on the way to a file and there."""
        for part in [*reversed(place.parents), place]:
            if part.is_relative_to(self.root) and part.is_symlink():
                real = part.resolve()
                part.unlink()
                copied = partial(shutil.copytree, symlinks=True) if real.is_dir() else shutil.copyfile
                copied(real, part)

    def _place(self, file: Path) -> Path | None:
        root = self._project.root
        return self.root / file.relative_to(root) if file.is_relative_to(root) else None

    def restore(self) -> None:
        """Put the words back."""
        for place, source in self._blanked.items():
            place.write_bytes(source)
        self._blanked.clear()

    def command(self, options: CargoOptions, selection: Sequence[str], *, is_test: bool) -> list[str]:
        """Cargo's check of the copy; tests have a profile of their own."""
        manifest = self._project.manifest
        inside = manifest.is_relative_to(self._project.root) and not self._project.is_single_file
        relative = manifest.relative_to(self._project.root) if inside else Path("Cargo.toml")
        built = replace(options, release=False, profile="test") if is_test else options
        return [
            *(find_cargo(), "check", "--message-format=json", "--keep-going"),
            *("--manifest-path", str(self.root / relative)),
            *("--target-dir", str(self._project.own_dir / "verify")),
            *selection,
            *feature_arguments(options),
            *profile_arguments(built),
            *network_arguments(options),
        ]

    def places(self, stdout: bytes) -> Iterator[RustcPlace]:
        """The operations that messages tell, in files of the copy."""
        for message in _messages(stdout):
            if (message.get("code") or {}).get("code") in _CODES:
                for span in message["spans"]:
                    path = tidied(self.root / span["file_name"])  # `#[path]` may lead through `..`
                    if span["is_primary"] and path.is_relative_to(self.root) and path.is_file():
                        name = path.relative_to(self.root).as_posix()
                        yield RustcPlace(name, span["byte_start"], span["byte_end"], message["message"])


def _selection(project: Project, package: Package, target: Target) -> list[str]:
    flag = ["--lib"] if target.is_library else [_SELECTIONS.get(target.kind, "--bin"), target.name]
    return flag if project.is_single_file or len(project.packages) == 1 else ["--package", package.name, *flag]


def _below(scratch: Path, folder: Path) -> Path:
    """The folder's place where all of the file system is thought below another one."""
    return scratch / folder.relative_to(folder.anchor)


def _link_around(scratch: Path, root: Path) -> None:
    """Links to what stands beside the root and beside the folders above it."""
    inner = root
    for folder in root.parents:
        place = _below(scratch, folder)
        place.mkdir(parents=True, exist_ok=True)
        with suppress(PermissionError):
            for entry in folder.iterdir():
                if entry != inner:
                    (place / entry.name).symlink_to(entry)
        inner = folder


def _refusal(stdout: bytes, stderr: bytes, *, is_success: bool) -> str | None:
    """Why rustc could not say everything: an error of another kind, or a cargo that did not begin."""
    messages = list(_messages(stdout))
    for message in messages:
        code = (message.get("code") or {}).get("code")
        if message.get("level") == "error" and code not in _CODES and not _is_summary(message):
            return str(message["message"])
    if is_success or any((message.get("code") or {}).get("code") in _CODES for message in messages):
        return None
    said = [line for line in stderr.decode("utf-8", "replace").splitlines() if line.startswith("error")]
    return said[0] if said else "cargo failed"


def _is_summary(message: Mapping[str, Any]) -> bool:
    return not message.get("spans") and message["message"].startswith("aborting due to")


def _messages(stdout: bytes) -> Iterator[dict[str, Any]]:
    for line in stdout.splitlines():
        if line.startswith(b"{"):
            message = json.loads(line).get("message")
            if isinstance(message, dict):
                yield message
