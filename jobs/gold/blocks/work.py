"""Months of work, employers, and what both say of how steady the work was."""

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.gold.blocks.trace import joined, traced
from jobs.gold.spells import holds, month_index, month_start

BASE_KINDS = ("SI", "HF", "BIZ")
"""Work evidence that counts for tier T1."""

INSURED_KINDS = ("SI", "FLEX")
PAID_KINDS = (*INSURED_KINDS, "HF")
"""Months that count for the newcomer rule's basis R3."""

GRID_MONTHS = 24

BIZ_SOURCE = "amr_business"


def business_months(businesses: DataFrame, as_of: date) -> DataFrame:
    """Complete months before T on whose last day a business of the person was alive, as work evidence BIZ.

    Args:
        businesses: rows of `with_states`.
        as_of: T.
    """
    start, last = F.col("valid_from_date"), F.lit(month_start(as_of, 1))
    begun = businesses.where(start.isNotNull() & (F.trunc(start, "month") <= last))
    months = F.explode(F.sequence(F.trunc(start, "month"), last, F.expr("INTERVAL 1 MONTH"))).alias("period_month")
    rows = begun.select("*", months).withColumn("month_end", F.last_day("period_month"))
    is_own = holds("valid_from_date", "valid_to_date", F.col("month_end"))
    return rows.where(is_own & is_alive(F.col("month_end"))).select(
        "person_id",
        "period_month",
        F.lit("BIZ").alias("work_kind_code"),
        F.col("uscc_no").alias("employer_uscc_no"),
        F.lit(False).alias("is_backpaid"),
        F.lit(BIZ_SOURCE).alias("source_code"),
    )


def with_states(roles: DataFrame, states: DataFrame) -> DataFrame:
    """Roles with every state that their business was told to be in, in order, as `states`.

    Args:
        roles: `gold.fact_business_role`.
        states: `gold.fact_business_state`.
    """
    each = F.struct("valid_from_date", "status_code")
    told = states.groupBy("uscc_no").agg(F.array_sort(F.collect_set(each)).alias("states"))
    return roles.join(F.broadcast(told), "uscc_no", "left")


def is_alive(day: Column) -> Column:
    """Whether a business of the register was ALIVE on a day, over rows of `with_states`.

    Before the first state that was told of it, it was, from its establishment on.
    """
    held = F.array_max(F.filter("states", lambda state: state["valid_from_date"] <= day))
    established = F.col("established_date")
    state = F.coalesce(held["status_code"], F.when(established.isNotNull(), F.lit("ALIVE")))
    return F.coalesce((state == "ALIVE") & (established.isNull() | (established <= day)), F.lit(False))


def work(months: DataFrame, businesses: DataFrame, as_of: date) -> DataFrame:
    """Work features and the month grid.

    The streak is the run of consecutive months, none back-paid, that ends in the latest evidence month, if that
    lies in M(T, 2). The main employer of a month is the one of the month before if it is among the month's, else the
    lowest USCC. The month of T is in no window.
    """
    upto, m1, m2, m3, m12, m24 = (month_start(as_of, n) for n in (0, 1, 2, 3, 12, GRID_MONTHS))
    columns = ("person_id", "period_month", "work_kind_code", "employer_uscc_no", "is_backpaid", "source_code")
    evidence = months.select(*columns).unionByName(business_months(businesses, as_of))
    kind, employer = F.col("work_kind_code"), F.col("employer_uscc_no")
    per_month = evidence.groupBy("person_id", "period_month").agg(
        F.array_sort(F.collect_set(kind)).alias("kinds"),
        F.array_sort(F.collect_set(F.when(kind == "SI", employer))).alias("employers"),
        F.bool_and("is_backpaid").alias("is_backpaid"),
        F.collect_set(F.when(kind.isin(*BASE_KINDS), F.col("source_code"))).alias("base_sources"),
    )
    month = F.col("period_month")
    index = month_index(month)
    is_past = month < F.lit(upto)

    def inside(first: date) -> Column:
        return is_past & (month >= F.lit(first))

    def has(*kinds: str) -> Column:
        return F.arrays_overlap("kinds", F.array(*(F.lit(one) for one in kinds)))

    def count(first: date, holds_: Column | None = None) -> Column:
        found = inside(first) if holds_ is None else inside(first) & holds_
        return F.count_if(found).try_cast("int")

    paid = F.collect_list(F.when(has(*PAID_KINDS), month))
    employed = F.when(is_past & (F.size("employers") > 0), F.struct("period_month", "employers"))
    shown = F.struct("period_month", F.col("kinds").alias("work_kind_codes"))
    grouped = per_month.groupBy("person_id").agg(
        count(m12).alias("work_months_12_count"),
        count(m24).alias("work_months_24_count"),
        count(m24, has(*BASE_KINDS)).alias("base_months_24_count"),
        count(m24, has("SI", "BIZ")).alias("own_months_24_count"),
        count(m1, has("SI")).alias("si_months_1_count"),
        count(m12, has("SI")).alias("si_months_12_count"),
        count(m12, has(*INSURED_KINDS)).alias("insured_months_12_count"),
        count(m3, has("FLEX")).alias("flexible_months_3_count"),
        count(m12, has("GIG")).alias("gig_months_12_count"),
        count(m3, has("SITE")).alias("site_months_3_count"),
        count(m12, has("HF")).alias("hpf_months_12_count"),
        count(m24, has("HF")).alias("hpf_months_24_count"),
        F.array_distinct(F.flatten(F.collect_list(F.when(inside(m24), F.col("base_sources"))))).alias(
            "base_source_codes"
        ),
        paid.alias("paid_months"),
        F.max(F.when(is_past, index)).alias("latest_index"),
        F.sort_array(F.collect_list(F.when(is_past & ~F.col("is_backpaid"), index)), asc=False).alias("clean_indexes"),
        F.array_sort(F.collect_list(employed)).alias("employed_months"),
        F.sort_array(F.collect_list(F.when(inside(m24), shown)), asc=False).alias("months"),
    )
    run = F.size(F.filter(F.transform("clean_indexes", lambda x, i: x + i), lambda x: x == F.col("latest_index")))
    is_recent = F.col("latest_index") >= m2.year * 12 + m2.month - 1
    mains = _mains(F.col("employed_months"), m24)
    return (
        grouped.withColumns({"work_streak_count": F.when(is_recent, run).otherwise(0), "mains": mains})
        .select(
            "*",
            F.col("mains.changes").alias("employer_change_24_count"),
            F.col("mains.main").alias("main_employer_uscc_no"),
        )
        .drop("latest_index", "clean_indexes", "employed_months", "mains")
    )


def _mains(months: Column, first: date) -> Column:
    """Main employer of the last of sorted months, each with its sorted employers, and its changes since a first month.

    A change is one between two consecutive months of the window that have an employer.
    """
    start = F.struct(
        F.lit(None).cast("string").alias("main"), F.lit(0).alias("changes"), F.lit(False).alias("is_inside")
    )

    def step(state: Column, month: Column) -> Column:
        stays = F.array_contains(month["employers"], state["main"])
        main = F.when(stays, state["main"]).otherwise(F.get(month["employers"], 0))
        changed = state["is_inside"] & (main != state["main"])
        return F.struct(
            main.alias("main"),
            (state["changes"] + F.when(changed, 1).otherwise(0)).alias("changes"),
            (month["period_month"] >= F.lit(first)).alias("is_inside"),
        )

    return F.aggregate(months, start, step)


def employers(months: DataFrame, registrations: DataFrame, industries: DataFrame, as_of: date) -> DataFrame:
    """Employers newest first, the newest base band, and registrations of employment that are open at T.

    A run of consecutive employee months at one employer is one entry; its form is that of the registration with this
    employer that was made last. A registration ends with the day of leaving, else with the agreed term.

    Args:
        months: `gold.fact_work_month`.
        registrations: `gold.fact_employer_spell`.
        industries: `industry_code` by `uscc_no`.
        as_of: T.
    """
    day = F.lit(as_of)
    firms = F.broadcast(industries.withColumnRenamed("uscc_no", "employer_uscc_no"))
    employed = (
        months.where("work_kind_code = 'SI' AND employer_uscc_no IS NOT NULL")
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
    listed = F.struct("end_month", "start_month", "employer_uscc_no", "employer_name", "industry_code")
    named = (
        spells.join(firms, "employer_uscc_no", "left")
        .groupBy("person_id")
        .agg(F.sort_array(F.collect_list(listed), asc=False).alias("employers"))
    )
    newest = F.max(F.when(F.col("base_band").isNotNull(), F.struct("period_month", "record_ids", "base_band")))
    month = F.col("period_month")
    is_recent = (month <= day) & (F.last_day(month) > F.add_months(day, -12))
    told = months.groupBy("person_id").agg(
        newest["base_band"].alias("base_band"),
        F.bool_or((F.col("work_kind_code") == "PIT") & is_recent).alias("has_recent_filing"),
        *traced("work", month <= day),
    )
    work_ = registrations.where("registration_kind_code = 'EMPLOYMENT'")
    is_open = holds("valid_from_date", F.coalesce("valid_to_date", "contract_end_date"), day)
    form = F.struct("valid_from_date", "record_ids", "employer_uscc_no", "employment_form_code")
    registered = work_.groupBy("person_id").agg(
        F.bool_or(is_open).alias("has_open_employment"),
        F.bool_or(is_open & (F.col("employment_form_code") == "FLEXIBLE")).alias("has_open_flexible_employment"),
        F.sort_array(F.collect_list(form), asc=False).alias("forms"),
        *traced("work", F.col("valid_from_date") <= day),
    )
    return joined((told, registered), "work").join(named, "person_id", "left")


def shown_employers() -> Column:
    """The `employers` of the file from what `employers` gathered; the registration made last tells the form."""

    def one(e: Column) -> Column:
        forms = F.filter("forms", lambda form: form["employer_uscc_no"] == e["employer_uscc_no"])
        return F.struct(
            e["employer_name"],
            e["employer_uscc_no"],
            e["industry_code"],
            F.get(forms, 0)["employment_form_code"].alias("employment_form_code"),
            e["start_month"],
            e["end_month"],
        )

    return F.transform("employers", one)
