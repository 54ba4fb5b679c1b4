"""A file dropped into `schemas/` is a kind of record with all that a shipped one has."""

from __future__ import annotations

import pytest

from crmctl.cli.catalog import KINDS
from tests.conftest import Book

DEVICE = """
    title: Device
    x-crmctl:
      title: {zh: 设备}
      plural: devices
      plural-title: {en: Devices, zh: 设备}
      path: devices/{id}.yaml
      id: {slug: name}
      label: name
      search: [name, serial, notes]
      columns: [id, name, state, price, customer]
    required: [name]
    properties:
      name: {type: string, title: Name, x-crmctl: {zh: 名称}}
      serial: {type: string, format: tag, title: Serial, x-crmctl: {zh: 序列号, aliases: [sn]}}
      customer: {type: string, title: Customer, x-crmctl: {zh: 客户, ref: customer}}
      state:
        type: string
        title: State
        enum: [running, broken]
        x-crmctl:
          zh: 状态
          default: running
          history: true
          values:
            running: {en: Running, zh: 运行中}
            broken: {en: Broken, zh: 故障}
      price: {type: number, minimum: 0, title: Price, x-crmctl: {zh: 价格, money: currency}}
      currency: {type: string, pattern: '^[A-Z]{3}$', title: Currency, x-crmctl: {zh: 币种}}
      channels: {type: integer, minimum: 1, maximum: 8, title: Channels}
      installed: {type: string, format: date, title: Installed}
      portable: {type: boolean, title: Portable, x-crmctl: {default: false}}
      parts:
        type: array
        title: Parts
        items:
          type: object
          properties:
            id: {type: string, title: ID}
            name: {type: string, title: Name}
            count: {type: integer, title: Count}
        x-crmctl: {key: id, label: name, command: part, zh: 部件}
      notes: {type: string, format: multiline, title: Notes}
"""
# Events of a customer, one stream each, filed by year: everything else as it comes.
READING = """
    x-crmctl:
      title: {zh: 读数}
      path: readings/{customer}/{year}.yaml
      id: {prefix: rdg, date: at}
      date: at
      sort: [-at]
    required: [customer, at]
    properties:
      customer: {type: string, x-crmctl: {ref: customer}}
      at: {type: string, format: date-time}
      value: {type: number}
"""


@pytest.fixture
def devices(book: Book) -> Book:
    """A book with one customer and a kind of its own."""
    book.gen(
        {
            "schemas/device.yaml": DEVICE,
            "records/customers/acme.yaml": "id: acme\nname: Acme\n",
        }
    )
    return book


def test_a_new_kind_has_the_commands_of_every_kind(devices: Book) -> None:
    id = devices.run(
        "device add 'pH Meter' -s customer=acme -s price=1200.50 -s channels=2 -s sn=A-1"
    ).out.strip()
    assert id == "ph-meter"
    lines = devices.read("records/devices/ph-meter.yaml").splitlines()
    uid = [line for line in lines if line.startswith("uid: ")]
    assert [line for line in lines if line not in uid] == [
        "id: ph-meter",
        "name: pH Meter",
        "serial: A-1",
        "customer: acme",
        "price: 1200.50",
        "channels: 2",
        "created: 2026-11-21",
    ]
    assert devices.run("device list").lines[2].split() == (
        ["ph-meter", "pH", "Meter", "Running", "1,200.50", "Acme"]
    )
    assert "pH Meter" in devices.run("device show ph-meter").out
    devices.run("device set ph-meter state=broken installed=2026-01-02")
    assert devices.run("device list state:broken -o ids").out == "ph-meter\n"
    devices.run("device archive ph-meter")
    assert devices.run("device list -o ids").out == ""
    devices.run("device rm ph-meter --yes")
    assert not (devices.root / "records/devices/ph-meter.yaml").exists()
    assert devices.run("device list --all -o ids").out == ""


def test_its_rules_hold_for_writes_and_for_files(devices: Book) -> None:
    for word, code, said in [
        ("channels=9", 2, "channels: must be at most 8"),
        ("price=-1", 2, "price: must be at least 0"),
        ("currency=euro", 2, "currency: must match the pattern"),
        ("state=brokn", 2, "Did you mean “broken”?"),
        ("channels=two", 2, "channels: a whole number"),
        ("customer=acne", 2, "Did you mean “acme”?"),
    ]:
        assert said in devices.run(["device", "add", "x", "-s", word], code=code).err
    assert devices.files("records").keys() == {"records/customers/acme.yaml"}
    devices.gen({"records/devices/x.yaml": "id: x\nname: X\nchannels: 9\nstate: gone\n"})
    found = {(p["line"], p["column"], p["code"]) for p in devices.run("check -o json", code=1).json}
    assert found == {(3, 11, "rule"), (4, 8, "wrong-type")}


def test_it_is_searched_queried_and_summed_up(devices: Book) -> None:
    devices.run("device add 'Viscometer' -s customer=acme -s price=10 -s sn=V-77")
    devices.run("device add 'Balance' -s price=20")
    (hit,) = devices.run("search viscometre -o json").json
    assert (hit["kind"], hit["id"], hit["field"]) == ("device", "viscometer", "name")
    assert devices.run("search V-77 -o ids").out == "viscometer\n"
    assert devices.run("device list customer.name:acme -o ids").out == "viscometer\n"
    assert devices.run("device list price:>15 -o ids").out == "balance\n"
    assert devices.run("query device sn:v-77 -o ids").out == "viscometer\n"
    assert devices.run(["sql", "SELECT sum(price__base) FROM devices", "-o", "csv"]).lines[1] == (
        "300000"
    )
    assert "device" in devices.run("check").out + devices.run("schema list").out


def test_references_to_it_and_from_it_are_kept(devices: Book) -> None:
    devices.run("device add Scale -s customer=acme")
    assert "device scale" in devices.run("customer rm acme --yes", code=5).err
    devices.run("customer rm acme --cascade --yes")
    assert devices.files("records") == {}


def test_its_keyed_list_has_commands(devices: Book) -> None:
    devices.run("device add Scale")
    assert devices.run("device part add scale 'Glass Cell' -s count=2").out == "glass-cell\n"
    devices.run("device part set scale glass-cell count=3")
    assert devices.run("device part list scale -o json").json == [
        {"id": "glass-cell", "name": "Glass Cell", "count": 3}
    ]
    devices.run("device part rm scale glass-cell")
    assert "parts" not in devices.read("records/devices/scale.yaml")


def test_it_is_called_by_its_chinese_title_too(devices: Book) -> None:
    devices.run(["设备", "add", "天平", "-s", "状态:故障"])
    assert devices.run(["设备", "list", "状态:故障", "-o", "ids"]).out == "tianping\n"
    assert devices.run("devices list -o ids").out == "tianping\n"
    table = devices.run(["--lang", "zh", "设备", "list"]).out
    assert "名称" in table
    assert "故障" in table


def test_it_stands_in_the_help_under_its_title(devices: Book) -> None:
    line = next(line for line in devices.run("--help").lines if line.split()[:1] == ["device"])
    assert "“" in line
    devices.run("customer list")  # now the titles are in the cache of the book
    assert "list" in devices.run("device --help").out


def complete(book: Book, *words: str) -> list[str]:
    env = {
        "_CRMCTL_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["crmctl", *words]),
        "COMP_CWORD": str(len(words)),
    }
    return [line.split(",", 1)[1] for line in book.run("", env=env).lines]


def test_the_shell_completes_it(devices: Book) -> None:
    devices.run("device add 'pH Meter'")
    assert complete(devices, "dev") == ["device"]
    assert complete(devices, "device", "se") == ["set"]
    assert complete(devices, "device", "show", "ph") == ["ph-meter"]
    assert complete(devices, "device", "set", "ph-meter", "ser") == ["serial="]
    assert "part" in complete(devices, "device", "")


def test_a_stream_kind_with_nothing_but_a_path(book: Book) -> None:
    book.gen(
        {"schemas/reading.yaml": READING, "records/customers/acme.yaml": "id: acme\nname: A\n"}
    )
    first = book.run(
        "reading add -s customer=acme -s at=2025-03-01T10:00 -s value=1.50"
    ).out.strip()
    second = book.run("reading add -s customer=acme -s at=2026-03-01T10:00 -s value=2").out.strip()
    assert first.startswith("rdg-20250301-")
    assert book.read("records/readings/acme/2025.yaml") == (
        f"id: {first}\ncustomer: acme\nat: 2025-03-01T10:00+00:00\nvalue: 1.50\n"
    )
    assert book.run("reading list -o ids").lines == [second, first]
    assert book.run("reading list --as-of 2025-12-31 -o ids").lines == [first]
    assert book.run("reading list -o csv --columns value").lines == ["value", "2", "1.50"]


def test_the_shipped_kinds_stay_as_they_are(devices: Book) -> None:
    kinds = [row["kind"] for row in devices.run("schema list -o json").json]
    assert kinds == [*sorted(KINDS), "device"]


def test_a_kind_without_a_name_is_added_by_its_fields(book: Book) -> None:
    book.gen({"schemas/note.yaml": "properties: {body: {type: string}}\n"})
    id = book.run("note add -s body=hello").out.strip()
    assert id.startswith("not-20261121-")
    assert book.run(f"note show {id} -o json").json["body"] == "hello"
    assert "Use --set" in book.run("note add hello", code=2).err


@pytest.mark.parametrize(("field", "other"), [("name", "title"), ("title", "colour")])
def test_its_label_is_the_name_or_the_title(book: Book, field: str, other: str) -> None:
    texts = "".join(f"  {name}: {{type: string}}\n" for name in (other, field))
    book.write("schemas/note.yaml", "properties:\n" + texts)
    id = book.run("note add Hello").out.strip()
    assert book.run(f"note show {id} -o json").json[field] == "Hello"


def test_its_singular_is_what_one_is_called(book: Book) -> None:
    book.write("schemas/machinery.yaml", "x-crmctl: {singular: machine}\n")
    (row,) = [row for row in book.run("schema list -o json").json if row["kind"] == "machinery"]
    assert (row["title"], row["plural"]) == ("Machine", "machines")
    book.run("machine add --id m1")
    assert book.run("machinery list -o ids").out == book.run("query machine -o ids").out == "m1\n"


def test_enum_values_are_told_with_their_titles(devices: Book) -> None:
    told = devices.run(["--lang", "zh", "device", "add", "x", "-s", "state=坏"], code=2).err
    assert "运行中 (running), 故障 (broken)" in told
    told = devices.run("device add x -s state=bad", code=2).err
    assert "one of running, broken" in told


def test_the_id_of_an_enum_value_wins_over_the_title_of_another(book: Book) -> None:
    values = "{a: {en: B}, b: {en: A}}"
    book.write(
        "schemas/note.yaml",
        f"properties: {{grade: {{type: string, enum: [a, b], x-crmctl: {{values: {values}}}}}}}\n",
    )
    id = book.run("note add -s grade=b").out.strip()
    assert book.run(f"note show {id} -o json").json["grade"] == "b"
    assert book.run("note list grade:b -o ids").out == f"{id}\n"


def test_json_schema_for_editors(devices: Book) -> None:
    schema = devices.run("schema export device").json
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "Device"
    assert schema["required"] == ["id", "name"]
    properties = schema["properties"]
    assert properties["state"]["enum"] == ["running", "broken"]
    assert properties["state"]["default"] == "running"
    assert (properties["channels"]["minimum"], properties["channels"]["maximum"]) == (1, 8)
    assert properties["installed"] == {"title": "Installed", "type": "string", "format": "date"}
    assert properties["parts"]["items"]["properties"]["count"]["type"] == "integer"
    assert devices.run("--lang zh schema export device").json["title"] == "设备"


def test_the_fields_of_a_kind_are_shown(devices: Book) -> None:
    rows = {row["field"]: row for row in devices.run("schema show device -o json").json}
    assert rows["serial"]["aliases"] == "sn"
    assert rows["customer"]["values"] == "→ customer"
    assert rows["parts"]["type"] == "list of object"
    assert "Did you mean “device”?" in devices.run("schema show devise", code=2).err
