"""The action, the hook and the GitLab job: what they run is run here, as far as that needs none of those hosts."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.build.crates import REPOSITORY, manifest, write_files
from tests.cli.commands import BORROWSCOPE

OLD = "pub fn old(p: *const u8) -> u8 { unsafe { *p } }\n"
NEW = 'unsafe extern "C" { fn abs(n: i32) -> i32; }\npub fn new() -> i32 { unsafe { abs(-1) } }\n'
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    """A repository whose second state adds a call of a foreign function."""
    folder = write_files(
        tmp_path / "crate",
        {"Cargo.toml": manifest("near", "2024"), "src/lib.rs": OLD, ".gitignore": "target\nCargo.lock\n"},
    )
    for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "first")):
        subprocess.run([*GIT, *words], cwd=folder, check=True)
    write_files(folder, {"src/lib.rs": OLD + NEW})
    return folder


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run as a runner does: bash that stops at the first failure, our program on the path."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("BORROWSCOPE_", "GITHUB_"))}
    path = f"{BORROWSCOPE.parent}{os.pathsep}{inherited['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**inherited, "PATH": path, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def action_scripts() -> list[str]:
    """The texts of `run: |` in the action, in order."""
    text = (REPOSITORY / "action.yml").read_text(encoding="utf-8")
    blocks = re.findall(r"^      run: \|\n((?:        .*\n)+)", text, re.MULTILINE)
    return [re.sub(r"^ {8}", "", block, flags=re.MULTILINE) for block in blocks]


def action_variables(given: Mapping[str, str]) -> dict[str, str]:
    """What the action's `env` is for these inputs, defaults for the others."""
    text = (REPOSITORY / "action.yml").read_text(encoding="utf-8")
    names = re.findall(r"^  ([\w-]+):\n    description:.*\n    default: (.*)$", text, re.MULTILINE)
    inputs = {**{name: default.strip('"') for name, default in names}, **given}
    assert set(given) <= {name for name, _ in names}
    variables = re.findall(r"^        (\w+): \$\{\{ inputs\.([\w-]+) \}\}$", text, re.MULTILINE)
    assert sorted(name for _, name in variables) == sorted(inputs), "every input has its variable"
    return {variable: inputs[name] for variable, name in variables}


def test_the_action_fails_on_what_is_new(crate: Path, tmp_path: Path):
    _, script = action_scripts()
    summary = tmp_path / "summary.md"
    host = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    inputs = {"since": "HEAD", "fail-on": "warning", "sarif": "out.sarif", "types": "static"}
    done = shell(script, crate, **action_variables(inputs), **host)
    assert done.returncode == 1, done.stderr
    assert "::warning " in done.stdout
    assert "abs" in summary.read_text(encoding="utf-8")
    results = json.loads((crate / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert [one["ruleId"] for one in results] == ["BS0101"]
    assert shell(script, crate, **action_variables({"types": "static"}), **host).returncode == 0
    more = action_variables({"types": "static", "arguments": "--level ffi_call=error\n--annotations none\n"})
    done = shell(script, crate, **more, **host)
    assert (done.returncode, "::" in done.stdout.replace("near::", "")) == (1, False)


def test_the_action_speaks_of_what_the_host_shows(crate: Path, tmp_path: Path):
    _, script = action_scripts()
    many = "".join(f"pub unsafe fn f{number}(p: *const u8) -> u8 {{ *p }}\n" for number in range(30))
    write_files(crate, {"src/lib.rs": OLD + NEW + many})
    summary = tmp_path / "summary.md"
    host = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    done = shell(script, crate, **action_variables({"types": "static", "baseline": "known.json"}), **host)
    assert (done.returncode, "no such baseline" in done.stderr, summary.exists()) == (2, True, False)
    shell("borrowscope check . --types static --baseline known.json --write-baseline", crate)
    inputs = {"types": "static", "baseline": "known.json", "fail-on": "note", "sarif": "out.sarif"}
    done = shell(script, crate, **action_variables(inputs), **host)
    assert (done.returncode, "::" in done.stdout) == (0, False), "what is known is not told again"
    assert json.loads((crate / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"] == []
    done = shell(script, crate, **action_variables({"types": "static"}), **host)
    notes = [line for line in done.stdout.splitlines() if line.startswith("::notice ")]
    warnings = [line for line in done.stdout.splitlines() if line.startswith("::warning ")]
    assert (len(notes), len(warnings)) == (10, 1)
    assert done.stdout.index("::warning ") < done.stdout.index("::notice "), "the worst come first"
    assert "21 findings without an annotation" in done.stdout
    assert summary.read_text(encoding="utf-8").count("| note |") == 31


def test_the_action_takes_the_program_that_is_there(crate: Path, tmp_path: Path):
    install, _ = action_scripts()
    path = tmp_path / "path"
    place = {"RUNNER_TEMP": str(tmp_path), "GITHUB_ACTION_PATH": str(REPOSITORY), "GITHUB_PATH": str(path)}
    assert shell(install, crate, **place).returncode == 0
    assert not path.exists()
    assert not (tmp_path / "borrowscope").exists()


def test_the_hook_looks_at_what_is_to_be_committed(crate: Path):
    text = (REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^[- ] (\w+): (.*)$", text, re.MULTILINE))
    words = [*shlex.split(rows["entry"]), *rows["args"].strip("[]").split(", ")]
    assert (rows["language"], rows["pass_filenames"]) == ("python", "false")
    found = shell(shlex.join([*words, "--fail-on", "warning"]), crate)
    assert found.returncode == 1, found.stderr
    assert "src/lib.rs:3:" in found.stdout
    assert "src/lib.rs:1:" not in found.stdout
    subprocess.run([*GIT, "commit", "-q", "-a", "-m", "second"], cwd=crate, check=True)
    assert shell(shlex.join([*words, "--fail-on", "note"]), crate).returncode == 0


def test_the_gitlab_job_writes_its_report(crate: Path):
    text = (REPOSITORY / "docs" / "continuous-integration.md").read_text(encoding="utf-8")
    found = re.search(r"^  script:\n((?:    - .*\n)+)", text, re.MULTILINE)
    report = re.search(r"^      codequality: (.*)$", text, re.MULTILINE)
    assert found is not None
    assert report is not None
    script = re.sub(r"^    - ", "", found.group(1), flags=re.MULTILINE)
    done = shell(script, crate)
    assert done.returncode == 0, done.stderr
    issues = json.loads((crate / report.group(1)).read_text(encoding="utf-8"))
    assert {one["check_name"] for one in issues} == {"BS0101 ffi_call", "BS0501 raw_deref"}
    assert {one["location"]["path"] for one in issues} == {"src/lib.rs"}
