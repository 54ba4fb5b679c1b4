"""Known answers, found by what customers say."""

from __future__ import annotations

import pytest

from crmctl.service.solutions import ranked, terms
from tests.conftest import Book

DRIFT = {
    "id": "drift",
    "title": "Drifting readings",
    "symptoms": ["reading drifts", "读数漂移"],
    "causes": ["worn_part"],
    "products": ["ph"],
}
DARK = {"id": "dark", "title": "Display stays dark", "causes": ["loose_cable"]}
HOLDER = {"id": "holder", "title": "比色皿支架松动", "symptoms": ["支架卡不紧"]}
ALL = [DRIFT, DARK, HOLDER]


def ids(text: str, cause: str | None = None, product: str | None = None) -> list[str]:
    found = ranked(text, cause, product, ALL)
    return [one.id for one in sorted(found, key=lambda one: -one.score)]


def test_terms() -> None:
    assert [*terms("The pH reading, 读数漂移 T5")] == ["the", "reading", "读数", "数漂", "漂移"]


@pytest.mark.parametrize(
    ("text", "cause", "product", "expected"),
    [
        ("my display is dark", None, None, ["dark"]),
        ("换了缓冲液仍然漂移", None, None, ["drift"]),
        ("一台支架卡不紧，读数漂移", None, None, ["holder", "drift"]),
        ("", "loose_cable", None, ["dark"]),
        ("reading drifts", None, "scale", []),  # known for another product alone
        ("invoice is wrong", None, None, []),
    ],
)
def test_what_speaks_for_a_solution(
    text: str, cause: str | None, product: str | None, expected: list[str]
) -> None:
    assert ids(text, cause, product) == expected


def test_symptom_cause_and_product_are_told_as_reasons() -> None:
    (found,) = ranked("The reading drifts", "worn_part", "ph", [DRIFT])
    assert [reason for reason, _text in found.why] == ["cause", "symptom", "product"]
    assert found.score == 100


def test_the_command(desk: Book) -> None:
    desk.write(
        "records/solutions/drift.yaml",
        "id: drift\ntitle: Drifting readings\nsymptoms: [reading drifts]\nself_service: true\n",
    )
    desk.write("records/solutions/draft.yaml", "id: draft\ntitle: reading drifts\nstatus: draft\n")
    (found,) = desk.run("solution find reading drifts -o json").json
    assert (found["id"], found["self_service"]) == ("drift", True)
    assert found["why"] == [{"reason": "symptom", "text": "reading drifts"}]
    # What nobody wrote like this, the search may know.
    assert desk.run("solution find driftin readngs -o ids").lines == ["drift"]
    assert "No solution" in desk.run("solution find invoice").err
    assert "Say what is wrong" in desk.run("solution find", code=2).err
    desk.run("ticket add 'My reading drifts' -s customer=acme --id t")
    assert desk.run("solution find --ticket t -o ids").lines == ["drift"]
    desk.run("ticket move t resolved solution=drift")
    used = desk.run("solution list 'used:>0' -o csv --columns id,used").lines
    assert used == ["id,used", "drift,1"]
