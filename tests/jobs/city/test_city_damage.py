"""Every act of damage on every record type, judged by the contract: the label is the reason the pipeline gives first.

The city decides what a fault must be called, and the contract what it is called: here they meet, act by act, also for
faults so rare that a small city never has them.
"""

import json
from importlib import import_module

import pytest
from pyspark.sql import functions as F

import schemas
from expectations.rows import reasons_sql
from jobs.city import damage, lives, months
from jobs.city.chance import Stream
from jobs.city.people import Census
from jobs.city.profile import profile
from jobs.city.records import Item
from jobs.city.sources import desks

UNTIL = months.month("2026-09")
PEOPLE, EACH = 250, 4
RECEIVED = "2026-10-20"
BROKEN = ("short_line", "shifted_line", "encoding")
"""Acts on the line as a whole: bronze answers them."""

LAYOUTS = [(desk, layout) for desk in desks() for layout in desk.layouts]


@pytest.fixture(scope="module")
def census():
    return Census(profile("shanghai"), 11, PEOPLE, months.month("2024-07"))


@pytest.fixture(scope="module")
def made(census):
    """Clean records by type, as far as they have happened."""
    found = {layout: [] for _, layout in LAYOUTS}
    people = [lives.life(census, index, UNTIL) for index in range(PEOPLE)]
    for desk in desks():
        for records in (desk.shared(census, 0), *(desk.records(census, life) for life in people)):
            for layout, items in records:
                found[layout] += [item for item in items if item.month <= UNTIL]
    return found


def struck(layout, items):
    """Records with the acts done to them, a few of each act and, first, some that nothing was done to."""
    stream = Stream(7, "damage", layout.table)
    found = [("clean", Item(one.month, one.day, one.second, list(one.values))) for one in items[:200]]
    for name, act in damage.acts(layout).items():
        count = 0
        for one in items if name not in BROKEN else ():
            item = Item(one.month, one.day, one.second, list(one.values))
            spares = layout.flaws.spares
            if spares is not None and spares(item) and name not in damage.SAME_NUMBER:
                continue
            if act(item, layout, stream) or item.variant:
                found.append((name, item))
                count += 1
            if count == EACH * 6:
                break
    return found


def text(value):
    """A value as bronze keeps it: JSON but for texts."""
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize(("desk", "layout"), LAYOUTS, ids=[layout.table for _, layout in LAYOUTS])
def test_what_was_done_to_a_record_is_what_its_contract_says_of_it(spark, made, desk, layout):
    assert made[layout], "nobody has such a record"
    marked = struck(layout, made[layout])
    assert {name for name, _ in layout.flaws.own} <= {name for name, _ in marked}
    at = layout.places
    for number, (_, item) in enumerate(marked):
        stamps = {"batch_no": "B1", "source_record_no": f"R{number}", "extracted_at": f"{RECEIVED}T08:00:00+08:00"}
        for name, value in stamps.items():
            item.values[at[name]] = value
    names = ", ".join(f"{name} STRING" for name in layout.columns)
    rows = [(str(number), *map(text, item.values)) for number, (_, item) in enumerate(marked)]
    bronze = spark.createDataFrame(rows, f"record_id STRING, {names}").coalesce(1)
    cleaner = import_module(f"jobs.silver.{layout.source}")
    cleaned = getattr(cleaner, f"clean_{layout.object}" if layout.object else "clean")(bronze)
    judged = cleaned.withColumn("received_date", F.to_date(F.lit(RECEIVED)))
    table = schemas.source(layout.source).object(layout.object).silver
    found = judged.selectExpr("record_id", f"{reasons_sql(table, 'error')} AS entries").collect()
    given = {row["record_id"]: row["entries"][0].split(" ")[0] if row["entries"] else None for row in found}
    wrong = [
        (name, item.fault_column, item.reason, given[str(number)])
        for number, (name, item) in enumerate(marked)
        if (item.reason if item.ends == "quarantine" else None) != given[str(number)]
    ]
    assert wrong == []
