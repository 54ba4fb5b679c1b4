"""Promises: made in a call, kept or broken later, and how often we keep them."""

from __future__ import annotations

from tests.conftest import Book


def test_from_the_call_to_the_rate(shop: Book) -> None:
    shop.run('log acme "wants papers" --at 2026-11-02 --promise "2026-11-10: send the papers"')
    shop.run('log acme "asks again" --promise "friday: a visit" --promise "a better price"')
    shop.run("log acme x --set promises+='{text: the order, side: them, due: 2026-11-19}'")
    assert shop.run("promise list --columns due,side,text").lines[2:] == [
        "2026-11-10  Us    send the papers",
        "2026-11-19  Them  the order",
        "2026-11-27  Us    a visit",
        "-           Us    a better price",
    ]
    assert [p["text"] for p in shop.run("promise list --overdue --side us -o json").json] == [
        "send the papers"
    ]
    shop.run("promise keep acme papers --on 2026-11-09")
    shop.run("promise break acme 'better price' --reason 'head office said no'")
    assert shop.run("customer list keep_rate:* -o csv --columns id,keep_rate").lines == [
        "id,keep_rate",
        "acme,50",
    ]
    assert len(shop.run("promise list -o json").json) == 2
    assert len(shop.run("promise list --all -o json").json) == 4
    (then,) = shop.run("promise list --as-of 2026-11-05 -o json").json
    assert (then["status"], then["text"]) == ("open", "send the papers")


def test_which_one_is_meant(shop: Book) -> None:
    shop.run('log acme x --promise "friday: a" --promise "friday: b"')
    err = shop.run("promise keep acme", code=2).err
    assert "a (a), b (b)" in err
    id = shop.run("interaction list -o ids").out.strip()
    shop.run(f"promise keep {id} a")
    shop.run(f"promise keep {id}")
    assert "No open promise is called “acme”." in shop.run("promise keep acme", code=4).err
    assert "in interactions" in shop.run("promise keep max", code=2).err


def test_whose_promises(shop: Book) -> None:
    shop.run('--as max log acme x --promise "friday: a"')
    shop.run('log acme x --by li-na --promise "friday: b"')
    shop.run("user set max team=West")
    found = shop.run("promise list --team west -o json").json
    assert [one["text"] for one in found] == ["a"]
    assert [p["text"] for p in shop.run("promise list --owner li-na -o json").json] == ["b"]
