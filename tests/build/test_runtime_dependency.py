"""What a copy makes of the user's own entries for the runtime: in manifests, features, workspaces and locks."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from borrowscope.build.manifest import edit_manifest
from borrowscope.build.runtime_dependency import (
    RuntimeUse,
    crate_name,
    lock_with_runtime,
    read_use,
    with_patch,
    with_runtime,
    without_member,
)

HERE = Path("Cargo.toml")
PUBLISHED = RuntimeUse(with_serde=True)


def edited(text: str, *edits: Any) -> dict[str, Any]:
    return tomllib.loads(edit_manifest(text, HERE, *edits))


def test_a_package_without_it_gets_one():
    assert edited('[package]\nname = "x"\n', with_runtime("../rt"))["dependencies"] == {
        "borrowscope-runtime": {"path": "../rt"}
    }
    assert "dependencies" not in edited('[package]\nname = "x"\n', with_runtime("../rt", is_traced=False))


def test_features_stay_and_what_is_published_had_serde():
    for entry in ('"0.1.2"', '{ version = "0.1", registry = "mine" }', '{ git = "https://example.invalid/x" }'):
        text = f"[dependencies]\nborrowscope-runtime = {entry}\n"
        assert edited(text, with_runtime("rt", PUBLISHED))["dependencies"]["borrowscope-runtime"] == {
            "path": "rt",
            "features": ["serde"],
        }
    text = '[dependencies.borrowscope-runtime]\nversion = "0.1.2"\nfeatures = ["track"]\ndefault-features = false\n'
    assert edited(text, with_runtime("rt", PUBLISHED))["dependencies"]["borrowscope-runtime"] == {
        "path": "rt",
        "features": ["track", "serde"],
        "default-features": False,
    }
    text = '[dependencies]\nborrowscope-runtime = { path = "../mine", features = ["track"] }\n'
    entry = edited(text, with_runtime("rt"))["dependencies"]["borrowscope-runtime"]
    assert entry == {"path": "rt", "features": ["track"]}


def test_a_name_of_the_users_own_stays():
    text = '[dev-dependencies]\nbs = { package = "borrowscope-runtime", version = "0.1.2" }\n'
    after = edited(text, with_runtime("rt", PUBLISHED))
    assert after["dev-dependencies"]["bs"] == {"path": "rt", "package": "borrowscope-runtime", "features": ["serde"]}
    assert after["dependencies"] == {
        "bs": {"path": "rt", "package": "borrowscope-runtime", "features": ["serde"]},
    }
    assert crate_name(tomllib.loads(text), PUBLISHED) == "bs"
    assert crate_name({"package": {}}, PUBLISHED) == "borrowscope_runtime"


def test_every_kind_of_table_leads_to_ours():
    text = (
        '[build-dependencies]\nborrowscope-runtime = "0.1"\n'
        "[target.'cfg(unix)'.dependencies]\nborrowscope-runtime = { version = \"0.1\", features = ['track'] }\n"
    )
    after = edited(text, with_runtime("rt", PUBLISHED))
    assert after["build-dependencies"]["borrowscope-runtime"]["path"] == "rt"
    unix = after["target"]["cfg(unix)"]["dependencies"]["borrowscope-runtime"]
    assert unix == {"path": "rt", "features": ["track", "serde"]}
    assert after["dependencies"]["borrowscope-runtime"]["path"] == "rt"


def test_two_versions_under_two_names_leave_the_second_alone():
    text = (
        '[dependencies]\nold = { package = "borrowscope-runtime", version = "=0.1.1" }\nborrowscope-runtime = "0.1.2"\n'
    )
    after = edited(text, with_runtime("rt", PUBLISHED))["dependencies"]
    assert after["old"] == {"package": "borrowscope-runtime", "version": "=0.1.1"}
    assert after["borrowscope-runtime"]["path"] == "rt"


def test_inherited_entries_are_edited_where_they_are_written():
    root = '[workspace]\n[workspace.dependencies]\nbs = { package = "borrowscope-runtime", version = "0.1.2" }\n'
    member = '[dependencies]\nbs = { workspace = true, features = ["track"], optional = true }\n'
    use = read_use(tomllib.loads(root), {}, [])
    assert use.inherited == {"bs"}
    after = edited(root, with_runtime("rt", use, is_traced=False))
    assert after["workspace"]["dependencies"]["bs"]["path"] == "rt"
    after = edited(member, with_runtime("../rt", use))
    assert after["dependencies"]["bs"] == {"workspace": True, "features": ["track"]}
    assert crate_name(tomllib.loads(member), use) == "bs"


def test_features_mean_the_same_once_it_is_always_there():
    optional = '[dependencies]\nborrowscope-runtime = { path = "x", optional = true }\n'
    named = optional + (
        '[features]\nwatch = ["dep:borrowscope-runtime", "borrowscope-runtime?/track", "other"]\nother = []\n'
    )
    after = edited(named, with_runtime("rt"))
    assert after["features"] == {"watch": ["borrowscope-runtime/track", "other"], "other": []}
    assert after["dependencies"]["borrowscope-runtime"] == {"path": "rt"}
    implicit = optional + '[features]\nwatch = ["borrowscope-runtime/track"]\n'
    assert edited(implicit, with_runtime("rt"))["features"] == {
        "watch": ["borrowscope-runtime/track", "borrowscope-runtime"],
        "borrowscope-runtime": [],
    }
    assert edited(optional, with_runtime("rt"))["features"] == {"borrowscope-runtime": []}


def test_a_member_leaves_the_workspace():
    root = Path("/w")
    for members in ('["a", "crates/rt/"]', '["a", "./crates/rt"]'):
        after = edited(f"[workspace]\nmembers = {members}\n", without_member(root, root / "crates/rt"))
        assert after["workspace"] == {"members": ["a"], "exclude": ["crates/rt"]}


def test_others_get_ours_by_a_patch():
    lock = {"package": [{"name": "far", "version": "1.0.0", "dependencies": ["borrowscope-runtime"]}]}
    assert read_use({}, lock, []).by_others
    assert not read_use({}, lock, [("far", "1.0.0")]).by_others
    text = '[patch.crates-io]\nserde = { path = "s" }\n'
    assert edited(text, with_patch("rt"))["patch"]["crates-io"] == {
        "serde": {"path": "s"},
        "borrowscope-runtime": {"path": "rt"},
    }


LOCK = """\
version = 4

[[package]]
name = "borrowscope-runtime"
version = "0.1.1"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "00"
dependencies = [
 "petgraph",
 "serde",
]

[[package]]
name = "petgraph"
version = "0.6.5"
source = "registry+https://github.com/rust-lang/crates.io-index"
dependencies = [
 "serde 0.9.0",
]

[[package]]
name = "serde"
version = "0.9.0"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "serde"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "x"
version = "0.1.0"
dependencies = [
 "borrowscope-runtime 0.1.1",
 "serde 1.0.0",
]

[[package]]
name = "y"
version = "0.1.0"
"""


def test_a_lock_leads_to_ours_and_drops_what_only_the_published_one_needed():
    text = LOCK.replace(' "serde",\n]', ' "serde 1.0.0",\n]')
    after = tomllib.loads(lock_with_runtime(text, "0.1.2", [("x", "0.1.0"), ("y", "0.1.0")], PUBLISHED))["package"]
    by_name = {(package["name"], package["version"]): package for package in after}
    assert set(by_name) == {
        ("borrowscope-runtime", "0.1.2"),
        ("serde", "1.0.0"),
        ("x", "0.1.0"),
        ("y", "0.1.0"),
    }
    ours = by_name["borrowscope-runtime", "0.1.2"]
    assert ours == {"name": "borrowscope-runtime", "version": "0.1.2", "dependencies": ["serde 1.0.0"]}
    assert by_name["x", "0.1.0"]["dependencies"] == ["borrowscope-runtime", "serde 1.0.0"]
    assert by_name["y", "0.1.0"]["dependencies"] == ["borrowscope-runtime"]
