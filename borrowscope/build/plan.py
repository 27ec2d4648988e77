"""Rewrites every file of the traced targets: sites and new texts, nothing on disk yet.

In: a project's facts, stable file ids, the switched-off sites. Out: `InstrumentPlan`. Files that cannot be read or
are not UTF-8 stay as they are and are listed.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.kept_files import KeptFiles
from borrowscope.build.file_ids import FileIds
from borrowscope.build.kept_rewrites import KeptRewrites
from borrowscope.build.mark_inheritance import inherited_marks
from borrowscope.build.mark_problems import check_marks, show_problem
from borrowscope.build.pipeline import ProjectFacts
from borrowscope.build.switches import Switches
from borrowscope.build.text_includes import text_include_insertions, with_insertions
from borrowscope.errors import UsageError
from borrowscope.parse.macro_book import MacroBook
from borrowscope.parse.modules import crate_files
from borrowscope.project.model import Package, Target
from borrowscope.rewrite.ambiguities import find_ambiguities
from borrowscope.rewrite.choice import NO_WISHES, TraceOptions
from borrowscope.rewrite.file import defines_panic_handler, names_runtime, read_marks, rewrite_file
from borrowscope.rewrite.macro_calls import MacroCalls
from borrowscope.rewrite.model import Insertion, RewriteOptions, RewrittenFile, Site
from borrowscope.text.collector import collect, collector_paused
from borrowscope.text.deep_stack import run_deep
from borrowscope.text.function_paths import is_glob_match

_BATCH: Final = 1_000_000  # bytes of sources

_NAMED: Final = "borrowscope_runtime;"

Rewrite = Callable[[bytes, FileFacts | None, RewriteOptions], RewrittenFile]
Further = Callable[["SourceToTrace", RewrittenFile, frozenset[int]], list[Insertion]]


@dataclass(frozen=True, slots=True)
class SourceToTrace:
    """One file before it is rewritten: whose it is, and its text."""

    path: Path
    relative: str
    package: Package
    edition: str
    module_path: str
    is_root: bool
    source: bytes
    is_bare: bool = False  # the package has a panic handler of its own
    inherited: TraceOptions | None = None  # the mark of a module around the file


def absolute_text_includes(source: SourceToTrace, _rewritten: RewrittenFile, _off: frozenset[int]) -> list[Insertion]:
    """Text includes of Rust files read the user's text: what every overlay inserts beside its sites."""
    return text_include_insertions(source.source, str(source.path.parent))


@dataclass(frozen=True, slots=True)
class TracedFile:
    """One file with its new text.

    `disabled` are the indices of the sites that healing has switched off; `digest` is of the text and its sites,
    which depend on the options too.
    """

    origin: SourceToTrace
    file_id: int
    rewritten: RewrittenFile
    disabled: frozenset[int]
    digest: str
    rustc_bindings: int

    @property
    def kept(self) -> list[Site]:
        """The sites that healing has left on."""
        return [site for site in self.rewritten.sites if site.index not in self.disabled]

    @property
    def recorded(self) -> list[Site]:
        """The sites that the new text records: those that no option has switched off either."""
        return [site for site in self.kept if not site.is_off]


@dataclass(slots=True)
class InstrumentPlan:
    """All files by absolute path, and the unreadable ones with the reason. `has_marks`: `#[trace_borrow]` was seen."""

    root: Path
    files: dict[Path, TracedFile] = field(default_factory=dict)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    has_marks: bool = False
    rounds: int = 0

    @property
    def site_count(self) -> int:
        """How many sites are recorded."""
        return sum(len(file.recorded) for file in self.files.values())


@dataclass(slots=True)
class Planner:
    """Everything that rewriting needs and that stays the same through the rounds of healing."""

    facts: ProjectFacts
    ids: FileIds
    switches: Switches
    trace_all: bool = False
    trace: tuple[str, ...] = ()
    wishes: TraceOptions = NO_WISHES
    rewrite: Rewrite = rewrite_file
    keep: KeptFiles | None = None  # where rewritten files are remembered
    further: Further = absolute_text_includes
    sources: list[SourceToTrace] = field(default_factory=list)
    macros: dict[str, MacroCalls] = field(default_factory=dict)  # by package
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    marked: bool = False
    kept: KeptRewrites | None = None

    def read_sources(self) -> None:
        """Find and read the files of all targets; the first target that has a file names its module path.

        Raises `UsageError` for marks that cannot be understood.
        """
        seen: set[Path] = set()
        inherited: dict[Path, TraceOptions] = {}
        for traced in self.facts.targets:
            files = crate_files(traced.target.src_path, traced.target.crate_name)
            marked = ((file.path, file.module_path, read_marks(file.source or b"")) for file in files)
            inherited = inherited_marks(marked) | inherited
            for file in files:
                if file.path not in seen:
                    seen.add(file.path)
                    self._read(file.path, file.module_path, traced.package, traced.target, is_root=file.is_root)
        self._leave_bare_packages()
        self._find_macros()
        self.sources = [replace(source, inherited=inherited.get(source.path)) for source in self.sources]
        marks = [read_marks(file.source) for file in self.sources]
        self.marked = any(each.asks_for_tracing for each in marks)
        check_marks((file.relative, file.source, each.problems) for file, each in zip(self.sources, marks, strict=True))

    def _find_macros(self) -> None:
        """The definitions of each package: what its calls may mean."""
        book = MacroBook()
        for source in self.sources:
            book.add(source.package.name, source.source, int(source.edition))
        self.macros = {source.package.name: MacroCalls(book, source.package.name) for source in self.sources}
        self.kept = KeptRewrites(self.keep, book) if self.keep is not None else None

    def _leave_bare_packages(self) -> None:
        """Packages with a panic handler of their own cannot link the runtime, which brings std and std's."""
        bare = {source.package.name for source in self.sources if defines_panic_handler(source.source)}
        self.sources = [replace(source, is_bare=source.package.name in bare) for source in self.sources]

    def _read(self, path: Path, module_path: str, package: Package, target: Target, *, is_root: bool) -> None:
        relative = relative_name(path, self.facts.project.root)
        try:
            source = path.read_bytes()
            source.decode("utf-8")
        except OSError as error:
            self.unreadable.append((relative, error.strerror or "cannot be read"))
            return
        except UnicodeDecodeError as error:
            self.unreadable.append((relative, f"not UTF-8 at byte {error.start}"))
            return
        self.sources.append(
            SourceToTrace(path, relative, package, target.edition, module_path, is_root=is_root, source=source)
        )

    def warnings(self) -> list[str]:
        """What marks with `warn` ask for, as rustc would say it."""
        return [
            show_problem(source.relative, source.source, problem)
            for source in self.sources
            if (facts := self.facts.facts.get(str(source.path))) is not None
            for problem in find_ambiguities(
                source.source, facts, source.inherited, source.module_path, silent=self.wishes.silent
            )
        ]

    def plan(self, only: set[Path] | None = None, before: InstrumentPlan | None = None) -> InstrumentPlan:
        """Rewrite all files, or only those named and take the rest from `before`."""
        plan = run_deep(lambda: self._plan(only, before))
        _name_runtime(plan)
        return plan

    def _plan(self, only: set[Path] | None, before: InstrumentPlan | None) -> InstrumentPlan:
        plan = InstrumentPlan(self.facts.project.root, unreadable=self.unreadable, has_marks=self.marked)
        plan.rounds = self.switches.rounds
        known: dict[Path, TracedFile] = {}
        if before is not None and only is not None:
            known = {path: file for path, file in before.files.items() if path not in only}
        for number, batch in enumerate(_batches(self.sources)):
            if number:
                collect()  # the trees of the files before
            with collector_paused():
                for source in batch:
                    plan.files[source.path] = known.get(source.path) or self._rewrite(source)
        return plan

    def _rewrite(self, source: SourceToTrace) -> TracedFile:
        facts = self.facts.facts.get(str(source.path))
        file_id = self.ids.first_id(source.relative, _most_sites(facts))
        rewritten = self._rewritten(source, facts, self._options(source, file_id, frozenset()))
        wanted = self.ids.first_id(source.relative, len(rewritten.sites))
        digest = _digest(source.source, rewritten.sites)
        disabled = frozenset(self.switches.of(source.relative, digest).sites)
        if disabled or wanted != file_id:
            file_id = wanted
            rewritten = self._rewritten(source, facts, self._options(source, file_id, disabled))
        if rewritten.sites and len(disabled) >= len(rewritten.sites):
            rewritten = _untouched(source.source, rewritten)
        rewritten = with_insertions(rewritten, self.further(source, rewritten, disabled))
        return TracedFile(source, file_id, rewritten, disabled, digest, len(facts.bindings) if facts else 0)

    def _rewritten(self, source: SourceToTrace, facts: FileFacts | None, options: RewriteOptions) -> RewrittenFile:
        """The file, remembered where it is the usual rewriting that is asked for."""
        if self.kept is None or self.rewrite is not rewrite_file:
            return self.rewrite(source.source, facts, options)
        return self.kept.rewrite(f"{source.package.name} {source.relative}", source.source, facts, options)

    def _options(self, source: SourceToTrace, file_id: int, disabled: frozenset[int]) -> RewriteOptions:
        return RewriteOptions(
            file_id=file_id,
            edition=source.edition,
            trace_all=self.trace_all or not (self.marked or self.trace),
            trace=self.trace,
            wishes=self.wishes,
            inherited=source.inherited,
            disabled=disabled,
            module_path=source.module_path,
            crate_root=source.is_root,
            is_bare=source.is_bare,
            macros=self.macros.get(source.package.name),
        )


def _batches(sources: Iterable[SourceToTrace]) -> Iterator[list[SourceToTrace]]:
    """The files in groups whose trees have room in memory at once."""
    batch: list[SourceToTrace] = []
    size = 0
    for source in sources:
        batch.append(source)
        size += len(source.source)
        if size > _BATCH:
            yield batch
            batch, size = [], 0
    yield batch


def _name_runtime(plan: InstrumentPlan) -> None:
    """A root of edition 2015 names the runtime for the modules of its crate, where it records nothing itself.

    Crates of a package may share modules: each root of a package that records anything has the name.
    """
    packages = {file.origin.package.name for file in plan.files.values() if file.kept}
    for path, file in plan.files.items():
        source = file.origin
        if source.is_root and source.edition == "2015" and source.package.name in packages and not _has_name(file):
            plan.files[path] = replace(file, rewritten=with_insertions(file.rewritten, [_name_at_end(source.source)]))


def _has_name(file: TracedFile) -> bool:
    is_inserted = any(each.text.rstrip().endswith(_NAMED) for each in file.rewritten.insertions)
    return is_inserted or names_runtime(file.origin.source)


def _name_at_end(source: bytes) -> Insertion:
    """Behind everything: no line moves."""
    newline = "" if source.endswith(b"\n") else "\n"
    return Insertion(len(source), f"{newline}#[allow(unused_extern_crates)] extern crate {_NAMED}\n", None)


def _most_sites(facts: FileFacts | None) -> int:
    """How many sites a file will hardly have more of: one whose numbers do not suffice is rewritten twice."""
    return len(facts.bindings) + len(facts.moves) + len(facts.borrows) + len(facts.calls) if facts is not None else 0


def check_globs(globs: Sequence[str], plan: InstrumentPlan) -> None:
    """Raise `UsageError` for a glob of `--trace` that no function's path matches; it names the nearest path."""
    paths = [function.path for file in plan.files.values() for function in file.rewritten.functions]
    for glob in globs:
        if not any(is_glob_match(glob, path) for path in paths):
            near = difflib.get_close_matches(glob, paths, n=1, cutoff=0.0)
            hint = f"the nearest path is `{near[0]}`; `*` stands for any run" if near else "there are no functions"
            raise UsageError(f"no function's path matches `{glob}`", hint=hint)


def _digest(source: bytes, sites: Sequence[Site]) -> str:
    digest = hashlib.sha256(source)
    for site in sites:
        digest.update(f"{site.kind} {site.span.start} {site.span.end};".encode())
    return digest.hexdigest()


def _untouched(source: bytes, rewritten: RewrittenFile) -> RewrittenFile:
    """A file whose sites are all off keeps the user's text (its marks are blanked all the same)."""
    shifted = _without_insertions(rewritten) if rewritten.insertions else rewritten.text
    text = shifted if len(shifted) == len(source) else source
    return RewrittenFile(text, rewritten.sites, rewritten.skipped, rewritten.functions, rewritten.macros, [])


def _without_insertions(rewritten: RewrittenFile) -> bytes:
    parts: list[bytes] = []
    at = 0
    shift = 0
    for insertion in rewritten.insertions:
        start = insertion.at + shift
        size = len(insertion.text.encode())
        parts.append(rewritten.text[at:start])
        at = start + size
        shift += size
    return b"".join([*parts, rewritten.text[at:]])


def relative_name(path: Path, root: Path) -> str:
    """The path relative to the root with forward slashes; absolute where it lies elsewhere."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
