from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from borrowscope.analyzer.static.catalog import load_catalog
from borrowscope.analyzer.static.crate_graph import crate_sources
from borrowscope.analyzer.static.symbols import World
from borrowscope.analyzer.static.types import Kind
from borrowscope.project.cargo import find_graph
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions

ROOT = Path(__file__).parents[3]


def has_unknown(ty):
    return ty.kind is Kind.UNKNOWN or any(map(has_unknown, ty.args))


@pytest.mark.parametrize(("name", "share"), [("semver", 1.0), ("either", 1.0), ("smallvec", 0.97), ("bytes", 0.99)])
def test_signatures_of_real_crates_are_known(name, share):
    answer = subprocess.run([ROOT / "scripts/fetch", name], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        pytest.skip(f"{name} is not in cargo's cache: {answer.stderr.strip()}")
    options = CargoOptions()
    project = load_project(Path(answer.stdout.strip()), options)
    graph = find_graph(project.manifest, project.directory, project.workspace_root, options)
    targets = [(package, target) for package in project.selected for target in package.traceable_targets]
    world = World(load_catalog(), crate_sources(project, graph, targets))
    known = total = 0
    for crate in world.crates:
        for context in world.item_contexts(crate):
            function = context.function
            types = [context.ty] if function is None else [*function.params, function.result]
            total += 1
            known += not any(map(has_unknown, types))
    assert total > 80
    assert known >= share * total  # the rest names optional dependencies that are off
