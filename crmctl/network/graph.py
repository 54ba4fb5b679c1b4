"""A network as a graph: neighbors, distances, and the shortest chain of introductions.

Nodes are texts such as `customer:acme` and `user:li-na`. Bonds have no direction here: whoever
supplies a firm can introduce us to it, and the other way round. Cycles do no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from heapq import heappop, heappush

from crmctl.values.frozen import Frozen

STRONGEST = 5
CUSTOMER, USER = "customer", "user"


class Bond(Frozen):
    """What connects two nodes: `how` is a word for scripts, `note` says more in people's words,
    `strength` goes from 1 to 5."""

    a: str
    b: str
    how: str
    strength: int = 2
    note: str = ""

    def beyond(self, node: str) -> str:
        """The other end."""
        return self.b if node == self.a else self.a


class Near(Frozen):
    """A node at a distance, and the bond by which it was reached from `before`."""

    node: str
    distance: int
    before: str
    bond: Bond


def node(kind: str, id: str) -> str:
    """The node of a record."""
    return f"{kind}:{id}"


def kind_of(node: str) -> str:
    """The kind of the record that a node stands for."""
    return node.partition(":")[0]


def id_of(node: str) -> str:
    """The id of the record that a node stands for."""
    return node.partition(":")[2]


class Network:
    """Bonds by their ends; of two nodes the strongest bond counts."""

    def __init__(self, bonds: Iterable[Bond]) -> None:
        self._bonds: dict[str, dict[str, list[Bond]]] = {}
        for bond in bonds:
            if bond.a != bond.b:
                self._bonds.setdefault(bond.a, {}).setdefault(bond.b, []).append(bond)
                self._bonds.setdefault(bond.b, {}).setdefault(bond.a, []).append(bond)

    def __contains__(self, node: str) -> bool:
        return node in self._bonds

    def between(self, a: str, b: str) -> list[Bond]:
        """The bonds of two nodes, the strongest first."""
        return sorted(self._bonds.get(a, {}).get(b, ()), key=lambda one: (-one.strength, one.how))

    def neighbors(self, node: str, kind: str | None = None) -> list[str]:
        """The nodes that have a bond with one, in order."""
        return sorted(n for n in self._bonds.get(node, ()) if kind in (None, kind_of(n)))

    def degree(self, node: str, kind: str | None = None) -> int:
        """With how many nodes it has a bond."""
        return len(self.neighbors(node, kind))

    def around(self, start: str, depth: int) -> list[Near]:
        """What lies within so many steps: nearest first, and by name. Behind a user nothing does:
        whoever all of us know would be near to everybody."""
        seen = {start}
        edge = [start]
        found: list[Near] = []
        for distance in range(1, depth + 1):
            following: dict[str, Near] = {}
            for before in edge:
                for other in self.neighbors(before):
                    if other not in seen:
                        bond = self.between(before, other)[0]
                        near = Near(other, distance, before, bond)
                        old = following.get(other)
                        if old is None or bond.strength > old.bond.strength:
                            following[other] = near
            seen |= following.keys()
            edge = sorted(n for n in following if kind_of(n) == CUSTOMER)
            found += [following[name] for name in sorted(following)]
        return found

    def path(self, start: str, end: str, shut: Collection[str] = ()) -> list[Bond]:
        """The bonds of the shortest way, of several the one with the strongest; empty without one.

        A way goes from users on to customers and never back: whoever asks for an introduction asks
        a colleague, then those whom they know. `shut` are nodes that it must not pass.
        """
        best: dict[str, tuple[int, int]] = {start: (0, 0)}
        came: dict[str, tuple[str, Bond]] = {}
        queue = [(0, 0, start)]
        while queue:
            steps, weakness, here = heappop(queue)
            if here == end:
                return [*self._back(came, start, end)]
            if (steps, weakness) > best[here]:
                continue
            for other in self._onward(here, end):
                if other in shut:
                    continue
                bond = self.between(here, other)[0]
                cost = steps + 1, weakness + STRONGEST - bond.strength
                if other not in best or cost < best[other]:
                    best[other], came[other] = cost, (here, bond)
                    heappush(queue, (*cost, other))
        return []

    def _onward(self, here: str, end: str) -> list[str]:
        if kind_of(here) == USER:
            return self.neighbors(here)
        return [n for n in self.neighbors(here) if kind_of(n) == CUSTOMER or n == end]

    @staticmethod
    def _back(came: dict[str, tuple[str, Bond]], start: str, end: str) -> Iterator[Bond]:
        """The way in the order in which it is gone; each bond leads on from the one before."""
        steps = []
        here = end
        while here != start:
            before, bond = came[here]
            steps.append(bond if bond.a == before else bond.replaced(a=bond.b, b=bond.a))
            here = before
        yield from reversed(steps)
