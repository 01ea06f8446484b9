"""What linking learns from numbers: as much as pairs can tell, no more, the same from the same lake, and under a name."""

import itertools
import json
import math
import re
from datetime import UTC, datetime
from fractions import Fraction

import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from jobs import cli, keys
from jobs import lake as tables
from jobs.errors import CreditFileError
from jobs.link import chart, parameters, training
from jobs.link.training import Shares
from jobs.release import manifest
from schemas.spark import stored
from tests.contents import tables as contents
from tests.jobs.link.test_link_people import GIG, HOME, POLICE, cases, cells, gigs, homes, link, load
from tests.office import Desk, number

RULES = schemas.rules("linkage")
TABLES = ("link.identity", "link.ledger")
NOTHING = Shares(0, {})

# pairs | said the share | by the rules | learnt
WEIGHED = """
    0       | 0.5    | 0.02    | 0.02    | nobody said anything
    10      | 0      | 0.02    | 0.0196  | ten pairs do not shake what is rare
    1000    | 0      | 0.02    | 0.0067  | a thousand do
    1000000 | 0      | 0.02    | 0.00001 | a million settle it
    500     | 0.02   | 0.02    | 0.02    | as stated
    500     | 0.1    | 0.02    | 0.06    | half way
"""


@pytest.mark.parametrize("case", cells(WEIGHED), ids=lambda case: case[-1])
def test_pairs_are_weighed_against_the_rules(case):
    pairs, share, stated, learnt = map(float, case[:-1])
    found = training.weighed([share, 1 - share], pairs, [stated, 1 - stated], 500)
    assert found[0] == pytest.approx(learnt, rel=0.02)


def levels_of(draw, count):
    parts = draw(st.lists(st.integers(1, 10**6), min_size=count, max_size=count))
    return [part / sum(parts) for part in parts]


@st.composite
def learning(draw):
    """Shares, pairs, the rules' values."""
    count = draw(st.integers(2, 6))
    return levels_of(draw, count), draw(st.integers(0, 10**9)), levels_of(draw, count)


@given(learning(), st.integers(1, 10**6))
def test_what_is_learnt_lies_between_pairs_and_rules_and_sums_to_one(case, prior_pairs):
    shares, pairs, stated = case
    found = training.weighed(shares, pairs, stated, prior_pairs)
    part = Fraction(pairs, pairs + prior_pairs)
    exact = [part * Fraction(share) + (1 - part) * Fraction(p) for share, p in zip(shares, stated, strict=True)]
    assert found == pytest.approx([float(value) for value in exact])
    assert math.isclose(sum(found), 1)
    for value, share, p in zip(found, shares, stated, strict=True):
        assert min(share, p) * 0.999999 <= value <= max(share, p) * 1.000001


def levels(rows):
    return {(row["comparison_name"], row["level_name"]): row for row in rows}


def test_without_a_pair_everything_stays_as_the_rules_state_it():
    rows = training.told(NOTHING, NOTHING, RULES)
    stated = {(each["comparison"], each["level"]): each["weight"] for each in parameters.weights(RULES)}
    assert {place: float(row["weight_value"]) for place, row in levels(rows).items()} == pytest.approx(stated, abs=1e-4)
    assert all(row["m_value"] == row["prior_m_value"] and row["u_value"] == row["prior_u_value"] for row in rows)
    assert not any(row["is_drifted"] or row["m_total_count"] or row["u_total_count"] for row in rows)


def names(same, alike, other):
    """Shares of the levels of a name, and that both sides always have one."""
    return {"name": [same, alike, 0.0, 0.0, other], "seen_name": [1.0, 0.0]}


def test_a_weight_that_moves_far_is_told_and_the_others_are_not():
    rows = levels(training.told(Shares(10_000, names(0.6, 0.39, 0.01)), NOTHING, RULES))
    assert rows["name", "sounds alike"]["weight_value"] > rows["name", "sounds alike"]["weight_before_value"] + 2
    assert [place for place, row in rows.items() if row["is_drifted"]] == [
        ("name", "sounds alike"),
        ("name", "order swapped"),
        ("name", "a character lost"),
    ]
    assert rows["name", "same"]["m_pair_count"] == 6000
    assert rows["mobile", "same at the time"]["m_value"] == rows["mobile", "same at the time"]["prior_m_value"]


def test_what_numbers_cannot_teach_stays_whatever_the_pairs_were_like():
    taught = RULES["training"]["teaches"]
    everything = {
        each["output_column_name"]: [1.0] + [0.0] * (len(parameters.levels(each)) - 1)
        for each in RULES["settings"]["comparisons"]
    }
    found = Shares(10**6, everything | {f"seen_{name}": [1.0, 0.0] for name in everything})
    for row in training.told(found, found, RULES):
        sides = taught.get(row["comparison_name"], ())
        for side in "mu":
            assert (row[f"{side}_value"] != row[f"prior_{side}_value"]) == (side in sides)
    assert not {"number", "account"} & set(taught)


def test_agreement_that_speaks_against_holds_the_training():
    never = Shares(10**6, {"mobile": [0.0, 0.0, 1.0], "seen_mobile": [1.0, 0.0]})
    always = Shares(10**6, {"mobile": [1.0, 0.0, 0.0], "seen_mobile": [1.0, 0.0]})
    with pytest.raises(CreditFileError) as held:
        training.check(training.told(never, always, RULES))
    assert held.value.code == "CF-3201"
    assert "mobile: same at the time" in held.value.problem.what
    training.check(training.told(always, never, RULES))


# identity | person | source | name | sound | phone | year
SAID = """
    a1 | 1 | police  | 张伟      | ZHANGWEI | 11 | 2025
    a2 | 1 | courier | ZHANG WEI | ZHANGWEI | 11 | 2025
    a3 | 1 | court   | 张伟      | ZHANGWEI |    | 2025
    b1 | 2 | police  | 王芳      | WANGFANG | 12 | 2020
    b2 | 2 | courier | 王芳      | WANGFANG | 12 | 2025
    b3 | 2 | courier | 王?       | WANG     | 13 | 2025 | the same source twice
    c1 | 3 | police  | 李娜      | LINA     | 14 | 2025
    c2 | 3 | courier | 陈涛      | CHENTAO  | 15 | 2025
    d1 | 4 | police  | 张玮      | ZHANGWEI | 11 | 2025
    e1 | 5 | police  | 张伟      | ZHANGWEI |    | 2025
    f1 | 6 | police  | 赵军      | ZHAOJUN  | 16 | 2025
"""


def said():
    for node, person, source, name, sound, phone, year, *_ in cells(SAID):
        at = datetime(int(year), 6, 1, tzinfo=UTC)
        yield {
            "node_id": f"{source}:{node}", "person_id": person, "source": source, "name_hash": name, "sound_hash": sound,
            "name_set_hash": sound, "surname_hash": name[0], "is_lossy": "?" in name, "mobile_hash": phone or None,
            "seen_from_at": at, "seen_to_at": at,
        }  # fmt: skip


SHAPE = "node_id string, person_id string, source string, name_hash string, sound_hash string, name_set_hash string, "
SHAPE += "surname_hash string, is_lossy boolean, mobile_hash string, seen_from_at timestamp, seen_to_at timestamp"


def compared(pairs):
    """The levels of name and phone that pairs are in, counted by hand: (level of name, of phone or None)."""
    for one, two in pairs:
        name = (
            0 if one["name_hash"] == two["name_hash"]
            else 1 if one["sound_hash"] == two["sound_hash"]
            else 3 if (one["is_lossy"] or two["is_lossy"]) and one["surname_hash"] == two["surname_hash"]
            else 4
        )  # fmt: skip
        phones = one["mobile_hash"], two["mobile_hash"]
        apart = abs((one["seen_from_at"] - two["seen_from_at"]).days)
        yield name, None if None in phones else 2 if phones[0] != phones[1] else 0 if apart <= 730 else 1


def shares(pairs):
    """By hand: how many pairs, the shares of the levels of name and phone, and of pairs with a phone on both sides."""
    found = list(compared(pairs))
    phones = [phone for _, phone in found if phone is not None]
    names = [sum(name == level for name, _ in found) / len(found) for level in range(5)]
    return [len(found), *names, *(phones.count(level) / len(phones) for level in range(3)), len(phones) / len(found)]


def told(found):
    return [found.pairs, *found.shares["name"], *found.shares["mobile"], found.shares["seen_mobile"][0]]


def test_splink_learns_what_counting_by_hand_finds(spark):
    before = spark.catalog.listTables()
    rows = list(said())
    known = spark.createDataFrame([tuple(row.values()) for row in rows], SHAPE)
    settings = training.untaught(RULES["settings"], {"name", "mobile"})
    of_one = [
        (one, two)
        for one, two in itertools.combinations(rows, 2)
        if one["person_id"] == two["person_id"] and one["source"] != two["source"]
    ]
    assert told(training.learn_m(spark, known, settings)) == pytest.approx(shares(of_one))
    first = [min((r["mobile_hash"] is None, r["node_id"]) for r in rows if r["person_id"] == p)[1] for p in "123456"]
    of_two = itertools.combinations([row for row in rows if row["node_id"] in first], 2)
    found = training.learn_u(spark, known, settings, RULES["training"])
    assert told(found) == pytest.approx(shares(of_two))
    assert spark.catalog.listTables() == before, "nothing of Splink stays"


def identity(source, person, name, phone):
    """A row of `link.identity` of somebody with a number, and the person it is of."""
    at = datetime(2026, 1, 5, tzinfo=UTC)
    texts = {f"{part}_hash": name for part in ("name", "sound", "name_set")} | {"surname_hash": name[0]}
    return texts | {
        "source": source, "identity_hash": f"{person:04}", "batch_id": "2026-01", "record_id": f"{source}{person:04}",
        "known_from_at": at, "seen_from_at": at, "seen_to_at": at, "certificate_hash": f"n{person:04}",
        "is_lossy": False, "mobile_hash": phone, "number_kind_code": "FULL", "gender_code": "12"[person % 2],
        "born_first_year": 1990, "born_last_year": 1990,
    }  # fmt: skip


def filled(spark, lake, identities):
    """A lake that holds these identities and their people."""
    rows = {"link.identity": identities, "link.ledger": []}
    for row in identities:
        if row["source"] == "a":
            entry = {"ledger_id": f"C{row['identity_hash']}", "person_id": row["identity_hash"], "entry_code": "CREATE"}
            entry |= {"reason_codes": [], "author_name": "rule"}
            same = ("record_id", "certificate_hash", "batch_id", "known_from_at")
            rows["link.ledger"].append(entry | {name: row[name] for name in same})
    for name in TABLES:
        tables.append_rows(spark, lake, name, tables.inline(spark, stored(schemas.table(name)), rows[name]))
    return lake


def answered(capsys, lake, *options):
    capsys.readouterr()
    status = cli.run(["link", "train", "--why", "a test", "--by", "zhang", "--json", "--lake", str(lake), *options])
    out, err = capsys.readouterr()
    return status, json.loads(out or err.splitlines()[-1])


@pytest.fixture(scope="module")
def phones_kept(spark, tmp_path_factory):
    """Ninety people whom two sources know by name and phone; each writes one name in three otherwise than the other."""
    people = range(90)
    other = {n: f"{'赵钱孙'[n % 3]}{n}" for n in people}
    rows = [identity("a", n, f"名{n}", f"p{n}") for n in people]
    rows += [identity("b", n, other[n] if n % 3 == 0 else f"名{n}", f"p{n}") for n in people]
    return filled(spark, tmp_path_factory.mktemp("phones") / "lake", rows)


def test_trying_shows_what_would_change_and_writes_nothing(phones_kept, capsys):
    before = contents(phones_kept)
    status, found = answered(capsys, phones_kept, "--dry-run")
    assert status == 0
    assert contents(phones_kept) == before
    weights = {(level["comparison"], level["level"]): level for level in found["levels"]}
    phone, same, differs = (weights[at] for at in (("mobile", "other"), ("name", "same"), ("name", "other")))
    assert phone["weight"] < phone["weight_before"], "nobody changed the phone: another phone says more"
    assert same["weight"] < same["weight_before"], "one name in three differs: the same name says less"
    assert differs["weight"] > differs["weight_before"] + RULES["training"]["drift_weight"], (
        "and another name says less"
    )
    assert (found["drifted"], differs["is_drifted"], same["is_drifted"]) == (1, True, False)
    assert (same["m_pairs"], differs["m_pairs"], same["m_pairs_in_all"], found["person_count"]) == (60, 30, 90, 90)


@pytest.mark.fault("F63")
def test_a_training_has_a_name_and_the_same_lake_learns_the_same(phones_kept, spark, capsys):
    _, tried = answered(capsys, phones_kept, "--dry-run")
    _, found = answered(capsys, phones_kept, "--yes")
    assert found["version"] == tried["version"]
    assert found["version"].startswith(f"{RULES['rule_version_code']}+")
    rows = polars.read_delta(str(phones_kept / "link" / "parameter"))
    assert set(rows["model_version_code"]) == {found["version"]}
    assert rows.height == sum(len(parameters.levels(each)) for each in RULES["settings"]["comparisons"])
    assert set(rows["author_name"]) == {"zhang"}
    names = polars.read_delta(str(phones_kept / "link" / "term_frequency"))
    assert set(names["rule_version_code"]) == {found["version"]}
    assert names["name_hash"].is_unique().all()
    before = contents(phones_kept)
    parts = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", "5")
    try:
        status, again = answered(capsys, phones_kept, "--yes")
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", parts)
    assert (status, again["version"], again["is_new"], again["drifted"]) == (0, found["version"], False, 0)
    assert contents(phones_kept) == before, "what is in force is not written again"


def test_what_is_in_force_is_what_was_written(phones_kept):
    rules = parameters.in_force(phones_kept)
    rows = polars.read_delta(str(phones_kept / "link" / "parameter"))
    weights = {(row["comparison_name"], row["agreement_level"]): row["weight_value"] for row in rows.to_dicts()}
    assert {(each["comparison"], each["agreement"]): each["weight"] for each in parameters.weights(rules)} == (
        pytest.approx({place: float(value) for place, value in weights.items()}, abs=1e-4)
    )
    assert rules["thresholds"] == RULES["thresholds"]
    assert schemas.rules("linkage") == RULES, "what the rules state is not touched"


def test_a_lake_in_which_a_common_phone_says_two_people_is_held(spark, tmp_path, capsys):
    """To one source everybody was known by the same phone, years apart, and to seven others by phones of their own."""
    people = range(190)
    rows = [identity("a", n, f"名{n}", "p") for n in people]
    for n, row in enumerate(rows):
        row["seen_from_at"] = row["seen_to_at"] = datetime(1900 + 3 * n, 1, 1, tzinfo=UTC)
    rows += [identity(source, n, f"名{n}", f"{source}{n}") for source in "bcdefgh" for n in people]
    lake = filled(spark, tmp_path / "lake", rows)
    before = contents(lake)
    status, problem = answered(capsys, lake, "--yes")
    assert (status, problem["error"]["code"]) == (4, "CF-3201")
    assert contents(lake) == before


def linked(desk):
    assert cli.run(["run", "link", "--batch", "2026-01", "--quiet", "--lake", str(desk.lake)]) == 0


def whose(desk):
    return dict(desk.table("link.person_record").select("record_id", "person_id").iter_rows())


@pytest.mark.fault("F63")
def test_the_next_linking_goes_by_what_was_learnt_and_the_release_says_so(spark, tmp_path, capsys):
    desk = Desk(tmp_path / "lake")
    assert cli.run(["link", "train", "--why", "too early", "--lake", str(desk.lake)]) == 2, "nobody was asked"
    keys.make(desk.lake, seed=5)
    called = {int(n): name for n, name, *_ in cells(POLICE)}
    grants = [desk.record("consent_grant", n, person_name=called.get(n, "王小明")) for n in range(20)]
    load(desk, "2025-12", consent_grant=grants)
    numbered = [
        record | {"certificate_no": number(n), "certificate_type_code": "RID", "source_record_no": f"known-{n}"}
        for n, record in enumerate(gigs(desk)[1:8], 2)
    ]
    load(desk, "2026-01", **{HOME: homes(desk), GIG: [*gigs(desk), *numbered], "court_enforcement": cases(desk)})
    linked(desk)
    before, entries = whose(desk), desk.table("link.ledger").height
    status, found = answered(capsys, desk.lake, "--yes")
    assert (status, found["is_new"]) == (0, True)
    linked(desk)
    assert set(desk.table("link.assignment")["rule_version_code"]) == {found["version"]}
    after, ledger = whose(desk), desk.table("link.ledger")
    told_of = ledger.filter(polars.col("entry_code").is_in(["MERGE", "SPLIT"]))
    moves = set(told_of.select("other_person_id", "person_id").iter_rows())
    gone = {(before[record], after[record]) for record in before if before[record] != after[record] and before[record]}
    assert {(old, new) for old, new in gone if new} <= moves, "who moved stands in the ledger"
    assert gone or ledger.height == entries
    stood = contents(desk.lake, "link")
    linked(desk)
    assert contents(desk.lake, "link") == stood, "followed once"
    link(desk)  # and gold
    assert cli.run(["release", "build", "--batch", "2026-01", "--quiet", "--lake", str(desk.lake)]) == 0
    (place,) = (desk.lake / "release" / "manifests").glob("*.json")
    assert found["version"] in manifest.verify(desk.lake, place.stem)["rule_versions"]
    assert RULES["rule_version_code"] not in manifest.verify(desk.lake, place.stem)["rule_versions"]


def test_the_page_of_quality_shows_the_model_and_the_links_without_a_network(tmp_path):
    place = tmp_path / "quality.html"
    bars = [{"least": 7, "link_kind_code": "PROBABLE", "count": 3}]
    chart.quality(place, {"model": parameters.weights(RULES), "weights": bars, "judged_by": ["linkage-1.0+3f9a2c"]})
    page = place.read_text("utf-8")
    for said_there in ("linkage-1.0+3f9a2c", "sounds alike", "PROBABLE", "log2 match weight"):
        assert said_there in page
    assert not re.search(r"<(?:script|link)[^>]+(?:src|href)=", page)
