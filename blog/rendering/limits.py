"""What a text may cost, and what is said when it costs more."""

import re
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

MAX_CHARACTERS = 100_000
MAX_HTML_CHARACTERS = 1_000_000
# With less of the processor than this, it was the machine that took too long, and not the text.
FAIR_SHARE_SECONDS = 0.3
TOO_LONG = "This takes too long to turn into a page."
PUNCTUATION = re.compile(r"[^\w\s]")


class Unrenderable(Exception):
    """This text does not become HTML. `reason` is for its author; `line` (from 1) is where to look."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason, line)
        self.reason = reason
        self.line = line


class TookTooLong(BaseException):
    """The time is up, or the processor's. No Exception, because the libraries under way catch those and carry on."""

    def __init__(self, *, is_processor: bool) -> None:
        super().__init__(is_processor)
        self.is_processor = is_processor


def done_by(deadline: float, cpu_seconds: float, work: Callable[[str], str], text: str) -> str:
    """Return what the work makes of the text.

    Raises TookTooLong in it once `time.monotonic()` is at the deadline, or once it has had the processor for so many
    seconds. Main thread only.
    """

    def inside() -> str:
        return work(text)

    def ring(signum: int, frame: FrameType | None) -> None:
        # It rings more than once, because an exception raised inside a destructor is told to `forgotten` and goes no
        # further; and so perhaps once more while the first one is on its way out, where nobody would expect another.
        while frame is not None and frame.f_code is not forgotten.__code__:
            if frame.f_code is inside.__code__:
                raise TookTooLong(is_processor=signum == signal.SIGVTALRM)
            frame = frame.f_back

    def forgotten(problem: "sys.UnraisableHookArgs") -> None:
        if not isinstance(problem.exc_value, TookTooLong):
            tell(problem)

    tell, sys.unraisablehook = sys.unraisablehook, forgotten
    for alarm in (signal.SIGALRM, signal.SIGVTALRM):
        signal.signal(alarm, ring)
    signal.setitimer(signal.ITIMER_REAL, max(deadline - time.monotonic(), 0.001), 0.02)
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_seconds, 0.02)
    try:
        return inside()
    finally:
        for timer, alarm in ((signal.ITIMER_REAL, signal.SIGALRM), (signal.ITIMER_VIRTUAL, signal.SIGVTALRM)):
            signal.setitimer(timer, 0)
            signal.signal(alarm, signal.SIG_IGN)
        sys.unraisablehook = tell


def densest_line(text: str) -> int:
    """Return the line with most punctuation: the best guess when nothing else is known."""
    counts = [len(PUNCTUATION.findall(line)) for line in text.split("\n")]
    return counts.index(max(counts)) + 1
