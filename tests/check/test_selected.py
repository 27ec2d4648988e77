"""What a change touches is found without reading the rest, and is what the check of everything finds there."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.analysis import crate_folder, request_for
from borrowscope.analyzer.analyze import Analysis, AnalysisRequest, examine
from borrowscope.analyzer.selected import examine_selected
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.check.changes import Changes, only_touched
from borrowscope.check.model import CheckResult
from borrowscope.check.run import CheckRequest, run_check
from tests.build.crates import write_files
from tests.check.checked import ALL_ON

FILES = {
    "lib": "mod macros;\nmod user;\nmod plain;\nmod holder;\nmod part;\npub trait Reads { fn read(&self) -> u8; }\n",
    "macros": (
        "#[macro_export]\nmacro_rules! peek {\n    ($p:expr) => { unsafe { *$p.as_ptr() } };\n}\n"
        "macro_rules! twice {\n    ($p:expr) => { peek!($p) + peek!($p) };\n}\npub(crate) use twice as doubled;\n"
        "pub static COUNT: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(0);\n"
        "pub fn f(p: *const u8) -> u8 { COUNT.load(std::sync::atomic::Ordering::SeqCst); unsafe { *p } }\n"
    ),
    "user": (
        "use crate::macros::{COUNT, doubled};\npub fn g(b: [u8; 3]) -> u8 {\n"
        "    COUNT.load(std::sync::atomic::Ordering::SeqCst);\n"
        "    doubled!(b)\n}\n"
    ),
    "plain": (
        "use crate::Reads;\npub fn h(b: crate::holder::Thing) -> u8 {\n    b.read()\n}\n"
        "pub unsafe fn one<T: Clone>(p: *const T) -> T {\n    (*p).clone()\n}\n"
        "pub fn calls() -> u8 {\n    unsafe { one(&1u8) }\n}\n"
    ),
    "holder": (
        "pub struct Thing(pub *const u8);\npub fn hides() {\n    impl crate::Reads for Thing {\n"
        "        fn read(&self) -> u8 { unsafe { *self.0 } }\n    }\n}\n"
    ),
    "part": 'pub fn k() -> u8 {\n    include!("inner.rs")\n}\n',
}


@pytest.fixture
def request_of(tmp_path: Path) -> AnalysisRequest:
    write_files(
        tmp_path, {f"{name}.rs": text for name, text in FILES.items()} | {"inner.rs": "unsafe { *[7u8].as_ptr() }\n"}
    )
    texts = [
        SourceText(
            str(tmp_path / f"{name}.rs"),
            f"src/{name}.rs",
            "demo",
            "demo" if name == "lib" else f"demo::{name}",
            text.encode(),
        )
        for name, text in FILES.items()
    ]
    return AnalysisRequest(SourceTexts(texts), {}, lambda: [CrateSource("demo", "demo", 2021, tmp_path / "lib.rs")])


def told(analysis: Analysis, changes: Changes) -> CheckResult:
    return only_touched(run_check(CheckRequest(analysis, Path("/demo"), ALL_ON)), changes)


@pytest.mark.parametrize("name", FILES)
def test_each_file_alone_and_each_of_its_lines(request_of: AnalysisRequest, name: str):
    path = f"src/{name}.rs"
    everything = examine(request_of)
    lines = [Changes({path: {number}}) for number in range(1, FILES[name].count("\n") + 1)]
    for changes in [Changes(whole={path}), *lines]:
        some = examine_selected(request_of, changes.selected)
        assert [file.tree.text.relative for file in some.files] == [path]
        assert told(some, changes) == told(everything, changes), changes


def test_there_is_something_to_find(request_of: AnalysisRequest):
    found = run_check(CheckRequest(examine(request_of), Path("/demo"), ALL_ON)).findings
    assert {one.file for one in found} == {f"src/{name}.rs" for name in ("macros", "plain", "holder")}
    assert {"BS0501", "BS0305", "BS0401", "BS0503"} <= {one.code for one in found}


@pytest.mark.parametrize("crate", ["smallvec", "bytes"])
def test_published_crates_file_by_file(crate: str):
    request = request_for(crate_folder(crate))
    everything = examine(request)
    found = 0
    for text in request.sources.files:
        changes = Changes(whole={text.relative})
        result = told(examine_selected(request, changes.selected), changes)
        assert result == told(everything, changes)
        found += len(result.findings)
    assert found > 100


def test_nothing_is_read_where_nothing_is_touched(request_of: AnalysisRequest):
    some = examine_selected(request_of, {})
    assert (some.files, told(some, Changes()).findings) == ([], [])
