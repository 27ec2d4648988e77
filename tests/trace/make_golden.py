"""Records the golden recordings of the current version: `python -m tests.trace.make_golden`.

Run once for a version of the format; recordings of older versions are never made again.
"""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

from borrowscope.export.jsonl import write_jsonl
from borrowscope.tables import stream_format as spec
from borrowscope.trace.recording import load_recording
from tests.runtime.recorded import program, run, write_sites
from tests.runtime.site_program import SITES, SOURCE

GOLDEN = Path(__file__).parent / "golden"
THREADS = r"""
use borrowscope_runtime::site;
extern "C" {
    fn fork() -> i32;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(status: i32) -> !;
}
fn main() {
    let _f = site::track_fn_enter_with_id(256);
    let x = String::from("x");
    let gx = site::track_new_with_id(257, &x);
    std::thread::Builder::new().name("worker".into()).spawn({ gx.moved(261); move || {
        let _g = site::track_new_with_id(257, &x);
        std::thread::sleep(std::time::Duration::from_millis(3));
    }}).unwrap().join().unwrap();
    let _last = site::track_new_with_id(257, &0);
    if unsafe { fork() } == 0 {
        drop(_last);
        unsafe { _exit(0) }
    }
    unsafe { waitpid(-1, std::ptr::null_mut(), 0) };
}
"""


def scrub(path: Path) -> None:
    """Take this machine's path out of a stream, and the zeros at its end."""
    data = bytearray(path.read_bytes())
    executable = spec.HEADER_FIELDS[-1]
    name = b"/demo/program"
    data[executable.offset - 4 : executable.offset + executable.size] = struct.pack("<I", len(name)) + name.ljust(
        executable.size, b"\0"
    )
    pages = range(0, len(data), spec.PAGE_SIZE)
    end = max(page for page in pages if any(data[page : page + spec.CHUNK_HEADER_SIZE])) + spec.PAGE_SIZE
    put(data, "used", end)
    put(data, "used_twin", ~end)
    put(data, "check", spec.stream_check(bytes(data)))
    path.write_bytes(data[:end])


def put(data: bytearray, name: str, value: int) -> None:
    """Set a field of the header."""
    field = next(field for field in (*spec.HEADER_FIELDS, *spec.HEADER_TAIL_FIELDS) if field.name == name)
    data[field.offset : field.offset + field.size] = (value % (1 << 8 * field.size)).to_bytes(field.size, "little")


def main() -> None:
    """Record every golden program."""
    for name, source in (("sites", SOURCE), ("threads", THREADS)):
        folder = GOLDEN / f"v{spec.VERSION}" / f"{name}.bstrace"
        shutil.rmtree(folder, ignore_errors=True)
        write_sites(folder, SITES)
        run(program(source), folder)
        for stream in folder.glob(f"*{spec.SUFFIX}"):
            scrub(stream)
        with (folder.parent / f"{name}.jsonl").open("w") as out:
            write_jsonl(load_recording(folder).events, out)


if __name__ == "__main__":
    main()
