"""A small bilingual book, written as people write one."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmctl.workspace import Workspace

CUSTOMERS = {
    "zhang-wei": "name: 张伟\nphones: [139 0000 6001]\nemails: [zhangwei@waterlab.example]\n",
    "zhang-wei-2": "name: Zhang Wei\nnotes: He is not one of the two from Shanghai.\n",
    "zhang-weiguo": "name: 张伟国\n",
    "li-na": "name: 李娜\nphones: [+86 10 6234 5678]\ntags: [水务]\n",
    "li-ming": "name: Li Ming\nphones: [0755-8888 1234 转 12]\n",
    "liu-yang": "name: 刘洋\n",
    "wang-fang": "name: 王芳\n",
    "ouyang-xue": "name: 欧阳雪\n",
    "zhao-qiang": "name: 赵强\n",
    "shan-dan": "name: 单丹\n",
    "lv-xin": "name: 吕欣\n",
    "chen-jianguo": "name: 陈建国\n",
    "zhiyun": (
        "name: 上海智云科技有限公司\naliases: [智云, Zhiyun Technology]\n"
        "contacts:\n  - {id: c1, name: 周敏, emails: [min.zhou@zhiyun.example]}\n"
        "  - {id: c2, name: Peter O'Brien, phones: [+49 (0)711 123-4567]}\n"
        "notes: |\n  第一次见面在展会。\n  报价单已经发送，等待回复。\n"
    ),
    "ruice": "name: 深圳锐测电子有限公司\nnotes: 他们也做科技展会。\n",
    "hengtong": "name: 恒通物流（北京）有限公司\n",
    "bodensee": "name: Bodensee Pharma AG\naddresses: [{id: a, city: Konstanz}]\n",
    "mueller": "name: Müller & Söhne GmbH\n",
    "kessler": "name: Keßler Messtechnik\n",
    "acme": "name: Acme Trading Ltd\nemails: [office@acme-trading.example]\n",
    "acme-2": "name: Acme\n",
    "ivanov": "name: Иван Петров\n",
    "obsolete": "name: Dormant Works\narchived: 2025-01-01\n",
    "ibm": "name: International Business Machines\n",
    "smile": "name: 🙂 Smile Studio\n",
    "escape": 'name: "Red\\e[31m Alert\\nInc"\n',
}
INTERACTIONS = {
    "zhiyun": (
        "id: int-20260105-aaaaaaaa\ncustomer: zhiyun\nat: 2026-01-05T10:00+08:00\nkind: visit\n"
        "subject: 拜访智云\nnotes: 讨论了 PH-200 的报价\n"
        "---\n"
        "id: int-20260106-bbbbbbbb\ncustomer: zhiyun\nat: 2026-01-06T10:00+08:00\nkind: call\n"
        'notes: "Called about 100% \\"quoted\\" delivery; price list sent"\n'
    ),
    "acme": (
        "id: int-20260107-cccccccc\ncustomer: acme\nat: 2026-01-07T10:00+08:00\nkind: call\n"
        "subject: Delivery of SO-2044\n"
    ),
}
ORDERS = {
    "acme": (
        "id: ord-20260101-dddddddd\ncustomer: acme\ndate: 2026-01-01\nnumber: SO-2044\namount: 10\n"
    ),
}
USERS = {"zhou-jie": "name: 周杰\nemail: jie@example.org\n", "zhang-wei": "name: 张伟\n"}


def write_book(root: Path) -> None:
    (root / "crmctl.yaml").write_text("format: 1\ncurrency: CNY\ntimezone: Asia/Shanghai\n")
    for plural, records in (("customers", CUSTOMERS), ("users", USERS)):
        for id_, text in records.items():
            write(root, plural, id_, f"id: {id_}\n{text}")
    for plural, streams in (("interactions", INTERACTIONS), ("orders", ORDERS)):
        for customer, text in streams.items():
            write(root, plural, customer, text)


def write(root: Path, plural: str, name: str, text: str) -> None:
    folder = root / "records" / plural
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yaml").write_text(text, "utf-8")


@pytest.fixture(scope="session")
def book_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("book")
    write_book(root)
    return root


@pytest.fixture(scope="session")
def book(book_root: Path) -> Workspace:
    return Workspace(book_root)
