"""Measures crmctl as people meet it: whole processes on a generated book, against floors.

    python benchmarks/run.py --customers 10000

Seconds differ between machines, ratios hardly: every figure stands beside the time that the same
machine needs for the least that such a command must do, measured in the same run.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from generate import UNTIL
from measure import Case, Result, measure
from people import derived
from table import table, verdict

HERE = Path(__file__).resolve().parent
LISTED = ["customer", "list", "level:vip city:上海", "-o", "ids"]
SEGMENT = "spend:>10000 last_interaction:>30d"
IMPORT_ROWS = 7_000
IMPORT_CUSTOMERS = 2_400
SLOW_RUNS = 3
LOGS = 100
COMMITS = 2.5  # so many bare commits may a note cost, beside the start of the program
CONFIG = "format: 1\nname: Import\ncurrency: CNY\ntimezone: Asia/Shanghai\n"
SQL = """
import glob, sqlite3
(file,) = glob.glob(".crmctl/cache/index-*.db")
index = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
rows = index.execute("SELECT customer, count(*) FROM interactions GROUP BY customer")
print(len(rows.fetchall()))
"""

AGGREGATES = """
import glob, sqlite3
(file,) = glob.glob(".crmctl/cache/index-*.db")
index = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
rows = index.execute(
    "SELECT customer, count(*), count(DISTINCT date), sum(amount__base), min(date), max(date)"
    " FROM orders GROUP BY customer"
)
print(len(rows.fetchall()))
"""
# Seconds for the facts of 100,000 customers, and for the models that start from them; with fewer
# customers in proportion, though a second is never too long.
FACTS = 5.0
MODELS = {"rfm": 3.0, "abc": 3.0, "stage": 3.0, "funnel": 3.0, "alive": 10.0, "clv": 10.0}


Limit: TypeAlias = Callable[[float], float]


@dataclass(slots=True)
class Options:
    """What the command line asks for."""

    customers: int
    book: Path | None
    runs: int
    keep: bool
    check: bool


@dataclass(slots=True)
class Targets:
    """What the project promises for a book of this size: seconds, and megabytes.

    `analysis` is the part of what is allowed for an analysis of 100,000 customers.
    """

    index: float
    memory: float
    warm: float
    over_status: bool
    analysis: float
    duplicates: float
    imported: float = 20.0
    start: float = 1.5


def targets(customers: int) -> Targets:
    """0.3 s beyond `git status` up to 10,000 customers; above, a second in all."""
    share = customers / 100_000
    if customers <= 10_000:
        index, memory, warm = 20.0, 300.0, 0.3
    else:
        index, memory, warm = 180.0 * share, 500.0, 1.0
    return Targets(
        index=index,
        memory=memory,
        warm=warm,
        over_status=customers <= 10_000,
        analysis=share,
        duplicates=3.0 + 120.0 * share,
    )


def options(arguments: list[str] | None = None) -> Options:
    """The command line, read."""
    parser = argparse.ArgumentParser(description="Measures crmctl against floors.")
    parser.add_argument("--customers", type=int, default=10_000, metavar="N")
    parser.add_argument("--book", type=Path, metavar="DIR", help="a copy of this, not a new book")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="per command")
    parser.add_argument("--keep", action="store_true", help="leave the book where it is")
    parser.add_argument("--check", action="store_true", help="exit 1 when a target is missed")
    chosen = Options(**vars(parser.parse_args(arguments)))
    if chosen.runs < 1 or chosen.customers < 1:
        parser.error("numbers must be positive")
    return chosen


def program() -> list[str]:
    """The installed crmctl of this interpreter, else its module."""
    script = Path(sys.executable).parent / "crmctl"
    return [str(script)] if script.exists() else [sys.executable, "-m", "crmctl"]


def surroundings(folder: Path) -> dict[str, str]:
    """An environment in which nobody's own settings, clock or language play a part."""
    places = {
        "HOME": folder / "home",
        "XDG_CONFIG_HOME": folder / "home/config",
        "XDG_CACHE_HOME": folder / "home/cache",
        "XDG_DATA_HOME": folder / "home/data",
    }
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    environment = {name: str(place) for name, place in places.items()}
    environment |= {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
    environment["CRMCTL_NOW"] = UNTIL.isoformat()
    if len(program()) > 1:
        environment["PYTHONPATH"] = str(HERE.parent)
    return environment


class Bench:
    """The book to measure on, and the cases."""

    def __init__(self, wanted: Options, folder: Path) -> None:
        self._wanted = wanted
        self._folder = folder
        self._crmctl = program()
        self.environment = surroundings(folder)
        self.book = folder / "book"
        self._make_book()
        self._files = sorted((self.book / "records/customers").rglob("*.yaml"))
        if not self._files:
            sys.exit(f"{self.book} holds no customers.")
        self.targets = targets(len(self._files))

    def _make_book(self) -> None:
        if self._wanted.book:
            shutil.copytree(
                self._wanted.book, self.book, ignore=shutil.ignore_patterns(".git", ".crmctl")
            )
            self._git("init", "--quiet")
        else:
            script = str(HERE / "generate.py")
            count = str(self._wanted.customers)
            command = [sys.executable, script, str(self.book), "--customers", count, "--git"]
            subprocess.run(command, check=True)
        saved = [*self._crmctl, "segment", "save", "benchmark", SEGMENT]
        done = subprocess.run(
            saved, cwd=self.book, env=self.environment, capture_output=True, text=True
        )
        if done.returncode:
            complaint = done.stderr.strip().rpartition("\n")[2]
            print(f"segment save: {complaint}", file=sys.stderr)
        self._git("config", "user.name", "B")
        self._git("config", "user.email", "b@crm.example")
        self._commit("Benchmark")
        first = min((self.book / "records/customers").rglob("*.yaml"), default=None)
        if first is not None:
            with first.open("a", encoding="utf-8") as file:
                file.write("# what came after\n")
            self._commit("Later")

    def _commit(self, subject: str) -> None:
        self._git("add", "--all")
        self._git("commit", "-qm", subject)

    def _git(self, *arguments: str) -> None:
        command = ["git", *arguments]
        subprocess.run(command, cwd=self.book, env=self.environment, stdout=subprocess.DEVNULL)

    def floors(self) -> dict[str, Case]:
        """The least that such commands can take on this machine."""
        grep = ["grep", "-rl", "wholesale-word-that-is-not-there", "records"]
        cases = (
            self._case("import click", [sys.executable, "-c", "import click"]),
            self._case("git status", ["git", "status", "--porcelain"]),
            self._case("sqlite query", [sys.executable, "-c", SQL]),
            self._case("sqlite aggregates", [sys.executable, "-c", AGGREGATES]),
            self._case("grep -r", grep, statuses=(0, 1)),
            self._case("git archive", ["git", "archive", "HEAD~1", "records"]),
            self._case("today's list", [*self._crmctl, *LISTED]),
        )
        return {case.name: case for case in cases}

    def first_index(self) -> Case:
        """A command on a book without a cache."""
        command = [*self._crmctl, "customer", "show", self._some_id()]
        case = self._case("first index", command, "grep -r", self._within(self.targets.index))
        case.prepare = self._drop_cache
        return self._slow(case)

    def recorded(self) -> Iterator[Case]:
        """The book as a commit has it: read from git, and then from the cache."""
        words = [*self._crmctl, *LISTED]
        first = self._case("list --at HEAD~1, first", [*words, "--at", "HEAD~1"], "git archive")
        first.prepare = self._drop_commits
        yield self._slow(first)
        yield self._case("list --at HEAD~1, again", [*words, "--at", "HEAD~1"], "today's list")

    def _slow(self, case: Case) -> Case:
        case.runs = min(case.runs, SLOW_RUNS)
        case.warm_up = False
        return case

    def _within(self, seconds: float) -> Limit:
        return lambda _floor: seconds

    def cases(self) -> Iterator[Case]:
        """What is measured on a warm index."""
        targets = self.targets

        def warm(floor: float) -> float:
            return targets.warm + (floor if targets.over_status else 0)

        for name, words, floor, limit in (
            ("customer show ID", ["customer", "show", self._some_id()], "git status", warm),
            ("customer list QUERY", LISTED, "git status", warm),
            ("search, misspelt", ["search", self._misspelt()], "git status", warm),
            ("search 科技", ["search", "科技"], "git status", warm),
            ("segment run", ["segment", "run", "benchmark", "-o", "ids"], "git status", warm),
            ("report run overview", ["report", "run", "overview"], "sqlite query", None),
        ):
            yield self._case(name, [*self._crmctl, *words], floor, limit)
        yield self._slow(
            self._case(
                "dedupe find",
                [*self._crmctl, "dedupe", "find", "-o", "csv"],
                "sqlite query",
                self._within(targets.duplicates),
            )
        )
        yield from self._models()
        yield self._log()
        yield self._show_after_log()

    def _models(self) -> Iterator[Case]:
        """Facts as of a day of which nothing is kept, and models that start from those of today."""
        then = ["--as-of", (UNTIL - timedelta(days=1)).isoformat()]
        spend = ["customer", "list", "--sort", "-spend", "--limit", "1", "-o", "ids", *then]
        models = {
            f"analyze {one}": (["analyze", one, "--limit", "20"], more)
            for one, more in MODELS.items()
        }
        for name, (words, more) in {"facts as of a day": (spend, 0.0), **models}.items():
            limit = self._within(max(1.0, (FACTS + more) * self.targets.analysis))
            command = [*self._crmctl, *words]
            yield self._slow(self._case(name, command, "sqlite aggregates", limit))

    def _log(self) -> Case:
        """A note with its commit, beside a bare commit of such a file, in a second working tree."""
        other = self._folder / "other"
        file = self._files[len(self._files) // 3].relative_to(self.book)

        def note() -> None:
            if not other.exists():
                self._git("worktree", "add", "--quiet", "--detach", str(other))
            with (other / file).open("a", encoding="utf-8") as out:
                out.write("# noted\n")

        words = [*self._crmctl, "log", self._some_id(), "Benchmark"]
        case = self._case("log, with its commit", words, "", lambda floor: COMMITS * floor)
        case.floor = self._case("git commit", ["git", "commit", "-qm", "Note", "--", str(file)])
        case.floor.cwd, case.floor.prepare = other, note
        case.on_top = self.floors()["import click"]
        case.runs, case.each = LOGS, True
        return case

    def _show_after_log(self) -> Case:
        """The page of a customer of whom something new has just been noted."""
        some = self._some_id()
        limit = self._within(2 * self.targets.warm)
        words = [*self._crmctl, "customer", "show", some]
        case = self._case("customer show ID, after a note", words, "git status", limit)
        case.prepare = self._note
        return case

    def _note(self) -> None:
        words = [*self._crmctl, "log", self._some_id(), "Benchmark"]
        subprocess.run(
            words, cwd=self.book, env=self.environment, stdout=subprocess.DEVNULL, check=True
        )

    def starts(self) -> Iterator[Case]:
        """What must load nothing but click."""
        times = self.targets.start

        def limit(floor: float) -> float:
            return times * floor

        yield self._case("--help", [*self._crmctl, "--help"], "import click", limit)
        yield self._case("--version", [*self._crmctl, "--version"], "import click", limit)
        case = self._case("completion", self._crmctl, "import click", limit)
        words = {"COMP_WORDS": "crmctl cu", "COMP_CWORD": "1"}
        case.extra = {"_CRMCTL_COMPLETE": "bash_complete", **words}
        yield case

    def import_rows(self) -> Case:
        """A file of orders into an empty book, customers made on the way."""
        table = self._folder / "orders.csv"
        empty = self._folder / "empty"
        write_orders(table)

        def prepare() -> None:
            shutil.rmtree(empty, ignore_errors=True)
            (empty / "records").mkdir(parents=True)
            (empty / "crmctl.yaml").write_text(CONFIG, encoding="utf-8")

        words = ["import", str(table), "--kind", "order", "--create", "customer", "-o", "json"]
        name = f"import {IMPORT_ROWS:,} rows"
        case = self._case(
            name, [*self._crmctl, *words], "import click", self._within(self.targets.imported)
        )
        case.cwd = empty
        case.prepare = prepare
        return self._slow(case)

    def _case(
        self,
        name: str,
        command: list[str],
        floor: str = "",
        limit: Limit | None = None,
        statuses: tuple[int, ...] = (0,),
    ) -> Case:
        base = self.floors()[floor] if floor else None
        runs = self._wanted.runs
        return Case(name, command, self.book, base, limit=limit, runs=runs, statuses=statuses)

    def _drop_cache(self) -> None:
        shutil.rmtree(self.book / ".crmctl/cache", ignore_errors=True)

    def _drop_commits(self) -> None:
        shutil.rmtree(self.book / ".crmctl/cache/at", ignore_errors=True)

    def _some_id(self) -> str:
        return self._files[len(self._files) // 2].stem

    def _misspelt(self) -> str:
        """The name of some customer, two letters of its longest word the wrong way round."""
        middle = len(self._files) // 2
        for file in islice(self._files, middle, None):
            found = re.search(
                r"^name: ([A-Za-z ]+)$", file.read_text(encoding="utf-8"), re.MULTILINE
            )
            word = max(found[1].split(), key=len) if found else ""
            if len(word) > 5 and word[2] != word[3] and found:
                wrong = word[:2] + word[3] + word[2] + word[4:]
                return found[1].replace(word, wrong)
        return "Jonhson"


def write_orders(path: Path) -> None:
    """A CSV file of orders as a shop would export it; a few customers buy most."""
    rng = derived(1, "import")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("customer", "date", "quantity", "amount"))
        for _ in range(IMPORT_ROWS):
            customer = f"C{int(IMPORT_CUSTOMERS * rng.random() ** 1.5):04d}"
            day = f"2025-{1 + int(rng.random() * 12):02d}-{1 + int(rng.random() * 28):02d}"
            quantity = 1 + int(rng.random() * 5)
            writer.writerow((customer, day, quantity, f"{quantity * rng.lognormvariate(4, 1):.2f}"))


def run(wanted: Options, folder: Path) -> bool:
    """Measures everything and prints the table. Whether every target was met."""
    bench = Bench(wanted, folder)
    results: list[Result] = []

    def add(case: Case) -> None:
        print(f"measuring {case.name} ...", file=sys.stderr)
        results.append(measure(case, bench.environment))

    # The floor under SQL needs an index, and the first index its floor from a warm page cache.
    first = measure(bench.first_index(), bench.environment)
    for case in bench.floors().values():
        add(case)
    results.append(first)
    for case in (*bench.cases(), *bench.recorded(), *bench.starts()):
        add(case)
    add(bench.import_rows())
    print(table(results, bench.targets.memory))
    print(f"memory limit: {bench.targets.memory:.0f} MB", file=sys.stderr)
    verdicts = [verdict(result, bench.targets.memory) for result in results]
    return not any(word.startswith(("over", "failed")) for word in verdicts)


def main() -> None:
    """Measures in a temporary folder and leaves nothing behind unless asked to."""
    wanted = options()
    folder = Path(tempfile.mkdtemp(prefix="crmctl-benchmark-"))
    try:
        good = run(wanted, folder)
    finally:
        if wanted.keep:
            print(f"kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if good or not wanted.check else 1)


if __name__ == "__main__":
    main()
