"""The settings and their order: flags, `BORROWSCOPE_*`, `borrowscope.toml`, the manifest's metadata tables.

In: what flags say, the environment, the project. Out: `Settings`. Errors: `UsageError` for a key that does not
exist (with the nearest one that does) and for a value of the wrong kind. Scalars override, lists append.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from borrowscope.errors import UsageError
from borrowscope.project.model import Project
from borrowscope.tables.check_rules import BY_CODE, BY_NAME, Level, find_rule
from borrowscope.tables.groups import GROUP_NAMES, Preset, nearest_word

FILE_NAMES = ("borrowscope.toml", ".config/borrowscope.toml", ".borrowscope.toml")


class RuleSetting(BaseModel):
    """What is said of one rule of `check`: its level, and globs of the files that it looks at or passes by."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    level: Level | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"level": value} if isinstance(value, str) else value


class Settings(BaseModel):
    """Every key that a settings file may hold; the fields are the table of keys, and their docs the help."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    types: Literal["auto", "rustc", "static"] = Field("auto", description="where types come from")
    all: bool = Field(
        default=False,
        description="trace every function, also where some carry #[trace_borrow]",
    )
    trace: tuple[str, ...] = Field((), description="trace the functions whose path matches one of these globs")
    preset: Preset | None = Field(None, description="how much to record: quiet, standard or verbose")
    only: tuple[str, ...] = Field((), description="record these groups of events alone")
    skip: tuple[str, ...] = Field((), description="do not record these groups of events")
    filter: str | None = Field(None, min_length=1, description="record only bindings whose name matches this glob")
    sample: float | None = Field(None, ge=0, le=1, description="record this share of the instances of bindings")
    all_targets: bool = Field(default=False, description="analyze tests, examples and benches too")
    edition: Literal["2015", "2018", "2021", "2024"] | None = Field(None, description="edition of single .rs files")
    max_bytes: int | None = Field(None, ge=0, description="most bytes that one process records (0: no limit)")
    keep_recordings: int = Field(20, ge=0, description="so many of the newest recordings stay (0: all)")
    keep_recording_bytes: int = Field(
        10_000_000_000, ge=0, description="bytes that old recordings may take together (0: no limit)"
    )
    keep_build_bytes: int = Field(
        10_000_000_000, ge=0, description="bytes beyond which builds start afresh (0: no limit)"
    )
    timeout: float | None = Field(None, gt=0, description="seconds after which a recorded program is ended")
    summary: str | None = Field(None, description="write the summary of run and test to this file")
    fail_on: Literal["error", "warning", "note", "never"] = Field(
        "error", description="the least level of a finding that makes check end with 1"
    )
    baseline: str | None = Field(None, description="the file of findings that check knows already")
    exclude_paths: tuple[str, ...] = Field((), description="check passes by the files whose path matches")
    rules: dict[str, RuleSetting] = Field(
        default_factory=dict, description="levels and paths of the rules of check, by code or name"
    )


_SHAPES = {
    "tuple_type": "it takes a list",
    "dict_type": "it takes a table",
    "model_type": "it takes a level, or a table with `level`, `include` and `exclude`",
}  # what a key takes, by the name of the error where it gets something else
KEYS = tuple(Settings.model_fields)
LIST_KEYS = frozenset({"trace", "only", "skip", "exclude_paths"})
TABLE_KEYS = frozenset({"rules"})  # each of their keys is a setting of its own
WORDS = {"preset": tuple(Preset), "only": GROUP_NAMES, "skip": GROUP_NAMES}  # what the values of a key can be
BOOLEAN_KEYS = frozenset({"all", "all_targets"})
BOOLEAN_WORDS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def load_settings(
    project: Project | None,
    flags: Mapping[str, Any],
    environment: Mapping[str, str],
    config: Path | None = None,
    *,
    no_config: bool = False,
) -> Settings:
    """All sources merged. `flags` holds only what was given; `config` replaces the search for a file."""
    sources: list[tuple[str, Mapping[str, Any]]] = [("the command line", flags)]
    sources.append(("the environment", environment_settings(environment)))
    if not no_config:
        file = config or (find_file(project.root) if project else None)
        sources += [(str(file), read_file(file))] if file else []
        sources += _metadata_tables(project) if project else []
    merged: dict[str, Any] = {}
    for place, values in sources:
        _check(place, values)
        for key, value in values.items():
            if key in LIST_KEYS:
                merged[key] = (*value, *merged.get(key, ()))
            elif key in TABLE_KEYS:
                merged[key] = _joined(_by_code(value), merged.get(key, {}))
            else:
                merged.setdefault(key, value)
    return Settings(**merged)


def find_file(root: Path) -> Path | None:
    """The settings file of a project: the first of `FILE_NAMES` below its root."""
    return next((root / name for name in FILE_NAMES if (root / name).is_file()), None)


def read_file(path: Path) -> dict[str, Any]:
    """The file's keys; raises `UsageError` where it cannot be read or is no TOML."""
    try:
        return {key.replace("-", "_"): value for key, value in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error


def environment_settings(environment: Mapping[str, str]) -> dict[str, Any]:
    """The keys that `BORROWSCOPE_KEY` variables set; lists are separated by commas."""
    found: dict[str, Any] = {}
    for key in KEYS:
        text = environment.get(f"BORROWSCOPE_{key.upper()}")
        if text is None:
            continue
        if key in LIST_KEYS:
            found[key] = tuple(part for part in text.split(",") if part)
        elif key in TABLE_KEYS:
            found[key] = dict(part.partition("=")[::2] for part in text.split(",") if part)
        elif key in BOOLEAN_KEYS:
            found[key] = BOOLEAN_WORDS.get(text.lower(), text)
        else:
            found[key] = text
    return found


def _metadata_tables(project: Project) -> list[tuple[str, Mapping[str, Any]]]:
    tables: list[tuple[str, Mapping[str, Any]]] = [
        (f"[package.metadata.borrowscope] of {package.manifest}", package.metadata) for package in project.selected[:1]
    ]
    tables.append((f"[workspace.metadata.borrowscope] of {project.root}", project.metadata))
    return [(place, {key.replace("-", "_"): value for key, value in table.items()}) for place, table in tables]


def _check(place: str, values: Mapping[str, Any]) -> None:
    for key in values:
        if key not in KEYS:
            near = nearest_word(key, KEYS)
            raise UsageError(f"unknown key `{_written(key)}` in {place}", hint=f"did you mean `{_written(near)}`?")
    for key, words in WORDS.items():
        _check_words(place, key, values.get(key), words)
    rules = values.get("rules")
    _check_rules(place, rules if isinstance(rules, Mapping) else {})
    try:
        Settings(**values)
    except ValidationError as error:
        raise _refusal(place, dict(error.errors()[0])) from error


def _check_rules(place: str, names: Iterable[str]) -> None:
    """Refuse names that no rule has, and two names of one."""
    named: dict[str, str] = {}
    for name in names:
        rule = find_rule(name)
        if rule is None:
            known = nearest_word(name, (*BY_CODE, *BY_NAME))
            raise UsageError(f"no rule is called `{name}` in {place}", hint=f"did you mean `{known}`?")
        if rule.code in named:
            raise UsageError(f"`{named[rule.code]}` and `{name}` are one rule in {place}", hint="leave one of them out")
        named[rule.code] = name


def _refusal(place: str, first: Mapping[str, Any]) -> UsageError:
    """What is said of a value that a key does not take."""
    key, *rest = map(str, first["loc"])
    named = ".".join([_written(key), *rest])
    if first["type"] == "extra_forbidden":
        near = nearest_word(str(first["loc"][-1]), RuleSetting.model_fields)
        return UsageError(f"unknown key `{named}` in {place}", hint=f"did you mean `{near}`?")
    said = _SHAPES.get(first["type"], first["msg"])
    return UsageError(f"bad value for `{named}` in {place}: {said}, not {first['input']!r}")


def _written(key: str) -> str:
    """A key as files spell it."""
    return key.replace("_", "-")


def _by_code(rules: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        rule.code: {"level": value} if isinstance(value, str) else value
        for name, value in rules.items()
        if (rule := find_rule(name)) is not None
    }


def _joined(tables: Mapping[str, Mapping[str, Any]], over: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: {**tables.get(name, {}), **over.get(name, {})} for name in (*over, *tables)}


def _check_words(place: str, key: str, value: object, words: tuple[str, ...]) -> None:
    """Refuse a word that the key does not know; values of another type are left to the model."""
    for word in [value] if isinstance(value, str) else value if isinstance(value, (list, tuple)) else ():
        if isinstance(word, str) and word not in words:
            near = nearest_word(word, words)
            raise UsageError(f"unknown word `{word}` for `{key}` in {place}", hint=f"did you mean `{near}`?")
