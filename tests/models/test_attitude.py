"""The models of attitude on small books: what they read, what they are told, as of which day."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Book

TRUST = "welfare goodwill help honest promises fair skills knowledge performance".split()
COMMITMENT = "belong attached glad costly alternatives invested obliged right grateful".split()


def survey(id: str, template: str, at: str = "2026-05-01", **fields: Any) -> str:
    return json.dumps({"id": id, "template": template, "at": at, **fields}, ensure_ascii=False)


def write(book: Book, customer: str, *surveys: str) -> None:
    documents = [f'{{"customer": "{customer}", {one[1:]}' for one in surveys]
    book.write(f"records/surveys/{customer}.yaml", "\n---\n".join(documents) + "\n")


@pytest.fixture
def asked(book: Book) -> Book:
    """Three customers with contacts, and users of two teams."""
    book.gen(
        {
            "records/users/ann.yaml": "id: ann\nname: Ann\nteam: North\n",
            "records/users/ben.yaml": "id: ben\nname: Ben\nteam: South\n",
            "records/customers/acme.yaml": """
                id: acme
                name: Acme
                level: vip
                owner: ann
                category_spend: {amount: 1000}
                contacts: [{id: joe, name: Joe}, {id: kim, name: Kim}]
            """,
            "records/customers/bolt.yaml": "id: bolt\nname: Bolt\nlevel: basic\nowner: ben\n",
            "records/customers/cog.yaml": """
                id: cog
                name: Cog
                brands: [us, them, others]
                involvement: high
            """,
        }
    )
    return book


def run(book: Book, line: str) -> dict[str, Any]:
    found: dict[str, Any] = book.run(f"analyze {line} -o json").json
    return found


def row(book: Book, line: str) -> dict[str, Any]:
    (found,) = run(book, line)["rows"]
    return dict(found)


def test_one_answer_per_respondent_and_ticket(asked: Book) -> None:
    asked.write(
        "records/tickets/acme.yaml",
        '{"id": "tck-1", "customer": "acme", "subject": "X", "opened": "2026-04-01T10:00"}\n',
    )
    write(
        asked,
        "acme",
        survey("s1", "csat", "2026-05-01", contact="joe", ticket="tck-1", answers={"overall": 1}),
        survey("s2", "csat", "2026-05-03", contact="joe", ticket="tck-1", answers={"overall": 5}),
        survey("s3", "csat", "2026-05-03", contact="kim", ticket="tck-1", answers={"overall": 3}),
        survey("s4", "CSAT", "2026-05-09", contact="joe", answers={"overall": 4}),
    )
    found = row(asked, "csat")
    assert (found["n"], found["mean"]) == (3, 4)
    assert row(asked, "csat --as-of 2026-05-02")["mean"] == 1
    assert row(asked, "csat --where at:<2026-05-03")["mean"] == 1
    assert row(asked, "csat --set days=200 --as-of 2026-11-20")["n"] == 1
    assert asked.run("customer list csat:>=3.5 -o ids").lines == ["acme"]


def test_rows_are_told_apart_by_a_field_of_survey_or_customer(asked: Book) -> None:
    write(
        asked, "acme", survey("s1", "nps", phase="after", contact="joe", answers={"recommend": 10})
    )
    write(asked, "bolt", survey("s2", "nps", phase="during", answers={"recommend": 0}))
    by_level = run(asked, "nps --by customer.level")["rows"]
    assert [(one["customer.level"], one["nps"]) for one in by_level] == [
        ("basic", -100),
        ("vip", 100),
    ]
    assert [one["phase"] for one in run(asked, "nps --by phase")["rows"]] == ["after", "during"]
    shown = asked.run("analyze nps --by customer.owner --quiet").out
    assert "Ann" in shown
    assert [
        one["customer.owner.team"] for one in run(asked, "nps --by customer.owner.team")["rows"]
    ] == [
        "North",
        "South",
    ]
    assert [one["contact"] for one in run(asked, "nps --by contact")["rows"]] == ["joe", None]
    assert "joe" in asked.run("analyze nps --by contact --quiet").out
    assert "owner.nme" in asked.run("analyze nps --by customer.owner.nme", code=2).err
    assert "cannot be told apart" in asked.run("analyze loyalty --by level", code=2).err


def test_version_one_of_ces_is_never_mixed_in(asked: Book) -> None:
    write(
        asked,
        "acme",
        survey("s1", "ces", answers={"easy": 6}),
        survey("s2", "ces1", answers={"effort": 5}),
    )
    result = run(asked, "ces")
    assert (result["n"], result["rows"][0]["mean"]) == (1, 6)
    assert "1 answer to “ces1” is left out: its scale is another one." in result["notes"]


def test_what_is_off_the_questionnaire_is_left_out_and_counted(asked: Book) -> None:
    write(asked, "acme", survey("s1", "csat", answers={"overall": 7, "odd": 3, "speed": 4}))
    result = run(asked, "csat")
    assert [one["item"] for one in result["rows"]] == ["speed"]
    assert result["notes"] == [
        "2 values are left out: “csat” has no such items, or they are off their scales."
    ]


def test_expectations_before_are_not_answers(asked: Book) -> None:
    write(
        asked,
        "acme",
        survey("s1", "csat", "2026-04-01", phase="before", answers={"speed": 5}),
        survey("s2", "csat", "2026-05-01", phase="after", answers={"speed": 3}),
    )
    assert row(asked, "csat")["mean"] == 3
    found = row(asked, "expectation --where phase:after")
    assert (found["questionnaire"], found["item"], found["gap"]) == ("csat", "speed", -2)


def relation(asked: Book) -> None:
    write(
        asked,
        "acme",
        survey("s1", "trust", answers=dict.fromkeys(TRUST, 7)),
        survey("s2", "commitment", answers=dict.fromkeys(COMMITMENT, 4)),
        survey("s3", "csat", answers={"overall": 4}),
        survey(
            "s4", "loyalty", answers={"better": 5, "prefer": 4, "benefit": 4, "like": 4, "rebuy": 2}
        ),
    )
    write(asked, "bolt", survey("s5", "trust", answers=dict.fromkeys(TRUST[:6], 4)))


def test_relationship_quality_and_its_facts(asked: Book) -> None:
    relation(asked)
    (found,) = run(asked, "quality")["rows"]
    assert (found["trust"], found["satisfaction"], found["commitment"]) == (100, 75, 50)
    assert (found["quality"], found["weakest"], found["evidence"]) == (
        75,
        "commitment",
        ["s3", "s1", "s2"],
    )
    # Bolt was not asked about competence: neither trust nor quality is measured.
    assert asked.run("customer list 'trust:* or relationship_quality:*' -o ids").lines == ["acme"]
    columns = "trust,satisfaction,commitment,relationship_quality"
    listed = asked.run(f"customer list id:acme --columns {columns} -o csv").lines[1]
    assert listed == "100.0,75.0,50.0,75.0"
    assert row(asked, "quality --by level")["level"] == "vip"


def test_loyalty_wants_attitude_and_purchases(asked: Book) -> None:
    relation(asked)
    order = '{"id": "%s", "customer": "acme", "date": "%s", "amount": 300}\n'
    days = ["2025-01-05", "2026-02-01", "2026-06-01"]
    asked.write("records/orders/acme.yaml", "---\n".join(order % (f"ord-{d}", d) for d in days))
    other = '{"id": "o9", "customer": "bolt", "date": "2026-06-01", "amount": 5}\n'
    asked.write("records/orders/bolt.yaml", other)
    acme, bolt = run(asked, "loyalty")["rows"]
    assert (acme["loyalty"], acme["purchases"], acme["share"]) == ("loyal", 2, 60)
    assert acme["evidence"] == ["s4", "ord-2026-02-01", "ord-2026-06-01"]
    assert (bolt["loyalty"], bolt["true_loyal"]) == ("repeat_only", None)
    # A few days with one purchase, and a larger share: still high.
    assert run(asked, "loyalty --set days=200 --set share=0.7")["rows"][0]["loyalty"] == "latent"
    assert asked.run("customer list true_loyal:yes -o ids").lines == ["acme"]
    assert asked.run("customer list loyalty:repeat_only -o ids").lines == ["bolt"]
    assert run(asked, "loyalty --as-of 2026-04-30")["rows"][0]["loyalty"] == "repeat_only"
    table = {one["level"]: one for one in run(asked, "sat-loyalty")["rows"]}
    assert (table["satisfied"]["loyal"], table["complete"]["n"]) == (1, 0)


def test_a_refunded_order_is_no_purchase(asked: Book) -> None:
    relation(asked)
    asked.write(
        "records/orders/acme.yaml",
        '{"id": "o1", "customer": "acme", "date": "2026-06-01", "amount": 300}\n---\n'
        '{"id": "o2", "customer": "acme", "date": "2026-06-02", "amount": 300,'
        ' "refund_of": "o1"}\n',
    )
    found = row(asked, "loyalty")
    assert (found["purchases"], found["share"], found["loyalty"]) == (0, 0, "latent")


def test_why_a_customer_counts_as_loyal_or_satisfied(asked: Book) -> None:
    relation(asked)
    lines = asked.run("segment explain acme").lines
    start = lines.index("Loyalty (loyalty): Latent")
    assert lines[start + 1 : start + 5] == [
        "  0 purchases within 365 days; from 2 on they are many.",
        "  0.0 % of what they spend in our category; from 50 % on that is much.",
        "  An attitude of 4.5 against our rivals; from 4 on it is high.",
        "  It would change with: 2 purchases or more, or an attitude below 4.",
    ]
    assert "  A satisfaction of 75.0; from 50 on it is high." in lines
    # No other model of loyalty has these reasons, but its columns.
    asked.config(attitude={"loyalty": {"model": "oliver"}})
    assert "Phase (loyalty): Affective" in asked.run("segment explain acme").lines


def test_knox_and_oliver_are_a_setting(asked: Book) -> None:
    relation(asked)
    found = row(asked, "loyalty --set model=knox")
    assert (found["customer"], found["loyalty"], found["evidence"]) == (
        "cog",
        "variety_seeker",
        ["cog"],
    )
    assert row(asked, "loyalty --set model=knox --set wide=4")["loyalty"] == "loyal"
    assert row(asked, "loyalty --set model=oliver")["loyalty"] == "affective"
    error = asked.run("analyze loyalty --set model=olver", code=2).err
    assert "Did you mean “oliver”?" in error
    # The fact stays what its description says.
    config = {"attitude": {"loyalty": {"model": "knox"}}}
    asked.config(**config)
    assert row(asked, "loyalty")["customer"] == "cog"
    assert asked.run("customer list loyalty:* -o ids").lines == ["acme"]


def test_reasons_stand_beside_the_two_indices(asked: Book) -> None:
    asked.write(
        "records/tickets/acme.yaml",
        '{"id": "tck-1", "customer": "acme", "subject": "X",'
        ' "opened": "2026-04-01T10:00", "kind": "complaint", "cause": "late"}\n',
    )
    write(
        asked,
        "acme",
        survey("s1", "csat", answers={"overall": 4, "speed": 1, "quality": 5}),
        survey("s2", "satisfaction", answers={"annoyed": 5, "regret": 3}),
    )
    found = row(asked, "satisfaction")
    assert (found["satisfaction"], found["dissatisfaction"], found["state"]) == (75, 75, "mixed")
    assert (found["pleases"], found["annoys"]) == (["Quality (1)"], ["Speed (1)", "late (1)"])
    assert found["evidence"] == ["s1", "s2", "tck-1"]


def test_the_mirror_takes_staff_by_who_answered_and_customers_by_who_serves_them(
    asked: Book,
) -> None:
    asked.config(attitude={"mirror": {"teams": 2}})
    staff: Any = {"side": "staff", "answers": {"overall": 5}}
    write(
        asked,
        "acme",
        survey("s1", "csat", answers={"overall": 5}),
        survey("s2", "staff", by="ann", **staff),
    )
    write(
        asked,
        "bolt",
        survey("s3", "csat", answers={"overall": 1}),
        survey("s4", "staff", by="ben", side="staff", answers={"overall": 3}),
    )
    result = run(asked, "mirror")
    assert [(one["team"], one["staff"], one["customers"]) for one in result["rows"]] == [
        ("North", 100, 100),
        ("South", 50, 0),
    ]
    assert result["parameters"]["r"] == 1
    assert run(asked, "mirror --set teams=3")["parameters"]["r"] is None
    assert run(asked, "csat")["n"] == 2


def test_a_book_has_questionnaires_of_its_own(asked: Book) -> None:
    asked.config(
        attitude={
            "templates": {
                "pulse": {
                    "title": {"en": "Pulse", "zh": "脉搏"},
                    "best": 3,
                    "items": {"calm": {"title": "Calm"}, "rush": {"reversed": True}},
                    "dimensions": {"ease": {"items": ["calm", "rush"]}},
                },
                "csat": {"items": {"coffee": {"title": "Coffee"}}},
            }
        }
    )
    asked.run("survey add acme -s template=pulse -s answers.calm=3 -s answers.rush=1")
    asked.run("survey add acme -s template=csat -s answers.coffee=5")
    assert row(asked, "scale --set template=pulse")["ease"] == 100
    assert row(asked, "csat")["item"] == "coffee"
    error = asked.run("analyze scale --set template=puls", code=2).err
    assert "“puls” is not possible here" in error
    assert "Did you mean “pulse”?" in error


def test_what_a_questionnaire_does_not_ask_is_not_written(asked: Book) -> None:
    error = asked.run("survey add acme -s template=csat -s answers.sped=5", code=2).err
    assert "the questionnaire “csat” has no item “sped” (it asks for speed;" in error
    error = asked.run("survey add acme -s template=nps -s answers.recommend=11", code=2).err
    assert "recommend: 11 is not on its scale from 0 to 10" in error
    asked.run("survey add acme -s template=mine -s answers.sped=5")
    write(asked, "bolt", survey("s1", "csat", answers={"sped": 5}, expectations={"speed": 0}))
    found = asked.run("check", code=0).out
    assert "unknown-item the questionnaire “csat” has no item “sped”" in found
    assert "off-scale speed: 0 is not on its scale from 1 to 5" in found


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"templates": {"csat": {"best": 0}}}, "needs least < best"),
        ({"templates": {"trust": {"dimensions": {"integrity": {"items": ["onest"]}}}}}, "honest"),
        ({"csat": {"template": "cst"}}, "attitude.csat.template"),
        ({"csat": {"side": "both"}}, "attitude.csat.side"),
        ({"nps": {"days": 0}}, "attitude.nps.days"),
        ({"quality": {"satisfaction": ["csat.overal"]}}, "attitude.quality.satisfaction"),
        ({"csi": {"weights": {"ideal": 0}}}, "attitude.csi.weights.ideal"),
        ({"servqual": {"weights": {"tangible": 3}}}, "attitude.servqual.weights"),
    ],
)
def test_settings_that_make_no_sense(book: Book, settings: dict[str, Any], place: str) -> None:
    book.config(attitude=settings)
    assert place in book.run("check", code=1).out
