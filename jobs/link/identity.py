"""What identities say, as keyed hashes: names in their forms, phone, account, and parts of numbers.

An identity is what one source knows somebody by, the same in all its records; so a month of records is a handful of
identities. Each is opened once, through the vault's door, and only keyed hashes leave: linking compares those.
"""

from collections.abc import Collection
from functools import reduce
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs import vault
from jobs.hashing import keyed, with_keys, without_keys
from jobs.keys import Keys
from jobs.link import forms
from jobs.silver.columns.identity import certificate
from jobs.silver.columns.text import folded
from jobs.vault_log import Access
from schemas import Source, Table

HASHED: tuple[str, ...] = ("name", "sound", "name_set", "surname", "mask_four", "mask_five", "mask_six")
HASHED += ("region_birth", "region_tail", "birth_tail")
"""What is compared of an identity's own text, each stored as its keyed hash."""

MASK = r"\A([0-9]{4,6})[*]{6,}([0-9X]{4})\z"
FULL_LENGTH = 18
OF_HMT = r"\A8[123][0-9]{15}[0-9X]\z"
"""The residence permit for people of Hong Kong, Macao and Taiwan."""
TOLD = "certificate_no STRING, masked_certificate_no STRING, person_name STRING, mobile_no STRING"
"""What is read of an identity as it was delivered."""


def account(source: Source, table: Table) -> Column:
    """The account by which a source knows a person (`rules/linkage.yaml`), with the source; null where it has none."""
    names = schemas.rules("linkage")["accounts"].get(source.name, ())
    stored = {column.name for column in table.stored_columns}
    if not names or not stored.issuperset(names):
        return F.lit(None).cast("string")
    told = [F.col(name) for name in names]
    known = reduce(lambda found, column: found & column.isNotNull(), told, F.lit(True))
    return F.when(known, F.concat_ws(":", F.lit(source.name), *told))


def stated(table: Table) -> dict[str, Column]:
    """Phone, gender and the years of birth that a record itself states, null where its table has no such column.

    An age holds on the day the case was filed: whoever was 30 in 2025 was born in 1994 or 1995.
    """
    names = {column.name for column in table.stored_columns}
    born = F.year("birth_date") if "birth_date" in names else F.lit(None).cast("int")
    first = last = born
    if {"age_count", "filed_date"} <= names:
        last = F.year("filed_date") - F.col("age_count")
        first = last - 1
    return {
        "mobile_hash": F.col("mobile_hash") if "mobile_hash" in names else F.lit(None).cast("string"),
        "gender_code": F.when(F.col("gender_code").isin("1", "2"), F.col("gender_code"))
        if "gender_code" in names
        else F.lit(None).cast("string"),
        "born_first_year": first.try_cast("int"),
        "born_last_year": last.try_cast("int"),
    }


def grouped(rows: DataFrame, known: DataFrame) -> DataFrame:
    """Bring a batch's records to its identities that can say anything to linking: a row per source, identity and batch.

    Those without a number wait to be linked; phones and accounts of the others lead to people; of everybody else one
    identity is enough, the first there is: it has the name and the number.

    Args:
        rows: `jobs.link.number.records`.
        known: `link.identity` of other batches.
    """
    first = F.min(F.struct("known_from_at", "record_id"))
    named = rows.where("certificate_hash IS NOT NULL AND identity_hash IS NOT NULL")
    firsts = named.groupBy("certificate_hash").agg(first.alias("first")).join(known, "certificate_hash", "left_anti")
    firsts = firsts.select("first.record_id", F.lit(True).alias("is_first"))
    single = ("certificate_hash", "mobile_hash", "account_hash", "gender_code", "born_first_year", "born_last_year")
    found = (
        rows.where("identity_hash IS NOT NULL")
        .join(firsts, "record_id", "left")
        .groupBy("source", "identity_hash", "batch_id")
        .agg(
            first.alias("first"),
            F.min("event_at").alias("seen_from_at"),
            F.max("event_at").alias("seen_to_at"),
            F.bool_or("is_first").alias("is_first"),
            *(F.max(name).alias(name) for name in single),
        )
    )
    has_handle = F.col("mobile_hash").isNotNull() | F.col("account_hash").isNotNull()
    useful = found.where(F.col("certificate_hash").isNull() | has_handle | F.col("is_first"))
    return useful.select("*", "first.known_from_at", "first.record_id").drop("first", "is_first")


def described(
    spark: SparkSession, lake: Path, identities: DataFrame, keys: Keys, sources: Collection[str]
) -> DataFrame:
    """Open each identity once and say what it consists of, as keyed hashes: rows of `link.identity`.

    Args:
        spark: the session.
        lake: the lake.
        identities: `grouped`.
        keys: the operator's.
        sources: whose identities they are.
    """
    names, sealed = vault.of_sources(spark, lake, sources)
    found = identities.join(sealed, ["source", "identity_hash"])
    plain = tables.unsealed(spark, lake, keys, found, Access("link", names, "identities of the batch"))
    plain = plain.withColumn("told", F.from_json("plain_text", TOLD))
    number = F.coalesce(certificate(folded(F.col("told.certificate_no"))), folded(F.col("told.masked_certificate_no")))
    plain = plain.select(*identities.columns, F.col("told.person_name").alias("called"), number.alias("number"))
    plain = plain.withColumns(_texts(F.col("called"), F.col("number")) | _of_the_number(F.col("number")))
    hashed = with_keys(spark, plain, keys, "link").withColumns({f"{name}_hash": keyed(F.col(name)) for name in HASHED})
    return without_keys(hashed)


def _texts(name: Column, number: Column) -> dict[str, Column]:
    """Each form of a name, and each part of a number, that is compared; of a masked number only what it shows."""
    key = forms.name_key(name)
    is_full = (F.length(number) == FULL_LENGTH) & ~number.contains("*")
    head, tail = F.regexp_extract(number, MASK, 1), F.right(number, F.lit(4))

    def shown(length: int) -> Column:
        visible = F.when(is_full, F.left(number, F.lit(length))).when(F.length(head) == length, head)
        return F.concat_ws("*", visible, F.when(visible.isNotNull(), tail))

    def some(text: Column) -> Column:
        return F.when(text != "", text)

    return {
        "name": key,
        "sound": forms.name_sound(name),
        "name_set": forms.name_set(name),
        "surname": F.left(key, F.lit(1)),
        "is_lossy": F.coalesce(key.contains("?"), F.lit(False)),
        "mask_four": some(shown(4)),
        "mask_five": some(shown(5)),
        "mask_six": some(shown(6)),
        "region_birth": F.when(is_full, F.substring(number, 1, 14)),
        "region_tail": F.when(is_full, F.concat(F.substring(number, 1, 6), tail)),
        "birth_tail": F.when(is_full, F.substring(number, 7, 12)),
    }


def _of_the_number(number: Column) -> dict[str, Column]:
    """How whole a number is, and what it says of certificate, gender and birth where it is valid."""
    is_own = F.col("certificate_hash").isNotNull()
    is_resident = is_own & number.rlike(r"\A[1-8][0-9]{16}[0-9X]\z")
    outside = F.when(number.rlike(OF_HMT), "HMT").when(is_resident, "RID").otherwise("FPR")
    kind = F.when(is_own, "FULL").when(number.contains("*"), "MASKED").when(F.length(number) == FULL_LENGTH, "WRONG")
    year = F.when(is_resident, F.substring(number, 7, 4).try_cast("int"))
    odd = F.pmod(F.substring(number, 17, 1).try_cast("int"), F.lit(2))
    gender = F.when(is_resident, F.when(odd == 1, "1").otherwise("2"))
    return {
        "number_kind_code": kind,
        "certificate_type_code": F.when(is_own, outside),
        "gender_code": F.coalesce(gender, "gender_code"),
        "born_first_year": F.coalesce(year, "born_first_year"),
        "born_last_year": F.coalesce(year, "born_last_year"),
    }
