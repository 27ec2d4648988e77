from __future__ import annotations

from pathlib import Path

import pytest

from borrowscope.errors import InputError, ToolMissingError, UsageError
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from tests.build.crates import manifest, write_files

WORKSPACE = {
    "Cargo.toml": '[workspace]\nmembers = ["a", "b", "c"]\nresolver = "2"\ndefault-members = ["b"]\n',
    "a/Cargo.toml": manifest("a"),
    "a/src/lib.rs": "",
    "b/Cargo.toml": manifest("b", more='[dependencies]\na = { path = "../a" }'),
    "b/src/main.rs": "fn main() {}",
    "b/build.rs": "fn main() {}",
    "c/Cargo.toml": manifest("c", more="[lib]\nproc-macro = true"),
    "c/src/lib.rs": "",
}


def test_a_crate_with_its_targets(tmp_path: Path):
    crate = write_files(
        tmp_path, {"Cargo.toml": manifest("my-crate", "2024"), "src/lib.rs": "", "src/main.rs": "fn main() {}"}
    )
    project = load_project(crate, CargoOptions())
    assert project.root == crate.resolve()
    assert project.own_dir == crate.resolve() / "target" / "borrowscope"
    (package,) = project.packages
    assert [(target.kind, target.crate_name, target.edition) for target in package.targets] == [
        ("lib", "my_crate", "2024"),
        ("bin", "my_crate", "2024"),
    ]


def test_a_virtual_workspace_selects_default_members_and_traces_what_they_use(tmp_path: Path):
    project = load_project(write_files(tmp_path, WORKSPACE), CargoOptions())
    assert [package.name for package in project.selected] == ["b"]
    assert [package.name for package in project.traced] == ["a", "b"]
    (b,) = project.selected
    assert [target.kind for target in b.traceable_targets] == ["bin"]


def test_a_member_is_selected_by_its_folder_by_name_and_by_workspace(tmp_path: Path):
    root = write_files(tmp_path, WORKSPACE)
    assert [package.name for package in load_project(root / "a", CargoOptions()).selected] == ["a"]
    assert load_project(root / "a", CargoOptions()).root == root.resolve()
    assert [package.name for package in load_project(root, CargoOptions(packages=("c@0.1.0",))).selected] == ["c"]
    everything = load_project(root, CargoOptions(workspace=True, exclude=("a",)))
    assert [package.name for package in everything.selected] == ["b", "c"]
    assert everything.packages[2].traceable_targets == ()


def test_an_unknown_package_names_the_nearest(tmp_path: Path):
    crate = write_files(tmp_path, {"Cargo.toml": manifest("counter"), "src/lib.rs": ""})
    with pytest.raises(UsageError) as caught:
        load_project(crate, CargoOptions(packages=("conter",)))
    assert caught.value.hint == "did you mean counter?"


@pytest.mark.parametrize("name", ["nowhere", "nowhere/main.rs"])
def test_a_path_that_does_not_exist(tmp_path: Path, name: str):
    with pytest.raises(UsageError, match="no such path"):
        load_project(tmp_path / name, CargoOptions())


def test_a_folder_without_a_manifest_names_the_crate_above(tmp_path: Path):
    crate = write_files(tmp_path, {"Cargo.toml": manifest("x"), "src/lib.rs": ""})
    with pytest.raises(UsageError, match=r"no Cargo\.toml in") as caught:
        load_project(crate / "src", CargoOptions())
    assert str(crate) in (caught.value.hint or "")


def test_the_current_folder_belongs_to_the_crate_above_as_for_cargo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    crate = write_files(tmp_path, {"Cargo.toml": manifest("x"), "src/deep/er.rs": "", "src/lib.rs": ""})
    monkeypatch.chdir(crate / "src" / "deep")
    project = load_project(Path(), CargoOptions())
    assert (project.manifest, project.directory) == (crate / "Cargo.toml", crate / "src" / "deep")
    with pytest.raises(UsageError, match=r"no Cargo\.toml in"):
        load_project(Path(".."), CargoOptions())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[package]\nname = 1\n", "expected a string"),
        ("[package\n", "Cargo.toml"),
        (manifest("x"), "no targets specified"),
    ],
)
def test_a_refused_manifest_tells_cargos_reason_on_one_line(tmp_path: Path, text: str, said: str):
    (tmp_path / "Cargo.toml").write_text(text)
    with pytest.raises(InputError) as caught:
        load_project(tmp_path, CargoOptions())
    assert said in caught.value.message
    assert "\n" not in caught.value.message


def test_cargo_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    crate = write_files(tmp_path, {"Cargo.toml": manifest("x"), "src/lib.rs": ""})
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CARGO", raising=False)
    with pytest.raises(ToolMissingError, match="cargo is not installed"):
        load_project(crate, CargoOptions())


def test_a_single_file_gets_a_package_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = write_files(tmp_path, {"2 sums.rs": "fn main() {}"}) / "2 sums.rs"
    project = load_project(file, CargoOptions(edition="2021"))
    assert project.is_single_file
    assert project.root == tmp_path.resolve()
    assert project.target_dir.is_relative_to(tmp_path / "cache" / "borrowscope")
    (target,) = project.packages[0].targets
    assert (target.src_path, target.edition, target.name) == (file.resolve(), "2021", "file_2_sums")


def test_a_single_file_where_the_cache_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "x.rs").write_text("fn main() {}")
    with pytest.raises(UsageError, match="cannot write"):
        load_project(tmp_path / "x.rs", CargoOptions())
