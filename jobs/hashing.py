"""Keyed hashes, seals and content hashes as native Spark columns. The only place where `sha2` stands.

A resident number can be guessed, so every hash of an identifier is HMAC-SHA-256 (RFC 2104), cut to 128 bits
(its section 5 allows that). Keys never stand as literals: they would show in plans and event logs. They enter as
columns of a one-row broadcast frame, under the names below.
"""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BinaryType, StructField, StructType

from jobs import lake as tables
from jobs.keys import Keys, pads

INNER, OUTER, SEAL = "key_inner", "key_outer", "key_seal"
KEY_COLUMNS = (INNER, OUTER, SEAL)
KEY_ROW = StructType([StructField(name, BinaryType(), nullable=False) for name in KEY_COLUMNS])

HEX_LENGTH = 32
"""128 bits in hex."""


def with_keys(spark: SparkSession, frame: DataFrame, keys: Keys, purpose: str) -> DataFrame:
    """Put the key columns of one purpose beside every row; drop them again with `without_keys`."""
    inner, outer = pads(keys.hash_key(purpose))
    row = tables.inline(spark, KEY_ROW, [{INNER: inner, OUTER: outer, SEAL: keys.seal_key}])
    return frame.crossJoin(F.broadcast(row))


def without_keys(frame: DataFrame) -> DataFrame:
    """Drop the key columns."""
    return frame.drop(*KEY_COLUMNS)


def keyed(message: Column) -> Column:
    """HMAC-SHA-256 of a text in hex, first 128 bits; null for null."""
    inner = F.sha2(F.concat(F.col(INNER), F.encode(message, "UTF-8")), 256)
    return F.substring(F.sha2(F.concat(F.col(OUTER), F.unhex(inner)), 256), 1, HEX_LENGTH)


def sealed(message: Column) -> Column:
    """AES-GCM with a random IV, in Base64; null for null. Costs about 4 µs a row: once per distinct identity."""
    return F.base64(F.aes_encrypt(F.encode(message, "UTF-8"), F.col(SEAL), F.lit("GCM")))


def opened(blob: Column) -> Column:
    """The text of a seal."""
    return F.decode(F.aes_decrypt(F.unbase64(blob), F.col(SEAL), F.lit("GCM")), "UTF-8")


def content(*columns: Column) -> Column:
    """SHA-256 over the JSON of columns in order, first 128 bits: equal content, equal hash. No identifier in it."""
    return F.substring(F.sha2(F.to_json(F.struct(*columns), {"ignoreNullFields": "false"}), 256), 1, HEX_LENGTH)


def digest(hashes: Column) -> Column:
    """One SHA-256 over the hashes of many rows, whatever order they come in: an aggregate, so no row leaves Spark."""
    return F.sha2(F.array_join(F.array_sort(F.collect_list(hashes)), "\n"), 256)
