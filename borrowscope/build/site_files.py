"""`sites.json` and `instrument-report.json` from an `InstrumentPlan`.

In: the plan and the switches of healing. Out: the two models of `tables/recording_files.py`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from borrowscope.build.plan import InstrumentPlan, TracedFile
from borrowscope.build.switches import Switches
from borrowscope.rewrite.model import Site, SkipReason
from borrowscope.rewrite.plans import BOUND_KINDS, UNSEEN
from borrowscope.tables.recording_files import FunctionCounts, InstrumentReport, SiteRecord, SitesFile, SourceFile
from borrowscope.tables.tool import TOOL
from borrowscope.text.span import LineIndex, Position, Span

_WISHED = frozenset({SkipReason.FILTERED, SkipReason.EXCLUDED})


def sites_file(plan: InstrumentPlan) -> SitesFile:
    """The sites that the new texts record, and the files that they name."""
    files = []
    sites = []
    for file in plan.files.values():
        kept = file.recorded
        if not kept:
            continue
        digest = hashlib.sha256(file.origin.source).hexdigest()
        files.append(SourceFile(id=file.file_id, path=file.origin.relative, sha256=digest))
        lines = LineIndex(file.origin.source)
        sites += [_record(file, site, lines) for site in kept]
    return SitesFile(tool=TOOL, files=files, sites=sites)


def _record(file: TracedFile, site: Site, lines: LineIndex) -> SiteRecord:
    start, end = lines.position(site.span.start), lines.position(site.span.end)
    last_use = lines.position(site.last_use.start) if site.last_use else None
    return SiteRecord(
        file=file.file_id,
        index=site.index,
        kind=site.kind,
        event=site.event,
        line=start.line,
        column=start.column,
        end_line=end.line,
        end_column=end.column,
        function=site.function,
        name=site.name,
        ty=site.ty,
        binding=site.binding,
        owner=site.owner,
        needs_drop=site.needs_drop,
        last_use={"line": last_use.line, "column": last_use.column} if last_use else None,
        fields={**site.fields, "guarded": site.is_guarded},
    )


def instrument_report(plan: InstrumentPlan, switches: Switches) -> InstrumentReport:
    """What is observed, what is not, and why."""
    report = InstrumentReport(tool=TOOL, rounds=plan.rounds)
    counts: Counter[str] = Counter(planned=0, kept=0, skipped=0, healed=0)
    types: Counter[str] = Counter(rustc=0, static=0, unknown=0)
    bindings: Counter[str] = Counter(total=0, skipped=0)
    macros: Counter[str] = Counter()
    for file in plan.files.values():
        lines = LineIndex(file.origin.source)
        _add_functions(report.functions, file, lines)
        report.skipped += [
            {
                **_place(file, skipped.span, lines),
                "construct": skipped.construct,
                "reason": skipped.reason.value,
                "name": skipped.name,
            }
            for skipped in file.rewritten.skipped
        ]
        _add_healed(report, file, switches, lines)
        kept = len(file.recorded)
        planned = sum(1 for site in file.rewritten.sites if not site.is_off)
        traced = any(function.traced for function in file.rewritten.functions)
        report.files.append({"file": file.origin.relative, "sites": kept, "traced": traced})
        counts.update(
            planned=planned,
            kept=kept,
            skipped=len(file.rewritten.skipped),
            healed=planned - kept,
        )
        macros.update(file.rewritten.macros)
        types.update(rustc=file.rustc_bindings, unknown=_untyped(file))
        bindings.update(_bindings(file))
    report.files += [
        {"file": file, "sites": 0, "traced": False, "problem": problem} for file, problem in plan.unreadable
    ]
    report.sites = dict(counts)
    report.types = dict(types)
    report.bindings = dict(bindings)
    report.macros = [{"name": name, "count": count} for name, count in sorted(macros.items())]
    return report


def _add_functions(counts: FunctionCounts, file: TracedFile, lines: LineIndex) -> None:
    for function in file.rewritten.functions:
        counts.total += 1
        if function.traced:
            counts.traced += 1
            continue
        place = {"file": file.origin.relative, "line": lines.line_of(function.span.start)}
        reason = function.reason.value if function.reason else None
        counts.skipped.append({"function": function.path, **place, "reason": reason})


def _add_healed(report: InstrumentReport, file: TracedFile, switches: Switches, lines: LineIndex) -> None:
    if not file.disabled:
        return
    reasons = switches.of(file.origin.relative, file.digest).sites
    for site in file.rewritten.sites:
        if site.index in reasons:
            why = reasons[site.index]
            construct = {"construct": site.kind, "code": why.code, "message": why.message}
            report.healed.append({**_place(file, site.span, lines), **construct})


def _place(file: TracedFile, span: Span, lines: LineIndex) -> dict[str, Any]:
    position: Position = lines.position(span.start)
    return {"file": file.origin.relative, "line": position.line, "column": position.column}


def _bindings(file: TracedFile) -> dict[str, int]:
    """The bindings of traced functions, and those that are not seen, or seen without their end, whoever wished it."""
    seen = sum(1 for site in file.rewritten.sites if site.kind in BOUND_KINDS)
    unseen = [one for one in file.rewritten.skipped if one.reason not in _WISHED]
    missing = sum(1 for one in unseen if one.construct == UNSEEN)
    lost = sum(1 for one in unseen if one.construct in BOUND_KINDS or one.construct == "drop")
    return {"total": seen + missing, "skipped": missing + lost}


def _untyped(file: TracedFile) -> int:
    """Observed bindings whose type nobody knows."""
    return sum(1 for site in file.rewritten.sites if site.name is not None and site.is_guarded and site.ty is None)
