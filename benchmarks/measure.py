"""Whole processes, measured from outside: seconds by the monotonic clock, and peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# What the kernel reports as ru_maxrss: kilobytes on Linux, bytes on macOS.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(slots=True)
class Run:
    """What one process took and said."""

    seconds: float
    peak_mb: float
    status: int
    output: str
    errors: str


@dataclass(slots=True)
class Case:
    """A command to measure: `prepare` is called before each run and not timed.

    `floor` is the case it is compared with, run in turn with it, for a machine is not equally fast
    all the time. `limit` gives the target in seconds out of the floor's seconds; the seconds of
    `on_top`, run in turn as well, are granted beside. `each`: every run is to keep to it, not only
    the median.
    """

    name: str
    command: Sequence[str]
    cwd: Path
    floor: Case | None = None
    on_top: Case | None = None
    each: bool = False
    limit: Callable[[float], float] | None = None
    prepare: Callable[[], None] | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    runs: int = 5
    warm_up: bool = True
    statuses: tuple[int, ...] = (0,)


@dataclass(slots=True)
class Result:
    """Medians of a case and of its floor; `fault` says why they mean nothing, "" when they do."""

    case: Case
    seconds: float = 0.0
    peak_mb: float = 0.0
    floor: float = 0.0
    on_top: float = 0.0
    every: Sequence[float] = ()
    fault: str = ""

    @property
    def limit(self) -> float | None:
        """The target in seconds."""
        return None if self.case.limit is None else self.case.limit(self.floor) + self.on_top

    @property
    def late(self) -> int:
        """How many runs missed the target: of all runs that count, or 1 for their median."""
        runs = self.every if self.case.each else (self.seconds,)
        return sum(self.limit is not None and seconds > self.limit for seconds in runs)


def once(command: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> Run:
    """Runs a command to its end, its output going to files so that no pipe slows it."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        # Popen must not wait again for a child that is gone.
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        said = output.read(4096).decode("utf-8", "replace")
        complaint = errors.read(4096).decode("utf-8", "replace")
    peak = usage.ru_maxrss * _RSS_UNIT / 2**20
    return Run(seconds, peak, process.returncode, said, complaint)


def measure(case: Case, environment: Mapping[str, str]) -> Result:
    """The medians of a case's runs, after one run that is not counted."""
    runs: list[Run] = []
    floors: list[float] = []
    on_top: list[float] = []
    for number in range(case.runs + case.warm_up):
        for other, times in ((case.floor, floors), (case.on_top, on_top)):
            if other is not None:
                if other.prepare:
                    other.prepare()
                times.append(once(other.command, other.cwd, environment).seconds)
        if case.prepare:
            case.prepare()
        try:
            run = once(case.command, case.cwd, {**environment, **case.extra})
        except OSError as error:
            return Result(case, fault=str(error))
        if run.status not in case.statuses:
            lines = run.errors.strip().splitlines()
            return Result(case, fault=f"exit {run.status}: {lines[-1] if lines else ''}")
        if not run.output.strip() and case.floor:
            return Result(case, fault="printed nothing")
        if number >= case.warm_up:
            runs.append(run)
    return Result(
        case,
        statistics.median(run.seconds for run in runs),
        max(run.peak_mb for run in runs),
        statistics.median(floors[case.warm_up :] or [0.0]),
        statistics.median(on_top[case.warm_up :] or [0.0]),
        [run.seconds for run in runs],
    )
