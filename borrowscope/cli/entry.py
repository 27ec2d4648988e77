"""Where the program begins: imports the application so that Ctrl-C ends it quietly at any moment.

In: the arguments of the process. Out: the exit code. Imports nothing heavy by itself; `app.py` does the work.
"""

from __future__ import annotations

import os
from types import FrameType

INTERRUPTED = 130  # `ExitCode.INTERRUPTED`, whose import would take its own time


def main() -> int:
    """Run the command line; Ctrl-C before, while and after it works means one line and exit code 130."""
    try:
        code = _run()
    except KeyboardInterrupt:
        _leave()
    _end(code)
    return code


def _end(code: int) -> None:
    """End without taking the interpreter apart, which takes as long as a small build: nothing is left to do by then.

    Returns where somebody still needs the interpreter: a thread, a profiler, an output that cannot be written.
    """
    import atexit  # noqa: PLC0415
    import sys  # noqa: PLC0415
    import threading  # noqa: PLC0415

    is_busy = any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread())
    if is_busy or sys.getprofile() or sys.gettrace():
        return
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        return
    atexit._run_exitfuncs()  # noqa: SLF001 - the only way to have done what others have asked for
    os._exit(code)


def _run() -> int:
    import signal  # noqa: PLC0415 - each import belongs inside the guard

    is_ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not where a shell has it ignored
    if is_ours:
        signal.signal(signal.SIGINT, _leave)
    from borrowscope.text.collector import collector_paused  # noqa: PLC0415

    with collector_paused():  # all that is loaded stays
        from borrowscope.cli import app  # noqa: PLC0415

    if is_ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return app.main()
    finally:
        if is_ours:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the outcome stands: the interpreter only ends


def _leave(_number: int = 0, _frame: FrameType | None = None) -> None:
    """End at once: while modules are imported there is nothing to tidy up, and an exception could get lost."""
    try:
        os.write(2, b"error: interrupted\n")
    finally:
        os._exit(INTERRUPTED)
