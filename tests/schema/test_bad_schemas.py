"""A fault in a schema is told with its place and, where there is one, a suggestion."""

from __future__ import annotations

from typing import Any

import pytest

from crmctl.cli.catalog import ALIASES, MODULES
from crmctl.index.layout import TABLES
from crmctl.schema.load import COMMANDS, RESERVED
from tests.conftest import Book

FAULTS = [
    ("title: X\ntype: objct", "a record is an “object”", ""),
    # (the schema, what the message says, what the hint says)
    ("propertys: {}", "“propertys” is no keyword", "properties"),
    ("allOf: []", "“allOf” is no keyword", "Possible: $id, $schema"),
    ("x-crmctl: {colums: [id]}", "x-crmctl: “colums” is no keyword", "columns"),
    ("x-crmctl: yes", "x-crmctl: fields with values are expected", ""),
    ("x-crmctl: {title: Thing}", "fields with values are expected", ""),
    ("x-crmctl: {plural: Things}", "a plural is lowercase letters", ""),
    ("x-crmctl: {plural: orders, path: 'o/{id}.yaml'}", "“orders” is taken by the kind order", ""),
    ("x-crmctl: {path: 'orders/{id}.yaml'}", "“orders” is taken by the kind order", ""),
    ("x-crmctl: {path: '../{id}.yaml'}", "“path” must look like folder/{id}.yaml", ""),
    ("x-crmctl: {path: 'd/../{id}.yaml'}", "“path” must look like folder/{id}.yaml", ""),
    ("x-crmctl: {path: 'd/.hidden/{id}.yaml'}", "“path” must look like folder/{id}.yaml", ""),
    ("x-crmctl: {path: '/d/{id}.yaml'}", "“path” must look like folder/{id}.yaml", ""),
    ("x-crmctl: {path: 'd/{custmer}.yaml'}", "“path” names no fitting field: custmer", ""),
    ("x-crmctl: {id: {prefix: 'A B'}}", "an id prefix is up to ten lowercase letters", ""),
    ("x-crmctl: {id: {slugg: name}}", "id: “slugg” is no keyword", "slug"),
    ("x-crmctl: {id: {slug: name}}", "“id” names no fitting field: name", ""),
    ("x-crmctl: {date: [at]}", "date: a text is expected here", ""),
    ("x-crmctl: {date: day}", "“date” names no fitting field: day", ""),
    ("x-crmctl: {label: titel}", "“label” names no fitting field: titel", ""),
    ("x-crmctl: {columns: [id, creatd]}", "“columns” names no fitting field: creatd", "created"),
    ("x-crmctl: {sort: [-creatd]}", "“sort” names no fitting field: creatd", "created"),
    ("x-crmctl: {search: [nam]}", "“search” names no fitting field: nam", ""),
    ("x-crmctl: {aliases: {x: nosuch}}", "“aliases” names no fitting field: nosuch", ""),
    ("x-crmctl: {aliases: {x: y, y: x}}", "“aliases” names no fitting field", ""),
    ("x-crmctl: {state-dates: [id]}", "“state-dates” names no fitting field: id", ""),
    ("x-crmctl: {state-dates: [created.x]}", "“state-dates” names no fitting field", "created"),
    ("required: [nam]", "“required” names no field: nam", ""),
    ("required: name", "required: a list of texts is expected", ""),
    ("properties: [name]", "properties: fields with values are expected", ""),
    ("properties: {Name: {type: string}}", "Name: a field's name is lowercase letters", ""),
    ("properties: {a__b: {type: string}}", "a__b: a field's name is lowercase letters", ""),
    ("properties: {rid: {type: string}}", "rid: the index uses this name itself", ""),
    ("properties: {a: {type: strin}}", "a: “type” must be one of", "string"),
    ("properties: {a: {type: [string, 'null']}}", "a: “type” must be one of", ""),
    ("properties: {a: {title: A}}", "a: “type” must be one of", ""),
    ("properties: {a: {type: string, format: dat}}", "a: “format” must be one of", "date"),
    ("properties: {a: {type: string, format: [date]}}", "a: format: a text is expected", ""),
    ("properties: {a: {type: string, $ref: 'http://x/'}}", "a: “$ref” is no keyword", ""),
    ("properties: {a: {type: string, minimun: 1}}", "a: “minimun” is no keyword", "minimum"),
    ("properties: {a: {type: number, minimum: abc}}", "a: “minimum” must be a number", ""),
    ("properties: {a: {type: number, minimum: 1e999}}", "a: “minimum” must be a number", ""),
    ("properties: {a: {type: number, multipleOf: 0}}", "“multipleOf” must be more than 0", ""),
    ("properties: {a: {type: string, minLength: -1}}", "a: “minLength” must be a number", ""),
    ("properties: {a: {type: string, maxLength: 1.5}}", "a: “maxLength” must be a number", ""),
    (f"properties: {{a: {{type: string, pattern: '{'x' * 201}'}}}}", "at most 200", ""),
    (
        "properties: {a: {type: string, x-crmctl: {ref: custmer}}}",
        "“ref” names no kind",
        "customer",
    ),
    ("properties: {a: {type: string, x-crmctl: {ref: [customer]}}}", "ref: a text is expected", ""),
    (
        "properties: {customer: {type: string, x-crmctl: {ref: customer}},"
        " a: {type: string, x-crmctl: {ref: customer.contcts}}}",
        "“ref” names no list with keys: customer.contcts",
        "contacts",
    ),
    ("properties: {a: {type: string, x-crmctl: {ref: customer.contacts}}}", "names no list", ""),
    ("properties: {a: {type: string, x-crmctl: {histroy: true}}}", "“histroy”", "history"),
    ("properties: {a: {type: string, x-crmctl: {aliases: b}}}", "aliases: a list of texts", ""),
    ("properties: {a: {type: number, x-crmctl: {money: cur}}}", "a: “money” names no field", ""),
    (
        "properties: {c: {type: string}, a: {type: number, x-crmctl: {money: c, lines: l}}}",
        "a: “lines” names no field: l",
        "",
    ),
    ("properties: {a: {type: integer, x-crmctl: {default: x}}}", "a: the default “x” does not", ""),
    ("properties: {a: {type: integer, x-crmctl: {default: 1.5}}}", "the default “1.5” does", ""),
    ("properties: {a: {type: number, x-crmctl: {default: x}}}", "a: the default “x” does not", ""),
    ("properties: {a: {type: boolean, x-crmctl: {default: on}}}", "the default “on” does not", ""),
    ("properties: {a: {enum: [x], x-crmctl: {default: y}}}", "the default “y” is no enum", ""),
    (
        "properties: {a: {enum: [x], x-crmctl: {values: {y: {en: Y}}}}}",
        "names no enum value: y",
        "",
    ),
    ("properties: {a: {type: array, items: {type: array}}}", "a: a list cannot hold lists", ""),
    (
        "properties: {a: {type: array, items: {type: object, properties: {b: {type: string}}},"
        " x-crmctl: {key: id}}}",
        "a: the key “id” is no field of the items",
        "",
    ),
    (
        "properties: {a: {type: array, items: {type: string}, x-crmctl: {history: true}}}",
        "a: only a single value of the record can keep a history",
        "",
    ),
    ("properties: {a: {type: string}", "not valid YAML", "mend the line"),
    ("a: 1\na: 2", "the key “a” stands here twice", "keep one"),
    ("title: [x]", "title: a text is expected", ""),
]


def problem(book: Book) -> dict[str, Any]:
    """The only problem of the book."""
    (found,) = book.run("check -o json", code=1).json
    return dict(found)


@pytest.mark.parametrize(("schema", "message", "hint"), FAULTS)
def test_a_fault_in_a_schema(book: Book, schema: str, message: str, hint: str) -> None:
    book.write("schemas/device.yaml", schema + "\n")
    found = problem(book)
    assert found["path"] == "schemas/device.yaml"
    assert message in found["message"]
    assert hint in found["hint"]


@pytest.mark.parametrize("name", ["Device", "a_b", "设备", "a b", "-a"])
def test_a_kind_with_a_bad_name(book: Book, name: str) -> None:
    book.write(f"schemas/{name}.yaml", "title: X\n")
    found = problem(book)
    assert found["path"] == f"schemas/{name}.yaml"
    assert "a kind's name is lowercase letters, digits and “-”" in found["message"]


@pytest.mark.parametrize(
    "plural", ["file", "meta", "record", "sqlite_things", "trigram_data", "rfm_facts", "a_by_b"]
)
def test_a_plural_that_the_index_needs_itself(book: Book, plural: str) -> None:
    book.write("schemas/device.yaml", f"x-crmctl: {{plural: {plural}}}\n")
    assert f"{plural}: the index uses this name itself" in problem(book)["message"]


@pytest.mark.parametrize("name", ["report", "log", "search", "agenda"])
def test_a_kind_that_is_called_like_a_command(book: Book, name: str) -> None:
    book.write(f"schemas/{name}.yaml", "title: X\n")
    assert problem(book)["message"] == f"“crmctl {name}” is another command already"
    assert book.run("--help").out == book.run("--help").out.replace("“X”", "")


def test_every_command_is_reserved() -> None:
    assert MODULES.keys() | ALIASES.keys() == COMMANDS


SCHEMA = """\
title: Device
x-crmctl:
  id: {slug: name}
  label: name
  columns:
    - id
    - nam
properties:
  name: {type: string}
  parts:
    type: array
    items:
      type: object
      properties:
        id: {type: string}
        weight:
          type: number
          minimum: 0
    x-crmctl: {key: id}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ("    - nam\n", "    - nam\n", (5, 3)),
        ("nam\n", "name\n  colour: red\n", (8, 3)),
        ("minimum: 0", "minimum: none", (18, 11)),
        ("          minimum: 0", "          x-crmctl: {money: cur}", (18, 22)),
        ("{key: id}", "{key: number}", (19, 16)),
        ("title: Device", "title: Device\ntitel: D", (2, 1)),
        ("title: Device", "title: Device\n<<<<<<< ours", (2, 1)),
        ("{type: string}\n  parts", "{type: string, pattern: '('}\n  parts", (9, 24)),
    ],
)
def test_a_fault_is_told_with_its_place(
    book: Book, right: str, wrong: str, place: tuple[int, int]
) -> None:
    sound = SCHEMA if "nam\n" in right else SCHEMA.replace("- nam\n", "- name\n")
    book.write("schemas/device.yaml", sound.replace(right, wrong, 1))
    found = problem(book)
    assert (found["line"], found["column"]) == place


def test_a_broken_schema_stops_nobody(book: Book) -> None:
    book.gen(
        {
            "schemas/device.yaml": "properties: {rack: {type: strin}}\n",
            "schemas/rack.yaml": "properties: {at: {type: string, x-crmctl: {ref: device}}}\n",
            "schemas/customer.yaml": "properties:\n  fax: {type: strin}\n",
            "records/customers/acme.yaml": "id: acme\nname: Acme\nfax: 1\n",
            "records/devices/d.yaml": "id: d\nrack: x\n",
        }
    )
    listed = book.run("customer list -o ids")
    assert listed.out == "acme\n"
    assert [line.split(":")[1].strip() for line in listed.err.splitlines()] == [
        "schemas/customer.yaml",
        "schemas/device.yaml",
        "schemas/rack.yaml",  # it cannot be without the device
    ]
    assert book.run("search acme -o ids").out == "acme\n"
    found = [(p["path"], p["line"], p["code"]) for p in book.run("check -o json", code=1).json]
    assert found == [
        ("records/customers/acme.yaml", 3, "unknown-field"),
        ("schemas/customer.yaml", 2, "definition"),
        ("schemas/device.yaml", 1, "definition"),
        ("schemas/rack.yaml", 1, "definition"),
    ]
    assert "schemas/device.yaml:1:" in book.run("device list", code=3).err
    assert "device" in book.run("--help").out


@pytest.mark.parametrize(
    "command",
    [
        "customer add Beta",
        "customer add Beta -s fax=1",
        "customer set acme name=Beta",
        "customer contact add acme Ann",
        "customer archive acme",
        "customer rm acme --yes",
        "task rm tsk-1 --yes",  # something that is not read may refer to it
        "import new.csv --kind customer",
        "device add x",
    ],
)
def test_nothing_is_written_by_a_schema_that_is_broken(book: Book, command: str) -> None:
    book.gen(
        {
            "schemas/customer.yaml": "properties: {fax: {type: strin}}\n",
            "schemas/device.yaml": "x-crmctl:\n",
            "records/customers/acme.yaml": "id: acme\nname: Acme\nfax: 1\n",
            "records/tasks/acme.yaml": "id: tsk-1\ncustomer: acme\ntitle: Call\n",
            "new.csv": "name\nBeta\n",
        }
    )
    if "device" in command:
        book.write("schemas/device.yaml", "title: [\n")
    before = book.files()
    error = book.run(command, code=3).err
    assert "error: schemas/" in error
    assert book.files() == before
    book.run("task set tsk-1 title=Write")


def test_every_table_of_the_index_is_reserved() -> None:
    names = [statement.split("TABLE ")[1].split()[0] for statement in TABLES]
    assert len(names) == len(TABLES)
    assert [name for name in names if not RESERVED.match(name)] == []


def test_a_pattern_that_is_none(book: Book) -> None:
    book.gen(
        {
            "schemas/device.yaml": "properties: {a: {type: string, pattern: '('}}\n",
            "records/devices/d.yaml": "id: d\na: x\n",
        }
    )
    for _again in range(2):
        assert "schemas/device.yaml:1:32: " in book.run("device list", code=3).err
    book.write("schemas/device.yaml", "properties: {a: {type: string, pattern: '^x$'}}\n")
    assert book.run("device list -o ids").out == "d\n"


def test_a_hungry_pattern_ends(book: Book) -> None:
    book.gen(
        {
            "schemas/device.yaml": "properties: {a: {type: string, pattern: '^(a+)+$'}}\n",
            "records/devices/d.yaml": f"id: d\na: {'a' * 60}b\n",
        }
    )
    assert [problem["code"] for problem in book.run("check -o json", code=1).json] == ["rule"]


def test_the_rest_works_again_when_the_schema_is_mended(book: Book) -> None:
    book.write("schemas/device.yaml", "titel: Device\n")
    assert "Did you mean “title”?" in book.run("device list", code=3).err
    assert "device" in book.run("--help").out
    book.write("schemas/device.yaml", "title: Device\n")
    book.run("device list")
