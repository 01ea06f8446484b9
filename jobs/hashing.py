"""Keyed hashes, seals and content hashes as native Spark columns. The only place where `sha2` and AES stand.

A resident number can be guessed, so every hash of an identifier is HMAC-SHA-256 (RFC 2104), cut to 128 bits
(its section 5 allows that). Keys never stand as literals: they would show in plans and event logs. They enter as
columns of a one-row broadcast frame, under the names below.

A seal is `<version>:<Base64 of IV, ciphertext, tag>` (AES-256-GCM, NIST SP 800-38D): the version of the operator's
key that made it, or `p` for a person's own key. Base64 has no colon, so a seal of the time before versions is told
apart: it is of version 1.
"""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BinaryType, MapType, StringType, StructField, StructType

from jobs import lake as tables
from jobs.keys import FIRST, Keys, pads

INNER, OUTER, SEAL, VERSION = "key_inner", "key_outer", "key_seal", "key_version"
KEY_COLUMNS = (INNER, OUTER, SEAL, VERSION)
KEY_ROW = StructType([StructField(name, BinaryType(), nullable=False) for name in (INNER, OUTER, SEAL)])
KEY_ROW = KEY_ROW.add(VERSION, StringType(), nullable=False)

SEALS = "key_seals"
SEALS_ROW = StructType([StructField(SEALS, MapType(StringType(), BinaryType(), False), nullable=False)])
"""All sealing keys by version: only for who opens."""

OWN = "p"
"""Stands for the version in a seal made by a person's own key."""

HEX_LENGTH = 32
"""128 bits in hex."""


def with_keys(spark: SparkSession, frame: DataFrame, keys: Keys, purpose: str) -> DataFrame:
    """Put the key columns of one purpose beside every row; drop them again with `without_keys`."""
    return with_drawn_key(spark, frame, keys, keys.hash_key(purpose))


def with_drawn_key(spark: SparkSession, frame: DataFrame, keys: Keys, drawn: bytes) -> DataFrame:
    """Put the key columns beside every row, the hash key being one that was drawn for this frame alone."""
    inner, outer = pads(drawn)
    row = {INNER: inner, OUTER: outer, SEAL: keys.seal_key, VERSION: str(keys.seal_version)}
    return frame.crossJoin(F.broadcast(tables.inline(spark, KEY_ROW, [row])))


def with_seals(spark: SparkSession, frame: DataFrame, keys: Keys) -> DataFrame:
    """Put what opens beside every row: for the vault's door in `jobs.lake` alone."""
    row = {SEALS: {str(version): key for version, key in keys.seals.items()}}
    return frame.crossJoin(F.broadcast(tables.inline(spark, SEALS_ROW, [row])))


def without_keys(frame: DataFrame) -> DataFrame:
    """Drop the key columns."""
    return frame.drop(*KEY_COLUMNS, SEALS)


def keyed(message: Column) -> Column:
    """HMAC-SHA-256 of a text in hex, first 128 bits; null for null."""
    return F.substring(_hmac(message), 1, HEX_LENGTH)


def data_key(message: Column) -> Column:
    """HMAC-SHA-256 of a text, whole: a key of 256 bits of its own for each text (a pseudorandom function)."""
    return F.unhex(_hmac(message))


def _hmac(message: Column) -> Column:
    inner = F.sha2(F.concat(F.col(INNER), F.encode(message, "UTF-8")), 256)
    return F.sha2(F.concat(F.col(OUTER), F.unhex(inner)), 256)


def sealed(message: Column) -> Column:
    """Seal by the operator's newest key, with a random IV; null for null.

    Costs about 4 µs a row: once per distinct identity.
    """
    return F.concat(F.col(VERSION), F.lit(":"), _encrypted(message, F.col(SEAL)))


def sealed_by(message: Column, key: Column) -> Column:
    """Seal by a person's own key."""
    return F.concat(F.lit(f"{OWN}:"), _encrypted(message, key))


def _encrypted(message: Column, key: Column) -> Column:
    return F.base64(F.aes_encrypt(F.encode(message, "UTF-8"), key, F.lit("GCM")))


def version_of(seal: Column) -> Column:
    """Version of the key a seal was made by; null for null."""
    named = F.when(F.contains(seal, F.lit(":")), F.substring_index(seal, ":", 1)).otherwise(F.lit(str(FIRST)))
    return F.when(seal.isNotNull(), named)


def opened(seal: Column, own: Column | None = None) -> Column:
    """The text of a seal; null for null, and for a person's own seal whose key `own` is gone.

    A key that the file no longer holds fails the job (CF-9102): a null would pass for an identity nobody has.
    """
    unknown = F.raise_error(F.lit("CF-9102")).cast("binary")
    known = F.coalesce(F.try_element_at(F.col(SEALS), version_of(seal)), unknown)
    persons = F.lit(None).cast("binary") if own is None else own
    key = F.when(seal.isNotNull(), F.when(version_of(seal) == OWN, persons).otherwise(known))
    return F.decode(F.aes_decrypt(_ciphertext(seal), key, F.lit("GCM")), "UTF-8")


def is_openable(seal: Column) -> Column:
    """Say whether the operator's newest key opens a seal, tag and all; null for null."""
    opens = F.try_aes_decrypt(_ciphertext(seal), F.col(SEAL), F.lit("GCM")).isNotNull()
    return F.when(seal.isNotNull(), (version_of(seal) == F.col(VERSION)) & opens)


def _ciphertext(seal: Column) -> Column:
    return F.unbase64(F.substring_index(seal, ":", -1))


def content(*columns: Column) -> Column:
    """SHA-256 over the JSON of columns in order, first 128 bits: equal content, equal hash. No identifier in it."""
    return F.substring(F.sha2(F.to_json(F.struct(*columns), {"ignoreNullFields": "false"}), 256), 1, HEX_LENGTH)


def digest(hashes: Column) -> Column:
    """One SHA-256 over the hashes of many rows, whatever order they come in: an aggregate, so no row leaves Spark."""
    return F.sha2(F.array_join(F.array_sort(F.collect_list(hashes)), "\n"), 256)
