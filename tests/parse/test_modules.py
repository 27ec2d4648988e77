from __future__ import annotations

from pathlib import Path

from borrowscope.parse.modules import crate_files
from tests.build.crates import write_files


def files_of(root: Path, files: dict[str, str], name: str = "lib.rs") -> dict[str, str]:
    write_files(root, files)
    return {file.path.relative_to(root).as_posix(): file.module_path for file in crate_files(root / name, "krate")}


def test_files_folders_and_inline_modules(tmp_path: Path):
    assert files_of(
        tmp_path,
        {
            "lib.rs": "mod a; pub mod b; mod inline { mod c; pub mod deep { mod d; } } mod r#try; mod missing;",
            "a.rs": "mod e;",
            "a/e.rs": "",
            "b/mod.rs": "mod f;",
            "b/f.rs": "",
            "inline/c.rs": "",
            "inline/deep/d.rs": "",
            "try.rs": "",
            "unused.rs": "",
        },
    ) == {
        "lib.rs": "krate",
        "a.rs": "krate::a",
        "a/e.rs": "krate::a::e",
        "b/mod.rs": "krate::b",
        "b/f.rs": "krate::b::f",
        "inline/c.rs": "krate::inline::c",
        "inline/deep/d.rs": "krate::inline::deep::d",
        "try.rs": "krate::try",
    }


def test_path_attributes(tmp_path: Path):
    found = files_of(
        tmp_path,
        {
            "lib.rs": '#[path = "other/x.rs"] mod x; #[cfg_attr(unix, path = "unix.rs")] mod sys;\n'
            '#[path = "elsewhere"] mod inline { mod y; }\n#[allow(unused)] /* note */ mod z;',
            "other/x.rs": "mod beside;",
            "other/beside.rs": "",
            "unix.rs": "",
            "sys.rs": "",
            "elsewhere/y.rs": "",
            "z.rs": '#[path = "w.rs"] mod w; mod inner { #[path = "v.rs"] mod v; }',
            "w.rs": "",
            "z/inner/v.rs": "",
        },
    )
    assert found["other/x.rs"] == "krate::x"
    assert found["other/beside.rs"] == "krate::x::beside"
    assert found["unix.rs"] == found["sys.rs"] == "krate::sys"
    assert found["elsewhere/y.rs"] == "krate::inline::y"
    assert found["w.rs"] == "krate::z::w"
    assert found["z/inner/v.rs"] == "krate::z::inner::v"


def test_modules_in_item_macros_and_loops(tmp_path: Path):
    found = files_of(
        tmp_path,
        {
            "main.rs": 'cfg_if! { if #[cfg(unix)] { mod unix; } else { mod other; } }\n#[path = "main.rs"] mod again;',
            "unix.rs": "",
            "other.rs": "",
        },
        "main.rs",
    )
    assert sorted(found) == ["main.rs", "other.rs", "unix.rs"]


def test_modules_in_item_macros_that_name_their_files(tmp_path: Path):
    branches = '#[cfg(unix)] #[path = "on/unix.rs"] pub(crate) mod imp; } else { #[path = "any.rs"]\nmod imp;'
    found = files_of(
        tmp_path,
        {
            "lib.rs": f"cfg_if! {{ if #[cfg(unix)] {{ {branches} }} }}",
            "on/unix.rs": "mod below;",
            "on/below.rs": "",
            "any.rs": "",
        },
        "lib.rs",
    )
    assert found["on/unix.rs"] == found["any.rs"] == "krate::imp"
    assert found["on/below.rs"] == "krate::imp::below"


def test_a_file_that_is_not_utf8_is_still_found(tmp_path: Path):
    (tmp_path / "odd.rs").write_bytes(b"fn f() {} // \xff")
    assert "odd.rs" in files_of(tmp_path, {"lib.rs": "mod odd;"})
