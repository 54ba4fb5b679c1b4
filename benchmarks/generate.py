"""Writes a believable bilingual book of any size, to measure crmctl and to try it at scale.

    python benchmarks/generate.py DIR --customers 10000 --git

The same seed gives the same bytes on every machine, and the first customers of a large book are
those of a small one. One customer is made at a time, so memory does not grow with the book. Needs
nothing but the standard library, and git for --git.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path

import vocabulary
from customers import YEARS, Maker
from emit import scalar, text
from people import users

UNTIL = date(2026, 11, 20)
# Above this, git pays for every commit of a flat folder.
FLAT = 20_000
STREAMS = ("interactions", "orders", "tasks", "opportunities")
CONFIG = "format: 1\nname: {name}\ncurrency: CNY\ntimezone: Asia/Shanghai\n"


@dataclass(slots=True)
class Options:
    """What the command line asks for; interactions, orders and deals are means per customer."""

    folder: Path
    customers: int = 10_000
    interactions: float = 10
    orders: float = 3
    deals: float = 0.3
    seed: int = 1
    users: int = 20
    until: date = UNTIL
    git: bool = False


def options(arguments: list[str] | None = None) -> Options:
    """The command line, read."""
    parser = argparse.ArgumentParser(description="Writes a believable bilingual book.")
    parser.add_argument("folder", metavar="DIR", type=Path, help="new or empty folder")
    parser.add_argument("--customers", type=int, default=10_000, metavar="N")
    parser.add_argument("--interactions", type=float, default=10, metavar="MEAN")
    parser.add_argument("--orders", type=float, default=3, metavar="MEAN")
    parser.add_argument("--deals", type=float, default=0.3, metavar="MEAN")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--users", type=int, default=20, metavar="N")
    parser.add_argument("--until", type=date.fromisoformat, default=UNTIL, metavar="DATE")
    parser.add_argument("--git", action="store_true", help="init, add and commit")
    chosen = Options(**vars(parser.parse_args(arguments)))
    if min(chosen.customers, chosen.interactions, chosen.orders, chosen.deals, chosen.users) < 0:
        parser.error("numbers must not be negative")
    if chosen.folder.exists() and any(chosen.folder.iterdir()):
        parser.error(f"{chosen.folder} is not empty")
    return chosen


class Book:
    """The files of one book; folders are made when their first file comes."""

    def __init__(self, root: Path, sharded: bool) -> None:
        self._root = str(root)
        self._sharded = sharded
        self._folders: set[str] = set()
        self.files: Counter[str] = Counter()

    def write(self, folder: str, name: str, content: str) -> None:
        """One file below the root."""
        parent = f"{self._root}/{folder}" if folder else self._root
        if parent not in self._folders:
            os.makedirs(parent, exist_ok=True)
            self._folders.add(parent)
        with open(f"{parent}/{name}", "wb") as file:
            file.write(content.encode())
        self.files[folder.split("/")[1] if "/" in folder else ""] += 1

    def record(self, plural: str, id_: str, content: str) -> None:
        """A record file; of a large book in one of 256 folders, chosen by the id."""
        folder = f"records/{plural}"
        if self._sharded:
            folder += f"/{blake2b(id_.encode(), digest_size=1).hexdigest()}"
        self.write(folder, f"{id_}.yaml", content)


def generate(wanted: Options) -> tuple[Counter[str], Counter[str]]:
    """Writes the book. Returns how many records and how many files each kind has."""
    sharded = wanted.customers > FLAT
    book = Book(wanted.folder, sharded)
    name = f"Benchmark book of {wanted.customers} customers"
    book.write("", "crmctl.yaml", CONFIG.format(name=name))
    book.write("", ".gitignore", "/.crmctl/\n")
    if sharded:
        _write_paths(book)
    founded = wanted.until - timedelta(days=(YEARS + 1) * 365)
    team = users(wanted.seed, wanted.users, founded)
    for user in team:
        book.write("records/users", f"{user.id}.yaml", user.text)
    for product in vocabulary.PRODUCTS:
        book.write("records/products", f"{product.id}.yaml", product_text(product, founded))
    counts = Counter(users=len(team), products=len(vocabulary.PRODUCTS))
    maker = Maker(wanted.seed, wanted.until, team)
    for number in range(wanted.customers):
        made = maker.make(number, wanted.interactions, wanted.orders, wanted.deals)
        book.record("customers", made.id, made.customer)
        counts["customers"] += 1
        parts = (made.interactions, made.orders, made.tasks, made.opportunities)
        for plural, stream, many in zip(STREAMS, parts, made.counts, strict=True):
            if stream:
                book.record(plural, made.id, stream)
                counts[plural] += many
    return counts, book.files


def _write_paths(book: Book) -> None:
    """Tells crmctl where new files belong in a book with shards."""
    for plural in STREAMS:
        kind = "opportunity" if plural == "opportunities" else plural.removesuffix("s")
        path = f"{plural}/{{shard}}/{{customer}}.yaml"
        book.write("schemas", f"{kind}.yaml", f"x-crmctl:\n  path: {path}\n")
    path = "customers/{shard}/{id}.yaml"
    book.write("schemas", "customer.yaml", f"x-crmctl:\n  path: {path}\n")


def product_text(product: vocabulary.Product, created: date) -> str:
    """The file of a product."""
    mark = blake2b(product.id.encode(), digest_size=4).hexdigest()
    return (
        f"id: {product.id}\n{text('name', product.name)}sku: {scalar(f'P-{mark[:4].upper()}')}\n"
        f"family: {scalar(product.family)}\nunit: {scalar(product.unit)}\nprice: {product.price}\n"
        f"cost: {product.price * 6 // 10}\ncreated: {created}\nuid: {scalar(mark)}\n"
    )


def commit(folder: Path, until: date) -> None:
    """The book as the only commit of a new repository, dated so that its hash is stable too."""
    stamp = f"{until}T00:00:00+08:00"
    environment = {**os.environ, "GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
    identity = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@crm.example")
    for step in (
        ("init", "--quiet", "--initial-branch=main"),
        ("-c", "core.fsync=none", "add", "--all"),
        (*identity, "-c", "commit.gpgSign=false", "commit", "--quiet", "-m", "Benchmark book"),
    ):
        subprocess.run(("git", *step), cwd=folder, env=environment, check=True)


def main() -> None:
    """Generates and says on stderr what came of it."""
    wanted = options()
    start = time.monotonic()
    counts, files = generate(wanted)
    written = time.monotonic()
    for plural, number in counts.items():
        print(f"{number:>9,} {plural} in {files[plural]:,} files", file=sys.stderr)
    print(f"{written - start:>9.1f} s to write", file=sys.stderr)
    if wanted.git:
        commit(wanted.folder, wanted.until)
        print(f"{time.monotonic() - written:>9.1f} s to commit", file=sys.stderr)


if __name__ == "__main__":
    main()
