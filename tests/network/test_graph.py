"""The network as a graph: distances and chains of introductions, whatever cycles there are."""

from __future__ import annotations

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from crmctl.network.graph import Bond, Network, node

C = [node("customer", str(number)) for number in range(8)]
ME, LI = node("user", "me"), node("user", "li")


def test_a_path_takes_the_stronger_of_two_equally_short_ways() -> None:
    found = Network(
        [Bond(C[0], C[1], "knows", 1), Bond(C[1], C[3], "knows", 1)]
        + [Bond(C[0], C[2], "knows", 4), Bond(C[2], C[3], "knows", 2)]
    )
    assert [(one.a, one.b) for one in found.path(C[0], C[3])] == [(C[0], C[2]), (C[2], C[3])]


def test_a_path_goes_over_colleagues_and_never_back_to_them() -> None:
    found = Network(
        [Bond(ME, LI, "colleague"), Bond(LI, C[1], "touches"), Bond(C[2], C[1], "knows")]
        + [Bond(LI, C[3], "touches")]
    )
    assert [one.b for one in found.path(ME, C[2])] == [LI, C[1], C[2]]
    assert found.path(C[1], C[3]) == []  # not by way of Li
    assert found.path(C[2], ME) == []
    assert found.path(ME, C[7]) == []
    assert found.path(ME, C[2], shut=[C[1]]) == []


def test_what_lies_around_ends_at_users() -> None:
    found = Network([Bond(C[0], LI, "touches"), Bond(LI, C[1], "touches"), Bond(C[0], C[2], "x")])
    assert [(near.node, near.distance) for near in found.around(C[0], 3)] == [(C[2], 1), (LI, 1)]
    assert found.around(C[5], 3) == []


def test_two_bonds_of_one_pair_are_one_neighbor() -> None:
    found = Network([Bond(C[0], C[1], "knows", 1), Bond(C[1], C[0], "parent", 4)])
    assert (found.degree(C[0]), found.degree(C[1])) == (1, 1)
    assert [one.how for one in found.between(C[0], C[1])] == ["parent", "knows"]
    assert Network([Bond(C[0], C[0], "knows")]).degree(C[0]) == 0


@given(st.lists(st.tuples(st.sampled_from(C), st.sampled_from(C), st.integers(1, 5)), max_size=20))
def test_a_path_is_as_short_as_any(pairs: list[tuple[str, str, int]]) -> None:
    found = Network([Bond(a, b, "knows", strength) for a, b, strength in pairs])
    distance = {C[0]: 0}
    queue = deque([C[0]])
    while queue:
        here = queue.popleft()
        for other in found.neighbors(here):
            if other not in distance:
                distance[other] = distance[here] + 1
                queue.append(other)
    for end in C[1:]:
        steps = found.path(C[0], end)
        assert len(steps) == distance.get(end, 0)
        here = C[0]
        for step in steps:
            assert step.a == here
            assert found.between(step.a, step.b)
            here = step.b
        assert not steps or here == end
    assert {near.node: near.distance for near in found.around(C[0], 9)} == {
        name: steps for name, steps in distance.items() if steps
    }
