from __future__ import annotations

from pathlib import Path

import pytest

from borrowscope.errors import UsageError
from borrowscope.project.load import load_project
from borrowscope.project.model import Project
from borrowscope.project.options import CargoOptions
from borrowscope.project.settings import KEYS, Settings, load_settings
from tests.build.crates import manifest, write_files

METADATA = '[package.metadata.borrowscope]\ntypes = "static"\ntrace = ["x::c"]\nedition = "2018"\n'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return load_project(
        write_files(tmp_path, {"Cargo.toml": manifest("x", more=METADATA), "src/lib.rs": ""}), CargoOptions()
    )


def test_the_order_of_the_sources(project: Project):
    (project.root / "borrowscope.toml").write_text('types = "rustc"\ntrace = ["x::b"]\nall-targets = true\n')
    settings = load_settings(project, {"trace": ("x::a",)}, {"BORROWSCOPE_TYPES": "auto", "BORROWSCOPE_ALL": "1"})
    assert settings.types == "auto"
    assert settings.all
    assert settings.all_targets
    assert settings.edition == "2018"
    assert settings.trace == ("x::c", "x::b", "x::a")


def test_no_config_and_another_config(project: Project, tmp_path: Path):
    assert load_settings(project, {}, {}, no_config=True) == Settings()
    other = tmp_path / "other.toml"
    other.write_text("all = true\n")
    assert load_settings(project, {}, {}, other).all


@pytest.mark.parametrize("name", ["borrowscope.toml", ".config/borrowscope.toml", ".borrowscope.toml"])
def test_an_unknown_key_names_the_nearest(project: Project, name: str):
    write_files(project.root, {name: "all-target = true\n"})
    with pytest.raises(UsageError, match="unknown key `all-target`") as caught:
        load_settings(project, {}, {})
    assert caught.value.hint == "did you mean `all-targets`?"


def test_a_value_of_the_wrong_kind_says_where(project: Project):
    (project.root / "borrowscope.toml").write_text('types = "guess"\n')
    with pytest.raises(UsageError, match=r"bad value for `types` in .*borrowscope\.toml"):
        load_settings(project, {}, {})


def test_a_broken_file(project: Project):
    (project.root / "borrowscope.toml").write_text("types = \n")
    with pytest.raises(UsageError, match="not valid TOML"):
        load_settings(project, {}, {})


def test_every_key_has_a_description():
    assert all(Settings.model_fields[key].description for key in KEYS)


def test_what_to_record(project: Project):
    (project.root / "borrowscope.toml").write_text('preset = "quiet"\nskip = ["loops"]\nsample = 0.5\n')
    environment = {"BORROWSCOPE_SKIP": "try,fn", "BORROWSCOPE_SAMPLE": "0.25", "BORROWSCOPE_FILTER": "a*"}
    settings = load_settings(project, {"only": ("drop",)}, environment)
    assert settings.preset == "quiet"
    assert settings.skip == ("loops", "try", "fn")
    assert (settings.only, settings.sample, settings.filter) == (("drop",), 0.25, "a*")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('preset = "quite"', "`quiet`"),
        ('only = ["loop"]', "`loops`"),
        ("sample = 2", "bad value for `sample`"),
        ('filter = ""', "bad value for `filter`"),
        ('fail_on = "loud"', "bad value for `fail-on`"),
        ('exclude-paths = "src"', "bad value for `exclude-paths`"),
        ("rules = 3", "it takes a table, not 3"),
        ("rules.raw_deref = 3", "bad value for `rules.raw_deref`"),
        ('rules.BS0501 = "loud"', "bad value for `rules.BS0501.level`"),
        ('rules.BS0501.exclude = "src"', "bad value for `rules.BS0501.exclude` in"),
        ('rules.BS0501.paths = ["src"]', "unknown key `rules.BS0501.paths`"),
        ('rules.BS0501.levl = "note"', "`level`"),
        ('rules.BS9999 = "note"', "no rule is called `BS9999`"),
        ('rules = { raw-deref = "note", BS0501 = "off" }', "`raw-deref` and `BS0501` are one rule"),
    ],
)
def test_words_and_numbers_that_cannot_be(project: Project, text: str, said: str):
    (project.root / "borrowscope.toml").write_text(text + "\n")
    with pytest.raises(UsageError) as caught:
        load_settings(project, {}, {})
    assert said in f"{caught.value} {caught.value.hint}"


def test_a_rule_has_one_place_however_it_is_called(project: Project):
    (project.root / "borrowscope.toml").write_text('[rules.raw-deref]\nlevel = "error"\nexclude = ["x"]\n')
    rules = load_settings(project, {"rules": {"bs0501": "note"}}, {"BORROWSCOPE_RULES": "RAW_DEREF=off"}).rules
    assert {code: (rule.level, rule.exclude) for code, rule in rules.items()} == {"BS0501": ("note", ("x",))}
