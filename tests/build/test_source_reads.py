"""Programs that read their own sources at run time: `instrument` says that the copy's are the rewritten ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from borrowscope.build.plan import SourceToTrace
from borrowscope.build.source_reads import find_source_reads, told_reads
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from tests.build.crates import manifest, write_files
from tests.drops.programs import BORROWSCOPE, run_command

READS = [
    'std::fs::read_to_string("src/lib.rs")',
    "std::fs::File::open(file!())",
    'std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs"))',
    'std::fs::read(format!("{}/src/deep/part.rs", env!("CARGO_MANIFEST_DIR")))',
    'std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")',
    'Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join("deep").join("part.rs")',
    'std::fs::read_dir("./src/deep")',
    'std::path::PathBuf::from("src/lib.rs")',
]
NO_READS = [
    'include_str!("lib.rs")',
    'include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs"))',
    'assert_eq!(file!(), "src/lib.rs")',
    'println!("src/lib.rs")',
    'std::fs::read_to_string("src/other.rs")',
    'std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/x.txt"))',
    'Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join("deep").join("data.txt")',
    'Path::new("src").join(name)',
    "// std::fs::File::open(file!())",
    '"unclosed',
]


def reads_of(text: str, folder: Path) -> list[str]:
    root = write_files(folder, {"Cargo.toml": manifest("x"), "src/lib.rs": text, "src/deep/part.rs": ""})
    project = load_project(root, CargoOptions(offline=True))
    package = project.packages[0]
    sources = [
        SourceToTrace(root / name, name, package, "2021", "x", is_root=False, source=(root / name).read_bytes())
        for name in ("src/lib.rs", "src/deep/part.rs")
    ]
    return find_source_reads(project, sources)


def test_reads_are_found(tmp_path: Path) -> None:
    text = "".join(f"fn f{at}() {{ {read}; }}\n" for at, read in enumerate(READS))
    assert reads_of(text, tmp_path) == [f"src/lib.rs:{at + 1}" for at in range(len(READS))]


@pytest.mark.parametrize("text", NO_READS)
def test_what_reads_no_rewritten_source_is_not_told(text: str, tmp_path: Path) -> None:
    assert reads_of(f"fn f() {{ {text}\n; }}\n", tmp_path) == []


def test_the_line_has_few_places() -> None:
    assert told_reads(["a:1"]).startswith("a:1 may read Rust sources at run time")
    assert told_reads(["a:1", "a:2", "b:3", "b:4", "c:5"]).startswith("a:1, a:2, b:3 and 2 more may read")


@pytest.mark.slow
def test_instrument_tells_it_and_tests_in_place_read_the_originals(tmp_path: Path) -> None:
    text = '#[test]\nfn own() {\n    let own = std::fs::read_to_string("src/lib.rs").unwrap();\n'
    text += '    assert_eq!(own.as_str(), include_str!("lib.rs"));\n}\n'
    script = 'fn main() {\n    println!("cargo:rustc-env=N={}", std::fs::read("src/lib.rs").unwrap().len());\n}\n'
    root = write_files(tmp_path / "x", {"Cargo.toml": manifest("x"), "src/lib.rs": text, "build.rs": script})
    copied = run_command([*BORROWSCOPE, "instrument", str(root), "--out", str(tmp_path / "out"), "--offline"], tmp_path)
    assert copied.code == 0, copied.stderr
    warnings = [line for line in copied.stderr.splitlines() if line.startswith("warning: ")]
    assert warnings == [f"warning: {told_reads(['src/lib.rs:3', 'build.rs:2'])}"]
    tested = run_command([*BORROWSCOPE, "test", str(root), "--all", "--offline"], tmp_path)
    assert tested.code == 0, tested.stdout + tested.stderr
