"""`dedupe find` and `dedupe review` on small books."""

from __future__ import annotations

import pytest

from tests.conftest import Book

CUSTOMERS = {
    "kessler": "name: Kessler & Söhne GmbH\ntype: organization\nphones: ['0731 555010']\n"
    "owner: li\ncreated: 2024-01-01",
    "kessler-2": "name: Kessler und Soehne\ntype: organization\nphones: ['+49 731 555010']\n"
    "owner: mo\ncreated: 2026-11-20",
    "kessler-3": "name: Kessler & Söhne GmbH\ntype: organization\nphones: ['0911 777010']\n"
    "created: 2026-01-01",
    "wang-wei": "name: 王伟\ntype: person\nphones: ['13800004101']",
    "wang-wei-2": "name: 王伟\ntype: person\nphones: ['13800009999']",
    "group": "name: Adler Group\ntype: organization\nemails: [a@adler.example]",
    "group-sub": "name: Adler Group\ntype: organization\nemails: [b@adler.example]\nparent: group",
}


@pytest.fixture
def doubles(book: Book) -> Book:
    book.gen(
        {
            f"records/customers/{id}.yaml": f"id: {id}\n{rest}\n"
            for id, rest in CUSTOMERS.items()
        }
    )  # fmt: skip
    book.write(
        "records/interactions/kessler-3.yaml",
        "id: int-20260101-aaaaaaaa\ncustomer: kessler-3\nat: 2026-01-01T10:00Z\nkind: call\n",
    )
    return book


def pairs(book: Book, words: str = "") -> list[tuple[str, str, str]]:
    found = book.run(f"dedupe find {words} -o json").json
    return [(one["keep"], one["other"], one["suggestion"]) for one in found]


def test_pairs_with_what_they_come_from(doubles: Book) -> None:
    assert pairs(doubles) == [
        ("kessler", "kessler-2", "merge"),
        ("kessler-3", "kessler", "review"),  # more is known of kessler-3: it has a call
        ("kessler-3", "kessler-2", "review"),
    ]
    first = doubles.run("dedupe find -o json").json[0]
    assert (first["agree"], first["differ"], first["sure"]) == (["company", "phone"], [], True)
    assert [sorted(reason) for reason in first["reasons"]] == [["field", "likeness", "points"]] * 2
    assert {one["group"] for one in doubles.run("dedupe find -o json").json} == {"kessler"}


def test_formats(doubles: Book) -> None:
    assert pairs(doubles, "--sure") == [("kessler", "kessler-2", "merge")]
    assert doubles.run("dedupe find --sure -o ids").lines == ["kessler", "kessler-2"]
    csv = doubles.run("dedupe find --sure -o csv --columns keep,other,score").lines
    assert csv[0] == "keep,other,score"
    assert csv[1].startswith("kessler,kessler-2,")
    assert "Kessler & Söhne GmbH / Kessler und Soehne" in doubles.run("dedupe find").out
    assert "名称, 电话" in doubles.run("--lang zh dedupe find").out
    assert len(doubles.run("dedupe find --limit 1 -o json").json) == 1


def test_a_query_chooses_one_of_the_two(doubles: Book) -> None:
    assert pairs(doubles, "'owner:mo'") == [
        ("kessler", "kessler-2", "merge"),
        ("kessler-3", "kessler-2", "review"),
    ]
    assert pairs(doubles, "'created:2026-11-20'") == pairs(doubles, "id:kessler-2")
    empty = doubles.run("dedupe find id:group")
    assert (empty.out, empty.code) == ("", 0)
    assert "No two customers" in empty.err
    doubles.run("dedupe find nosuch:1", code=2)


def test_archived_ones_only_when_asked(doubles: Book) -> None:
    doubles.run("archive kessler-2")
    assert ("kessler", "kessler-2", "merge") not in pairs(doubles)
    assert ("kessler", "kessler-2", "merge") in pairs(doubles, "--all")


def test_thresholds_and_fields_of_a_book(doubles: Book) -> None:
    owner = {"of": ["owner"], "how": "text", "organization": {"agree": 5, "differ": 90}}
    doubles.config(
        duplicates={
            "sure": 100,
            "fields": {
                "phone": None,
                "owner": owner,
            },
        }
    )
    assert pairs(doubles) == [
        ("kessler-3", "kessler", "review"),
        ("kessler-3", "kessler-2", "review"),
    ]


def test_different_is_remembered(doubles: Book) -> None:
    done = doubles.run("dedupe review", input="d\nk\nq\n")
    assert "0 merged, 1 different, 1 skipped." in done.err
    assert doubles.run("customer show kessler -o json").json["distinct_from"] == ["kessler-2"]
    assert ("kessler", "kessler-2", "merge") not in pairs(doubles)
    assert doubles.run("check -o json").json == []
    doubles.run("undo")
    assert ("kessler", "kessler-2", "merge") in pairs(doubles)


def test_who_is_different_keeps_nobody_from_being_removed(doubles: Book) -> None:
    doubles.run("customer set kessler distinct_from='kessler-2, wang-wei'")
    before = doubles.files()
    doubles.run("customer rm kessler-2 --cascade --yes")
    assert doubles.run("customer show kessler -o json").json["distinct_from"] == ["wang-wei"]
    assert doubles.run("check -o json").json == []
    doubles.run("undo")
    assert doubles.files() == before


def test_who_is_different_is_in_no_group(doubles: Book) -> None:
    doubles.run("customer set kessler distinct_from+=kessler-2")
    found = doubles.run("dedupe find -o json").json
    assert len({one["group"] for one in found}) == 2


def test_the_same_is_merged_and_not_asked_about_again(doubles: Book) -> None:
    done = doubles.run("dedupe review", input="x\ns\n")
    assert "1 of 3" in done.out
    assert "2 of 3" not in done.out  # kessler is another record by now
    assert "1 merged" in done.err
    assert "owner: “li” stays; kessler-2 has “mo”" in done.err
    assert doubles.run("customer show kessler -o json").json["former_ids"] == ["kessler-2"]


def test_side_by_side(doubles: Book) -> None:
    shown = doubles.run("dedupe review --sure", input="q\n").out
    assert "the same: Name, Phone" in shown
    assert "Owner" in shown
    assert "2024-01-01" not in shown


def test_the_end_of_the_input_ends_it(doubles: Book) -> None:
    before = doubles.files()
    assert "0 merged, 0 different, 0 skipped." in doubles.run("dedupe review").err
    assert doubles.files() == before


def test_a_domain_that_many_share_is_said(book: Book) -> None:
    book.gen(
        {
            f"records/customers/c{n}.yaml": f"id: c{n}\nname: Firm {n}x{n * 7}\n"
            f"type: organization\nemails: [c{n}@host.example]\n"
            for n in range(70)
        }
    )
    err = book.run("dedupe find").err
    assert "Domain: 70 customers have “host.example”, so it says nothing of them." in err


def test_add_and_import_tell_how_to_go_on(doubles: Book) -> None:
    err = doubles.run(["customer", "add", "Kessler GmbH", "-s", "phones+=0731 555010"]).err
    assert "If it is: crmctl dedupe merge kessler kessler-gmbh" in err
    doubles.write("new.csv", "name,phones\nKessler Ulm,0731 555010\n")
    err = doubles.run("import new.csv --kind customer").err
    assert "Look at them with “crmctl dedupe review”" in err
    doubles.run(["user", "add", "Li"])
    assert "dedupe" not in doubles.run(["user", "add", "Li"]).err
