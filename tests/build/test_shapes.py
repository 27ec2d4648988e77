"""Shapes of projects: what they are made of stays what it was, traced in place and as a copy."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from borrowscope.build.copy import instrument_copy
from borrowscope.build.copy_above import with_configurations
from borrowscope.build.copy_config import with_outside_paths
from borrowscope.errors import UsageError
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from tests.build.crates import manifest, traced, write_files

MAKE = "pub fn make() -> Vec<u8> { let made = vec![1, 2]; made }\n#[test]\nfn made() { assert_eq!(make().len(), 2); }\n"


def cargo_test(folder: Path) -> list[str]:
    """Every line that tells the result of a test, sorted."""
    done = subprocess.run(
        ["cargo", "test", "--workspace", "--offline"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return results(done.stdout)


def results(stdout: str) -> list[str]:
    return sorted(re.findall(r"^test .* \.\.\. \w+$", stdout, re.MULTILINE))


def copy_notes(path: Path, out: Path) -> list[str]:
    """Write the copy; what it notes."""
    notes: list[str] = []
    options = CargoOptions(offline=True, workspace=True)
    outcome = instrument_copy(load_project(path, options), options, out, trace_all=True, note=notes.append)
    assert outcome.exit_code == 0, outcome.failure
    return notes


@pytest.fixture
def members(tmp_path: Path) -> Path:
    files = {"Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["crates/*"]\n'}
    for name in ("api", "app", "base"):
        files[f"crates/{name}/Cargo.toml"] = manifest(name)
        files[f"crates/{name}/src/lib.rs"] = MAKE
    return write_files(tmp_path / "source", files)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (CargoOptions(packages=("a*",)), ["api", "app"]),
        (CargoOptions(packages=("base", "ap[i]")), ["api", "base"]),
        (CargoOptions(workspace=True, exclude=("a*",)), ["base"]),
        (CargoOptions(workspace=True, exclude=("ap?", "base")), []),
    ],
)
def test_packages_are_named_by_globs(members: Path, options: CargoOptions, names: list[str]):
    assert [package.name for package in load_project(members, options).selected] == names


def test_a_glob_that_names_nothing_is_refused(members: Path):
    with pytest.raises(UsageError, match="no package z"):
        load_project(members, CargoOptions(packages=("z*",)))


@pytest.mark.slow
def test_a_glob_tests_what_cargo_tests(members: Path):
    done = traced("test", members, packages=("a*",), offline=True)
    assert done.returncode == 0, done.stderr
    assert results(done.stdout) == ["test made ... ok"] * 2


@pytest.mark.slow
def test_a_member_outside_of_the_root_is_used_there_and_named(tmp_path: Path):
    root = write_files(
        tmp_path / "root",
        {
            "../outside/Cargo.toml": manifest("outside", more='workspace = "../root"'),
            "../outside/src/lib.rs": MAKE,
            "Cargo.toml": manifest(
                "root",
                more='[dependencies]\noutside = { path = "../outside" }\n[workspace]\nmembers = ["../outside"]',
            ),
            "src/lib.rs": "#[test]\nfn far() { let far = outside::make(); assert_eq!(far.len(), 2); }\n",
        },
    )
    plain = cargo_test(root)
    done = traced("test", root, workspace=True, offline=True)
    assert (results(done.stdout), done.returncode) == (plain, 0), done.stderr
    notes = copy_notes(root, tmp_path / "out")
    assert any(note.startswith("outside lies outside of") for note in notes)
    assert cargo_test(tmp_path / "out") == ["test far ... ok"]


@pytest.mark.slow
def test_cargos_configuration_may_lead_out_of_the_root(tmp_path: Path):
    root = write_files(
        tmp_path / "root",
        {
            "../patched/Cargo.toml": manifest("fnv").replace("0.1.0", "1.0.99"),
            "../patched/src/lib.rs": "pub fn own() -> u8 { 7 }",
            "../data/name.txt": "out",
            "data/name.txt": "in",
            ".cargo/config.toml": '[patch.crates-io]\nfnv = { path = "../patched" }\n'
            '[env]\nOUT = { value = "../data", relative = true }\nIN = { value = "data", relative = true }\n',
            "Cargo.toml": manifest("root", more='[dependencies]\nfnv = "1"'),
            "src/lib.rs": "#[test]\nfn led() {\n    let read = |folder: &str| "
            'std::fs::read_to_string(format!("{folder}/name.txt")).unwrap();\n'
            '    let found = (fnv::own(), read(env!("OUT")), read(env!("IN")));\n'
            '    assert_eq!(found, (7, "out".to_string(), "in".to_string()));\n}\n',
        },
    )
    plain = cargo_test(root)
    assert plain == ["test led ... ok"]
    copy_notes(root, tmp_path / "out")
    assert cargo_test(tmp_path / "out") == plain


def test_only_paths_that_lead_out_change():
    text = (
        'paths = ["../one", "two"]\n'
        '[source.local]\ndirectory = "vendor"\n'
        '[target.x]\nlinker = "cc"\nrunner = ["../run.sh", "../argument"]\n'
        '[env]\nPLAIN = { value = "../kept" } # a note\n'
    )
    edited = with_outside_paths(text, Path("/far/root/.cargo/config.toml"), Path("/far/root"))
    assert edited == text.replace('"../one"', '"/far/one"').replace('"../run.sh"', '"/far/run.sh"')


def test_programs_are_paths_where_they_hold_a_slash():
    text = '[build]\nrustc-wrapper = "sccache"\nrustdoc = "../doc"\n[target.x]\nrunner = ["qemu", "-L", "../kept"]\n'
    edited = with_outside_paths(text, Path("/far/root/.cargo/config.toml"), Path("/elsewhere"))
    assert edited == text.replace('"../doc"', '"/far/doc"')


def test_what_lies_above_is_merged_as_cargo_does(tmp_path: Path):
    outer = write_files(
        tmp_path,
        {
            ".cargo/config.toml": 'paths = ["far"]\n[build]\nrustflags = ["-A"]\njobs = 1\n'
            '[target.x]\nlinker = "cc"\n[env]\nX = "outer"\nY = { value = "up", relative = true }\n'
        },
    )
    place = outer / "root/.cargo/config.toml"
    own = '# own\n[build]\nrustflags = ["-B"]\njobs = 2\n[env]\nX = "inner"\n'
    merged = tomllib.loads(with_configurations(own, place, [outer / ".cargo/config.toml"]))
    assert merged == {
        "paths": [str(outer / "far")],
        "build": {"rustflags": ["-A", "-B"], "jobs": 2},
        "target": {"x": {"linker": "cc"}},
        "env": {"X": "inner", "Y": {"value": str(outer / "up"), "relative": True}},
    }


@pytest.mark.slow
@pytest.mark.parametrize("is_far", [True, False], ids=["far", "beside"])
def test_a_copy_has_what_lies_above_the_sources(tmp_path: Path, *, is_far: bool):
    root = write_files(
        tmp_path / "above/root",
        {
            "../.cargo/config.toml": '[build]\nrustflags = ["--cfg=from_above"]\n[env]\nABOVE = "yes"\n',
            "../rust-toolchain.toml": '[toolchain]\nchannel = "stable"\n',
            ".cargo/config.toml": '[env]\nOWN = "too"\n',
            "Cargo.toml": manifest("root"),
            "src/lib.rs": '#![allow(unexpected_cfgs)]\n#[test]\nfn told() {\n    let read = vec![env!("ABOVE"), '
            'env!("OWN")];\n    assert_eq!(read, ["yes", "too"]);\n    assert!(cfg!(from_above));\n}\n',
        },
    )
    out = tmp_path / "out" if is_far else root.parent / "out"
    copy_notes(root, out)
    assert cargo_test(out) == cargo_test(root) == ["test told ... ok"]
    assert (out / "rust-toolchain.toml").is_file() is is_far
