"""Records to link: some twenty of each person, in five real sources, over two years, each with its truth apart.

About as in the city: of a hundred records 86 carry a full number, 13 are a courier's with name, phone and account, one
is a court's with a masked number, a few have a digit wrong. Names come in other spellings, phones are shared at home
and in dormitories, given up and given to others.
"""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.bench.drawn import Drawing
from jobs.link import forms

HRSS, PSB, GIG, LOAN, COURT = SOURCES = (
    "hrss_social_insurance",
    "psb_residence",
    "assn_delivery",
    "fin_loan",
    "court_enforcement",
)
BATCH, DAY = "2026-08", "2026-09"
"""The batches of what is there, and of what is new."""

FEWEST, OF_TWO = 12, 37
"""Records of a person are 12 to 25: two people have 37 between them."""

MONTHS, FIRST_DAY = 24, "2024-09-01"
GIVEN_UP, GIVEN_AGAIN = 12, 16
"""The months from which a given-up phone is another one, and from which somebody else has it."""


def records(spark: SparkSession, rows: int, seed: int) -> DataFrame:
    """Return exactly so many records.

    Columns: record_id, true_id, source, batch_id, event_at; as delivered certificate_no (full, maybe wrong),
    person_name, mobile_no, masked_certificate_no, platform_worker_no, gender_code, birth_date, age_count; and number
    (the valid one that cleaning leaves), which is null where there is none.
    """
    draws = Drawing(seed)
    person, place = F.col("true_id"), F.col("place")
    pair, within = F.floor(F.col("id") / OF_TWO), F.pmod(F.col("id"), F.lit(OF_TWO))
    first = draws.below(OF_TWO - 2 * FEWEST + 1, "records", pair) + FEWEST
    is_second = within >= first
    found = spark.range(rows).select(
        "id",
        (pair * 2 + is_second.try_cast("int")).alias("true_id"),
        F.when(is_second, within - first).otherwise(within).alias("place"),
        F.when(is_second, OF_TWO - first).otherwise(first).alias("count"),
    )
    month = F.floor(place * MONTHS / F.col("count")).try_cast("int")
    day = (month * 30 + draws.below(30, "day", F.col("id"))).try_cast("int")
    found = found.withColumns(
        {
            "source": _source(draws, person, place),
            "month": month,
            "event_at": F.date_add(F.lit(FIRST_DAY).try_cast("date"), day).try_cast("timestamp"),
            "full": draws.number(person),
            "called": draws.name(person),
            "is_new": draws.share(0.3, "new person", pair) | draws.share(0.7, "new record", F.col("id")),
        }
    )
    source = F.col("source")
    knows = ~source.isin(GIG, COURT) | ((source == GIG) & draws.share(20, "platform knows", person))
    is_wrong = (source == PSB) & (place > 0) & draws.share(6, "wrong digit", person)
    worker = F.concat(F.lit("W"), (person * 13 + 100_000).try_cast("string"))
    return found.select(
        draws.record_id(F.col("id")).alias("record_id"),
        "true_id",
        "source",
        F.when(F.col("is_new"), DAY).otherwise(BATCH).alias("batch_id"),
        "event_at",
        F.when(knows & ~is_wrong, F.col("full")).alias("number"),
        F.when(knows, F.when(is_wrong, _mistyped(F.col("full"))).otherwise(F.col("full"))).alias("certificate_no"),
        _spelled(draws, F.col("called"), person, source).alias("person_name"),
        F.when(source.isin(PSB, GIG), _phone(draws, person, F.col("month"))).alias("mobile_no"),
        F.when(source == COURT, _masked(draws, F.col("full"), person)).alias("masked_certificate_no"),
        F.when(source == GIG, worker).alias("platform_worker_no"),
        F.when(source.isin(PSB, COURT), _gender(F.col("full"))).alias("gender_code"),
        F.when(source == PSB, F.try_to_date(F.substring("full", 7, 8), "yyyyMMdd")).alias("birth_date"),
        F.when(source == COURT, F.year("event_at") - F.substring("full", 7, 4).try_cast("int")).alias("age_count"),
    )


def _source(draws: Drawing, person: Column, place: Column) -> Column:
    """Whose record it is: of the police first for nearly all, then of couriers' months, loans, courts and insurance."""
    is_courier = draws.share(32, "courier", person)
    at_work = is_courier & draws.share(55, "courier's month", person, place)
    return (
        F.when((place == 0) & draws.share(97, "registered", person), PSB)
        .when((place == 10) & draws.share(60, "registered again", person), PSB)
        .when(at_work, GIG)
        .when(place.isin(6, 9, 11) & draws.share(40, "borrower", person), LOAN)
        .when((place == 5) & draws.share(18, "debtor", person), COURT)
        .otherwise(HRSS)
    )


def _gender(number: Column) -> Column:
    odd = F.pmod(F.substring(number, 17, 1).try_cast("int"), F.lit(2))
    return F.when(odd == 1, "1").otherwise("2")


def _mistyped(number: Column) -> Column:
    """One digit of the sequence is another: the check digit (MOD 11-2) notices each such error."""
    digit = F.pmod(F.substring(number, 16, 1).try_cast("int") + 1, F.lit(10)).try_cast("string")
    return F.concat(F.substring(number, 1, 15), digit, F.substring(number, 17, 2))


def _masked(draws: Drawing, number: Column, person: Column) -> Column:
    """A court shows four to six characters in front, and the last four."""
    shown = F.least(draws.below(5, "mask", person), F.lit(2)).try_cast("int")
    return F.concat(F.left(number, 6 - shown), F.repeat(F.lit("*"), 8 + shown), F.right(number, F.lit(4)))


def _spelled(draws: Drawing, name: Column, person: Column, source: Column) -> Column:
    """The name as this source writes it: six of a hundred otherwise than the others do."""
    drawn = draws.below(100, "spelling", person, source)
    given, surname = F.substring(name, 2, 2), F.left(name, F.lit(1))
    return (
        F.when(drawn < 2, F.concat_ws(" ", surname, given))
        .when(drawn < 4, F.concat_ws(" ", forms.name_sound(surname), forms.name_sound(given)))
        .when(drawn < 5, F.concat_ws(" ", forms.name_sound(given), forms.name_sound(surname)))
        .when(drawn < 6, F.concat(F.substring(name, 1, 1), F.lit("?"), F.substring(name, 3, 1)))
        .otherwise(name)
    )


def _phone(draws: Drawing, person: Column, month: Column) -> Column:
    """The phone of a month: one's own, a relative's, a dormitory's, a new one, or one that was given up by another."""
    giver = person - 7
    moved, was_given = draws.share(5, "new phone", person), (giver >= 0) & draws.share(5, "new phone", giver)
    return (
        F.when((person > 0) & draws.share(5, "relative's phone", person), draws.phone(person - 1))
        .when(draws.share(1, "dormitory", person), draws.phone(F.floor(person / 2000), 1))
        .when(moved & (month >= GIVEN_UP), draws.phone(person, 2))
        .when(was_given & (month >= GIVEN_AGAIN), draws.phone(giver))
        .otherwise(draws.phone(person))
    )
