"""Diffs as git, diff and others write them: which lines are new, in which file of the tree that is checked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from borrowscope.check.changes import Changes, Tree, changes_of, changes_since
from borrowscope.check.diffs import read_diff
from borrowscope.errors import InputError

OLD = "fn a() {}\n\nfn b() {}\n"
NEW = "fn a() {}\n\nfn new() {}\n\nfn b() {}\n"
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def tree_of(root: str, repository: str | None = None, **texts: str) -> Tree:
    return Tree(root, {name.replace("_", "/"): text for name, text in texts.items()}, repository)


def git(folder: Path, *words: str) -> str:
    done = subprocess.run([*GIT, *words], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode("utf-8", "surrogateescape")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "lib.rs").write_text(OLD)
    (folder / "image.bin").write_bytes(bytes(range(256)))
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


def touched(repository: Path, text: str) -> Changes:
    texts = {path.relative_to(repository).as_posix(): path.read_bytes().decode() for path in repository.rglob("*.rs")}
    return changes_of(read_diff(text), Tree(repository.as_posix(), texts, repository.as_posix()))


@pytest.mark.parametrize(
    "flags",
    [
        (),
        ("-U0",),
        ("-U99",),
        ("--no-prefix",),
        ("--src-prefix=i/", "--dst-prefix=w/"),
        ("--function-context",),
        ("--patience",),
        ("--stat", "--patch"),
        ("--binary",),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_git_writes_diffs_in_many_ways(repository: Path, flags: tuple[str, ...], ending: str):
    (repository / "src" / "lib.rs").write_text(NEW.replace("\n", ending), newline="")
    if ending == "\r\n":
        (repository / "src" / "lib.rs").write_text(OLD.replace("\n", ending), newline="")
        git(repository, "commit", "-qam", "other line ends")
        (repository / "src" / "lib.rs").write_text(NEW.replace("\n", ending), newline="")
    (repository / "image.bin").write_bytes(bytes(range(255)))
    found = touched(repository, git(repository, "diff", *flags))
    assert {path: sorted(lines) for path, lines in found.lines.items()} == {"src/lib.rs": [3, 4]}
    assert found.strangers == []


def test_a_diff_whose_own_lines_end_otherwise(repository: Path):
    (repository / "src" / "lib.rs").write_text(NEW)
    text = git(repository, "diff").replace("\n", "\r\n")
    assert touched(repository, text).lines == {"src/lib.rs": {3, 4}}


def test_renames_new_files_and_deleted_ones(repository: Path):
    git(repository, "mv", "src/lib.rs", "src/renamed.rs")
    assert touched(repository, git(repository, "diff", "HEAD", "-M")).lines == {}
    (repository / "src" / "renamed.rs").write_text(NEW)
    assert touched(repository, git(repository, "diff", "HEAD", "-M20%")).lines == {"src/renamed.rs": {3, 4}}
    assert touched(repository, git(repository, "diff", "HEAD", "--no-renames")).lines == {
        "src/renamed.rs": {1, 2, 3, 4, 5}
    }


def test_names_that_git_quotes(repository: Path):
    name = 'src/ü "x"\t.rs'
    (repository / name).write_text(OLD)
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "second")
    (repository / name).write_text(NEW)
    for flag in ("core.quotePath=true", "core.quotePath=false"):
        assert touched(repository, git(repository, "-c", flag, "diff")).lines == {name: {3, 4}}
    (repository / "src" / "a b.rs").write_text(OLD)
    git(repository, "add", ".")
    assert touched(repository, git(repository, "diff", "--cached", "src/a b.rs")).lines == {"src/a b.rs": {1, 2, 3}}


def test_a_text_without_a_last_newline_and_lines_that_look_like_heads(repository: Path):
    (repository / "src" / "lib.rs").write_text("-- a\n++ b\n@@ c")
    git(repository, "commit", "-qam", "second")
    (repository / "src" / "lib.rs").write_text("@@ c\n++ d\n-- e")
    found = touched(repository, git(repository, "diff"))
    assert found.lines["src/lib.rs"] >= {2, 3}


def test_characters_at_which_python_ends_lines(repository: Path):
    text = 'fn a() { "\x0b \x0c \x1c \x85 \u2028"; }\nfn b() {}\n'
    (repository / "src" / "lib.rs").write_text(text + OLD)
    git(repository, "commit", "-qam", "second")
    (repository / "src" / "lib.rs").write_text(text + NEW)
    assert touched(repository, git(repository, "diff")).lines == {"src/lib.rs": {5, 6}}


def test_plain_diff_with_dates(repository: Path):
    (repository / "old").mkdir()
    (repository / "old" / "lib.rs").write_text(OLD)
    (repository / "src" / "lib.rs").write_text(NEW)
    done = subprocess.run(
        ["diff", "-u", "old/lib.rs", "src/lib.rs"], cwd=repository, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("--- old/lib.rs\t")
    assert touched(repository, done.stdout).lines == {"src/lib.rs": {3, 4}}


def ran(folder: Path, *words: str) -> str:
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False).stdout


@pytest.fixture
def sides(tmp_path: Path) -> Path:
    """A folder with an old and a new tree, and what `diff` needs to tell them apart."""
    for side, text in (("old-1.0", OLD), ("new-1.1", NEW)):
        (tmp_path / side / "src").mkdir(parents=True)
        (tmp_path / side / "src" / "lib.rs").write_text(text)
    (tmp_path / "old-1.0" / "src" / "gone.rs").write_text(OLD)
    (tmp_path / "new-1.1" / "src" / "more").mkdir()
    (tmp_path / "new-1.1" / "src" / "more" / "mod.rs").write_text(OLD)
    return tmp_path


@pytest.mark.parametrize("current", [".", "new-1.1", "elsewhere"])
def test_trees_side_by_side(sides: Path, current: str):
    texts = {"src/lib.rs": NEW, "src/more/mod.rs": OLD}
    tree = Tree((sides / "new-1.1").as_posix(), texts, None, (sides / current).resolve().as_posix())
    with_all = changes_of(read_diff(ran(sides, "diff", "-ruN", "old-1.0", "new-1.1")), tree)
    assert (with_all.lines, with_all.strangers) == ({"src/lib.rs": {3, 4}, "src/more/mod.rs": {1, 2, 3}}, [])
    found = changes_of(read_diff(ran(sides, "diff", "-ru", "old-1.0", "new-1.1")), tree)
    assert (found.lines, found.whole, found.strangers) == ({"src/lib.rs": {3, 4}}, {"src/more/mod.rs"}, [])


@pytest.mark.parametrize("kind", ["-r", "-rc", "-re", "-c"])
def test_other_kinds_of_diffs_are_refused(sides: Path, kind: str):
    paths = ("old-1.0", "new-1.1") if "r" in kind else ("old-1.0/src/lib.rs", "new-1.1/src/lib.rs")
    text = ran(sides, "diff", kind, *paths)
    assert "lib.rs" in text
    with pytest.raises(InputError, match="no unified diff"):
        read_diff(text)


def test_colours_are_no_part_of_a_diff(repository: Path):
    (repository / "src" / "lib.rs").write_text(NEW)
    assert touched(repository, git(repository, "diff", "--color=always")).lines == {"src/lib.rs": {3, 4}}


def test_words_before_a_diff_are_no_part_of_it(repository: Path):
    (repository / "src" / "lib.rs").write_text(NEW)
    git(repository, "commit", "-qam", "@@ that\n\n***************\n1a2\nOnly that: no more")
    for words in (("format-patch", "--stdout", "HEAD~1"), ("show",), ("log", "-p", "-1", "--stat")):
        found = touched(repository, git(repository, *words))
        assert (found.lines, found.whole) == ({"src/lib.rs": {3, 4}}, set()), words


def test_a_merge_has_several_parents(repository: Path):
    text = "diff --cc src/lib.rs\n--- a/src/lib.rs\n+++ b/src/lib.rs\n@@@ -1,1 -1,1 +1,1 @@@\n++x\n"
    with pytest.raises(InputError, match="several parents"):
        touched(repository, text)


# whose names they are
DIFF = "--- a/{0}\n+++ b/{0}\n@@ -1,0 +2,1 @@\n+new\n"


def test_names_from_the_repository_or_from_the_workspace():
    tree = tree_of("/r/inner", "/r", src_lib="old\nnew\n")
    for name in ("inner/src/lib", "src/lib"):
        assert changes_of(read_diff(DIFF.format(name)), tree).lines == {"src/lib": {2}}
    assert changes_since(read_diff(DIFF.format("src/lib")), ["src/lib", "inner/src/lib"], tree) == Changes(
        {}, {"src/lib"}
    )


def test_another_file_of_that_name_is_no_mismatch():
    tree = tree_of("/r/inner", "/r", **{"src/lib.rs": "old\nother\n"})
    assert changes_of(read_diff(DIFF.format("src/lib.rs")), tree) == Changes(strangers=["src/lib.rs"])
    with pytest.raises(InputError, match=r"does not lead to src/lib\.rs as it is: line 2"):
        changes_of(read_diff(DIFF.format("inner/src/lib.rs")), tree)


def test_folders_that_are_called_like_prefixes():
    tree = tree_of("/r", "/r", **{"b/x.rs": "old\nnew\n"})
    for old, new in (("a/b/x.rs", "b/b/x.rs"), ("b/x.rs", "b/x.rs"), ("/dev/null", "b/x.rs"), ("a/x.rs", "b/x.rs")):
        text = f"--- {old}\n+++ {new}\n@@ -1,0 +2,1 @@\n+new\n"
        assert changes_of(read_diff(text), tree).lines == {"b/x.rs": {2}}, (old, new)


def test_members_outside_of_the_root_and_files_that_are_not_checked():
    tree = Tree("/r/inner", {"/r/other/x.rs": "old\nnew\n"}, "/r")
    assert changes_of(read_diff(DIFF.format("other/x.rs")), tree).lines == {"/r/other/x.rs": {2}}
    found = changes_of(read_diff(DIFF.format("elsewhere/y.rs") + DIFF.format("README.md")), tree)
    assert (found.lines, found.strangers) == ({}, ["elsewhere/y.rs"])
