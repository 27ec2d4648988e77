"""From a path that the user names to a `Project`: a crate, a workspace, or one `.rs` file.

In: the path and cargo's options. Out: `Project`. Errors: `UsageError` for paths that are no project, `InputError`
for manifests that cargo refuses, `ToolMissingError` where there is no cargo.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from borrowscope.errors import UsageError
from borrowscope.project.cargo import (
    Metadata,
    MetadataDependency,
    MetadataPackage,
    MetadataTarget,
    read_metadata,
)
from borrowscope.project.model import RUNTIME_PACKAGE, Package, Project, Target
from borrowscope.project.options import CargoOptions
from borrowscope.project.single_file import single_file_manifest


def load_project(path: Path, options: CargoOptions) -> Project:
    """The project at the path: a folder with `Cargo.toml`, the manifest itself, or a `.rs` file.

    The current folder may lie anywhere in a crate, as for cargo.
    """
    named = options.manifest_path or path
    if not named.exists():
        raise UsageError(f"no such path: {named}", hint="name a crate, a workspace, or one .rs file")
    place = Path(named).resolve()
    if place.is_file() and place.suffix == ".rs":
        return _single_file(place, options)
    manifest = _manifest_of(place, named)
    metadata = read_metadata(manifest, manifest.parent, options)
    packages = _packages(metadata)
    return Project(
        root=metadata.workspace_root,
        workspace_root=metadata.workspace_root,
        manifest=manifest,
        directory=_directory(manifest, metadata.workspace_root),
        target_dir=_target_dir(metadata, options),
        packages=packages,
        selected=_selected(packages, metadata, manifest, options),
        has_build_dir=_has_build_dir(metadata),
        excluded=frozenset(package.name for package in packages if _is_any(package, options.exclude)),
        metadata=(metadata.metadata or {}).get("borrowscope", {}),
    )


def _has_build_dir(metadata: Metadata) -> bool:
    return metadata.build_directory not in {None, metadata.target_directory}


def _single_file(file: Path, options: CargoOptions) -> Project:
    manifest = single_file_manifest(file, options.edition)
    metadata = read_metadata(manifest, manifest.parent, options)
    packages = _packages(metadata)
    return Project(
        root=file.parent,
        workspace_root=metadata.workspace_root,
        manifest=manifest,
        directory=Path.cwd(),
        # a target directory that the environment names is shared by all projects: keep each file's builds apart
        target_dir=options.target_dir.resolve() if options.target_dir else manifest.parent / "target",
        packages=packages,
        selected=packages,
        is_single_file=True,
        has_build_dir=_has_build_dir(metadata),
    )


def _manifest_of(place: Path, named: Path) -> Path:
    if place.is_dir():
        manifest = place / "Cargo.toml"
        if manifest.is_file():
            return manifest
        above = next((parent for parent in place.parents if (parent / "Cargo.toml").is_file()), None)
        if above and place == Path.cwd().resolve():  # as cargo does where the user stands
            return above / "Cargo.toml"
        hint = f"did you mean {above}?" if above else "name a folder with a Cargo.toml, or one .rs file"
        raise UsageError(f"no Cargo.toml in {named}", hint=hint)
    if place.name == "Cargo.toml":
        return place
    raise UsageError(f"not a crate, a workspace or a .rs file: {named}")


def _directory(manifest: Path, root: Path) -> Path:
    """Where cargo runs: where the user stands if that is inside the workspace, else beside the manifest.

    Cargo finds `.cargo/config.toml` and rustup finds toolchain files from there.
    """
    here = Path.cwd().resolve()
    return here if here.is_relative_to(root) else manifest.parent


def _target_dir(metadata: Metadata, options: CargoOptions) -> Path:
    return options.target_dir.resolve() if options.target_dir else metadata.target_directory


def _packages(metadata: Metadata) -> tuple[Package, ...]:
    members = set(metadata.workspace_members)
    own = [package for package in metadata.packages if package.id in members]
    roots = {package.manifest_path.parent: package.name for package in own}
    return tuple(_package(package, roots) for package in own)


def _package(found: MetadataPackage, roots: dict[Path, str]) -> Package:
    used = {roots[dependency.path] for dependency in found.dependencies if dependency.path in roots}
    return Package(
        id=found.id,
        name=found.name,
        version=found.version,
        edition=found.edition,
        root=found.manifest_path.parent,
        manifest=found.manifest_path,
        targets=tuple(_target(target) for target in found.targets),
        members_used=tuple(sorted(used)),
        names_runtime=any(dependency.name == RUNTIME_PACKAGE for dependency in found.dependencies),
        uses_runtime=any(_is_runtime(dependency) for dependency in found.dependencies),
        metadata=(found.metadata or {}).get("borrowscope", {}),
    )


def _is_runtime(dependency: MetadataDependency) -> bool:
    is_always = dependency.kind is None and not dependency.optional and dependency.target is None
    return dependency.name == RUNTIME_PACKAGE and is_always


def _target(found: MetadataTarget) -> Target:
    kind = found.kind[0]
    crate_name = "build_script_" + found.name.removeprefix("build-script-") if kind == "custom-build" else found.name
    return Target(
        kind=kind,
        name=found.name,
        crate_name=crate_name.replace("-", "_"),
        src_path=found.src_path,
        edition=found.edition,
        has_tests=found.test,
        has_doctests=found.doctest,
    )


def _selected(
    packages: tuple[Package, ...],
    metadata: Metadata,
    manifest: Path,
    options: CargoOptions,
) -> tuple[Package, ...]:
    if options.workspace:
        return tuple(package for package in packages if not _is_any(package, options.exclude))
    if options.packages:
        named = {package.id for spec in options.packages for package in _named(packages, spec)}
        return tuple(package for package in packages if package.id in named)
    here = [package for package in packages if package.manifest == manifest]
    if here and manifest.parent != metadata.workspace_root:
        return tuple(here)
    default = metadata.workspace_default_members
    return tuple(package for package in packages if default is None or package.id in default)


def _named(packages: tuple[Package, ...], spec: str) -> list[Package]:
    """The members that a package spec (`name`, `name@version`, a full id, a glob) names."""
    named = [package for package in packages if _is_any(package, (spec,))]
    if named:
        return named
    near = difflib.get_close_matches(spec, [package.name for package in packages], n=1, cutoff=0.4)
    raise UsageError(
        f"no package {spec} in this workspace",
        hint=f"did you mean {near[0]}?" if near else None,
    )


def _is_any(package: Package, specs: Iterable[str]) -> bool:
    """Whether one of the specs names the package; globs are over names, as cargo's are."""
    exact = {package.name, package.id, f"{package.name}@{package.version}", f"{package.name}:{package.version}"}
    return any(spec in exact or fnmatchcase(package.name, spec) for spec in specs)
