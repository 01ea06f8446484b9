"""Who is whose, through the program's own verbs: people the police know, and records that bring a name and a phone."""

import polars
import pytest

from jobs import cli, keys
from tests.contents import tables
from tests.office import Desk, number

HOME, GIG, COURT = "psb_residence", "assn_delivery", "court_enforcement"

POLICE = """
    0  | 张伟   | 13900000001 | 2025 |
    1  | 张玮   | 13900000001 | 2025 | the family shares the phone, and the names sound alike
    2  | 王芳   | 13900000002 | 2025 |
    3  | 李娜   | 13900000002 | 2025 | the family shares the phone
    4  | 赵军   | 13900000004 | 2020 | gave the number up
    5  | 钱丽   | 13900000004 | 2025 | was given it
    6  | 孙强   | 13900000007 | 2025 | an attacker: states another's phone with the own record
    7  | 周敏   | 13900000007 | 2025 | the victim
    8  | 吴静   | 13900000008 | 2025 |
    9  | 郑涛   | 13900000009 | 2025 |
    10 | 何洁   | 13800000000 | 2025 | a number typed in to get past the form
    11 | 林小红 | 13900000011 | 2025 | a twin
    12 | 林小明 | 13900000012 | 2025 | the other twin
"""
COURIERS = """
    w1  | 张伟    | 13900000001 | ask | between two who sound alike on one phone
    w2  | 王芳    | 13900000002 | 2   | not the other one on that phone
    w3  | 钱丽    | 13900000004 | 5   | the number was recycled
    w4  | 周敏    | 13900000007 | 7   | not the attacker's
    w5  | 孙强    | 13900000077 | own | the attacker with a phone nobody knows
    w6  | 吴?     | 13900000008 | 8   | a character lost
    w7  | 静吴    | 13900000008 | 8   | order swapped
    w8  | WU JING | 13900000008 | 8   | as a foreign system writes it
    w9  | 吳靜    | 13900000008 | 8   | in the other script
    w10 | 郑涛    | 13900000099 | own | the name alone says nothing
    w11 | 何洁    | 13800000000 | own | nor does nobody's phone
    w12 | 林小红  | 13900000011 | 11  | not the twin
    w12 | 林小红  | 13900000098 | 11  | the same account, a new phone
    w13 | 陈涛    | 13900000009 | own | a stranger's name with a known phone
"""
CASES = """
    郑涛 | 9 | 6 | 1 | 35 | 9   | mask, name, gender and age
    郑涛 | 9 | 4 | 1 | 35 | 9   | a shorter mask
    郑海 | 9 | 6 | 1 | 35 | nobody | another name
    郑涛 | 8 | 6 | 1 | 35 | nobody | another number
    林小红 | 11 | 6 | 2 | 60 | nobody | another gender and age: the mask and the name alone do not join
"""


def cells(text):
    return [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()]


def mask(certificate, shown):
    return certificate[:shown] + "*" * (14 - shown) + certificate[-4:]


def link(desk, batch="2026-01"):
    assert cli.run(["run", "link", "gold", "--batch", batch, "--quiet", "--lake", str(desk.lake)]) == 0


def homes(desk):
    return [
        desk.record(HOME, int(n), person_name=name, mobile_no=phone, event_at=f"{year}-03-01T09:00:00+08:00")
        for n, name, phone, year, _ in cells(POLICE)
    ]


def gigs(desk):
    unknown = {"certificate_no": None, "certificate_type_code": None}
    found = [
        desk.record(GIG, 500 + n, person_name=name, mobile_no=phone, platform_worker_no=account, **unknown)
        for n, (account, name, phone, *_) in enumerate(cells(COURIERS))
    ]
    for n, gig in enumerate(found):
        gig["work_month"] = f"2025-{1 + n % 12:02}"
    return found


def cases(desk):
    return [
        desk.record(
            COURT, 600 + n, certificate_no=None, certificate_type_code="MASKED", case_no=f"case {n}", person_name=name,
            masked_certificate_no=mask(number(int(of)), int(shown)), gender_code=gender, age_count=int(age),
        )
        for n, (name, of, shown, gender, age, *_) in enumerate(cells(CASES))
    ]  # fmt: skip


def opened(lake, seed=5):
    """A lake in which everybody has consented."""
    desk = Desk(lake)
    keys.make(desk.lake, seed=seed)
    desk.consents("2026-01", range(20))
    return desk


def load(desk, batch, **delivered):
    for source, records in delivered.items():
        desk.deliver(source, batch, records)
        assert desk.refine(source, batch) == 0


@pytest.fixture(scope="module")
def desk(spark, tmp_path_factory):
    """Everything delivered and linked once."""
    found = opened(tmp_path_factory.mktemp("link"))
    load(found, "2026-01", **{HOME: homes(found), GIG: gigs(found), COURT: cases(found)})
    link(found)
    return found


def owners(desk, source):
    """What each delivered line of a source became: the police's n, or the link's kind."""
    links = desk.table("link.person_record")
    lines = desk.table(f"bronze.{HOME}").select("record_id", "line")
    people = dict(links.join(lines, "record_id").select("person_id", polars.col("line") - 1).iter_rows())
    lines = desk.table(f"bronze.{source}").select("record_id", "line")
    found = links.filter(polars.col("source") == source).join(lines, "record_id").sort("line")
    return [str(people.get(row["person_id"], row["link_kind_code"].lower())) for row in found.iter_rows(named=True)]


def queue(desk):
    lines = dict(desk.table(f"bronze.{GIG}").select("record_id", "line").iter_rows())
    return {lines.get(row["record_id"]): row for row in desk.table("link.review").iter_rows(named=True)}


@pytest.mark.fault("F59")
@pytest.mark.fault("F61")
def test_each_courier_is_who_name_and_phone_say_and_nobody_else(desk):
    expected = ["own" if is_ in ("own", "ask") else is_ for *_, is_, _ in cells(COURIERS)]
    assert owners(desk, GIG) == expected


@pytest.mark.fault("F59")
def test_who_stands_between_two_waits_for_a_person(desk):
    asked = [n for n, (*_, is_, _) in enumerate(cells(COURIERS), 1) if is_ == "ask"]
    waiting = queue(desk)
    assert set(asked) <= set(waiting)
    assert "TWO_CANDIDATES" in waiting[asked[0]]["reason_codes"]


def test_a_masked_number_needs_two_further_agreements(desk):
    assert owners(desk, COURT) == [is_.replace("nobody", "none") for *_, is_, _ in cells(CASES)]


@pytest.mark.fault("F59")
def test_two_valid_numbers_are_two_people_whatever_else_agrees(desk):
    assert owners(desk, HOME) == [n for n, *_ in cells(POLICE)]
    created = desk.table("link.ledger").filter(polars.col("entry_code") == "CREATE")
    assert created["person_id"].is_unique().all()


def test_nothing_of_a_person_stands_in_the_tables_of_linking(desk):
    names = {name.encode() for _, name, *_ in cells(POLICE + COURIERS)}
    phones = {phone.encode() for _, _, phone, *_ in cells(POLICE + COURIERS)}
    numbers = {number(n).encode() for n in range(13)}
    files = [path for path in (desk.lake / "link").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files for secret in names | phones | numbers if secret in path.read_bytes()]


def content(desk):
    return {name: (table.rows, table.digest) for name, table in tables(desk.lake, "link", "gold").items()
            if not name.endswith(("ledger", "override"))}  # fmt: skip


def test_a_decision_moves_the_record_and_taking_it_back_restores_both_exactly(desk, capsys):
    before = content(desk)
    (asked,) = [n for n, (*_, is_, _) in enumerate(cells(COURIERS), 1) if is_ == "ask"]
    waits = queue(desk)[asked]
    said = ["--why", "the platform confirms", "--by", "zhang", "--yes", "--quiet", "--lake", str(desk.lake)]
    assert cli.run(["link", "review", "ls", "--lake", str(desk.lake)]) == 0
    assert waits["review_id"][:12] in capsys.readouterr().out
    assert cli.run(["link", "review", "show", waits["review_id"], "--lake", str(desk.lake)]) == 0
    shown = capsys.readouterr().out
    assert "张*" in shown
    assert "139****0001" in shown
    assert "张伟" not in shown
    assert cli.run(["link", "review", "decide", waits["review_id"], "--same", *said]) == 0
    link(desk)
    assert owners(desk, GIG)[asked - 1] in ("0", "1")
    assert asked not in queue(desk)
    (decision,) = desk.table("link.override").iter_rows(named=True)
    assert (decision["override_code"], decision["author_name"]) == ("MUST", "zhang")
    assert cli.run(["link", "undo", decision["override_id"], *said]) == 0
    link(desk)
    assert content(desk) == before


def test_a_link_that_is_parted_stays_apart(desk):
    before = content(desk)
    record = desk.table(f"bronze.{GIG}").filter(polars.col("line") == 2)["record_id"][0]
    said = ["--why", "another of this name", "--yes", "--quiet", "--lake", str(desk.lake)]
    assert cli.run(["link", "part", record, *said]) == 0
    link(desk)
    assert owners(desk, GIG)[1] == "own"
    assert cli.run(["link", "part", desk.table(f"bronze.{HOME}")["record_id"][0], *said]) == 2, "a number is a number"
    decisions = desk.table("link.override").sort("known_from_at")
    assert cli.run(["link", "undo", decisions["override_id"][-1], *said]) == 0
    link(desk)
    assert content(desk) == before
