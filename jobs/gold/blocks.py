"""Blocks and features of a file at (T, K): each function takes facts as known at K and gives one row per person.

Windows are those of domain.md, section 6.2: M(T, n) are the n complete months before the month of T.
"""

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.gold.conflicts import statements
from jobs.gold.spells import days_in, merged, month_index, month_start

BASE_KINDS = ("SI", "HF", "BIZ")
"""Work evidence that counts for tier T1."""

BRIDGED_DAYS = 31
FIFTEEN_DAYS = 15
DUE_AT_LEAST = 3
GRID_MONTHS = 24


def _day(day: date) -> Column:
    return F.lit(day)


def business_months(businesses: DataFrame, as_of: date) -> DataFrame:
    """Months of M(T, 24) on whose last day a business of the person was alive, as work evidence BIZ."""
    first, last = month_start(as_of, GRID_MONTHS), month_start(as_of, 1)
    months = F.explode(F.sequence(_day(first), _day(last), F.expr("INTERVAL 1 MONTH"))).alias("period_month")
    rows = businesses.select("*", months).withColumn("month_end", F.last_day("period_month"))
    runs = (
        (F.coalesce("valid_from_date", "established_date") <= F.col("month_end"))
        & (F.col("valid_to_date").isNull() | (F.col("valid_to_date") >= F.col("month_end")))
        & (F.col("established_date") <= F.col("month_end"))
        & ((F.col("status_code") == "ALIVE") | (F.col("status_date") > F.col("month_end")))
    )
    return rows.where(runs).select(
        "person_id",
        "period_month",
        F.lit("BIZ").alias("work_kind_code"),
        F.col("uscc_no").alias("employer_uscc_no"),
        F.lit(False).alias("is_backpaid"),
        "record_ids",
    )


def work(months: DataFrame, businesses: DataFrame, as_of: date) -> DataFrame:
    """Work features and the month grid.

    The streak is the run of consecutive months, none back-paid, that ends in the latest evidence month, if that
    lies in M(T, 2). The main employer of a month is the one of the month before if it is among the month's, else the
    lowest USCC.
    """
    upto, m2, m3, m12, m24 = (month_start(as_of, n) for n in (0, 2, 3, 12, 24))
    columns = ("person_id", "period_month", "work_kind_code", "employer_uscc_no", "is_backpaid", "record_ids")
    evidence = months.select(*columns).unionByName(business_months(businesses, as_of).select(*columns))
    evidence = evidence.where(F.col("period_month") < _day(upto))
    per_month = evidence.groupBy("person_id", "period_month").agg(
        F.array_sort(F.collect_set("work_kind_code")).alias("kinds"),
        F.array_sort(F.collect_set(F.when(F.col("work_kind_code") == "SI", F.col("employer_uscc_no")))).alias(
            "employers"
        ),
        F.bool_and("is_backpaid").alias("is_backpaid"),
        F.flatten(F.collect_list("record_ids")).alias("record_ids"),
    )
    month = F.col("period_month")

    def inside(first: date) -> Column:
        return month >= _day(first)

    is_base = F.arrays_overlap("kinds", F.array(*(F.lit(kind) for kind in BASE_KINDS)))
    index = month_index(month)
    kept = F.array_sort(
        F.collect_list(F.when(inside(m24) & (F.size("employers") > 0), F.struct("period_month", "employers")))
    )
    grouped = per_month.groupBy("person_id").agg(
        F.count_if(inside(m12)).try_cast("int").alias("work_months_12_count"),
        F.count_if(inside(m24)).try_cast("int").alias("work_months_24_count"),
        F.count_if(inside(m24) & is_base).try_cast("int").alias("base_months_24_count"),
        F.count_if(inside(m12) & F.array_contains("kinds", "SI")).try_cast("int").alias("si_months_12_count"),
        F.count_if(inside(m3) & F.array_contains("kinds", "FLEX")).try_cast("int").alias("flexible_months_3_count"),
        F.slice(
            F.sort_array(
                F.collect_list(
                    F.when(F.arrays_overlap("kinds", F.array(F.lit("SI"), F.lit("FLEX"))) & inside(m12), month)
                ),
                asc=False,
            ),
            1,
            12,
        ).alias("paid_months"),
        F.max(index).alias("latest_index"),
        F.sort_array(F.collect_list(F.when(~F.col("is_backpaid"), index)), asc=False).alias("clean_indexes"),
        kept.alias("employed_months"),
        F.sort_array(
            F.collect_list(F.when(inside(m24), F.struct("period_month", F.col("kinds").alias("work_kind_codes")))),
            asc=False,
        ).alias("months"),
        F.flatten(F.collect_list("record_ids")).alias("work_record_ids"),
    )
    run = F.size(F.filter(F.transform("clean_indexes", lambda x, i: x + i), lambda x: x == F.col("latest_index")))
    is_recent = F.col("latest_index") >= m2.year * 12 + m2.month - 1
    return grouped.withColumns(
        {
            "work_streak_count": F.when(is_recent, run).otherwise(0),
            "employer_change_24_count": _changes(F.col("employed_months")),
        }
    ).drop("latest_index", "clean_indexes", "employed_months")


def _changes(months: Column) -> Column:
    """Changes of main employer over sorted months, each with its sorted employers."""
    start = F.struct(F.lit(None).cast("string").alias("main"), F.lit(0).alias("changes"))

    def step(state: Column, month: Column) -> Column:
        stays = F.array_contains(month["employers"], state["main"])
        main = F.when(stays, state["main"]).otherwise(F.get(month["employers"], 0))
        changed = state["main"].isNotNull() & (main != state["main"])
        return F.struct(main.alias("main"), (state["changes"] + F.when(changed, 1).otherwise(0)).alias("changes"))

    return F.aggregate(months, start, step, lambda state: state["changes"])


def employers(months: DataFrame) -> DataFrame:
    """Runs of consecutive employee months at one employer, newest first, as `employers`; and the newest base band."""
    employed = (
        months.where("work_kind_code = 'SI'")
        .groupBy("person_id", "employer_uscc_no", "period_month")
        .agg(F.max("employer_name").alias("employer_name"))
    )
    order = Window.partitionBy("person_id", "employer_uscc_no").orderBy("period_month")
    runs = employed.withColumn("run", month_index(F.col("period_month")) - F.row_number().over(order))
    spells = runs.groupBy("person_id", "employer_uscc_no", "run").agg(
        F.max("employer_name").alias("employer_name"),
        F.min("period_month").alias("start_month"),
        F.max("period_month").alias("end_month"),
    )
    listed = F.struct("end_month", "start_month", "employer_uscc_no", "employer_name")
    ordered = F.sort_array(F.collect_list(listed), asc=False)
    shown = F.transform(
        ordered, lambda e: F.struct(e["employer_name"], e["employer_uscc_no"], e["start_month"], e["end_month"])
    )
    named = spells.groupBy("person_id").agg(shown.alias("employers"))
    newest = F.max(F.when(F.col("base_band").isNotNull(), F.struct("period_month", "record_ids", "base_band")))
    bands = months.groupBy("person_id").agg(
        newest["base_band"].alias("base_band"), F.max("known_from_at").alias("work_known_at")
    )
    return bands.join(named, "person_id", "left")


def housing(rents: DataFrame, residences: DataFrame, as_of: date) -> DataFrame:
    """Rent spells and their features, and how long the present chain of residence has lasted."""
    m12, m24, upto = (month_start(as_of, n) for n in (12, GRID_MONTHS, 0))
    leases = rents.where("valid_from_date IS NOT NULL").withColumns(
        {"start_date": F.col("valid_from_date"), "end_date": F.col("valid_to_date")}
    )
    ratio = F.try_divide(F.col("rent_on_time_count"), F.col("rent_due_count")).try_cast("decimal(9,6)")
    shown = F.struct("start_date", "end_date", "filing_no", "program_code", "rent_band", ratio.alias("ratio"))
    recent = (F.col("start_date") <= _day(as_of)) & (F.coalesce("end_date", _day(as_of)) >= _day(m24))
    since = F.add_months(_day(as_of), -12)
    overlaps = (F.col("start_date") <= _day(as_of)) & (F.col("end_date").isNull() | (F.col("end_date") > since))
    grouped = leases.groupBy("person_id").agg(
        F.sort_array(F.collect_list(shown), asc=False).alias("listed"),
        F.count("*").try_cast("int").alias("rent_spell_count"),
        F.sum(F.when(recent, F.col("rent_due_count"))).alias("due"),
        F.sum(F.when(recent, F.col("rent_on_time_count"))).alias("on_time"),
        F.bool_or(overlaps).alias("has_lease_12"),
        statements("district_code", recent & (F.coalesce("end_date", _day(as_of)) >= _day(as_of))).alias("rented_said"),
        F.flatten(F.collect_list("record_ids")).alias("housing_record_ids"),
        F.max("known_from_at").alias("housing_known_at"),
    )
    rented = merged(leases.select("person_id", "start_date", "end_date"))
    grid = F.explode(F.sequence(_day(m12), _day(month_start(as_of, 1)), F.expr("INTERVAL 1 MONTH"))).alias("month")
    days = days_in(F.col("start_date"), F.col("end_date"), F.col("month"), F.last_day("month"))
    counted = (
        rented.where((F.col("start_date") < _day(upto)) & (F.coalesce("end_date", _day(upto)) >= _day(m12)))
        .select("*", grid)
        .groupBy("person_id", "month")
        .agg(F.sum(days).alias("days"))
        .groupBy("person_id")
        .agg(F.count_if(F.col("days") >= FIFTEEN_DAYS).try_cast("int").alias("rent_months_12_count"))
    )
    lived = residences.select(
        "person_id", F.col("valid_from_date").alias("start_date"), F.col("valid_to_date").alias("end_date")
    )
    chain = merged(
        lived.unionByName(leases.select("person_id", "start_date", "end_date")).where("start_date IS NOT NULL"),
        BRIDGED_DAYS,
    )
    whole = F.floor(F.months_between(_day(as_of), F.col("start_date"))).try_cast("int")
    lasting = (
        chain.where((F.col("start_date") <= _day(as_of)) & (F.coalesce("end_date", _day(as_of)) >= _day(as_of)))
        .groupBy("person_id")
        .agg(F.max(whole).alias("residence_months_count"))
    )
    rents_block = F.transform(
        "listed", lambda r: F.struct(r["program_code"], r["start_date"], r["end_date"], r["rent_band"], r["ratio"])
    )
    on_time = F.when(
        F.col("due") >= DUE_AT_LEAST, F.try_divide(F.col("on_time"), F.col("due")).try_cast("decimal(9,6)")
    )
    return (
        grouped.join(counted, "person_id", "left")
        .join(lasting, "person_id", "full")
        .withColumns({"rents": rents_block, "rent_on_time_ratio": on_time})
        .drop("listed", "due", "on_time")
    )


def residence(spells: DataFrame, as_of: date) -> DataFrame:
    """Residence spells newest first, and the ends by which the newcomer rule's bases R1 and R2 stand or fall."""
    day = _day(as_of)
    valid = (F.col("valid_from_date") <= day) & (F.col("valid_to_date").isNull() | (F.col("valid_to_date") >= day))
    shown = F.struct(
        "valid_from_date", "valid_to_date", "record_ids", "district_code", "dwelling_kind_code", "source_code"
    )
    newest = F.struct("valid_from_date", "record_ids", "residence_reason_code", "has_coresident_child", "arrive_date")
    begun = F.when(F.col("valid_from_date") <= day, newest)
    far, is_open = F.lit("9999-12-31").try_cast("date"), valid & ~F.col("is_permit")
    grouped = (
        spells.where("valid_from_date IS NOT NULL")
        .groupBy("person_id")
        .agg(
            F.sort_array(F.collect_list(shown), asc=False).alias("listed"),
            F.count("*").try_cast("int").alias("residence_spell_count"),
            F.bool_or(valid).alias("has_valid_residence"),
            statements("district_code", valid).alias("registered_said"),
            F.max(F.when(valid & F.col("is_permit"), F.coalesce("valid_to_date", far))).alias("permit_to_date"),
            F.min(F.when(is_open, F.coalesce("residence_start_date", "valid_from_date"))).alias("registered_date"),
            F.max(F.when(is_open, F.coalesce("valid_to_date", far))).alias("registered_to_date"),
            F.max(begun).alias("newest"),
            F.min("arrive_date").alias("arrive_date"),
            F.flatten(F.collect_list("record_ids")).alias("residence_record_ids"),
            F.max("known_from_at").alias("residence_known_at"),
        )
    )
    block = F.transform(
        "listed",
        lambda s: F.struct(
            s["district_code"],
            s["valid_from_date"].alias("start_date"),
            s["valid_to_date"].alias("end_date"),
            s["dwelling_kind_code"],
            s["source_code"],
        ),
    )
    return grouped.select(
        "*",
        block.alias("residence"),
        F.col("newest.residence_reason_code").alias("residence_reason_code"),
        F.col("newest.has_coresident_child").alias("has_coresident_child"),
    ).drop("listed", "newest")


def traits(rows: DataFrame, as_of: date) -> DataFrame:
    """Certificate kind, birth, hukou and death by the newest statement; hukou by the latest entry not after T."""
    newest = F.max(F.struct("valid_from_date", "record_ids", "certificate_type_code", "birth_date"))
    entered = F.when(
        F.coalesce("hukou_date", _day(as_of)) <= _day(as_of),
        F.struct("valid_from_date", "record_ids", "hukou_code", "hukou_date", "hukou_entry_code"),
    )
    grouped = rows.groupBy("person_id").agg(
        newest.alias("newest"),
        F.max(entered).alias("hukou"),
        F.min("death_date").alias("death_date"),
        F.flatten(F.collect_list("record_ids")).alias("trait_record_ids"),
    )
    return grouped.select(
        "person_id",
        "newest.certificate_type_code",
        "newest.birth_date",
        "hukou.hukou_code",
        "hukou.hukou_date",
        "hukou.hukou_entry_code",
        "death_date",
        "trait_record_ids",
    )


def business(roles: DataFrame, as_of: date) -> DataFrame:
    """Businesses the person runs or represents at T, and how many of them are alive."""
    day = _day(as_of)
    valid = (F.coalesce("valid_from_date", "established_date", day) <= day) & (
        F.col("valid_to_date").isNull() | (F.col("valid_to_date") >= day)
    )
    alive = (F.col("status_code") == "ALIVE") & (F.coalesce("established_date", day) <= day)
    shown = F.struct("uscc_no", "entity_name", "role_code", "status_code", "established_date", "industry_code")
    return (
        roles.where(valid)
        .groupBy("person_id")
        .agg(
            F.array_sort(F.collect_set(shown)).alias("business"),
            F.count_if(alive).try_cast("int").alias("live_business_count"),
            F.flatten(F.collect_list("record_ids")).alias("business_record_ids"),
            F.max("known_from_at").alias("business_known_at"),
        )
    )
