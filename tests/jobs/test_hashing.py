"""Seals and keyed hashes against Python's own hmac and the `cryptography` package."""

import base64
import hmac
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyspark.errors import PySparkException
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from jobs import lake as tables
from jobs.errors import CreditFileError
from jobs.hashing import (
    data_key,
    is_openable,
    keyed,
    opened,
    sealed,
    sealed_by,
    version_of,
    with_keys,
    with_seals,
    without_keys,
)
from jobs.keys import Keys

ONE, TWO = Keys(b"r" * 32, True, {1: b"1" * 32}), Keys(b"r" * 32, True, {1: b"1" * 32, 2: b"2" * 32})
TEXT = '{"certificate_no":"310115199003074514","person_name":"王小明"}'


def texts(spark, *values):
    return spark.createDataFrame([(value,) for value in values], "text STRING")


def seal_of(key, text, version=""):
    """A seal as anybody makes it who knows the key and the form."""
    iv = b"0123456789ab"
    return version + base64.b64encode(iv + AESGCM(key).encrypt(iv, text.encode(), None)).decode()


def open_seal(key, seal):
    raw = base64.b64decode(seal.rpartition(":")[2])
    return AESGCM(key).decrypt(raw[:12], raw[12:], None).decode()


def test_a_seal_names_its_version_and_is_aes_gcm(spark):
    for keys, version in ((ONE, 1), (TWO, 2)):
        [row, nothing] = (
            with_keys(spark, texts(spark, TEXT, None), keys, "seal").select(sealed(F.col("text"))).collect()
        )
        assert row[0].startswith(f"{version}:")
        assert open_seal(keys.seals[version], row[0]) == TEXT
        assert nothing[0] is None


def test_every_version_opens_and_a_seal_without_one_is_of_the_first(spark):
    seals = texts(spark, seal_of(b"1" * 32, "a"), seal_of(b"1" * 32, "b", "1:"), seal_of(b"2" * 32, "c", "2:"), None)
    found = with_seals(spark, seals, TWO).select(version_of(F.col("text")), opened(F.col("text"))).collect()
    assert [tuple(row) for row in found] == [("1", "a"), ("1", "b"), ("2", "c"), (None, None)]


def test_a_seal_of_a_retired_key_stops_the_job_and_says_which_error_it_is(spark):
    late = Keys(b"r" * 32, True, {2: b"2" * 32})
    frame = with_seals(spark, texts(spark, None, seal_of(b"1" * 32, TEXT)), late).select(opened(F.col("text")))
    with pytest.raises(CreditFileError) as stopped, tables.scrubbed("vault.person", "2026-09"):
        frame.collect()
    assert stopped.value.code == "CF-9102"
    only_nulls = with_seals(spark, texts(spark, None), late).select(opened(F.col("text")))
    assert only_nulls.collect()[0][0] is None


def test_a_seal_that_was_changed_does_not_open(spark):
    seal = seal_of(b"2" * 32, TEXT, "2:")
    changed = seal[:30] + ("A" if seal[30] != "A" else "B") + seal[31:]
    rows = with_keys(spark, texts(spark, seal, changed, "2:AAAA", seal_of(b"1" * 32, TEXT), None), TWO, "seal")
    assert [row[0] for row in rows.select(is_openable(F.col("text"))).collect()] == [True, False, False, False, None]
    with pytest.raises(PySparkException):
        with_seals(spark, texts(spark, changed), TWO).select(opened(F.col("text"))).collect()


def test_a_persons_seal_opens_by_the_persons_key_alone(spark):
    mine = b"m" * 32
    row = texts(spark, TEXT).select(sealed_by(F.col("text"), F.lit(mine)).alias("seal"))
    [seal] = [found[0] for found in row.collect()]
    assert seal.startswith("p:")
    assert open_seal(mine, seal) == TEXT
    rows = with_seals(spark, row, TWO)
    found = rows.select(opened(F.col("seal"), F.lit(mine)), opened(F.col("seal"), F.lit(None).cast("binary")))
    assert tuple(found.collect()[0]) == (TEXT, None)


def test_hashes_are_hmac_and_a_data_key_is_all_of_it(spark):
    mac = hmac.new(TWO.hash_key("link"), TEXT.encode(), sha256)
    rows = with_keys(spark, texts(spark, TEXT), TWO, "link").select(keyed(F.col("text")), data_key(F.col("text")))
    short, whole = rows.collect()[0]
    assert short == mac.hexdigest()[:32] == TWO.keyed("link", TEXT)
    assert bytes(whole) == mac.digest()


def test_no_key_of_the_door_stands_in_a_plan(spark):
    text = StructType([StructField("text", StringType())])
    rows = with_seals(spark, tables.inline(spark, text, [{"text": seal_of(b"2" * 32, TEXT, "2:")}]), TWO)
    both = with_keys(spark, without_keys(rows.withColumn("text", opened(F.col("text")))), TWO, "link")
    frame = both.select(keyed(F.col("text")), sealed(F.col("text")))
    assert frame.count() == 1
    spark.conf.set("spark.sql.maxPlanStringLength", "1000000")
    try:
        shown = frame._jdf.queryExecution().toString()
    finally:
        spark.conf.set("spark.sql.maxPlanStringLength", "256")
    assert "LocalTableScan" in shown
    for key in (*TWO.seals.values(), TWO.hash_key("link")):
        for form in (key.hex(), key.hex().upper(), key.decode("latin-1"), base64.b64encode(key).decode()):
            assert form not in shown
    assert "王小明" not in shown
