"""What recording one event costs, against the published crate `borrowscope-runtime` 0.1.2 with feature `track`.

In: nothing; the published crate comes from the registry through cargo. Out: tables on stdout, all from one run.
Release builds of one program (`programs/event_cost`) against either crate; rounds alternate, the first is not counted,
figures are medians. Ours writes to a file on disk, the published crate to memory. Times are wall time from the first
thread's beginning to the last one's end, divided by the events of all threads. `--crates` adds the bytes an event over
the tests of the pinned crates.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from borrowscope.runtime.generate import write_runtime

ROOT = Path(__file__).parent.parent
PROGRAM = Path(__file__).parent / "programs" / "event_cost"
HOME = ROOT / "target" / "benchmarks" / "event_cost"
OPERATIONS = ("New", "Borrow", "Move", "RcClone", "Drop")
THREADS = (1, 4)
OFF = {"BORROWSCOPE": "off"}
CRATES = ("semver", "itoa", "either", "smallvec")
MANY = 1000  # threads of which each records one event
KIB = 1024
ROUND_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class Face:
    """One way to call the runtime, what it is compared with, and the least ratios for one and for four threads."""

    name: str
    published: str
    goals: tuple[float, float]
    drop_goal: float | None = None


FACES = (
    Face("generated", "with-id", (6, 10), drop_goal=3),
    Face("with-id", "with-id", (3, 5)),
    Face("by-name", "by-name", (3, 5)),
)
# The parts of an event, as `programs/event_cost/src/parts.rs` names them.
PARTS = {
    "clock": "clock: reading the time stamp counter",
    "store": "store: a slot into memory that is there",
    "memory": "page faults: a slot into new memory without a file",
    "zeros": "file: zeros into a new file, which reserves its pages",
    "mapped": "page faults: a slot into such a file, mapped",
    "disk": "file: to the disk, which the kernel does in the background",
}
GOALS = {"off": 1.0, "bytes": 20.0, "thread": 8.0}


@dataclass(slots=True)
class Samples:
    """The figures of all counted rounds, by what was run and the name of the figure."""

    figures: dict[tuple[str, int, str], list[float]] = field(default_factory=dict)

    def add(self, run: str, threads: int, output: str) -> None:
        """Take in what a program printed."""
        for line in output.splitlines():
            name, value = line.split()
            self.figures.setdefault((run, threads, name), []).append(float(value))

    def of(self, run: str, threads: int, name: str) -> float:
        """The median."""
        return median(self.figures[run, threads, name])


def build() -> tuple[Path, Path]:
    """The program against our runtime and against the published one."""
    write_runtime(HOME / "borrowscope-runtime", active_file=None, sites_json=None)
    ours = '{ path = "../borrowscope-runtime", features = ["track"] }'
    published = '{ version = "=0.1.2", features = ["track"] }'
    return build_program("ours", ours, ["--features", "generated"]), build_program("published", published, [])


def build_program(name: str, dependency: str, flags: list[str]) -> Path:
    """A release build of the program."""
    folder = HOME / name
    shutil.rmtree(folder / "src", ignore_errors=True)
    shutil.copytree(PROGRAM / "src", folder / "src")
    manifest = [
        f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2021"\n\n[workspace]\n',
        f"[features]\ngenerated = []\n\n[dependencies]\nborrowscope-runtime = {dependency}\n",
    ]
    (folder / "Cargo.toml").write_text("\n".join(manifest), encoding="utf-8")
    subprocess.run(["cargo", "build", "--release", "--quiet", *flags], cwd=folder, check=True)
    return folder / "target" / "release" / name


def run(
    program: Path, *arguments: object, recording: Path | None = None, environment: dict[str, str] | None = None
) -> str:
    """What the program prints."""
    out = {"BORROWSCOPE_OUT": str(recording)} if recording else {}
    command = [str(program), *map(str, arguments)]
    done = subprocess.run(
        command, env=os.environ | out | (environment or {}), check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def touch_memory() -> None:
    """Have the memory that a run takes given to this machine.

    A hypervisor may give a page at its first touch, which takes microseconds that no recorder can help.
    """
    touched = b"\1" * ROUND_BYTES
    del touched


def measure_round(ours: Path, published: Path, events: int, samples: Samples) -> None:
    """Every way of recording once, ours and the published one in turn."""
    touch_memory()
    for threads in THREADS:
        for face in FACES:
            with scratch() as folder:
                samples.add(face.name, threads, run(ours, face.name, threads, events, recording=folder / "recording"))
            other = run(published, face.published, threads, events)
            samples.add(f"published for {face.name}", threads, other)
            samples.add(f"{face.name} off", threads, run(ours, face.name, threads, events, environment=OFF))
    with scratch() as folder:
        samples.add("parts", 1, run(ours, "parts", 1, events * 5, folder))


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on the disk that the programs lie on, gone afterwards."""
    with tempfile.TemporaryDirectory(dir=HOME) as folder:
        yield Path(folder)


def print_machine() -> None:
    """How busy the machine is: four threads that wait for processors measure those, and not the recorder."""
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the beginning")


def print_calls(samples: Samples) -> None:
    """A row for each event and way of calling, then the ratios beside their goals."""
    print(f"{'calls':10} {'threads':>7} {'event':9} {'ours ns':>9} {'0.1.2 ns':>9} {'ratio':>8} {'off ns':>7}")
    for face in FACES:
        for threads, goal in zip(THREADS, face.goals, strict=True):
            ratios = {}
            for name in OPERATIONS:
                us = samples.of(face.name, threads, name)
                them = samples.of(f"published for {face.name}", threads, name)
                off = samples.of(f"{face.name} off", threads, name)
                ratios[name] = them / us
                print(f"{face.name:10} {threads:7} {name:9} {us:9.1f} {them:9.1f} {ratios[name]:7.1f}x {off:7.2f}")
            middle = median(ratios.values())
            print(f"{face.name:10} {threads:7} {'median':9} {'':19} {middle:7.1f}x (goal {goal}x)")
            if face.drop_goal:
                print(f"{face.name:10} {threads:7} {'Drop':9} {'':19} {ratios['Drop']:7.1f}x (goal {face.drop_goal}x)")


def print_parts(samples: Samples) -> None:
    """Where the time goes: what the parts cost by themselves, beside whole events."""
    print("\nwhere the time goes (1 thread), ns for a slot of 16 bytes")
    for name, says in PARTS.items():
        print(f"  {samples.of('parts', 1, name):7.1f}  {says}")
    print(f"  {samples.of('generated', 1, 'Borrow'):7.1f}  a whole event of one slot (Borrow)")


def print_off(samples: Samples) -> None:
    """The most that a site costs while nothing is recorded: the clones of an Rc in the loop are work by themselves."""
    print(f"\nrecording off, ns a site with the loop around it, the slowest but RcClone (goal {GOALS['off']:.0f})")
    for face in FACES:
        worst = max((samples.of(f"{face.name} off", 1, name), name) for name in OPERATIONS if name != "RcClone")
        print(f"  {worst[0]:7.2f}  {face.name}: {worst[1]}")


def print_sizes(ours: Path, published: Path, events: int) -> None:
    """Bytes of an event, on disk for us and in memory for the published crate."""
    print("\nbytes an event, the same number of each of the five")
    for face in FACES:
        with scratch() as folder:
            run(ours, face.name, 1, events * 5, "keep", recording=folder)
            # Drops of generated code come with as many births, and a tenth warms up.
            count = events * 5 * (len(OPERATIONS) + (face.name == "generated")) + events // 2
            print(f"  {size_on_disk(folder) / count:7.1f}  {face.name}, on disk")
    for name in sorted({face.published for face in FACES}):
        kept = Samples()
        kept.add(name, 1, run(published, name, 1, events * 5, "keep"))
        print(f"  {kept.of(name, 1, 'bytes'):7.1f}  0.1.2 {name}, in memory")


def print_threads(ours: Path) -> None:
    """What each of many threads costs that records one event: memory beside the thread itself, and disk."""
    print(f"\n{MANY} threads that record one event each: KiB a thread (goal {GOALS['thread']:.0f})")
    for face in FACES:
        found = Samples()
        with scratch() as folder:
            found.add("on", MANY, run(ours, "threads", MANY, 1, face.name, recording=folder))
            disk = size_on_disk(folder)
        found.add("off", MANY, run(ours, "threads", MANY, 1, face.name, environment=OFF))
        memory = found.of("on", MANY, "bytes") - found.of("off", MANY, "bytes")
        print(f"  {memory / KIB:7.1f}  {face.name}, in memory; {disk / MANY / KIB:.1f} on disk")


def size_on_disk(folder: Path) -> int:
    """Bytes of the streams of a recording, with what was reserved and not used."""
    return sum(path.stat().st_size for path in folder.glob("*.bsstream"))


def print_crates() -> None:
    """Bytes an event over the tests of the pinned crates, all functions and all groups traced."""
    print(f"\nbytes an event on disk, tests of the pinned crates (goal {GOALS['bytes']:.0f} on average)")
    all_bytes, all_events = 0, 0
    for name in CRATES:
        fetched = subprocess.run([ROOT / "scripts" / "fetch", name], check=True, capture_output=True, text=True)
        with scratch() as folder:
            crate, recording = folder / name, folder / "recording"
            shutil.copytree(fetched.stdout.strip(), crate, ignore=shutil.ignore_patterns("target"))
            borrowscope("test", crate, "--all", "-o", recording)
            summary = json.loads(borrowscope("report", recording, "--format", "json"))["summary"]
            size, events = size_on_disk(recording), summary["events"]
        print(f"  {size / events:7.1f}  {name}: {events} events")
        all_bytes, all_events = all_bytes + size, all_events + events
    print(f"  {all_bytes / all_events:7.1f}  all")


def borrowscope(*arguments: object) -> str:
    """What the tool prints; ends the benchmark where it fails."""
    command = [sys.executable, "-m", "borrowscope", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{done.stderr}\n{' '.join(command)}: exit status {done.returncode}")
    return done.stdout


def main() -> None:
    """Build the programs, measure, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000, help="events of each kind and thread in a round")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--crates", action="store_true", help="measure the tests of the pinned crates, too")
    arguments = parser.parse_args()
    print_machine()
    HOME.mkdir(parents=True, exist_ok=True)
    ours, published = build()
    measure_round(ours, published, arguments.events, Samples())
    samples = Samples()
    for _ in range(arguments.rounds):
        measure_round(ours, published, arguments.events, samples)
    print_calls(samples)
    print_parts(samples)
    print_off(samples)
    print_sizes(ours, published, arguments.events)
    print_threads(ours)
    if arguments.crates:
        print_crates()


if __name__ == "__main__":
    main()
