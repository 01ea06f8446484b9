"""People without a number: made from identities that belong together and reach nobody, and kept while they do.

Such a person is named by its first record, so that a rebuild names it alike. It goes on for as long as its identities
stay together; when they turn out to be somebody known, or one person turns out to be two, the ledger says so.
"""

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from jobs.hashing import keyed, with_keys, without_keys
from jobs.keys import Keys

AUTHOR = "rule:linkage"


def claimed(rows: DataFrame, before: DataFrame, ledger: DataFrame) -> DataFrame:
    """Say which of the people without a number each cluster goes on as: cluster_id, person_id.

    A person goes on in the cluster that holds its first record, else in the first of those that hold any of its
    identities; a cluster that several go on in is the one made first.

    Args:
        rows: lone clusters: node_id, cluster_id, record_id.
        before: node_id, person_id as they stood.
        ledger: `link.ledger`.
    """
    own = ledger.where("entry_code = 'CREATE' AND certificate_hash IS NULL").select(
        "person_id", F.col("record_id").alias("first_id"), F.col("known_from_at").alias("made_at")
    )
    claims = rows.select("node_id", "cluster_id", "record_id").join(before, "node_id").join(own, "person_id")
    per_cluster = claims.groupBy("person_id", "made_at", "first_id", "cluster_id").agg(
        F.bool_or(F.col("record_id") == F.col("first_id")).alias("has_first")
    )
    chosen = Window.partitionBy("person_id").orderBy(F.desc("has_first"), "cluster_id")
    eldest = Window.partitionBy("cluster_id").orderBy("made_at", "first_id")
    return (
        per_cluster.withColumn("place", F.row_number().over(chosen))
        .where("place = 1")
        .withColumn("place", F.row_number().over(eldest))
        .where("place = 1")
        .select("cluster_id", "person_id")
    )


def lone(rows: DataFrame) -> DataFrame:
    """Identities that reach nobody, in clusters that have a phone or an account: enough to know somebody again by.

    Args:
        rows: `jobs.link.assign.assigned` with mobile_hash, account_hash and record_id.
    """
    has_handle = F.col("mobile_hash").isNotNull() | F.col("account_hash").isNotNull()
    able = rows.where(has_handle).select("cluster_id").distinct()
    return rows.where("person_id IS NULL AND NOT is_split").join(able, "cluster_id", "left_semi")


def named(spark: SparkSession, rows: DataFrame, before: DataFrame, ledger: DataFrame, keys: Keys) -> DataFrame:
    """Give each lone cluster its person: cluster_id, own_id, is_new, and the first record: record_id, batch_id, ...

    Args:
        spark: the session, for the keys' frame.
        rows: `lone`.
        before: node_id, person_id as they stood.
        ledger: `link.ledger`.
        keys: the operator's.
    """
    firsts = rows.groupBy("cluster_id").agg(F.min(F.struct("known_from_at", "record_id", "batch_id")).alias("first"))
    found = firsts.join(claimed(rows, before, ledger), "cluster_id", "left")
    found = with_keys(spark, found, keys, "person").withColumn("made_id", keyed(F.col("first.record_id")))
    return without_keys(found).select(
        "cluster_id",
        F.coalesce("person_id", "made_id").alias("own_id"),
        F.col("person_id").isNull().alias("is_new"),
        "first.*",
    )


def created(people: DataFrame) -> DataFrame:
    """Rows of `link.ledger` for the people just made.

    Args:
        people: `named`.
    """
    return people.where("is_new").select(
        F.concat(F.lit("C"), "own_id").alias("ledger_id"),
        F.col("own_id").alias("person_id"),
        F.lit("CREATE").alias("entry_code"),
        F.lit(None).cast("string").alias("other_person_id"),
        "record_id",
        F.lit(None).cast("string").alias("certificate_hash"),
        F.array(F.lit("NO_NUMBER")).alias("reason_codes"),
        F.lit(AUTHOR).alias("author_name"),
        "batch_id",
        "known_from_at",
    )


def moved(before: DataFrame, now: DataFrame, alive: DataFrame, decided: str) -> DataFrame:
    """Rows of `link.ledger` for identities that are another person's now: MERGE if nobody is left behind, else SPLIT.

    Args:
        before: node_id, person_id as they stood; only who had one.
        now: node_id, person_id, record_id, batch_id, known_from_at, reason_codes as they stand.
        alive: person_id of everybody who still has an identity or a number.
        decided: the mark of people's decisions: who is moved, moved back and moved again has three entries.
    """
    gone = (
        before.withColumnRenamed("person_id", "other_person_id")
        .join(now, "node_id")
        .where("person_id IS NOT NULL AND person_id <> other_person_id")
    )
    left = alive.select(F.col("person_id").alias("other_person_id"), F.lit(True).alias("is_alive"))
    told = (
        gone.join(left, "other_person_id", "left")
        .groupBy("person_id", "other_person_id", "is_alive")
        .agg(F.max(F.struct("known_from_at", "record_id", "batch_id")).alias("last"))
    )
    first = Window.partitionBy("other_person_id").orderBy("person_id")
    is_merge = F.col("is_alive").isNull() & (F.row_number().over(first) == 1)
    code = F.when(is_merge, F.lit("MERGE")).otherwise(F.lit("SPLIT"))
    code_of = F.left("entry_code", F.lit(1))
    return told.withColumn("entry_code", code).select(
        F.concat_ws(":", code_of, "person_id", "other_person_id", "last.record_id", F.lit(decided)).alias("ledger_id"),
        "person_id",
        "entry_code",
        "other_person_id",
        "last.record_id",
        F.lit(None).cast("string").alias("certificate_hash"),
        F.array(F.lit("EVIDENCE_NEW")).alias("reason_codes"),
        F.lit(AUTHOR).alias("author_name"),
        "last.batch_id",
        "last.known_from_at",
    )
