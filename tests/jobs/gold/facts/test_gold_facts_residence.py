"""Permits and registrations as spells, what the residence office states of a person, and every hukou it told of."""

from pyspark.sql import functions as F
from silver_rows import linked, recorded, same

from jobs.gold.blocks.residence import traits
from jobs.gold.facts.residence import hukou_entries, person_traits, register, residence_spells
from jobs.gold.spells import known_at

REGISTER = """
    record_id  | key_hash | registration_no | permit_hash | issue_date | valid_to_date | endorsed_date | residence_start_date | residence_end_date | is_cancelled | event_at
    page       | a        | DJ1             |             | 2024-01-05 |               |               | 2024-01-01           |                    | false        | 2024-01-05T08:00:00
    permit     | b        | DJ1             | p           | 2024-03-01 | 2025-02-28    |               | 2024-01-01           |                    | false        | 2024-03-01T08:00:00
    late       | c        | DJ1             | p           | 2024-03-02 | 2026-02-28    | 2025-06-10    | 2024-01-01           |                    | false        | 2025-06-10T08:00:00
    left       | d        | DJ2             |             | 2023-01-05 |               |               | 2023-01-01           | 2023-12-31         | false        | 2023-12-31T08:00:00
    cancelled  | e        | DJ3             | q           | 2025-01-05 | 2026-01-04    | 2025-01-05    | 2025-01-01           |                    | true         | 2025-05-01T17:00:00
    """


def registered(spark, text=REGISTER):
    silver = recorded(spark, "silver.psb_residence", text)
    names = ", ".join(line.split("|")[0].strip() for line in text.strip().splitlines()[1:])
    return register(silver, linked(spark, "psb_residence", zhang=names))


def test_a_permit_is_of_its_page_and_a_registration_as_its_last_page_says(spark):
    # 17:00 UTC is the day after in the city: what was cancelled on 2 May held until 1 May
    expected = """
        person_id | record_ids | registration_no | is_permit | valid_from_date | valid_to_date | source_code   | priority_count
        zhang     | permit     | DJ1             | true      | 2024-03-01      | 2025-02-28    | psb_residence | 2
        zhang     | late       | DJ1             | true      | 2025-06-10      | 2026-02-28    | psb_residence | 2
        zhang     | cancelled  | DJ3             | true      | 2025-01-05      | 2025-05-01    | psb_residence | 2
        zhang     | late       | DJ1             | false     | 2024-01-01      |               | psb_residence | 2
        zhang     | left       | DJ2             | false     | 2023-01-01      | 2023-12-31    | psb_residence | 2
        zhang     | cancelled  | DJ3             | false     | 2025-01-01      | 2025-05-01    | psb_residence | 2
        """
    spells = residence_spells(registered(spark)).where("known_to_at IS NULL")
    same(spark, spells, "gold.fact_residence_spell", expected)


TOLD = """
    record_id | key_hash | operation_code | hukou_code | hukou_date | hukou_entry_code | death_date | known_from_at       | event_at
    first     | a        | I              | 341122     |            |                  |            | 2025-02-01T00:00:00 | 2025-01-10T08:00:00
    moved     | a        | U              | 310115     | 2025-05-02 | POINTS           |            | 2025-06-01T00:00:00 | 2025-05-02T08:00:00
    died      | a        | U              | 310115     | 2025-05-02 | POINTS           | 2025-08-09 | 2025-09-01T00:00:00 | 2025-08-09T08:00:00
    """


def test_a_hukou_once_told_stays_an_entry_beside_what_is_told_later(spark):
    expected = """
        person_id | record_ids | hukou_code | hukou_date | hukou_entry_code | known_from_at       | known_to_at
        zhang     | first      | 341122     |            |                  | 2025-02-01T00:00:00 |
        zhang     | moved      | 310115     | 2025-05-02 | POINTS           | 2025-06-01T00:00:00 |
        zhang     | died       | 310115     | 2025-05-02 | POINTS           | 2025-09-01T00:00:00 |
        """
    same(spark, hukou_entries(registered(spark, TOLD)), "gold.fact_hukou_entry", expected)


def test_a_page_that_the_office_deleted_tells_of_no_hukou_any_more(spark):
    deleted = TOLD + "    gone | a | D | | | | | 2025-10-01T00:00:00 | 2025-09-20T08:00:00\n"
    entries = hukou_entries(registered(spark, deleted))
    assert {str(row["known_to_at"]) for row in entries.collect()} == {"2025-10-01 00:00:00"}


def test_between_a_deletion_and_a_page_told_anew_the_hukou_is_not_known(spark):
    # of a page from before the deletion, told after we knew of it, nothing was ever known
    again = """
    record_id | key_hash | operation_code | hukou_code | known_from_at       | event_at
    first     | a        | I              | 341122     | 2025-02-01T00:00:00 | 2025-01-10T08:00:00
    gone      | a        | D              | 341122     | 2025-03-01T00:00:00 | 2025-02-20T08:00:00
    late      | a        | U              | 341122     | 2025-04-01T00:00:00 | 2025-02-10T08:00:00
    anew      | b        | I              | 341122     | 2025-06-01T00:00:00 | 2025-05-02T08:00:00
    """
    expected = """
        person_id | record_ids | hukou_code | known_from_at       | known_to_at
        zhang     | first      | 341122     | 2025-02-01T00:00:00 | 2025-03-01T00:00:00
        zhang     | anew       | 341122     | 2025-06-01T00:00:00 |
        """
    same(spark, hukou_entries(registered(spark, again)), "gold.fact_hukou_entry", expected)


def test_of_one_entry_day_the_hukou_that_was_told_last_by_then_is_the_newest(spark):
    # corrected, and corrected back in July: in June nobody knew that
    told = """
    record_id | key_hash | operation_code | hukou_code | hukou_date | known_from_at       | event_at
    first     | a        | I              | 341122     | 2020-05-01 | 2025-02-01T00:00:00 | 2025-01-10T08:00:00
    wrong     | a        | U              | 310115     | 2020-05-01 | 2025-05-01T00:00:00 | 2025-04-10T08:00:00
    back      | a        | U              | 341122     | 2020-05-01 | 2025-07-01T00:00:00 | 2025-06-10T08:00:00
    """
    pages = registered(spark, told)
    found = []
    for day in ("2025-03-01", "2025-06-01", "2025-08-01"):
        known = F.lit(day).cast("timestamp")
        person = traits(known_at(person_traits(pages), known), known_at(hukou_entries(pages), known))
        entries = person.select(F.array_max("hukou_entries")["hukou_code"], F.size("hukou_entries"))
        found += [tuple(row) for row in entries.collect()]
    assert found == [("341122", 1), ("310115", 2), ("341122", 2)]


def test_who_the_person_is_follows_the_page(spark):
    expected = """
        person_id | record_ids | death_date | valid_from_date | known_from_at       | known_to_at         | priority_count
        zhang     | first      |            | 2025-01-10      | 2025-02-01T00:00:00 | 2025-06-01T00:00:00 | 1
        zhang     | moved      |            | 2025-05-02      | 2025-06-01T00:00:00 | 2025-09-01T00:00:00 | 1
        zhang     | died       | 2025-08-09 | 2025-08-09      | 2025-09-01T00:00:00 |                     | 1
        """
    same(spark, person_traits(registered(spark, TOLD)), "gold.fact_person_trait", expected)
