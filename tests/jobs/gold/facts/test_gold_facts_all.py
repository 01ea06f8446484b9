"""Every fact has its contract, every contract its fact; each silver table is read once, and none that is not there."""

from collections import Counter

import pytest
from silver_rows import linked, recorded

import schemas
from jobs import lake as tables
from jobs.gold.facts import ALONE, MADE_OF, all_facts, present
from schemas.spark import stored

FACTS = {table.name for table in schemas.tables() if table.name.startswith("gold.fact_")}


class Office:
    """A lake of drawn tables, empty ones beside them, that counts who is read."""

    def __init__(self, spark, **drawn):
        self.spark, self.drawn, self.asked = spark, drawn, Counter()

    def read(self, name):
        self.asked[name] += 1
        thing = name.partition(".")[2]
        return self.drawn.get(thing, tables.inline(self.spark, stored(schemas.table(name))))

    def is_there(self, name):
        return name.partition(".")[2] in self.drawn


def kinds(schema):
    return [(field.name, field.dataType.simpleString()) for field in schema.fields]


@pytest.fixture(scope="module")
def empty(spark):
    office = Office(spark)
    return office, all_facts(office.read)


def test_every_fact_is_made_in_its_contracts_shape(empty):
    _, made = empty
    assert set(made) == set(MADE_OF) == FACTS
    for name, rows in made.items():
        assert kinds(rows.schema) == kinds(stored(schemas.table(name))), name


def test_each_silver_table_is_read_once_and_an_empty_one_leaves_nothing_to_compute(empty):
    office, made = empty
    read = {name: times for name, times in office.asked.items() if name.startswith("silver.")}
    assert read == {f"silver.{silver}": 1 for silvers in MADE_OF.values() for silver in silvers}
    plan = made["gold.fact_rent_spell"]._jdf.queryExecution().optimizedPlan().toString()
    assert plan.startswith("LocalRelation <empty>")


def test_a_table_that_was_never_written_is_not_read_and_makes_no_fact(spark):
    office = Office(
        spark,
        tax_income_filing=recorded(
            spark,
            "silver.tax_income_filing",
            """
            record_id | agent_uscc_no      | period_month | is_annual_settlement
            filed     | 91110000600037341L | 2025-06-01   | false
            """,
        ),
        person_record=linked(spark, "tax_income_filing", zhang="filed"),
    )
    made = all_facts(office.read, office.is_there)
    assert set(made) == {"gold.fact_work_month"} == set(present(office.is_there))
    assert [name for name in office.asked if name.startswith("silver.")] == ["silver.tax_income_filing"]
    [row] = made["gold.fact_work_month"].collect()
    assert (row["person_id"], row["work_kind_code"], row["base_band"]) == ("zhang", "PIT", None)


def test_a_fact_read_by_others_is_kept_once(spark):
    held = []
    office = Office(spark)
    made = all_facts(office.read, kept=lambda rows: held.append(rows) or rows)
    assert len({id(rows) for rows in held}) == len(held)
    views = {"gold.fact_person_trait", "gold.fact_loan_month"}
    assert {name for name, rows in made.items() if any(rows is kept for kept in held)} == set(made) - views


def test_what_is_made_alone_is_made_of_one_table():
    assert all(len(MADE_OF[name]) == 1 for name in ALONE)
    known = {table.name for table in schemas.tables()}
    assert {f"silver.{silver}" for silvers in MADE_OF.values() for silver in silvers} <= known
