"""A file with the name of a shipped kind extends that kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmctl import shipped
from tests.conftest import Book


def test_properties_merge(book: Book) -> None:
    book.gen(
        {
            "schemas/customer.yaml": """
                properties:
                  loyalty_number: {type: string, title: Loyalty number, x-crmctl: {zh: 会员号}}
                  notes: {title: Remarks}
            """
        }
    )
    book.run("customer add Acme -s 会员号=0042 -s level=vip -s notes=hi")
    assert "loyalty_number: '0042'" in book.read("records/customers/acme.yaml").replace('"', "'")
    shown = book.run("customer show acme").out
    assert "Loyalty number" in shown
    assert "Remarks" in shown
    assert "VIP" in shown


def test_enum_values_append(book: Book) -> None:
    book.gen(
        {
            "schemas/customer.yaml": """
                properties:
                  level:
                    enum: [bronze]
                    x-crmctl: {values: {bronze: {en: Bronze, zh: 铜牌}}}
            """
        }
    )
    book.run("customer add A -s level=铜牌")
    book.run("customer add B -s level=vip")
    rows = book.run("customer list -o csv --columns id,level").lines
    assert rows == ["id,level", "a,bronze", "b,vip"]


def test_replace_narrows(book: Book) -> None:
    book.gen(
        {
            "schemas/customer.yaml": """
                properties:
                  level: {enum: [vip, basic], x-crmctl: {replace: true}}
            """
        }
    )
    book.run("customer add A -s level=VIP")
    assert "one of vip, basic" in book.run("customer add B -s level=important", code=2).err
    book.gen({"records/customers/b.yaml": "id: b\nname: B\nlevel: important\n"})
    *rules, problem = book.run("check -o json", code=1).json
    assert (problem["code"], problem["line"], problem["column"]) == ("wrong-type", 3, 8)
    # What is shipped for a level that is gone is told and stops nothing.
    assert {rule["code"] for rule in rules} == {"unfit-rule"}
    assert book.run("today").code == 0


def test_required_adds(book: Book) -> None:
    book.gen({"schemas/customer.yaml": "required: [level]\n"})
    assert "level" in book.run("customer add Acme", code=2).err
    assert "name" in book.run("customer add -s level=vip", code=2).err
    book.run("customer add Acme -s level=vip")


def test_settings_of_the_kind_change_one_by_one(book: Book) -> None:
    book.gen({"schemas/customer.yaml": "x-crmctl: {columns: [id, spend], sort: [-id]}\n"})
    book.run("customer add A")
    book.run("customer add B")
    assert [line.split() for line in book.run("customer list").lines[2:]] == [
        ["b", "0.00"],
        ["a", "0.00"],
    ]


def test_a_copy_of_the_shipped_file_is_no_extension(book: Book) -> None:
    for file in Path(shipped.SCHEMAS).glob("*.yaml"):
        book.write(f"schemas/{file.name}", file.read_bytes())
    before = book.run("schema show customer -o json").out
    book.run("customer add Acme -s level=vip")
    for file in (book.root / "schemas").glob("*.yaml"):
        file.unlink()
    assert book.run("schema show customer -o json").out == before
    assert book.run("customer list -o ids").out == "acme\n"


def test_an_own_field_may_hide_a_computed_one(book: Book) -> None:
    book.gen({"schemas/customer.yaml": "properties: {spend: {type: integer, title: Budget}}\n"})
    book.run("customer add A -s spend=7")
    assert book.run("customer list spend:7 -o ids").out == "a\n"


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "x-crmctl: {}\n"])
def test_an_empty_extension_changes_nothing(book: Book, text: str) -> None:
    plain = book.run("schema show customer").out
    book.write("schemas/customer.yaml", text)
    assert book.run("schema show customer").out == plain
