"""Lists on a narrow terminal: texts are cut first, ids and dates last."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.result import Column
from crmctl.render.table import GAP, NARROWEST, table
from crmctl.render.width import width

COLUMNS = [
    Column("id", "ID", "id"),
    Column("text", "Text", "text"),
    Column("notes", "Notes", "note"),
    Column("at", "At", "date"),
]
ROW = ["int-20261121-k3f9x2ab", "a long story about an offer", "更长的故事" * 9, "2026-11-21"]


def test_ids_and_dates_stay_whole_as_long_as_texts_can_give_way() -> None:
    line = list(table(COLUMNS, [ROW], 72))[2]
    assert line == "int-20261121-k3f9x2ab  a long story abo…  更长的故事更长的…   2026-11-21"
    assert ROW[0] in list(table(COLUMNS, [ROW], 70))[2]


def test_without_a_width_nothing_is_cut() -> None:
    assert "…" not in "".join(table(COLUMNS, [ROW]))


@given(
    rows=st.lists(st.tuples(*[st.text("ab 中", max_size=60)] * len(COLUMNS)), max_size=4),
    columns_wide=st.integers(1, 200),
)
def test_a_table_fits_wherever_it_can(rows: list[tuple[str, ...]], columns_wide: int) -> None:
    least = len(COLUMNS) * NARROWEST + (len(COLUMNS) - 1) * len(GAP)
    for line in table(COLUMNS, rows, columns_wide):
        assert width(line) <= max(columns_wide, least)
