"""The generated crate: complete, deterministic, formatted, clean under clippy, in step with the tables."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from borrowscope.runtime.constants import format_module
from borrowscope.runtime.generate import runtime_files, write_runtime
from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import EVENTS


def content(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_same_input_gives_the_same_files(tmp_path):
    for name in ("a", "b"):
        write_runtime(tmp_path / name, active_file=Path("/x/active"), sites_json="{}")
    assert content(tmp_path / "a") == content(tmp_path / "b")
    assert content(tmp_path / "a") == runtime_files(active_file=Path("/x/active"), sites_json="{}")


def test_an_old_crate_is_replaced_as_a_whole(tmp_path):
    write_runtime(tmp_path / "crate", active_file=None, sites_json="{}")
    (tmp_path / "crate" / "stale").write_text("")
    write_runtime(tmp_path / "crate", active_file=None, sites_json=None)
    assert set(content(tmp_path / "crate")) == set(runtime_files(active_file=None, sites_json=None))
    assert [path.name for path in tmp_path.iterdir()] == ["crate"]


def test_what_nobody_calls_by_hand_is_not_compiled(tmp_path):
    write_runtime(tmp_path, active_file=None, sites_json="{}")
    for name, text in runtime_files(active_file=None, sites_json="{}", by_hand=False).items():
        (tmp_path / name).write_text(text)
    rustc = ["rustc", "--edition=2021", "-Dwarnings"]
    rlib = ["--crate-type=rlib", "--crate-name=borrowscope_runtime", "--emit=metadata"]
    library = tmp_path / "libborrowscope_runtime.rmeta"
    subprocess.run([*rustc, *rlib, tmp_path / "src/lib.rs", "-o", library], check=True)
    for name, code in (("site::NONE", 0), ("get_events()", 1)):
        (tmp_path / "main.rs").write_text(f"fn main() {{ let _ = borrowscope_runtime::{name}; }}")
        command = [*rustc, "--emit=metadata", f"--extern=borrowscope_runtime={library}", tmp_path / "main.rs"]
        done = subprocess.run([*command, "-o", tmp_path / "main.rmeta"], capture_output=True, check=False)
        assert done.returncode == code, done.stderr


@pytest.mark.parametrize("path", ['/a "b"/c\\d', "/tab\there", "/ümlaut/日本"])
def test_paths_become_literals(path):
    config = runtime_files(active_file=Path(path), sites_json=None)["src/config.rs"]
    literal = config.split("ACTIVE_FILE: Option<&str> = Some(")[1].split(");\n")[0]
    assert literal.replace("\\u{9}", "\t").replace('\\"', '"').replace("\\\\", "\\") == f'"{path}"'


def test_constants_follow_the_tables():
    text = format_module()
    for row in EVENTS:
        assert f": u32 = {row.tag};" in text
    assert f"SITE_MASK: u32 = 0x{spec.SITE_MASK:08x};" in text


@pytest.fixture(scope="module")
def crate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crate") / "borrowscope-runtime"
    write_runtime(folder, active_file=None, sites_json='{"a": 1}')
    return folder


@pytest.mark.skipif(shutil.which("rustfmt") is None, reason="rustfmt is not installed")
def test_formatted(crate):
    subprocess.run(["cargo", "fmt", "--check"], cwd=crate, check=True)


@pytest.mark.skipif(shutil.which("cargo-clippy") is None, reason="clippy is not installed")
@pytest.mark.parametrize("flags", ["", "--cfg borrowscope_portable"])
def test_clippy(crate, flags, tmp_path):
    environment = {"RUSTFLAGS": flags, "CARGO_TARGET_DIR": str(tmp_path)}
    command = ["cargo", "clippy", "--offline", "--", "-D", "warnings", "-D", "clippy::undocumented_unsafe_blocks"]
    subprocess.run(["env", *(f"{key}={value}" for key, value in environment.items()), *command], cwd=crate, check=True)
