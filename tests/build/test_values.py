"""The pure parts of building: file ids, switches, text includes, crate roots, manifests."""

from __future__ import annotations

import tomllib
from pathlib import Path

from borrowscope.build.copy_roots import root_insertions
from borrowscope.build.file_ids import MAXIMUM_ID, FileIds
from borrowscope.build.manifest import (
    edit_manifest,
    forbidden_lints,
    with_absolute_paths,
    with_fast_runtime,
    without_runtime_member,
)
from borrowscope.build.runtime_dependency import lock_with_runtime, with_runtime
from borrowscope.build.switches import Reason, Switches
from borrowscope.build.text_includes import text_include_insertions, with_insertions
from borrowscope.rewrite.model import Insertion, RewrittenFile

HERE = Path("Cargo.toml")


def test_file_ids_stay_while_a_file_is_known(tmp_path: Path):
    ids = FileIds.load(tmp_path / "ids.json")
    assert [ids.first_id("a.rs"), ids.first_id("b.rs"), ids.first_id("a.rs")] == [1, 2, 1]
    ids.save()
    again = FileIds.load(tmp_path / "ids.json")
    assert [again.first_id("c.rs"), again.first_id("b.rs")] == [3, 2]


def test_a_large_file_owns_consecutive_ids(tmp_path: Path):
    ids = FileIds.load(tmp_path / "ids.json")
    assert ids.first_id("a.rs") == 1
    assert ids.first_id("a.rs", 600) == 2
    assert ids.first_id("a.rs", 1000) == 2  # room to grow
    assert ids.first_id("b.rs") > 2 + 1000 // 256
    ids.next_id = MAXIMUM_ID
    assert ids.first_id("c.rs", 300) == 1  # used up: numbered anew


def test_a_damaged_registry_starts_empty(tmp_path: Path):
    (tmp_path / "ids.json").write_text('{"files": [1]}')
    assert FileIds.load(tmp_path / "ids.json").ranges == {}


def test_switches_live_as_long_as_the_text_and_the_rewriter(tmp_path: Path):
    path = tmp_path / "healed.json"
    switches = Switches.load(path, "one")
    switches.of("a.rs", "text").sites[7] = Reason("E0382", "borrow of moved value")
    state = switches.snapshot()
    switches.of("a.rs", "text").sites[8] = Reason(None, "more")
    switches.restore(state)
    switches.save("one")
    again = Switches.load(path, "one")
    assert again.of("a.rs", "text").sites == {7: Reason("E0382", "borrow of moved value")}
    assert again.of("a.rs", "other text").sites == {}
    assert Switches.load(path, "two").files == {}


def test_text_includes_of_rust_files_get_a_folder():
    source = b'const A: &str = include_str!("x.rs"); const B: &[u8] = include_bytes ! ( "y.txt" ); include!("z.rs");'
    start = RewrittenFile(b"/*1*/" + source, [], [], [], {}, [Insertion(0, "/*1*/", None)])
    done = with_insertions(start, text_include_insertions(source, "/home/me"))
    assert done.text == b"/*1*/" + source.replace(b'"x.rs"', b'"/home/me/x.rs"')
    assert done.source_offset(done.text.index(b"include_bytes")) == source.index(b"include_bytes")


def test_root_attributes_come_before_the_runtimes_name():
    source = b"fn main() {}"
    named = Insertion(0, "extern crate borrowscope_runtime; ", None)
    start = RewrittenFile(named.text.encode() + source, [], [], [], {}, [named])
    done = with_insertions(start, root_insertions(source, {"unused", "rust_2024_compatibility"}, has_sites=True))
    assert done.text == b"#![allow(unfulfilled_lint_expectations)] extern crate borrowscope_runtime; fn main() {}"
    assert done.source_offset(len(done.text) - len(source)) == 0


def test_crate_roots_allow_what_is_not_forbidden():
    def texts(source: bytes, forbidden: set[str] | None = None) -> list[tuple[int, str]]:
        return [(each.at, each.text) for each in root_insertions(source, forbidden or set(), has_sites=True)]

    everything = (
        "#![allow(unreachable_code, unfulfilled_lint_expectations, tail_expr_drop_order, unused_braces, "
        "unused_parens)] "
    )
    assert texts(b"fn main() {}") == [(0, everything)]
    assert texts(b"#!/usr/bin/env x\nfn main() {}")[0][0] == 17
    assert texts(b"\xef\xbb\xbffn main() {}")[0][0] == 3
    assert texts(b"\xef\xbb\xbf#![no_std]\n")[0][0] == 13
    assert texts(b"//! A\n#![deny(unused_parens)] // why\n//! B\nuse a;\n#[cfg(b)] fn c() {}")[0][0] == 29
    assert texts(b"#![forbid(unused)]") == [(18, "#![allow(unfulfilled_lint_expectations, tail_expr_drop_order)] ")]
    assert texts(b"fn main() {}", {"warnings"}) == []
    assert texts(b"#![deny(unused_crate_dependencies)]")[1][1] == "\nextern crate borrowscope_runtime as _;\n"


def test_manifests_keep_their_comments():
    text = (
        '# mine\n[package]\nname = "x"\n[dependencies] # deps\nout = { path = "../out" }\nin = { path = "in" }\n'
        '[target."cfg(unix)".dev-dependencies]\nother = { path = "../other", features = ["a"] }\n'
    )
    root = Path("/home/me/x")
    edited = edit_manifest(
        text, HERE, with_runtime("borrowscope-runtime"), without_runtime_member, with_absolute_paths(root, root)
    )
    assert "# mine" in edited
    assert "# deps" in edited
    parsed = tomllib.loads(edited)
    assert parsed["dependencies"]["out"]["path"] == "/home/me/out"
    assert parsed["dependencies"]["in"]["path"] == "in"
    assert parsed["dependencies"]["borrowscope-runtime"] == {"path": "borrowscope-runtime"}
    assert parsed["target"]["cfg(unix)"]["dev-dependencies"]["other"]["path"] == "/home/me/other"
    assert parsed["workspace"]["exclude"] == ["borrowscope-runtime"]


def test_a_workspace_keeps_what_it_excludes():
    edited = edit_manifest('[workspace]\nmembers = ["a"]\nexclude = ["b"]\n', HERE, without_runtime_member)
    assert tomllib.loads(edited)["workspace"]["exclude"] == ["b", "borrowscope-runtime"]


def test_the_runtime_is_optimized_unless_the_user_says_otherwise():
    edited = tomllib.loads(edit_manifest("[profile.dev]\nopt-level = 1\n", HERE, with_fast_runtime))
    assert edited["profile"]["dev"] == {"opt-level": 1, "package": {"borrowscope-runtime": {"opt-level": 3}}}
    said = '[profile.dev.package]\n"*" = { opt-level = 2 }\nborrowscope-runtime = { opt-level = 0 }\n'
    assert tomllib.loads(edit_manifest(said, HERE, with_fast_runtime)) == tomllib.loads(said)


def test_a_lock_gets_the_runtime():
    lock = 'version = 4\n\n[[package]]\nname = "x"\nversion = "0.1.0"\ndependencies = [\n "zlib",\n]\n'
    parsed = tomllib.loads(lock_with_runtime(lock, "0.1.2", [("x", "0.1.0")]))
    assert parsed["package"][0]["dependencies"] == ["borrowscope-runtime", "zlib"]
    assert parsed["package"][1] == {"name": "borrowscope-runtime", "version": "0.1.2"}


def test_forbidden_lints_of_a_manifest():
    text = '[lints.rust]\nunused = "deny"\nunused-parens = { level = "forbid", priority = 1 }\n'
    assert forbidden_lints(text) == {"unused_parens"}
