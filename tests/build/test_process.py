"""Programs that the build stage starts: what Ctrl-C does while one of them is asked something."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from borrowscope.build.process import ask


def test_an_interrupted_question_has_no_answer():
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        ask(["sleep", "20"], Path.cwd())
    timer.join()


def test_the_handler_of_before_is_back():
    before = signal.getsignal(signal.SIGINT)
    assert ask(["true"], Path.cwd()).is_success
    assert signal.getsignal(signal.SIGINT) is before
