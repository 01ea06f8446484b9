"""Whose, since when, and which of many records stands: against an oracle that answers one instant at a time."""

import random
from datetime import UTC, date, datetime, timedelta

from silver_rows import linked, recorded, same

from jobs.gold.facts.record import band, concerning, owned, standing, stated

LEASES = """
    record_id | key_hash | operation_code | event_at            | known_from_at       | filing_no
    first     | k1       | I              | 2026-01-05T00:00:00 | 2026-01-10T00:00:00 | ZL1
    corrected | k1       | U              | 2026-02-05T00:00:00 | 2026-02-10T00:00:00 | ZL1 bis
    made      | k2       | I              | 2026-01-05T00:00:00 | 2026-01-10T00:00:00 | ZL2
    withdrawn | k2       | D              | 2026-03-05T00:00:00 | 2026-03-10T00:00:00 | ZL2
    newer     | k3       | U              | 2026-02-05T00:00:00 | 2026-02-10T00:00:00 | ZL3
    late      | k3       | I              | 2026-01-05T00:00:00 | 2026-04-10T00:00:00 | ZL3 old
    nobodys   | k4       | I              | 2026-01-05T00:00:00 | 2026-01-10T00:00:00 | ZL4
    """


def test_a_correction_ends_a_deletion_ends_and_a_late_row_was_never_known(spark):
    leases = recorded(spark, "silver.hmb_rental_contract", LEASES)
    links = linked(spark, "hmb_rental_contract", zhang="first, corrected, made, withdrawn", li="newer, late")
    expected = """
        person_id | record_ids | filing_no | known_from_at       | known_to_at         | source_code         | priority_count
        zhang     | first      | ZL1       | 2026-01-10T00:00:00 | 2026-02-10T00:00:00 | hmb_rental_contract | 1
        zhang     | corrected  | ZL1 bis   | 2026-02-10T00:00:00 |                     | hmb_rental_contract | 1
        zhang     | made       | ZL2       | 2026-01-10T00:00:00 | 2026-03-10T00:00:00 | hmb_rental_contract | 1
        li        | newer      | ZL3       | 2026-02-10T00:00:00 |                     | hmb_rental_contract | 1
        """
    same(spark, owned(leases, links, "hmb_rental_contract", "dwelling"), "gold.fact_rent_spell", expected)


def test_what_concerns_neither_person_nor_business_is_left_out(spark):
    fees = """
        record_id | uscc_no            | institution_code
        both      | 92310115MA1H8XYQ73 | B01
        person    |                    | B01
        firm      | 91110000600037341L | B01
        nobody    |                    | B01
        """
    expected = """
        person_id | uscc_no            | record_ids
        zhang     | 92310115MA1H8XYQ73 | both
        zhang     |                    | person
                  | 91110000600037341L | firm
        """
    told = stated(recorded(spark, "silver.fin_fee", fees), "fin_fee")
    rows = concerning(told, linked(spark, "fin_fee", zhang="both, person"), "fin_fee")
    same(spark, rows, "gold.fact_fee_month", expected)


def test_bands_begin_at_their_lower_bound_and_nothing_has_none(spark):
    amounts = spark.createDataFrame([("0",), ("999.99",), ("1000",), ("20000",), ("-1",), (None,)], "amount STRING")
    found = amounts.select(band(amounts.amount.cast("decimal(18,2)"))).collect()
    assert [row[0] for row in found] == ["0-1000", "0-1000", "1000-2000", "20000+", None, None]


START = datetime(2026, 1, 1, tzinfo=UTC)


def history(draw, thing):
    """A thing's records: month, what is said, what lasts, when known and until when."""
    found = []
    for number in range(draw.randint(1, 6)):
        known = START + timedelta(days=draw.randint(0, 8))
        until = known + timedelta(days=draw.randint(1, 6)) if draw.random() < 0.4 else None
        said, lasting = draw.choice(("open", "ended", None)), draw.choice(("DEFER", "EXTEND", None, None))
        month = date(2026, draw.randint(1, 3), 1)
        found.append((thing, f"{thing}-{number}", month, said, lasting, f"note {number}", known, until))
    return found


def answer(records, at):
    """What stands at an instant, in plain words: the newest known; its first herald; what was last told and lasts."""
    known = sorted((r for r in records if r[6] <= at and (r[7] is None or at < r[7])), key=lambda r: (r[2], r[1]))
    if not known:
        return None
    said, kept = known[-1][3], known[-1][4]
    lasting = next((r[4] for r in reversed(known) if r[4] is not None), None)
    herald = next(r for r in known if (r[3], r[4]) == (said, kept))
    return said, lasting, herald[1], herald[5]


def test_what_stands_is_at_every_instant_what_the_newest_known_record_says(spark):
    draw = random.Random(20260901)
    stories = {f"t{number}": history(draw, f"t{number}") for number in range(150)}
    frame = spark.createDataFrame(
        [record for records in stories.values() for record in records],
        "loan STRING, record_id STRING, month DATE, said STRING, relief STRING, note STRING,"
        " known_from_at TIMESTAMP, known_to_at TIMESTAMP",
    )
    made = standing(frame, ("loan",), ("month",), ("said", "relief"), noted=("note",), lasting=("relief",))
    found = {}
    for row in made.orderBy("loan", "known_from_at").collect():
        found.setdefault(row["loan"], []).append(row)
    for thing, records in stories.items():
        spans = [
            (row["known_from_at"].astimezone(UTC), row["known_to_at"] and row["known_to_at"].astimezone(UTC),
             (row["said"], row["relief"], row["record_ids"][0], row["note"]))
            for row in found.get(thing, [])
        ]  # fmt: skip
        for day in range(-1, 16):
            at = START + timedelta(days=day)
            standing_then = [said for since, until, said in spans if since <= at and (until is None or at < until)]
            expected = answer(records, at)
            assert standing_then == ([expected] if expected else []), (thing, day)
        follows = zip(spans, spans[1:], strict=False)
        assert all(one[2] != other[2] for one, other in follows if one[1] == other[0]), "a row that says nothing new"
