"""Categories and tiers as Spark judges them, edge by edge; and that what rules may ask for is what features tell."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F
from pyspark.sql import types as T

import schemas
from jobs.gold import newcomer, rules
from jobs.gold.facts import MADE_OF
from jobs.gold.features import BLOCKS, COUNTS, FLAGS, Moment, features, numbers_of, people
from schemas.condition import mistakes
from schemas.spark import data_type, stored

POLICY = rules.in_force()
FEATURES = schemas.rules("features")["features"]
NOTHING = {"INT": 0, "BOOLEAN": False, "ARRAY<STRING>": [], "STRING": None, "DECIMAL(9,6)": None}
UNKNOWN = {"age_count": None, "business_age_months_count": None}
"""Numbers that are null where nothing is known."""


@pytest.fixture(scope="module")
def nobody(spark):
    """Features as the product makes them of tables of which every one is empty."""

    def empty(name):
        return spark.createDataFrame([], stored(schemas.table(name)))

    moment = Moment(date(2026, 9, 30), datetime(2026, 10, 5, tzinfo=UTC), ("psb_residence",))
    numbers = numbers_of(empty("link.ledger"), empty("link.identity"))
    everybody = people(empty("link.person_record"), empty("link.review"), numbers, moment.known)
    city = schemas.city("shanghai")
    made = features(everybody, {name: empty(name) for name in MADE_OF}, moment, city)
    told = newcomer.status(moment.as_of, city, POLICY.newcomer)
    return made.withColumns(told).withColumns(rules.categories(POLICY.category))


@pytest.mark.parametrize("feature", FEATURES, ids=[one["name"] for one in FEATURES])
def test_what_rules_may_ask_for_is_what_features_tell(nobody, feature):
    kinds = dict(nobody.dtypes)
    assert kinds[feature["name"]] == data_type(feature["type"]).simpleString()


def test_rules_may_ask_for_every_count_and_flag():
    names = {one["name"] for one in FEATURES}
    assert {*COUNTS, *FLAGS} <= names
    assert {f"{block}_source_codes" for block in BLOCKS} - names == {"trait_source_codes"}, "of no block of the file"


def test_every_condition_in_force_is_read_by_spark_as_true_or_false(nobody):
    tier, categories = POLICY.tier, POLICY.category["categories"]
    asked = [one["if"] for one in categories if "if" in one]
    asked += [condition for one in categories for condition in one["reasons"].values()]
    asked += [one["when"] for one in (*tier["pieces"], *tier["tiers"]) if "when" in one]
    asked += [block[key] for block in tier["blocks"] for key in ("filled", "applies") if key in block]
    read = nobody.select(*(F.expr(condition).alias(f"c{n}") for n, condition in enumerate(asked)))
    assert {field.dataType for field in read.schema.fields} == {T.BooleanType()}
    assert len(asked) > 30


VALUE = st.sampled_from(["age_count", "has_identity", "1", "0.5", "-1", "'RID'", "true", "NULL"])
FORMS = ["{} AND {}", "{} OR {}", "{} = {}", "{} <=> {}", "{} + {}", "{} - {}", "NOT {}", "{} IS NOT NULL", "{} IS TRUE",
         "{} IN ({}, {})", "{} NOT IN ({})", "{} BETWEEN {} AND {}", "size({})", "array({}, {})"]  # fmt: skip


def formed(part):
    """A condition made of parts, each in parentheses."""
    three = st.tuples(*[part.map("({})".format)] * 3)
    return st.tuples(st.sampled_from(FORMS), three).map(lambda made: made[0].format(*made[1]))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(condition=st.recursive(VALUE, formed, max_leaves=6), data=st.data())
def test_the_lint_lets_in_what_is_formed_well_and_nothing_that_spark_cannot_read(spark, condition, data):
    known = ["age_count", "has_identity"]
    assert list(mistakes(condition, known)) == []
    F.expr(condition)
    words = re.findall(r"\w+|'RID'|[^\s\w]+?", condition)
    at = data.draw(st.integers(0, len(words) - 1))
    spoilt = " ".join(
        [*words[:at], *data.draw(st.sampled_from([[], words[at:][::-1], [words[at]] * 2])), *words[at + 1 :]]
    )
    if not list(mistakes(spoilt, known)):
        F.expr(spoilt)


def judged(spark, cases):
    """What the rules say of people of whom only the features given are known, by the name of the case."""
    told = [one for one in FEATURES if one.get("told_by") != "category"]
    kinds = T.StructType(
        [T.StructField("case", T.StringType()), *(T.StructField(one["name"], data_type(one["type"])) for one in told)]
    )
    nothing = {one["name"]: UNKNOWN.get(one["name"], NOTHING[one["type"]]) for one in told}
    for known in cases.values():
        assert known.keys() <= nothing.keys()
    values = [(case, *(nothing | known).values()) for case, known in cases.items()]
    rows = (
        spark.createDataFrame(values, kinds)
        .withColumns(rules.categories(POLICY.category))
        .withColumns(rules.tiers(POLICY.tier))
    )
    return {row["case"]: row for row in rows.collect()}


CATEGORIES = [
    ({}, ["C99"], ["NO_CATEGORY"]),
    ({"is_recent_graduate": True}, ["C99"], ["NO_CATEGORY"]),
    ({"is_recent_graduate": True, "insured_months_12_count": 1}, ["C01"], ["INSURED_MONTH"]),
    ({"is_recent_graduate": True, "has_open_employment": True}, ["C01"], ["OPEN_REGISTRATION"]),
    ({"insured_months_12_count": 12}, ["C99"], ["NO_CATEGORY"]),
    ({"live_business_count": 1}, ["C02"], ["LIVE_BUSINESS"]),
    ({"gig_months_12_count": 2}, ["C99"], ["NO_CATEGORY"]),
    ({"gig_months_12_count": 3}, ["C03"], ["GIG_MONTHS"]),
    ({"gig_months_12_count": 3, "si_months_1_count": 1}, ["C99"], ["NO_CATEGORY"]),
    ({"gig_months_12_count": 3, "has_driver_permit": True}, ["C03"], ["GIG_MONTHS", "DRIVER_PERMIT"]),
    ({"has_valid_card": True}, ["C04"], ["SERVICE_CARD"]),
    ({"site_months_3_count": 1}, ["C05"], ["SITE_DAYS"]),
    ({"si_months_12_count": 5}, ["C99"], ["NO_CATEGORY"]),
    ({"si_months_12_count": 6}, ["C06"], ["EMPLOYEE_MONTHS"]),
    ({"flexible_months_3_count": 1}, ["C07"], ["FLEXIBLE_MONTHS"]),
    ({"has_open_flexible_employment": True}, ["C07"], ["FLEXIBLE_REGISTRATION"]),
    ({"flexible_months_3_count": 1, "si_months_12_count": 6}, ["C06"], ["EMPLOYEE_MONTHS"]),
    ({"residence_reason_code": "JOIN_CHILD"}, ["C08"], ["JOINED_FAMILY"]),
    ({"residence_reason_code": "ACCOMPANY", "flexible_months_3_count": 1}, ["C07", "C08"],
     ["FLEXIBLE_MONTHS", "JOINED_FAMILY"]),
    ({"age_count": 59, "has_coresident_child": True}, ["C99"], ["NO_CATEGORY"]),
    ({"age_count": 60, "has_coresident_child": True}, ["C08"], ["ELDER_WITH_CHILD"]),
    ({"has_coresident_child": True}, ["C99"], ["NO_CATEGORY"]),
    ({"certificate_type_code": "RID"}, ["C99"], ["NO_CATEGORY"]),
    ({"certificate_type_code": "HMT"}, ["C09"], ["CERTIFICATE_KIND"]),
    ({"newcomer_basis_codes": ["R1", "H2"]}, ["C10"], ["NEW_HUKOU"]),
    ({"newcomer_basis_codes": ["R1", "H1"]}, ["C99"], ["NO_CATEGORY"]),
    ({"live_business_count": 1, "si_months_12_count": 6, "newcomer_basis_codes": ["H2"]}, ["C02", "C06", "C10"],
     ["LIVE_BUSINESS", "EMPLOYEE_MONTHS", "NEW_HUKOU"]),
]  # fmt: skip

WHOLE = {
    "has_identity": True,
    "has_valid_residence": True,
    "base_months_24_count": 12,
    "work_months_12_count": 12,
    "base_source_codes": ["hrss_social_insurance"],
    "has_lease_12": True,
    "further_source_codes": ["edu_qualification"],
    "fresh_source_codes": ["psb_residence", "hrss_social_insurance", "hmb_rental_contract", "edu_qualification"],
}
BY_FUND = WHOLE | {
    "has_lease_12": False,
    "hpf_months_12_count": 6,
    "own_months_24_count": 12,
    "fresh_source_codes": ["psb_residence", "hrss_social_insurance", "hpf_contribution", "edu_qualification"],
}
ALL_PIECES = ["RESIDENCE_VALID", "WORK_12_OF_24", "LEASE_OR_FUND", "FURTHER_SOURCE"]
STALE = {"fresh_source_codes": ["hrss_social_insurance", "hmb_rental_contract", "edu_qualification"]}
TWO = ["RESIDENCE_VALID", "WORK_6_OF_12"]

TIERS = [
    (WHOLE, "T1", ALL_PIECES, []),
    (WHOLE | {"has_identity_conflict": True}, "T4", ["IDENTITY_CONFLICT"], ["NO_IDENTITY_CONFLICT"]),
    (WHOLE | {"has_identity": False}, "T4", ["IDENTITY_MISSING"], ["IDENTITY"]),
    (WHOLE | {"base_months_24_count": 11}, "T2", TWO, ["WORK_12_OF_24"]),
    (WHOLE | {"base_source_codes": ["hrss_social_insurance", "amr_business"]}, "T2", TWO, ["WORK_12_OF_24"]),
    (WHOLE | {"has_lease_12": False}, "T2", TWO, ["LEASE_OR_FUND"]),
    (WHOLE | {"further_source_codes": []}, "T2", TWO, ["FURTHER_SOURCE"]),
    (WHOLE | {"further_source_codes": ["nhsa_enrolment"]}, "T2", TWO, ["FURTHER_SOURCE"]),
    (WHOLE | STALE, "T2", TWO, ["RESIDENCE_VALID"]),
    (BY_FUND, "T1", ALL_PIECES, []),
    (BY_FUND | {"hpf_months_12_count": 5}, "T2", TWO, ["LEASE_OR_FUND"]),
    (BY_FUND | {"own_months_24_count": 11}, "T2", TWO, ["LEASE_OR_FUND"]),
    ({"has_identity": True, "has_valid_residence": True, "work_months_12_count": 6}, "T2", TWO, ALL_PIECES),
    ({"has_identity": True, "has_valid_residence": True, "work_months_12_count": 5}, "T3", ["RESIDENCE_OR_WORK"], ALL_PIECES),
    ({"has_identity": True, "work_months_12_count": 1}, "T3", ["RESIDENCE_OR_WORK"], ALL_PIECES),
    ({"has_identity": True}, "T4", ["TOO_LITTLE_KNOWN"], ALL_PIECES),
]  # fmt: skip

# the blocks that apply to a person of no category weigh 15 + 15 + 25 + 15 + 10 + 5 + 5 = 90
SHARES = [
    ({}, "0", "0.833333"),  # all but the identity could be granted
    ({"has_identity": True}, "0.166667", "0.833333"),
    ({"has_identity": True, "granted_kind_codes": ["WORK"]}, "0.166667", "0.555556"),
    ({"work_source_codes": ["hrss_social_insurance"], "fresh_source_codes": ["hrss_social_insurance"]}, "0.277778", "0.555556"),
    ({"work_source_codes": ["hrss_social_insurance"]}, "0", "0.833333"),
    ({"work_source_codes": ["hpf_contribution"], "fresh_source_codes": ["hpf_contribution"]}, "0", "0.833333"),
    ({"live_business_count": 1}, "0", "0.789474"),  # a block more, which departments load without a grant: 75 of 95
    ({"live_business_count": 1, "business_source_codes": ["amr_business"], "fresh_source_codes": ["amr_business"]},
     "0.052632", "0.789474"),
    ({"has_valid_card": True, "association_source_codes": ["assn_domestic_service"], "fresh_source_codes": ["assn_domestic_service"]},
     "0.315789", "0.526316"),  # an association tells of work, too
]  # fmt: skip


@pytest.fixture(scope="module")
def verdicts(spark):
    tables = {"category": CATEGORIES, "tier": TIERS, "share": SHARES}
    return judged(spark, {f"{name} {n}": line[0] for name, table in tables.items() for n, line in enumerate(table)})


@pytest.mark.parametrize("n", range(len(CATEGORIES)), ids=[str(line[0]) for line in CATEGORIES])
def test_all_categories_that_apply_and_why(verdicts, n):
    found, (_, codes, reasons) = verdicts[f"category {n}"], CATEGORIES[n]
    assert (found["category_codes"], found["category_reason_codes"]) == (codes, reasons)
    assert found["primary_category_code"] == codes[0]


@pytest.mark.parametrize("n", range(len(TIERS)))
def test_the_tier_why_and_what_is_missing_for_the_best(verdicts, n):
    found, (_, code, reasons, missing) = verdicts[f"tier {n}"], TIERS[n]
    assert (found["tier_code"], found["tier_reason_codes"], found["tier_missing_codes"]) == (code, reasons, missing)


@pytest.mark.parametrize("n", range(len(SHARES)))
def test_the_share_that_is_known_and_what_is_missing_for_want_of_consent(verdicts, n):
    found, (_, complete, unconsented) = verdicts[f"share {n}"], SHARES[n]
    assert found["completeness_ratio"] == Decimal(complete)
    assert found["no_consent_ratio"] == Decimal(unconsented)
