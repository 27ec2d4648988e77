"""The entries that `init` makes in manifests of every form: valid, complete, and made once."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from borrowscope.build.manifest import edit_manifest, with_dependency, with_known_cfg
from borrowscope.build.pass_through import CFG, CRATE
from tests.build.crates import manifest


def edited(text: str) -> str:
    return edit_manifest(text, Path("Cargo.toml"), with_dependency(CRATE, CRATE), with_known_cfg(CFG))


@pytest.mark.parametrize(
    "more",
    [
        "",
        '[dependencies.serde]\nversion = "1"\n\n[features]\na = []\n',
        '[lints.clippy]\nall = "warn"\n\n[features]\na = []\n',
        '[lints]\nrust.unexpected_cfgs = "deny"\n',
        '[lints.rust]\nunexpected_cfgs = { level = "warn", check-cfg = ["cfg(x)"] }\n',
        '[lints.rust.unexpected_cfgs]\nlevel = "warn"\ncheck-cfg = ["cfg(x)"]\n\n[features]\na = []\n',
        '[lints.rust]\nunsafe_code = "deny"\n[dependencies]\na = "1"\n\n# end\n',
        '[target.x.dependencies]\na = "1"\n',
    ],
)
def test_entries_are_added_to_what_is_there(more: str):
    text = manifest("x", more=more)
    after = edited(text)
    assert edited(after) == after
    before, now = tomllib.loads(text), tomllib.loads(after)
    assert now["dependencies"] == {**before.get("dependencies", {}), CRATE: {"path": CRATE}}
    cfgs = now["lints"]["rust"].pop("unexpected_cfgs")
    old = before.get("lints", {}).get("rust", {}).pop("unexpected_cfgs", "warn")
    assert cfgs["check-cfg"] == [*(["cfg(x)"] if "cfg(x)" in more else []), CFG]
    assert cfgs["level"] == (old if isinstance(old, str) else old["level"])
    assert {**before.pop("lints", {}).get("rust", {})} == now["lints"].pop("rust")
    assert before.get("features") == now.get("features")


def test_a_dependency_of_the_same_name_stays():
    text = manifest("x", more=f'[dependencies]\n{CRATE} = "1"\n')
    assert tomllib.loads(edited(text))["dependencies"] == {CRATE: "1"}
