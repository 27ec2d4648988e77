"""When nothing can be recorded (any more), the program goes on untouched, and the recording says why."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from borrowscope.errors import InputError
from borrowscope.trace.recording import load_recording
from tests.runtime.recorded import count, program, run, runtime_rlib, write_sites

SITES = [{"event": "Borrow", "kind": "call"}]
SOURCE = r"""
use borrowscope_runtime::site;
fn main() {
    let number: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let mut threads = Vec::new();
    for _ in 0..2 {
        threads.push(std::thread::spawn(move || for _ in 0..number { site::borrowed(256, 0); }));
    }
    for thread in threads { thread.join().unwrap(); }
    let errno = std::fs::metadata("/nowhere").unwrap_err();
    site::borrowed(256, 0);
    println!("went on, {}", errno.raw_os_error().unwrap());
}
"""
WENT_ON = ("went on, 2\n", "", 0)


def outcome(executable: Path, folder: Path, *arguments: str, **options) -> tuple[str, str, int]:
    result = run(executable, folder, *arguments, **options)
    return result.stdout, result.stderr, result.returncode


def streams(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.bsstream"))


@contextmanager
def small_disk(folder: Path, size: str):
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False)
    if mounted.returncode != 0:
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("size", ["128k", "600k", "3m"])
def test_full_disk(size, tmp_path):
    with small_disk(tmp_path / "disk", size) as folder:
        write_sites(folder, SITES)
        assert outcome(program(SOURCE), folder, "200000", env={"BORROWSCOPE_MIN_FREE": "0"}) == WENT_ON
        recording = load_recording(folder)
        space = shutil.disk_usage(folder).total
    assert any("the disk was full" in note for note in recording.notes)
    assert space / 16 * 0.4 < count(recording, "Borrow") < space / 16


def test_a_nearly_full_disk_is_left_to_others(tmp_path):
    with small_disk(tmp_path / "disk", "8m") as folder:
        write_sites(folder, SITES)
        assert outcome(program(SOURCE), folder, "400000") == WENT_ON
        recording = load_recording(folder)
        space = shutil.disk_usage(folder)
    assert any("the disk was nearly full" in note for note in recording.notes)
    assert space.total * 0.5 <= space.free < space.total * 0.7
    assert count(recording, "Borrow") > space.total * 0.3 / 16


def test_the_reserve_can_be_set(tmp_path):
    write_sites(tmp_path, SITES)
    assert outcome(program(SOURCE), tmp_path, "200000", env={"BORROWSCOPE_MIN_FREE": str(1 << 60)}) == WENT_ON
    recording = load_recording(tmp_path)
    assert any("the disk was nearly full" in note for note in recording.notes)
    assert 0 < count(recording, "Borrow") <= 65536 / 16


@pytest.mark.parametrize("flags", [(), ("--cfg=borrowscope_portable",)], ids=["mapped", "portable"])
@pytest.mark.parametrize("largest", [65_536, 300_000, 2_000_000])
def test_largest_size(largest, flags, tmp_path):
    write_sites(tmp_path, SITES)
    executable = program(SOURCE, rlib=runtime_rlib(*flags))
    assert outcome(executable, tmp_path, "200000", env={"BORROWSCOPE_MAX_BYTES": str(largest)}) == WENT_ON
    recording = load_recording(tmp_path)
    assert any("the largest size of a recording was reached" in note for note in recording.notes)
    assert all("(error" not in note for note in recording.notes)
    assert largest * 0.4 < streams(tmp_path)[0].stat().st_size <= largest
    assert largest / 16 * 0.25 < count(recording, "Borrow") < largest / 16


@pytest.mark.parametrize("largest", ["0", "", "much", "99999999"])
def test_no_size_is_reached(largest, tmp_path):
    write_sites(tmp_path, SITES)
    assert outcome(program(SOURCE), tmp_path, "20000", env={"BORROWSCOPE_MAX_BYTES": largest}) == WENT_ON
    recording = load_recording(tmp_path)
    assert recording.notes == []
    assert count(recording, "Borrow") == 40_001


def test_full_disk_from_the_start(tmp_path):
    with small_disk(tmp_path / "disk", "8k") as folder:
        write_sites(folder, SITES)
        assert outcome(program(SOURCE), folder, "1000") == WENT_ON
        assert len(streams(folder)) == 1
        with pytest.raises(InputError, match="the recording is empty"):
            load_recording(folder)


@pytest.mark.parametrize("limit", [20_000, 100_000, 1_500_000])
def test_limit_of_file_sizes(limit, tmp_path):
    def set_limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    write_sites(tmp_path, SITES)
    assert outcome(program(SOURCE), tmp_path, "200000", preexec_fn=set_limit) == WENT_ON
    recording = load_recording(tmp_path)
    assert any("ulimit -f" in note for note in recording.notes)
    assert streams(tmp_path)[0].stat().st_size <= limit
    assert limit / 16 * 0.25 < count(recording, "Borrow") < limit / 16


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "rec", Path("/proc/borrowscope")):
        assert outcome(program(SOURCE), folder, "1000") == WENT_ON


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    assert outcome(program(SOURCE), tmp_path, "1000") == WENT_ON
    assert streams(tmp_path) == []


def test_folder_lost_while_recording(tmp_path):
    remove = 'std::fs::remove_dir_all(std::env::var("BORROWSCOPE_OUT").unwrap()).unwrap();'
    source = SOURCE.replace("let mut threads", f"site::borrowed(256, 0); {remove} let mut threads")
    assert outcome(program(source), tmp_path / "rec", "100000") == WENT_ON


def test_folder_is_made(tmp_path):
    folder = tmp_path / "deep" / "er" / "rec.bstrace"
    assert outcome(program(SOURCE), folder, "10") == WENT_ON
    assert len(streams(folder)) == 1


def test_relative_folder(tmp_path):
    assert run(program(SOURCE), Path("rec"), "10", cwd=tmp_path).returncode == 0
    assert len(streams(tmp_path / "rec")) == 1


def test_switched_off(tmp_path):
    write_sites(tmp_path, SITES)
    assert outcome(program(SOURCE), tmp_path, "1000", env={"BORROWSCOPE": "off"}) == WENT_ON
    with pytest.raises(InputError, match="recording is empty"):
        load_recording(tmp_path)


@pytest.mark.parametrize("name", ["rustc", "rustdoc", "clippy-driver", "build-script-build", "build-script-main"])
def test_off_in_tools(name, tmp_path):
    executable = tmp_path / name
    shutil.copy(program(SOURCE), executable)
    assert outcome(executable, tmp_path / "rec", "10") == WENT_ON
    assert not (tmp_path / "rec").exists()


def without_out() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("BORROWSCOPE")}


def test_active_file(tmp_path):
    active = tmp_path / 'the "active" file'
    executable = program(SOURCE, rlib=runtime_rlib(active_file=active))
    subprocess.run([executable, "10"], env=without_out(), check=True, capture_output=True)
    active.write_text(f"{tmp_path}/rec\n")
    subprocess.run([executable, "10"], env=without_out(), check=True, capture_output=True)
    assert len(streams(tmp_path / "rec")) == 1


def test_copy_records_beside_the_crate(tmp_path):
    write_sites(tmp_path, SITES)
    rlib = runtime_rlib(sites_json=(tmp_path / "sites.json").read_text())
    for _ in range(2):
        subprocess.run([program(SOURCE, rlib=rlib), "10"], env=without_out(), check=True, capture_output=True)
    recordings = sorted((rlib.parent / "recordings").iterdir())
    assert len(recordings) == 2
    for folder in recordings:
        recording = load_recording(folder)
        assert len(recording.events) == 21
        assert recording.events[0].file == "src/main.rs"
        assert sorted(path.suffix for path in folder.iterdir()) == [".bsstream", ".json"]
