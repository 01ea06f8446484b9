"""The vault through the program: a new sealing key, one person's end, and the log of who opened it.

Seals are opened here by the `cryptography` package and the key file alone, apart from the program.
"""

import base64
import json
import shutil
import signal
import subprocess
import sys
import time

import polars
import pyarrow.parquet as pq
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from filelock import FileLock
from pyspark.sql import functions as F

import schemas
from jobs import cli, keys, leftovers, show, vault_log
from jobs import lake as tables
from jobs.release import admit
from tests.office import Desk, number

SOURCE = "psb_residence"
PEOPLE = range(8)
VAULTS = ("vault.consent_grant", f"vault.{SOURCE}")
NOTE = "本人电话 13917640021"
NAME = "王小明"


@pytest.fixture(scope="module")
def linked(spark, tmp_path_factory):
    """Eight people known to two offices in two batches; one record has a column nobody agreed to."""
    desk = Desk(tmp_path_factory.mktemp("vault") / "lake")
    desk.consents(people=PEOPLE)
    for batch, people in (("2026-01", PEOPLE[:6]), ("2026-02", PEOPLE)):
        records = [desk.record(SOURCE, n, **({"备注": NOTE} if n == 3 else {})) for n in people]
        desk.deliver(SOURCE, batch, records)
        assert desk.refine(SOURCE, batch) == 0
        assert cli.run(["run", "link", "--batch", batch, "--quiet", "--lake", str(desk.lake)]) == 0
    return desk.lake


@pytest.fixture
def lake(linked, tmp_path):
    shutil.copytree(linked, tmp_path / "lake")
    return tmp_path / "lake"


@pytest.fixture
def call(lake, capsys):
    """Run one command line on the lake; returns exit, stdout and stderr."""

    def run(*arguments):
        capsys.readouterr()
        status = cli.run([*arguments, "--lake", str(lake)])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def table(lake, name):
    return polars.read_delta(str(lake / name.replace(".", "/")))


def key_file(lake):
    stated = json.loads((lake / "keys" / "keys.json").read_text())
    return {version: bytes.fromhex(key) for version, key in stated["seals"].items()}


def open_seal(seal, keys_by_version):
    version, colon, body = seal.rpartition(":")
    raw = base64.b64decode(body)
    key = keys_by_version[version if colon else "1"]
    return AESGCM(key).decrypt(raw[:12], raw[12:], None).decode()


def identities(lake):
    """Everything sealed by the operator's key, opened: by table and identity."""
    keys_now = key_file(lake)
    found = {
        (name, row["identity_hash"]): open_seal(row["sealed_text"], keys_now)
        for name in VAULTS
        for row in table(lake, name).iter_rows(named=True)
    }
    bronze = table(lake, f"bronze.{SOURCE}").filter(polars.col("sealed_undeclared_text").is_not_null())
    for row in bronze.iter_rows(named=True):
        found["bronze", row["record_id"]] = open_seal(row["sealed_undeclared_text"], keys_now)
    return found


def people(lake):
    """Who each person is, opened by the person's own key; None where there is no key any more."""
    wrapped = dict(table(lake, "vault.person_key").select("person_id", "sealed_key_text").iter_rows())
    found = {}
    for row in table(lake, "vault.person").iter_rows(named=True):
        wrap = wrapped[row["person_id"]]
        own = base64.b64decode(open_seal(wrap, key_file(lake))) if wrap else None
        found[row["person_id"]] = open_seal(row["sealed_text"], {"p": own}) if own else None
    return found


def unsealed_columns(lake):
    """All tables but what is sealed in them: ids, hashes and everything joined by them."""
    found = {}
    for log in sorted(lake.rglob("_delta_log")):
        rows = polars.read_delta(str(log.parent))
        kept = rows.select(name for name in rows.columns if not name.startswith("sealed_"))
        found[str(log.parent.relative_to(lake))] = sorted(map(str, kept.iter_rows()))
    return found


def versions(lake):
    """By which key versions the operator's seals of a lake are made."""
    seals = [seal for name in VAULTS for seal in table(lake, name)["sealed_text"]]
    seals += [*table(lake, "vault.person_key")["sealed_key_text"]]
    seals += [*table(lake, f"bronze.{SOURCE}")["sealed_undeclared_text"].drop_nulls()]
    return {seal.rpartition(":")[0] for seal in seals}


def delivered(index):
    return {"certificate_no": number(index), "person_name": NAME}


# Linking


def test_each_person_has_a_key_of_their_own_and_one_identity_under_it(linked):
    found = people(linked)
    numbers = {json.loads(text)["certificate_no"] for text in found.values()}
    assert numbers == {number(index) for index in PEOPLE}
    own = [open_seal(wrap, key_file(linked)) for wrap in table(linked, "vault.person_key")["sealed_key_text"]]
    assert {len(base64.b64decode(key)) for key in own} == {32}
    assert len(set(own)) == len(PEOPLE)
    wrong = {"p": base64.b64decode(own[0])}
    seals = table(linked, "vault.person")["sealed_text"]
    opens = 0
    for seal in seals:
        try:
            open_seal(seal, wrong)
            opens += 1
        except InvalidTag:
            continue
    assert opens == 1, "a person's key opens that person's identity and no other"


def test_linking_opens_identities_to_compare_them_and_people_only_when_new_and_says_so(linked):
    opened = [(one.purpose, one.scope, one.asked_count) for one in vault_log.read(linked)]
    described = ("link", "identities of the batch", None)
    assert opened == [described, ("link", "people who are new", 8), described], (
        "in the second batch everybody was known"
    )


# A new sealing key


def test_a_rotation_seals_everything_anew_and_changes_nothing_else(lake, call):
    before, who, hashes = identities(lake), people(lake), unsealed_columns(lake)
    old = key_file(lake)
    seals = set(table(lake, "vault.person")["sealed_text"])
    status, out, err = call("vault", "rotate", "--why", "yearly", "--by", "zhang", "--yes", "--json")
    assert (status, err) == (0, err)
    told = json.loads(out)
    assert (told["version"], told["retired"]) == (2, [1])
    assert versions(lake) == {"2"}
    assert set(key_file(lake)) == {"2"}
    assert key_file(lake)["2"] not in old.values()
    assert identities(lake) == before
    assert len(before) == 8 + 8 + 2
    assert people(lake) == who
    assert set(table(lake, "vault.person")["sealed_text"]) == seals, "the persons' own keys have not changed"
    assert unsealed_columns(lake) == hashes
    for name in (*VAULTS, "vault.person_key", f"bronze.{SOURCE}"):
        assert leftovers.of(lake, name) == []
        for path in tables.where(lake, name).rglob("*.parquet"):
            text = str(pq.read_table(path, partitioning=None).to_pylist())
            assert "'1:" not in text
    assert {(one.author, one.why) for one in vault_log.read(lake) if one.purpose == "rotate"} == {("zhang", "yearly")}


def test_after_a_rotation_new_records_are_sealed_by_the_new_key_and_joined_with_the_old(lake, call):
    assert call("vault", "rotate", "--why", "yearly", "--yes")[0] == 0
    desk = Desk(lake)
    desk.consents("2026-01", people=range(8, 10))
    desk.deliver(SOURCE, "2026-03", [desk.record(SOURCE, n) for n in range(2, 10)])
    assert desk.refine(SOURCE, "2026-03") == 0
    assert call("run", "link", "--batch", "2026-03")[0] == 0
    assert len(people(lake)) == 10
    assert versions(lake) == {"2"}
    assert table(lake, f"vault.{SOURCE}").height == 10


STEPS = {
    "before anything is sealed": "sealing key version 2 drawn",
    "after one table": "bronze.consent_grant: 0 batches",
    "after the last table": "vault.person: 0 batches",
    "after the first files are deleted": "vault.consent_grant: 1 old files deleted",
}


@pytest.mark.parametrize("step", STEPS)
def test_a_rotation_killed_between_its_steps_loses_nothing_and_ends_when_run_again(lake, call, monkeypatch, step):
    before, who, hashes = identities(lake), people(lake), unsealed_columns(lake)
    said = []

    def killed(self, text, done=None, total=None):
        said.append(text)
        if text.startswith(STEPS[step]):
            raise cli.Terminated

    monkeypatch.setattr(show.Steps, "__call__", killed)
    assert call("vault", "rotate", "--why", "yearly", "--yes")[0] == 143
    assert set(key_file(lake)) == {"1", "2"}, "the old key lives until everything is sealed by the new one"
    assert (identities(lake), people(lake)) == (before, who)
    monkeypatch.undo()
    stray = lake / "vault" / SOURCE / "batch_id=2026-01" / "part-killed.zstd.parquet"
    shutil.copy(next(stray.parent.glob("part-*.parquet")), stray)
    assert call("vault", "rotate", "--why", "yearly", "--yes")[0] == 0
    assert set(key_file(lake)) == {"2"}, "it is the same rotation, no third key"
    assert versions(lake) == {"2"}
    assert (identities(lake), people(lake), unsealed_columns(lake)) == (before, who, hashes)
    assert not stray.exists()


@pytest.mark.slow
def test_a_rotation_killed_in_the_middle_of_a_write_ends_when_run_again(lake, call):
    before, who, hashes = identities(lake), people(lake), unsealed_columns(lake)
    folders = [lake / name.replace(".", "/") for name in (*VAULTS, f"bronze.{SOURCE}")]

    def files():
        return sum(len(list(folder.rglob("*.parquet"))) for folder in folders)

    known = files()
    command = f"from jobs import cli; cli.run(['vault', 'rotate', '--why', 'x', '--yes', '--lake', '{lake}'])"
    child = subprocess.Popen([sys.executable, "-c", command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 180
    while files() == known and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    child.kill()
    assert child.wait() == -signal.SIGKILL, "it was interrupted, and not done"
    assert set(key_file(lake)) == {"1", "2"}
    assert "1" in versions(lake)
    assert (identities(lake), people(lake)) == (before, who)
    assert call("vault", "rotate", "--why", "yearly", "--yes")[0] == 0
    assert (set(key_file(lake)), versions(lake)) == ({"2"}, {"2"})
    assert (identities(lake), people(lake), unsealed_columns(lake)) == (before, who, hashes)
    assert [leftovers.of(lake, name) for name in VAULTS] == [[], []]


def test_a_seal_that_the_new_key_does_not_open_keeps_the_old_key(spark, lake, call):
    rows = tables.read(spark, lake, f"vault.{SOURCE}").where("batch_id = '2026-02'")
    broken = rows.withColumn("sealed_text", F.lit("2:" + "A" * 80))
    tables.replace_batch(spark, lake, f"vault.{SOURCE}", "2026-02", broken)
    status, _, err = call("vault", "rotate", "--why", "yearly", "--yes")
    assert (status, err.splitlines()[-1][:7]) == (8, "CF-9103")
    assert "The old key and the old files are kept" in err
    assert set(key_file(lake)) == {"1", "2"}
    assert leftovers.of(lake, f"vault.{SOURCE}")


def test_a_key_file_that_does_not_hold_the_key_is_told(lake, call):
    place = keys.path(lake)
    stated = json.loads(place.read_text())
    place.write_text(json.dumps(stated | {"seals": {"5": "ab" * 32}}))
    status, _, err = call("vault", "rotate", "--why", "yearly", "--yes")
    assert (status, err.splitlines()[-1][:7]) == (3, "CF-9102")
    assert "restore keys and tables of the same day" in err


@pytest.mark.parametrize("busy", [f"refine-{SOURCE}", "link", "release", "vault"])
def test_a_rotation_waits_for_whoever_seals_or_opens(lake, call, busy):
    place = lake / "runs" / "leases"
    place.mkdir(parents=True, exist_ok=True)
    with FileLock(place / f"{busy}.lock"):
        assert call("vault", "rotate", "--why", "yearly", "--yes")[0] == 7
    assert set(key_file(lake)) == {"1"}


# One person's end


def wrapped_key(lake, person):
    rows = table(lake, "vault.person_key").filter(polars.col("person_id") == person)
    return rows["sealed_key_text"][0]


def pieces(seal):
    """The lines of a seal (Base64 is folded), and the beginning that a bound would keep."""
    return [*seal.split(), seal[:20]]


def standing(seal, folder):
    """Pieces of a seal in a table's files: their bytes, the values behind Parquet's compression, and the footers."""
    text = ""
    for path in folder.rglob("*"):
        if path.is_file():
            text += path.read_bytes().decode("utf-8", "ignore")
        if path.suffix == ".parquet":
            text += str(pq.read_table(path, partitioning=None).to_pylist())
            text += str(pq.read_metadata(path).to_dict())
    return [piece for piece in pieces(seal) if piece in text]


def test_shredding_makes_exactly_one_person_unreadable(lake, call):
    before = people(lake)
    person = sorted(before)[0]
    seal = wrapped_key(lake, person)
    folder = lake / "vault" / "person_key"
    assert standing(seal, folder) == pieces(seal)
    assert standing(seal, folder / "_delta_log") == []
    status, out, _ = call("vault", "shred", person, "--why", "case 12", "--by", "li", "--yes", "--json")
    told = json.loads(out)
    assert (status, told["was_shredded"], told["files_deleted"]) == (0, False, 1)
    assert people(lake) == before | {person: None}
    assert standing(seal, folder) == [], "not in a file of before, and no bound of it in the log"
    other = wrapped_key(lake, sorted(before)[1])
    assert standing(other, folder) == pieces(other)

    status, out, _ = call("vault", "shred", person, "--why", "again", "--json")
    again = json.loads(out)
    assert (status, again["was_shredded"], again["shredded_at"]) == (0, True, told["shredded_at"])
    entries = [(one.author, one.scope, one.why) for one in vault_log.read(lake) if one.purpose == "shred"]
    assert entries == [("li", person, "case 12")]


def test_a_shredding_killed_before_the_files_went_is_ended_by_the_same_command(lake, call, monkeypatch):
    person = sorted(people(lake))[0]
    seal = wrapped_key(lake, person)

    def killed(self, text, done=None, total=None):
        if text.startswith("deleting"):
            raise cli.Terminated

    monkeypatch.setattr(show.Steps, "__call__", killed)
    assert call("vault", "shred", person, "--why", "case 12", "--yes")[0] == 143
    assert standing(seal, lake / "vault" / "person_key") == pieces(seal)
    monkeypatch.undo()
    assert call("vault", "shred", person, "--why", "case 12", "--yes")[0] == 0
    assert standing(seal, lake / "vault" / "person_key") == []


def test_a_shredded_person_gets_no_other_key_and_no_key_comes_back_by_rotating(lake, call):
    before = people(lake)
    person = sorted(before)[0]
    assert call("vault", "shred", person, "--why", "case 12", "--yes")[0] == 0
    desk = Desk(lake)
    desk.deliver(SOURCE, "2026-03", [desk.record(SOURCE, n) for n in PEOPLE])
    assert desk.refine(SOURCE, "2026-03") == 0
    assert call("run", "link", "--batch", "2026-03")[0] == 0
    assert call("vault", "rotate", "--why", "yearly", "--yes")[0] == 0
    assert people(lake) == before | {person: None}


def test_a_person_the_vault_does_not_know_cannot_be_shredded(lake, call):
    status, _, err = call("vault", "shred", "0" * 32, "--why", "case 12", "--yes")
    assert (status, err[:7]) == (2, "CF-7301")


# The lake of before


@pytest.fixture
def old(spark, lake):
    """The lake as it was before: seals without a version, people under the operator's key, a key file without keys."""
    who, now, bronze = people(lake), key_file(lake), f"bronze.{SOURCE}"
    place = keys.path(lake)
    place.write_text(json.dumps({"root": json.loads(place.read_text())["root"], "is_sandbox": True}))
    sealer = AESGCM(keys.load(lake, "sandbox").hash_key("seal"))

    def again(text):
        return base64.b64encode(b"0123456789ab" + sealer.encrypt(b"0123456789ab", text.encode(), None)).decode()

    def plain(name, column, row):
        if name == "vault.person":
            return who[row["person_id"]]
        return row[column] and open_seal(row[column], now)

    for name in (*VAULTS, "vault.person", bronze):
        column = "sealed_undeclared_text" if name == bronze else "sealed_text"
        texts = [plain(name, column, row) for row in table(lake, name).iter_rows(named=True)]
        seals = {text: again(text) for text in texts if text}
        by_row = dict(zip(table(lake, name)[column], (text and seals[text] for text in texts), strict=True))
        turned = [F.lit(part) for pair in by_row.items() if pair[0] for part in pair]
        rows = tables.read(spark, lake, name)
        tables.overwrite(spark, lake, name, rows.withColumn(column, F.create_map(*turned)[F.col(column)]))
    shutil.rmtree(lake / "vault" / "person_key")
    return lake, who


def test_an_old_lake_opens_and_a_rotation_gives_its_people_keys(spark, old, call):
    lake, who = old
    person = sorted(who)[0]
    number_of = {p: json.loads(text)["certificate_no"] for p, text in who.items()}
    found = matched(spark, lake, sorted(who))
    assert found == {p: keys.load(lake, "sandbox").keyed("bank:bank-a:match", number_of[p]) for p in who}
    status, _, err = call("vault", "shred", person, "--why", "case 12", "--yes")
    assert (status, err[:7]) == (4, "CF-7302")
    assert "Fix: creditfile vault rotate" in err
    assert call("vault", "rotate", "--why", "keys for people", "--yes")[0] == 0
    assert people(lake) == who
    assert leftovers.of(lake, "vault.person") == []
    assert call("vault", "shred", person, "--why", "case 12", "--yes")[0] == 0
    assert people(lake) == who | {person: None}


def test_a_rotation_that_would_lose_a_person_stops_before_it(spark, old, call):
    """Whose key is destroyed while the identity lies under the operator's: no verb makes such a state."""
    lake, who = old
    schema = "person_id STRING, sealed_key_text STRING, batch_id STRING, shredded_at TIMESTAMP"
    row = spark.createDataFrame([(sorted(who)[0], None, "2026-01", None)], schema)
    tables.append_rows(spark, lake, "vault.person_key", row.withColumn("known_from_at", F.current_timestamp()))
    before = table(lake, "vault.person").sort("person_id")
    for _ in range(2):
        status, _, err = call("vault", "rotate", "--why", "yearly", "--yes")
        assert (status, "CF-9103" in err, "1 people have no key" in err) == (8, True, True)
        assert set(key_file(lake)) == {"1", "2"}
        assert table(lake, "vault.person").sort("person_id").equals(before)


# Who opens


def matched(spark, lake, persons):
    """Match hashes of people at a bank, as a release makes them."""
    frozen = spark.createDataFrame([(person, "bank-a") for person in persons], "person_id STRING, bank_code STRING")
    city = schemas.city("shanghai")
    named = admit.pseudonyms(spark, lake, frozen, keys.load(lake, "sandbox"), city, "NC-202602-ALL-ALL-001")
    return {row["person_id"]: row["match_hash"] for row in named.collect()}


def test_a_release_reads_people_by_their_own_keys_and_leaves_out_who_is_shredded(spark, lake, call):
    who = people(lake)
    first, second, third = sorted(who)[:3]
    found = matched(spark, lake, [first, second])
    number_of = {person: json.loads(text)["certificate_no"] for person, text in who.items()}
    held = keys.load(lake, "sandbox")
    assert found == {p: held.keyed("bank:bank-a:match", number_of[p]) for p in (first, second)}
    assert call("vault", "shred", first, "--why", "case 12", "--yes")[0] == 0
    after = matched(spark, lake, [first, second, third])
    assert set(after) == {second, third}
    assert after[second] == found[second]
    assert [(one.scope, one.tables) for one in vault_log.read(lake) if one.purpose == "release"] == [
        ("NC-202602-ALL-ALL-001", ("vault.person",))
    ] * 2


def test_the_log_says_who_when_and_why_and_no_value(lake, call):
    person = sorted(people(lake))[0]
    assert call("vault", "rotate", "--why", "yearly", "--by", "zhang", "--yes")[0] == 0
    assert call("vault", "shred", person, "--why", "case 12", "--by", "li", "--yes")[0] == 0
    status, out, _ = call("vault", "log", "--json")
    items = json.loads(out)["items"]
    assert status == 0
    assert {item["purpose"] for item in items} == {"link", "rotate", "shred"}
    assert all(item["at"] and item["author"] and item["scope"] and item["tables"] for item in items)
    text = "".join(path.read_text("utf-8") for path in vault_log.folder(lake).glob("*"))
    for value in (NAME, NOTE, *(number(index) for index in PEOPLE)):
        assert value not in text
    assert [
        item["purpose"] for item in json.loads(call("vault", "log", "--purpose", "shred", "--json")[1])["items"]
    ] == ["shred"]
    assert "case 12" in call("vault", "log", "--last", "1")[1]
    assert "link" not in call("vault", "log", "--last", "1")[1]


def test_where_the_log_cannot_be_written_nothing_is_opened(lake, call, monkeypatch):
    shutil.rmtree(vault_log.folder(lake))
    vault_log.folder(lake).write_text("a file where the folder should be")
    before = unsealed_columns(lake), people(lake)
    person = sorted(before[1])[0]
    assert call("vault", "shred", person, "--why", "case 12", "--yes")[0] != 0
    assert (unsealed_columns(lake), people(lake)) == before


# Asking first


@pytest.mark.parametrize("words", ["rotate", "shred"])
def test_what_destroys_asks_first_and_a_dry_run_writes_nothing(lake, call, monkeypatch, words):
    person = sorted(people(lake))[0]
    command = ["vault", words, *([person] if words == "shred" else []), "--why", "case 12"]
    before = {path: path.read_bytes() for path in lake.rglob("*") if path.is_file()}
    assert call(*command, "--dry-run")[0] == 0
    status, _, err = call(*command)
    assert (status, "--yes" in err) == (2, True)
    assert {path: path.read_bytes() for path in lake.rglob("*") if path.is_file()} == before
