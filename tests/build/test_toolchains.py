"""Wrappers of the user's, compilers that tell no types, and other toolchains."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.build.crates import manifest, write_files
from tests.cli.commands import Answer, borrowscope

LOGGER = '#!/bin/sh\necho "$@" >> "{log}"\nexec "$@"\n'
# Hands out what it compiled before, as caches of builds do; incremental compilations it leaves alone.
CACHE = """#!/bin/sh
case "$*" in *--crate-name\\ wrapped*src/lib.rs*) ;; *) exec "$@" ;; esac
case "$*" in *incremental=*) exec "$@" ;; esac
out=$(echo "$*" | sed 's/.*--out-dir \\([^ ]*\\).*/\\1/')
key=$(cat src/lib.rs | cksum | cut -d' ' -f1)
if [ -d "{store}/$key" ]; then cp "{store}/$key"/* "$out"; exit 0; fi
"$@" || exit
mkdir -p "{store}/$key" && cp "$out"/*wrapped* "{store}/$key"
"""
REFUSES = """#!/bin/sh
for each in "$@"; do case $each in -Z*) echo "error: unknown unstable option: dump-mir" >&2; exit 1 ;; esac; done
exec {rustc} "$@"
"""
SILENT = """#!/bin/sh
for each in "$@"; do shift; case $each in -Zdump-mir*) ;; *) set -- "$@" "$each" ;; esac; done
exec {rustc} "$@"
"""


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    source = "pub fn f() -> usize { let known = String::new(); known.len() }\n"
    return write_files(tmp_path / "wrapped", {"Cargo.toml": manifest("wrapped"), "src/lib.rs": source})


def program(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def types_of(crate: Path) -> dict[str, tuple[str, str]]:
    info = json.loads((crate / ".borrowscope/type-info.json").read_text())
    return {one["name"]: (one["ty"], one["type_source"]) for one in info["files"]["src/lib.rs"]}


def warnings(answer: Answer) -> list[str]:
    return [line for line in answer.stderr.splitlines() if line.startswith(("warning", "error"))]


def test_a_wrapper_around_rustc_keeps_working(crate: Path, tmp_path: Path):
    log = tmp_path / "log"
    logger = program(tmp_path / "logger", LOGGER.format(log=log))
    answer = borrowscope("analyze", crate, RUSTC_WRAPPER=logger)
    assert answer.returncode == 0, answer.stderr
    assert types_of(crate) == {"known": ("String", "rustc")}
    assert "--crate-name wrapped" in log.read_text()
    assert "set aside" not in answer.stderr


def test_so_does_one_of_cargos_configuration_but_a_workspace_wrapper_is_set_aside(crate: Path, tmp_path: Path):
    log = tmp_path / "log"
    logger = program(tmp_path / "logger", LOGGER.format(log=log))
    lines = f'[build]\nrustc-wrapper = "{logger}"\nrustc-workspace-wrapper = "/nowhere/clippy-driver"\n'
    write_files(crate, {".cargo/config.toml": lines})
    answer = borrowscope("analyze", crate)
    assert types_of(crate) == {"known": ("String", "rustc")}
    assert "--crate-name wrapped" in log.read_text()
    assert "your RUSTC_WORKSPACE_WRAPPER (/nowhere/clippy-driver) is set aside" in answer.stderr


def test_a_cache_of_builds_hides_nothing(crate: Path, tmp_path: Path):
    store = tmp_path / "store"
    cache = program(tmp_path / "cache", CACHE.format(store=store))
    for turn, is_new in enumerate((True, False)):
        answer = borrowscope("analyze", crate, RUSTC_WRAPPER=cache, CARGO_INCREMENTAL="0")
        assert answer.returncode == 0, answer.stderr
        assert types_of(crate) == {"known": ("String", "rustc")}, turn
        assert ("hands out earlier builds" in answer.stderr) is not is_new
        assert list(store.iterdir())
        shutil.rmtree(crate / "target")


@pytest.mark.parametrize(("shim", "said"), [(REFUSES, "refuses the flags"), (SILENT, "in a form that is not known")])
def test_a_compiler_that_tells_no_types_is_one_warning(crate: Path, tmp_path: Path, shim: str, said: str):
    rustc = program(tmp_path / "rustc", shim.format(rustc=shutil.which("rustc")))
    answer = borrowscope("analyze", crate, RUSTC=rustc)
    assert answer.returncode == 0, answer.stderr
    assert len(warnings(answer)) == 1, answer.stderr
    assert said in warnings(answer)[0]
    assert types_of(crate)["known"][1] != "rustc"
    answer = borrowscope("analyze", crate, "--types", "rustc", RUSTC=rustc)
    assert answer.returncode == 2
    assert len(warnings(answer)) == 1
    assert said in warnings(answer)[0]


def has_nightly() -> bool:
    rustup = shutil.which("rustup")
    if rustup is None:
        return False
    listed = subprocess.run([rustup, "toolchain", "list"], capture_output=True, text=True, check=False)
    return "nightly" in listed.stdout


@pytest.mark.skipif(not has_nightly(), reason="no nightly toolchain is installed")
def test_nightly_is_understood_too(crate: Path):
    answer = borrowscope("analyze", crate, "--types", "rustc", RUSTUP_TOOLCHAIN="nightly")
    assert answer.returncode == 0, answer.stderr
    assert types_of(crate) == {"known": ("String", "rustc")}
    environment = {**os.environ, "PATH": f"{Path(borrowscope('--version').args[0]).parent}:{os.environ['PATH']}"}
    subprocess.run(
        ["cargo", "+nightly", "borrowscope", "analyze", "--types", "rustc", "-o", "nightly.json"],
        cwd=crate,
        env=environment,
        check=True,
    )
    assert "nightly" in json.loads((crate / "nightly.json").read_text())["analyzer"]["rustc_version"]
