"""Rule files as policy: the files in force keep what they must, and each mistake is named with its line."""

from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from schemas import policy_lint
from schemas.condition import mistakes
from schemas.scorecard_lint import NEVER

RULES = Path(schemas.__file__).parent / "rules"

NO_FEATURE = "which is no feature it may ask for; did you mean"
FUNCTIONS = (
    "array, array_contains, array_distinct, array_except, array_intersect, array_union, arrays_overlap, coalesce, size"
)
TIERS = "T1, T2, T3, T4"
ORDER = "C01, C02, C03, C04, C05, C06, C07, C08, C09, C10"
NEVER_6_4 = "domain.md, section 6.4"


def text_of(name):
    return (RULES / f"{name}.yaml").read_text("utf-8")


def told(tmp_path, name, text):
    """The problems of a file of this text, wherever it lies."""
    path = tmp_path / f"{name}.yaml"
    path.write_text(text, "utf-8")
    try:
        schemas.rules_of(path)
    except schemas.ContractError as error:
        return list(error.problems)
    return []


def line(text, part):
    """The line in which a part first stands."""
    return text[: text.index(part)].count("\n") + 1


def edited(name, old, new):
    """The file in force with one place edited, and the line of what first differs."""
    text = text_of(name)
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}.yaml"
    at = text.index(old) + next(
        n for n, pair in enumerate(zip(f"{old}\0", f"{new}\1", strict=False)) if len({*pair}) > 1
    )
    return text.replace(old, new), text[:at].count("\n") + 1


# In the file in force one place is edited; the mistake stands in the line of the edit, or in that of a text named first.
MISTAKES = [
    # keys and types
    ("bands", "monthly_cny:", "monthly_yuan:", [
        ("# Lower bounds", "monthly_cny is missing; state it"), "there is no key monthly_yuan here; correct or remove it"]),
    ("bands", "1000, 2000", "1000.5, 2000", ["monthly_cny is no whole number; state one"]),
    ("bands", "[0, 1000", "[0, '1000'", ["monthly_cny is no whole number; state one"]),
    ("bands", "bands-1.0", "band-1.0", ["band-1.0 is no version of bands; let it begin with bands-"]),
    ("bands", "bands-1.0", "2", ["rule_version_code is no text; put it in quotes"]),
    ("tier", "weight: 25", "wieght: 25", ["there is no key wieght here; correct or remove it", "weight is missing; state it"]),
    ("tier", "weight: 25", "weight: true", ["weight is no whole number; state one"]),
    ("tier", 'when: "true"', "when: true", ["when is no text; put it in quotes"]),
    ("category", "code: C99, reason: NO_CATEGORY", "code: C99", ["reason is missing; state it"]),
    ("category", "{SERVICE_CARD: has_valid_card}", "{}", ["reasons is empty; state at least one"]),
    ("category", "{SERVICE_CARD: has_valid_card}", "{card: has_valid_card}", ["card must look like ^[A-Z][A-Z0-9_]*$"]),
    ("category", "{SERVICE_CARD: has_valid_card}", "has_valid_card", ["reasons is no mapping; state its keys"]),
    ("category", "[C01, C02, C03, C04, C05, C06]", "C01", ["only_without is no list; put it in [ ]"]),
    ("scorecard", "start_points: 500", "start_points: .inf", ["start_points is no whole number; state one"]),
    ("scorecard", "{from: 12, points: 45}", "{from: .nan, points: 45}", ["from is no finite number; state one"]),
    ("scorecard", "reason_count: 4", "reason_count: 5", ["reason_count must be at most 4"]),
    ("scorecard", "kind_code: EXPERT", "kind_code: TRAINED", ["kind_code must be 'EXPERT'"]),
    ("tier", "kind: UTILITY, filled", "kind: , filled", ["kind says nothing; state it or remove the key"]),
    ("scorecard", "rating_code, values", "rating_code, bins: , values", ["bins says nothing; state it or remove the key"]),
    ("category", "if: is_recent_graduate", "if:", ["if is no text; put it in quotes"]),
    # a key twice: YAML would take the last and say nothing
    ("category", "{SERVICE_CARD: has_valid_card}", "{SERVICE_CARD: has_valid_card, SERVICE_CARD: has_identity}", [
        "the key SERVICE_CARD stands twice, and only the last would count; remove one"]),
    # categories
    ("category", "code: C05", "code: C15", [
        ("categories:", "C05 has no rule; state when it holds"),
        "C15 is no code of category; there are C01, C02, C03, C04, C05, C06, C07, C08, C09, C10, C99",
        ("only_without", "C05 is no category above C07; name earlier ones only")]),
    ("category", "code: C05", "code: C04", [
        ("categories:", "C05 has no rule; state when it holds"), "C04 stands twice; put its reasons together",
        ("only_without", "C05 is no category above C07; name earlier ones only")]),
    ("category", "code: C05", "code: C99", [
        ("categories:", "C05 has no rule; state when it holds"), "C99 is for whom no rule holds; remove its rule",
        ("only_without", "C05 is no category above C07; name earlier ones only")]),
    ("category", "C05, C06]", "C05, C08]", ["C08 is no category above C07; name earlier ones only"]),
    ("category", "C05, C06]", "C05, C07]", ["C07 is no category above C07; name earlier ones only"]),
    ("category", "SITE_DAYS", "SERVICE_CARD", [
        "the reason SERVICE_CARD stands twice, and nobody could tell which one held; name it otherwise"]),
    ("category", "reason: NO_CATEGORY", "reason: NEW_HUKOU", [
        "the reason NEW_HUKOU stands twice, and nobody could tell which one held; name it otherwise"]),
    ("category", "si_months_12_count >= 6", "si_month_12_count >= 6", [
        f"the condition asks for si_month_12_count, {NO_FEATURE} si_months_12_count?"]),
    ("category", "if: is_recent_graduate", "if: is_graduate", [
        f"the condition asks for is_graduate, {NO_FEATURE} is_recent_graduate?"]),
    ("category", "si_months_12_count >= 6", "size(category_codes) > 1", [
        "the condition asks for category_codes, which is told only after it; ask for what is known before"]),
    ("category", "si_months_12_count >= 6", "rand() > 0.5", [f"the condition calls rand, which no rule may; use {FUNCTIONS}"]),
    # tiers
    ("tier", "name: WORK_12_OF_24", "name: IDENTITY", [
        "the piece IDENTITY stands twice; remove one or name it otherwise",
        ("code: T1", "there is no piece WORK_12_OF_24; there are IDENTITY, NO_IDENTITY_CONFLICT, RESIDENCE_VALID, "
         "IDENTITY, LEASE_OR_FUND, FURTHER_SOURCE")]),
    ("tier", "code: T1, pieces: [RESIDENCE_VALID", "code: T1, pieces: [RESIDENCE", [
        "there is no piece RESIDENCE; there are IDENTITY, NO_IDENTITY_CONFLICT, RESIDENCE_VALID, WORK_12_OF_24, "
        "LEASE_OR_FUND, FURTHER_SOURCE"]),
    ("tier", "code: T2, when", "code: T5, when", [f"T5 is no code of tier; there are {TIERS}"]),
    ("tier", ", reasons: [IDENTITY_CONFLICT]", "", ["T4 has no `reasons`; name what `when` rests on"]),
    ("tier", "when: NOT has_identity, reasons", "when: NOT has_identity, pieces: [IDENTITY], reasons", [
        "T4 needs either `when` or `pieces`; state one of them"]),
    ("tier", "{code: T1, pieces: [RESIDENCE_VALID, WORK_12_OF_24, LEASE_OR_FUND, FURTHER_SOURCE]}", "{code: T1}", [
        "T1 needs either `when` or `pieces`; state one of them"]),
    ("tier", 'when: "true"', "when: has_identity", [
        'somebody may have no tier; let the last one be for all the rest, when: "true"']),
    ("tier", "has_valid_residence OR work_months_12_count >= 1", '"true"', [
        "everybody has this tier, so that none below is reached; move it to the end"]),
    ("tier", "block: housing", "block: work", ["the block work stands twice and would weigh twice; remove one"]),
    ("tier", "weight: 25", "weight: 0", ["weight must be above 0"]),
    ("tier", "kind: UTILITY", "kind: UTILITIES", [
        "UTILITIES is no code of data_kind; there are IDENTITY, RESIDENCE, WORK, HOUSING, EDUCATION_SKILL, BUSINESS, "
        "ASSOCIATION, UTILITY, COMPLIANCE, PROTECTION, BENEFIT, LOAN, ACCOUNT, SCORE"]),
    ("tier", "'psb_residence')\"", "'psb_residence'\"", [
        "the condition has its end where ) should stand; mend it"]),
    ("tier", "'psb_residence')\"", "'psb_residence)\"", [
        "the condition has a quote that is not closed, or a backslash in a text; mend the text"]),
    # the card: bins, points, values
    ("scorecard", "{from: 12, points: 45}", "{from: 6, points: 45}", [
        "6 is not above 6; let bounds rise, so that each bin reaches to the next"]),
    ("scorecard", "{from: 24, points: 25}", "{from: 40, points: 25}", [
        "36 is not above 40; let bounds rise, so that each bin reaches to the next"]),
    ("scorecard", "{from: 12, points: 45}", "{from: 12, points: 20}", [
        "the points of work_months_24_count go up and down: 0, 25, 20, 60; let them all rise or all fall"]),
    ("scorecard", "{from: 0, points: 15}, {from: 2, points: 5}", "{from: 1, points: 15}, {from: 2, points: 5}", [
        "the points of employer_change_24_count go up and down: 0, 15, 5, 0; let them all rise or all fall"]),
    ("scorecard", "{from: 1, points: -30}", "{from: 1, points: -90}", [
        "the points of adverse_5y_count are 0, -90, -60; more that is bad never earns more, so let them fall"]),
    ("scorecard", "{from: 1, points: -30}, {from: 2, points: -60}", "{from: 1, points: 10}, {from: 2, points: 5}", [
        "adverse_5y_count earns 10; what is bad earns nothing, so state 0 or less",
        "adverse_5y_count earns 5; what is bad earns nothing, so state 0 or less",
        "the points of adverse_5y_count are 0, 10, 5; more that is bad never earns more, so let them fall"]),
    ("scorecard", "{from: 3, points: 10}, {from: 9, points: 20}", "{from: 0, points: -5}, {from: 9, points: 20}", [
        "association_months_12_count costs 5; it is positive-only, so state 0 or more"]),
    ("scorecard", "{from: 3, points: 10}, {from: 9, points: 20}", "{from: 0, points: 20}, {from: 9, points: 10}", [
        "the points of association_months_12_count are 20, 10; it is positive-only, so let them rise"]),
    ("scorecard", '{in: ["3"], points: 10}', '{in: ["3", "4"], points: 10}', [
        "4 stands twice; let each value earn its points once"]),
    ("scorecard", '{in: ["3"], points: 10}', '{in: ["6"], points: 10}', [
        "6 is no code of skill_level; there are 1, 2, 3, 4, 5"]),
    ("scorecard", '["A", "B"]', '["A", "AA"]', ["AA is no code of tax_rating; there are A, B, M, C, D"]),
    ("scorecard", "[{from: 1, points: 10}, {from: 12, points: 20}]}", '[{from: 1, points: 10}], values: [{in: ["1"], points: 1}]}', [
        "hpf_months_24_count is no code; only a code has values",
        "hpf_months_24_count needs either `bins` or `values`; state one of them"]),
    ("scorecard", 'rating_code, values: [{in: ["A", "B"], points: 10}]', "rating_code, bins: [{from: 1, points: 10}]", [
        "rating_code is no number; only a number has bins"]),
    # the card: which variables
    ("scorecard", "name: work_streak_count", "name: work_streak", [
        f"the card asks for work_streak, {NO_FEATURE} work_streak_count?"]),
    ("scorecard", "name: work_streak_count", "name: work_months_24_count", [
        "work_months_24_count stands twice and would count twice; remove one"]),
    ("scorecard", "only: {name: work_months_24_count", "only: {name: work_months_12_count", [
        "work_months_12_count is no variable of the card; name one of them"]),
    ("scorecard", "open_adverse: {name: adverse_open_count", "open_adverse: {name: adverse_count", [
        "adverse_count is no variable of the card; name one of them"]),
    ("scorecard", "unless: [adverse_open_count, adverse_5y_count]", "unless: [adverse_open_count, adverse_5y_count, adverse_count]", [
        "adverse_count is no variable of the card; name one of them"]),
    ("scorecard", "only: {name: work_months_24_count", "only: {name: rating_code", [
        "rating_code is no number; only a number has a least value"]),
    ("scorecard", "unless: [adverse_open_count, adverse_5y_count]", "unless: [adverse_open_count, work_streak_count]", [
        "adverse_5y_count is missing, and whoever has a bad event has a band; add it",
        "work_streak_count counts nothing adverse; name one of adverse_5y_count, adverse_open_count"]),
    ("scorecard", "open_adverse: {name: adverse_open_count", "open_adverse: {name: work_streak_count", [
        "work_streak_count counts nothing adverse; name one of adverse_5y_count, adverse_open_count"]),
    ("scorecard", "thin: {variables: 3", "thin: {variables: 15", [
        "the card has 14 variables, so that everybody is thin; ask for fewer"]),
    # the card: nothing forbidden
    ("scorecard", "name: work_streak_count", "name: age_count", [
        f"age_count may never be an input: {NEVER_6_4}; remove the variable"]),
    ("scorecard", "- {name: rating_code, values: [{in: [\"A\", \"B\"], points: 10}]}",
     "- {name: certificate_type_code, values: [{in: [RID], points: 10}]}", [
        f"certificate_type_code may never be an input (region of birth): {NEVER_6_4}; remove the variable"]),
    ("scorecard", "monthly_band, rent_band", "rent_band, monthly_band, rent_band", ["rent_band stands twice; remove one"]),
    # what may be asked at all
    ("features", "name: work_streak_count", "name: work_months_24_count", ["work_months_24_count stands twice; remove one"]),
    ("features", "code_list: tax_rating", "code_list: rating", ["there is no code list rating; name one of schemas/codes"]),
    ("features", "age_count, type: INT", "age_count, type: LONG", [
        "type must be 'INT', 'DECIMAL(9,6)', 'BOOLEAN', 'STRING' or 'ARRAY<STRING>'"]),
    ("features", "has_identity, type: BOOLEAN", "has_identity, type: BOOLEAN, polarity: adverse", [
        "has_identity is no number, of which there is no more; remove its polarity"]),
    # the card: bands
    ("scorecard", "{band: C, from: 560}", "{band: C, from: 620}", ["C from 620 is not below B from 620; let bands fall"]),
    ("scorecard", "{band: C, from: 560}", "{band: F, from: 560}", [
        "F stands where C is; let bands go from A on, the best first"]),
    ("scorecard", "lowest_band: E", "lowest_band: F", ["F is not the letter after the bands; state E"]),
    ("scorecard", "best_band: D", "best_band: F", ["F is no band; there are A, B, C, D, E"]),
    # industries, newcomers, bands of amounts, purposes
    ("industry", "group: CATERING, from", "group: FOOD, from", [
        "FOOD is no code of industry_group; there are DOMESTIC, EXPRESS, DELIVERY, RIDE, CONSTRUCTION, CATERING, "
        "MANUFACTURING, TECH, OTHER"]),
    ("industry", "from: 61, to: 62", "from: 62, to: 61", [
        "no division is from 62 to 61; put the lower one first"]),
    ("industry", "from: 61, to: 62", "from: 50, to: 62", ["division 50 is of CONSTRUCTION already; let groups share none"]),
    ("industry", "from: 61, to: 62", "from: 61, to: 620", ["to must be at most 97"]),
    ("industry", "section: E", "section: e", ["section must look like ^[A-T]$"]),
    ("industry", "EXPRESS: EXPRESS", "PARCEL: EXPRESS", [
        "EXPRESS has no group; state one", "there is no PARCEL among platforms; there are EXPRESS, FOOD, INSTANT"]),
    ("newcomer", "contribution_months: 6", "contribution_months: 13", ["contribution_months must be at most 12"]),
    ("newcomer", "FPR, PAS]", "FPR, FPR]", ["FPR stands twice; remove one"]),
    ("newcomer", "FPR, PAS]", "FPR, PASS]", [
        "PASS is no code of certificate_type; there are RID, RID15, HMT, FPR, PAS, MASKED"]),
    ("newcomer", "  H2: hukou", "  H3: hukou", [("bases:", "H2 is missing; state it"), "there is no key H3 here; correct or remove it"]),
    ("bands", "[0, 1000", "[500, 1000", ["amounts below 500 have no band; begin with 0"]),
    ("bands", "3000, 5000", "3000, 3000", ["3000 is not above 3000; let bounds rise, so that each bin reaches to the next"]),
    ("purpose", '"52": [WORK', '"52": [BENEFIT', ["BENEFIT appears in no bank file: domain.md, section 5; remove it"]),
    ("purpose", '"52": [WORK', '"52": [BUSINESS', ["BUSINESS stands twice; remove one"]),
    ("purpose", '"16": [HOUSING]', "16: [HOUSING]", ["kinds is no text; put it in quotes"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"), MISTAKES, ids=[f"{m[0]}-{n}" for n, m in enumerate(MISTAKES)]
)
def test_each_mistake_is_named_with_its_line_and_what_to_do(tmp_path, name, old, new, expected):
    text, edit = edited(name, old, new)
    lines = {one: line(text, one[0]) if isinstance(one, tuple) else edit for one in expected}
    said = {one: one[1] if isinstance(one, tuple) else one for one in expected}
    assert told(tmp_path, name, text) == [f"{name}.yaml:{lines[one]}: {said[one]}" for one in expected]


@pytest.mark.parametrize("name", policy_lint.CHECKS)
def test_the_files_in_force_keep_what_they_must(tmp_path, name):
    assert told(tmp_path, name, text_of(name)) == []
    assert schemas.rules(name) == yaml.safe_load(text_of(name))


@pytest.mark.parametrize("name", NEVER)
def test_no_card_may_leave_out_what_is_forbidden_of_the_list_or_ask_for_it(tmp_path, name):
    card = schemas.rules("scorecard")
    shorter = yaml.safe_dump(card | {"never": [one for one in card["never"] if one != name]}, sort_keys=False)
    missing = f"scorecard.yaml:{line(shorter, 'never:')}: {name} is missing ({NEVER[name]}: {NEVER_6_4}); add it"
    assert told(tmp_path, "scorecard", shorter) == [missing]
    asking = shorter.replace("name: work_streak_count", f"name: {name}")
    forbidden = f"{name} may never be an input ({NEVER[name]}): {NEVER_6_4}; remove the variable"
    assert [one for one in told(tmp_path, "scorecard", asking) if one.endswith(forbidden)]


def test_every_mistake_of_a_file_is_named_at_once(tmp_path):
    text = text_of("tier").replace("code: T1", "code: T0").replace("has_lease_12", "has_lease_21")
    assert told(tmp_path, "tier", text) == [
        f"tier.yaml:{line(text, 'when: >-')}: the condition asks for has_lease_21, {NO_FEATURE} has_lease_12?",
        f"tier.yaml:{line(text, 'code: T0')}: T0 is no code of tier; there are {TIERS}",
    ]


def test_the_order_of_precedence_is_that_of_the_code_list(tmp_path):
    text = text_of("category")
    c04, c05 = (
        next(line for line in text.splitlines(keepends=True) if f"code: {code}" in line) for code in ("C04", "C05")
    )
    assert told(tmp_path, "category", text.replace(c04 + c05, c05 + c04)) == [
        f"category.yaml:{line(text, c05)}: C04 stands too low; the order of precedence is {ORDER}"
    ]


def test_a_rule_file_may_lie_anywhere_and_is_known_by_its_name(tmp_path):
    proposed = tmp_path / "tier.yaml"
    proposed.write_text(text_of("tier").replace("tier-2.0", "tier-2.1"), "utf-8")
    name, rule = schemas.rules_of(proposed)
    assert (name, rule["rule_version_code"]) == ("tier", "tier-2.1")
    assert schemas.rules("tier")["rule_version_code"] == "tier-2.0", "what is in force stays in force"
    with pytest.raises(
        schemas.ContractError, match="^tiers.yaml:1: no rule has this name; call the file features, category"
    ):
        schemas.rules_of(tmp_path / "tiers.yaml")
    with pytest.raises(schemas.ContractError, match="^bands.yaml:1: there is no such file$"):
        schemas.rules_of(tmp_path / "bands.yaml")
    proposed.write_bytes("rule_version_code: 档".encode("gb18030"))
    with pytest.raises(schemas.ContractError, match="^tier.yaml:1: not UTF-8; save it so$"):
        schemas.rules_of(proposed)
    proposed.write_text("rule_version_code: tier-3\ntiers: ]", "utf-8")
    with pytest.raises(schemas.ContractError, match="^tier.yaml:2: not YAML$"):
        schemas.rules_of(proposed)


def test_the_rules_in_force_are_held_too(tmp_path, monkeypatch):
    (tmp_path / "rules").mkdir()
    told(tmp_path / "rules", "bands", "rule_version_code: bands-9\nmonthly_cny: [0, 0]")
    monkeypatch.setattr("schemas.profile.HERE", tmp_path)
    with pytest.raises(schemas.ContractError, match="^bands.yaml:2: 0 is not above 0; let bounds rise"):
        schemas.rules.__wrapped__("bands")


def test_without_a_right_list_of_features_no_rule_is_right(tmp_path, monkeypatch):
    wrong = tmp_path / "features.yaml"
    wrong.write_text(text_of("features").replace("type: INT", "kind: INT", 1), "utf-8")
    monkeypatch.setattr("schemas.policy_lint.FEATURES", wrong)
    with pytest.raises(schemas.ContractError, match="there is no key kind here; correct or remove it"):
        policy_lint.features.__wrapped__()


CONDITIONS = [
    ("age_count >= 60 AND has_identity", []),
    ("age_count BETWEEN 16 and 60", []),
    ("NOT (has_identity) OR age_count IS NOT NULL", []),
    ("certificate_type_code IN ('HMT', 'it is; not (a feature')", []),
    ("size(array_except(array('a'), array('b'))) = 0", []),
    ("age_count > 1.5 AND age_count <> -1", []),
    ("ages_count", [f"asks for ages_count, {NO_FEATURE} age_count?"]),
    ("xyz = xyz", ["asks for xyz, which is no feature it may ask for; rules/features.yaml lists them"]),
    ("a1 = b2", [f"asks for {one}, which is no feature it may ask for; rules/features.yaml lists them" for one in ("a1", "b2")]),
    ("reflect('java.lang.System', 'exit', 1)", [f"calls reflect, which no rule may; use {FUNCTIONS}"]),
    ("current_date () > '2026-01-01'", [f"calls current_date, which no rule may; use {FUNCTIONS}"]),
    ("age_count > 1; DROP", ["has ;, which is no part of a condition; texts stand in single quotes",
                             "asks for DROP, which is no feature it may ask for; rules/features.yaml lists them"]),
    ('certificate_type_code = "RID"', ['has ", which is no part of a condition; texts stand in single quotes',
                                      "asks for RID, which is no feature it may ask for; rules/features.yaml lists them"]),
    ("certificate_type_code = 'RID", ["has a quote that is not closed, or a backslash in a text; mend the text"]),
    ("age_count NOT BETWEEN -1 AND 2 + 3 * (4 - 1) OR age_count NOT IN (1, 2) AND NOT NOT has_identity IS TRUE", []),
    ("age_count > 1 --", ["has -, which is no part of a condition; texts stand in single quotes"]),
    ("(age_count > 1", ["has its end where ) should stand; mend it"]),
    ("age_count > 1) OR (has_identity", ["has ) where its end should stand; mend it"]),
    ("age_count > 1 AND", ["has its end where a feature, a literal or a call should stand; mend it"]),
    ("has_identity has_identity", ["has has_identity where its end should stand; mend it"]),
    ("age_count = = 1", ["has = where a feature, a literal or a call should stand; mend it"]),
    ("age_count NOT 1", ["has 1 where IN or BETWEEN should stand; mend it"]),
    ("age_count IN 1", ["has 1 where ( should stand; mend it"]),
    ("age_count IS 1", ["has 1 where NULL or TRUE or FALSE should stand; mend it"]),
    ("age_count BETWEEN 1 OR 2", ["has OR where AND should stand; mend it"]),
    ("size(array(1, 2)", ["has its end where ) should stand; mend it"]),
    ("", ["has its end where a feature, a literal or a call should stand; mend it"]),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS, ids=[one for one, _ in CONDITIONS])
def test_a_condition_asks_for_features_only_and_calls_what_always_answers_alike(condition, expected):
    assert list(mistakes(condition, ["age_count", "has_identity", "certificate_type_code"])) == expected


NUMBER = st.one_of(st.integers(-3, 40), st.sampled_from([0.5, 0.9, 1.0, 17.5]))


@settings(max_examples=300, deadline=None)
@given(
    bins=st.lists(st.tuples(NUMBER, st.integers(-3, 60)), min_size=1, max_size=4), values=st.lists(NUMBER, min_size=1)
)
def test_bins_that_are_let_in_give_every_number_exactly_one_bin_and_points_that_go_one_way(bins, values):
    stated = [{"from": lowest, "points": points} for lowest, points in bins]
    card = schemas.rules("scorecard")
    variables = [one | {"bins": stated} if one["name"] == "hpf_months_24_count" else one for one in card["variables"]]
    raw = card | {"variables": variables}
    wrong = policy_lint.problems("scorecard", raw, "", "scorecard.yaml")
    lowest = [float("-inf"), *(low for low, _ in bins)]
    spans = [*pairwise([*lowest, float("inf")])]
    met = {value: [n for n, (low, high) in enumerate(spans) if low <= value < high] for value in (*values, *lowest[1:])}
    earned = [
        [0, *(points for _, points in bins)][places[0]]
        for value, places in sorted(met.items())
        if value >= 0 and places
    ]
    if not wrong:
        assert all(len(places) == 1 for places in met.values())
        assert earned in (sorted(earned), sorted(earned, reverse=True))
    elif all(low < high for low, high in pairwise(lowest)):
        assert all("go up and down" in said for said in wrong), "bins without gap or overlap are let in"
