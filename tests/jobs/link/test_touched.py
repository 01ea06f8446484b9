"""A day's change matters to whoever shares something with it and to who belongs together with them; to nobody else."""

import pytest

from jobs.link.touched import BLOCKED, around, touched

RULES = "linkage-1.0"
SHAPE = "source string, identity_hash string, certificate_hash string, " + ", ".join(f"{key} string" for key in BLOCKED)
STOOD = "source string, identity_hash string, person_id string, cluster_id string, rule_version_code string"


@pytest.fixture
def rows(spark):
    """Rows of `link.identity`: name, number, and what else is said."""

    def make(*told):
        full = [("gig", name, number, *(said.get(key) for key in BLOCKED)) for name, number, said in told]
        return spark.createDataFrame(full, SHAPE)

    return make


@pytest.fixture
def found(spark, rows):
    def ask(known, changed, stood=(), decided=()):
        together = [("gig", name, None, cluster and f"gig:{cluster}", version) for name, cluster, version in stood]
        named = spark.createDataFrame([(f"gig:{name}",) for name in decided], "node_id string")
        chosen = touched(rows(*known), rows(*changed), spark.createDataFrame(together, STOOD), named, RULES)
        return {row["node_id"].removeprefix("gig:") for row in chosen.collect()}

    return ask


LI, WANG, ZHAO = ("li", None, {"mobile_hash": "p1"}), ("wang", None, {"mobile_hash": "p2"}), ("zhao", None, {})
COURT = ("court", None, {"mask_six_hash": "310101*0017"})


def test_who_is_new_touches_whoever_has_the_phone_and_nobody_else(found):
    new = ("chen", None, {"mobile_hash": "p1", "account_hash": "a1"})
    assert found([LI, WANG, ZHAO, new], [new]) == {"li", "chen"}


def test_a_person_with_a_number_touches_who_waits_and_is_not_judged(found):
    new = ("sun", "n1", {"mobile_hash": "p2", "mask_six_hash": "310101*0017"})
    assert found([LI, WANG, COURT, new], [new]) == {"wang", "court"}


def test_the_same_text_in_another_field_is_nothing_shared(found):
    new = ("sun", "n1", {"account_hash": "p1"})
    assert found([LI, new], [new]) == set()


def test_who_belongs_together_with_the_touched_is_judged_with_them(found):
    stood = [("li", "li", RULES), ("wang", "li", RULES), ("zhao", "zhao", RULES)]
    new = ("chen", None, {"mobile_hash": "p1"})
    assert found([LI, WANG, ZHAO, new], [new], stood) == {"li", "wang", "chen"}


def test_what_a_batch_does_not_say_any_more_is_judged_again_with_whom_it_touched(found):
    gone = ("old", None, {"mobile_hash": "p2"})
    assert found([LI, WANG], [gone], [("old", "old", RULES), ("li", "li", RULES)]) == {"old", "wang"}


def test_nothing_new_touches_nobody_but_whom_other_rules_judged_and_people_decided_about(found):
    stood = [("li", "li", "linkage-0.9"), ("wang", "wang", RULES), ("zhao", None, RULES)]
    assert found([LI, WANG, ZHAO], [], stood) == {"li", "zhao"}
    assert found([LI, WANG, ZHAO], [], stood[1:2], decided=["wang"]) == {"wang"}


def test_the_touched_are_compared_with_everybody_who_shares_something_so_that_a_common_phone_is_seen(spark, rows):
    crowd = [(f"n{n}", f"c{n}" if n % 2 else None, {"mobile_hash": "p1"}) for n in range(6)]
    identities = rows(LI, WANG, *crowd)
    whole = ["known_from_at", "record_id", "batch_id", "seen_from_at", "seen_to_at", "sound_hash", "name_hash"]
    whole += ["name_set_hash", "surname_hash", "gender_code", "number_kind_code", "certificate_type_code"]
    whole += ["born_first_year", "born_last_year"]
    for name in whole:
        identities = identities.selectExpr("*", f"cast(null as string) as {name}")
    identities = identities.selectExpr("*", "false as is_lossy")
    people = spark.createDataFrame(
        [(f"c{n}", f"person{n}") for n in range(6)], "certificate_hash string, person_id string"
    )
    chosen = spark.createDataFrame([("gig:li",)], "node_id string")
    seen = {
        row["identity_hash"]: (row["is_touched"], row["person_id"])
        for row in around(identities, chosen, people).collect()
    }
    assert seen == {"li": (True, None)} | {f"n{n}": (False, f"person{n}" if n % 2 else None) for n in range(6)}
