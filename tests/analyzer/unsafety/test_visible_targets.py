"""What an operation reaches is told by the path that people write: through re-exports, past private modules."""

from __future__ import annotations

from pathlib import Path

from borrowscope.analyzer.analyze import AnalysisRequest, examine
from borrowscope.analyzer.sources import read_sources
from borrowscope.analyzer.static.crate_graph import crate_sources
from borrowscope.build.unsafety_check import ask_rustc
from borrowscope.check.verification import told_place
from borrowscope.project.cargo import find_graph
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from tests.build.crates import write_files

FILES = {
    "Cargo.toml": """
[workspace]
exclude = ["low", "mid"]
[package]
name = "near"
version = "0.1.0"
edition = "2021"
[dependencies]
mid = { path = "mid" }
low = { path = "low" }
""",
    "mid/Cargo.toml": """
[package]
name = "mid"
version = "0.1.0"
edition = "2021"
[dependencies]
deep = { path = "../low", package = "low" }
""",
    "low/Cargo.toml": '[package]\nname = "low"\nversion = "0.1.0"\nedition = "2021"\n',
    "low/src/lib.rs": """
mod a {
    pub mod b { pub unsafe fn first() {} pub unsafe fn second() {} }
    pub use self::b::*;
    #[doc(hidden)] pub mod hidden { pub use super::c::fourth; }
    mod c { pub unsafe fn fourth() {} pub unsafe fn fifth() {} }
    pub mod shown { pub mod deeper { pub use super::super::c::{fourth, fifth as five}; } }
    macro_rules! made { ($name:ident) => { extern "C" { pub fn $name(x: i64) -> i64; } }; }
    made!(labs);
}
pub use a::*;
""",
    "mid/src/lib.rs": """
pub use deep as low_again;
pub use deep::first;
pub mod again { pub use deep::*; }
pub unsafe fn own() {}
mod secret {
    pub unsafe fn inner() {}
    pub struct T;
    impl T { pub unsafe fn method(&self) {} }
    pub union U { pub a: u8 }
    pub static mut STATE: u8 = 0;
    extern "C" { pub fn abs(x: i32) -> i32; pub static environ: *const u8; }
    pub trait Risky { unsafe fn risk(&self) {} }
    impl Risky for u8 {}
}
pub use secret::{abs, environ as env, inner as outer, Risky, STATE as SHARED, T, U};
""",
    "src/lib.rs": """
use mid::Risky;
pub fn f() { unsafe {
    low::first(); low::second(); mid::first(); mid::low_again::second(); mid::again::first();
    low::shown::deeper::fourth(); low::shown::deeper::five(); low::labs(1);
    mid::own(); mid::outer(); mid::T.method(); mid::abs(1); 3u8.risk();
    mid::SHARED = mid::U { a: 1 }.a; let _env = mid::env;
} }
""",
}
CALLED = [
    *("low::first", "low::second", "low::first", "low::second", "low::first"),
    *("low::shown::deeper::fourth", "low::shown::deeper::five", "low::labs"),
    *("mid::own", "mid::outer", "mid::T::method", "mid::abs", "mid::Risky::risk"),
]


def test_targets_are_told_as_people_and_rustc_write_them(tmp_path: Path):
    crate = write_files(tmp_path, FILES)
    options = CargoOptions()
    project = load_project(crate, options)
    targets = [(package, target) for package in project.traced for target in package.traceable_targets]
    graph = find_graph(project.manifest, project.directory, project.workspace_root, options)
    crates = crate_sources(project, graph, targets)
    (file,) = examine(AnalysisRequest(read_sources(project.root, targets), {}, lambda: crates)).files
    found = sorted(file.operations, key=lambda one: one.span.start)
    assert [one.target for one in found] == [*CALLED, "mid::SHARED", "mid::U::a", "mid::env"]
    places = [
        told_place(one.file, one.start, one.end, one.message) for one in ask_rustc(project, options, targets).places
    ]
    theirs = [one.callee.rpartition("::")[2] for one in sorted(places, key=lambda one: one.start) if one.callee]
    assert theirs == [path.rpartition("::")[2] for path in CALLED]
