"""Permits and registrations as spells, and what the residence office states of a person."""

from silver_rows import linked, recorded, same

from jobs.gold.facts.residence import person_traits, register, residence_spells

REGISTER = """
    record_id  | registration_no | issue_date | valid_to_date | endorsed_date | residence_start_date | residence_end_date | is_cancelled | hukou_code | death_date | event_at
    permit     | JZ1             | 2024-03-01 | 2025-02-28    |               |                      |                    |              | 341122     |            | 2024-03-01T08:00:00
    late       | JZ2             | 2024-03-01 | 2026-02-28    | 2025-06-10    |                      |                    | false        | 341122     |            | 2025-06-10T08:00:00
    registered | DJ1             | 2024-01-05 |               |               | 2024-01-01           |                    | false        | 341122     |            | 2024-01-05T08:00:00
    left       | DJ2             | 2023-01-05 |               |               | 2023-01-01           | 2023-12-31         | false        | 341122     |            | 2023-12-31T08:00:00
    cancelled  | DJ3             | 2025-01-05 |               |               | 2025-01-01           |                    | true         | 310115     | 2025-05-01 | 2025-05-02T08:00:00
    """


def registered(spark):
    silver = recorded(spark, "silver.psb_residence", REGISTER)
    return register(silver, linked(spark, "psb_residence", zhang="permit, late, registered, left, cancelled"))


def test_a_permit_runs_from_issue_or_late_endorsement_and_an_open_registration_stays_open(spark):
    expected = """
        person_id | record_ids | registration_no | is_permit | valid_from_date | valid_to_date | source_code   | priority_count
        zhang     | permit     | JZ1             | true      | 2024-03-01      | 2025-02-28    | psb_residence | 2
        zhang     | late       | JZ2             | true      | 2025-06-10      | 2026-02-28    | psb_residence | 2
        zhang     | registered | DJ1             | false     | 2024-01-01      |               | psb_residence | 2
        zhang     | left       | DJ2             | false     | 2023-01-01      | 2023-12-31    | psb_residence | 2
        """
    same(spark, residence_spells(registered(spark)), "gold.fact_residence_spell", expected)


def test_a_cancelled_registration_still_says_who_the_person_is(spark):
    traits = person_traits(registered(spark)).where("valid_from_date >= '2025-01-01'")
    expected = """
        person_id | record_ids | hukou_code | death_date | valid_from_date | valid_to_date | priority_count
        zhang     | late       | 341122     |            | 2025-06-10      |               | 1
        zhang     | cancelled  | 310115     | 2025-05-01 | 2025-05-02      |               | 1
        """
    same(spark, traits, "gold.fact_person_trait", expected)
