"""Which customers of a book are likely the same, and what of them is compared."""

from __future__ import annotations

from typing import Any

import pytest

from crmctl.dedupe.customers import compared
from crmctl.policies import load
from crmctl.policies.duplicates import Duplicates

POLICY: Duplicates = load("duplicates", {}, "crmctl.yaml")
ORG, PERSON = {"type": "organization"}, {"type": "person"}
ZHIYUN = "上海智云科技有限公司"
Values = dict[str, Any]


def verdict(one: Values, other: Values) -> str:
    """What is said of two customers: nothing, likely, or sure."""
    pairs = compared(POLICY, [{"id": "a", **one}, {"id": "b", **other}]).pairs
    return "no" if not pairs else "sure" if pairs[0].sure else "likely"


def street(street: str, city: str = "Ulm") -> Values:
    return {"addresses": [{"id": "x", "street": street, "city": city}]}


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        # people
        ({"name": "王伟", **PERSON}, {"name": "王伟", **PERSON}, "no"),
        ({"name": "王伟"}, {"name": "王伟"}, "no"),
        (
            {"name": "王伟", "addresses": [{"id": "x", "city": "上海"}], **PERSON},
            {"name": "王伟", "addresses": [{"id": "x", "city": "上海"}], **PERSON},
            "no",
        ),
        (
            {"name": "王伟", "phones": ["138-0000-4101"], **PERSON},
            {"name": "王伟", "phones": ["+86 138 0000 4101"], **PERSON},
            "sure",
        ),
        (
            {"name": "王伟", "phones": ["138-0000-4101"], **PERSON},
            {"name": "Wang Wei", "phones": ["+86 138 0000 4101"], **PERSON},
            "likely",
        ),
        (
            {"name": "王伟", "emails": ["ww@qq.com"], **PERSON},
            {"name": "王伟", "emails": ["ww2@qq.com"], **PERSON},
            "no",
        ),
        (
            {"name": "Anna Maier", "emails": ["anna@gmx.de"], **PERSON},
            {"name": "Meier, Anna", "emails": ["ANNA@gmx.de"], **PERSON},
            "likely",
        ),
        (
            {"name": "Li Na", "phones": ["13800004101"], "birthday": "1990-03-01", **PERSON},
            {"name": "Li Na", "phones": ["13800004101"], "birthday": "--05-20", **PERSON},
            "no",
        ),
        (
            {"name": "Tom Weber", "phones": ["0731 555010"], **PERSON},
            {"name": "Lena Weber", "phones": ["0731 555010"], **PERSON},
            "no",
        ),
        # firms
        ({"name": ZHIYUN, **ORG}, {"name": "智云科技（上海）有限公司", **ORG}, "likely"),
        ({"name": ZHIYUN, **ORG}, {"name": "北京智华科技有限公司", **ORG}, "no"),
        ({"name": ZHIYUN, **ORG}, {"name": "北京智云科技有限公司", **ORG}, "no"),
        (
            {"name": ZHIYUN, "phones": ["021-5550 1010"], **ORG},
            {"name": "智云科技（上海）有限公司", "phones": ["+86 21 5550 1010 转 8"], **ORG},
            "sure",
        ),
        (
            {"name": "Müller Feinchemie GmbH", "emails": ["info@mueller.example"], **ORG},
            {"name": "Mueller Feinchemie", "website": "https://www.mueller.example/de"},
            "sure",
        ),
        (
            {"name": "Kessler GmbH", "emails": ["kessler@gmx.de"], **ORG},
            {"name": "Brandt GmbH", "emails": ["brandt@gmx.de"], **ORG},
            "no",
        ),
        (
            {"name": "Kessler Technik GmbH", **street("Hauptstraße 5"), **ORG},
            {"name": "Kessler Technik GmbH", **street("Hauptstr. 5"), **ORG},
            "sure",
        ),
        (
            {"name": "Kessler", "profile": {"trading": {"tax_number": "DE 811907980"}}, **ORG},
            {"name": "K&S AG", "profile": {"trading": {"tax_number": "DE811907980"}}, **ORG},
            "likely",
        ),
        (
            {"name": "Kessler AG", "profile": {"trading": {"tax_number": "DE811907980"}}, **ORG},
            {"name": "Kessler AG", "profile": {"trading": {"tax_number": "DE129274202"}}, **ORG},
            "no",
        ),
        ({"name": "Bodensee Pharma AG", **ORG}, {"name": "Bodensee Pharma GmbH", **ORG}, "likely"),
        ({"name": "Bodensee Pharma AG", **ORG}, {"name": "Bodensee Pharma", **ORG}, "likely"),
        ({"name": "Bodensee Pharma AG", **ORG}, {"name": "Bodensee Logistik AG", **ORG}, "no"),
        ({"name": "Pharma AG", **ORG}, {"name": "Pharma GmbH", **ORG}, "no"),
        (
            {"name": "Alpha AG", "aliases": ["Omega AG"], **ORG},
            {"name": "Omega AG", **ORG},
            "likely",
        ),
        # one of each
        (
            {"name": "Li Na", "phones": ["13800004101"], **PERSON},
            {"name": "Li Na", "phones": ["13800004101"], **ORG},
            "no",
        ),
    ],
)  # fmt: skip
def test_verdicts(one: Values, other: Values, said: str) -> None:
    assert verdict(one, other) == said
    assert verdict(other, one) == said


def test_a_phone_that_many_share_says_nothing() -> None:
    many = [
        {"id": f"c{n}", "name": f"Firm {n * n * 77}", "phones": ["0731 555010"], **ORG}
        for n in range(100)
    ]
    many += [{"id": "d", "name": "Adler AG", "phones": ["0731 555010"], **ORG}]
    many += [{"id": "e", "name": "Adler AG", "phones": ["0731 555010"], **ORG}]
    (pair,) = compared(POLICY, many).pairs
    assert (pair.a, pair.b, pair.sure) == ("d", "e", False)
    assert [reason.field for reason in pair.reasons] == ["company"]
    assert [(one.field, one.records) for one in compared(POLICY, many).big] == [("phone", 102)]
