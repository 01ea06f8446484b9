"""The gate: what passes, what holds and why, what it keeps, and that no value of a person is in what it keeps."""

import json

import pytest
from literal import rows

import schemas
from expectations import evidence, gate, limits, metrics

TABLE = schemas.table("silver.psb_residence")
LIMIT = {"quarantine_ratio": 0.05}
CANARY = ("31011519900307451X", "王小明", "13812348000", "浦东新区世纪大道100号")


def batch(silver=1000, quarantine=0, **more):
    """The aggregated row of a batch in which all is well but what is said."""
    row = dict.fromkeys(metrics.expressions(TABLE), 0)
    row |= {name: silver for name in metrics.counts(TABLE) if name.startswith("filled__")}
    return row | {"received": silver + quarantine, "silver": silver, "quarantine": quarantine} | more


@pytest.fixture
def judge(tmp_path):
    """Judge rows into one site."""

    def ask(row, period="2026-09", limit=LIMIT):
        return gate.judge("psb_residence", period, TABLE, row, limit, tmp_path)

    return ask


def test_a_batch_in_which_all_is_well_passes_without_a_note(judge):
    verdict = judge(batch(quarantine=10))
    assert (verdict.status, verdict.failures, verdict.notes) == ("pass", (), ())


@pytest.mark.parametrize(
    ("row", "rule", "observed"),
    [
        (batch(silver=900, quarantine=100), "QUARANTINE_SHARE", 0.1),
        (batch(received=1001), "CONSERVATION", 1),
        (batch(silver=0), "RECEIVED", 0),
        (batch(rule__DATE_ORDER=3 * metrics.PACK + 7), "DATE_ORDER", 3),
        (batch(outside__district_code=2), "CODE_LIST", 2),
        (batch(incomplete=1), "REQUIRED", 1),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_batch_that_breaks_a_rule_is_held_and_told_why(judge, row, rule, observed):
    verdict = judge(row)
    assert verdict.status == "hold"
    assert [(failure.rule, failure.observed) for failure in verdict.failures] == [(rule, observed)]


def test_a_warning_is_a_note_and_holds_nothing(judge):
    verdict = judge(batch(extra__ARRIVAL_ORDER=0.2))
    assert verdict.status == "pass"
    assert [str(note) for note in verdict.notes] == [
        "来沪日期晚于签发日期的比例 · share of arrivals after the day of issue: 0.2, limit ≥ 0 and ≤ 0.05"
    ]


def test_a_figure_nobody_gave_holds_the_batch(judge):
    row = batch()
    del row["incomplete"]
    assert [(f.rule, f.observed) for f in judge(row).failures] == [("REQUIRED", None)]


def test_a_handful_in_quarantine_does_not_hold_a_small_batch_but_one_more_does(judge):
    few = LIMIT | {"quarantine_few": 3}
    assert judge(batch(silver=7, quarantine=3), limit=few).status == "pass"
    assert judge(batch(silver=6, quarantine=4), limit=few).status == "hold"


@pytest.mark.fault("F39")
@pytest.mark.parametrize("source", schemas.sources(), ids=lambda source: source.name)
def test_an_empty_batch_passes_where_the_contract_allows_it_and_holds_elsewhere(source, tmp_path):
    for item in source.objects:
        stated = limits.of(source)
        verdict = gate.judge(source.name, "2026-09-10", item.silver, metrics.nothing(item.silver), stated, tmp_path)
        assert [failure.rule for failure in verdict.failures] == ([] if source.may_be_empty else ["RECEIVED"])
        assert verdict.notes == ()


@pytest.mark.fault("F32")
@pytest.mark.fault("F39")
def test_empty_days_hold_neither_themselves_nor_the_days_after_and_a_drop_still_holds(judge):
    may = LIMIT | {"may_be_empty": 1.0}
    for day in range(1, 7):
        assert judge(batch(silver=1000 + day), f"2026-09-{day:02}", may).status == "pass"
    for day in range(7, 13):
        assert judge(metrics.nothing(TABLE), f"2026-09-{day:02}", may).status == "pass"
    after = judge(batch(silver=1000), "2026-09-13", may)
    assert (after.status, after.notes) == ("pass", ())
    assert [f.rule for f in judge(batch(silver=300), "2026-09-14", may).failures] == ["VOLUME_DRIFT"]


def test_a_batch_that_may_not_be_empty_is_held_after_six_full_ones_too(judge):
    for day in range(1, 7):
        judge(batch(), f"2026-09-{day:02}")
    held = judge(metrics.nothing(TABLE), "2026-09-07")
    assert [failure.rule for failure in held.failures] == ["RECEIVED", "VOLUME_DRIFT"]


def test_the_share_in_quarantine_is_the_first_reason_of_many(judge):
    verdict = judge(batch(silver=10, quarantine=10, outside__district_code=2))
    assert [failure.rule for failure in verdict.failures] == ["QUARANTINE_SHARE", "CODE_LIST"]


def test_a_volume_far_from_the_last_six_batches_holds_and_the_first_six_do_not(judge):
    for month, size in enumerate((1000, 1020, 980, 1010, 990, 1000), 1):
        assert judge(batch(silver=size), f"2026-{month:02}").status == "pass"
    assert judge(batch(silver=1250), "2026-07").status == "pass"
    assert [f.rule for f in judge(batch(silver=400), "2026-08").failures] == ["VOLUME_DRIFT"]
    assert judge(batch(silver=1000), "2026-09").status == "pass"  # a held batch is no measure for the next


@pytest.mark.fault("F31")
@pytest.mark.fault("F32")
def test_an_amount_a_hundred_times_as_large_holds_and_three_times_as_large_is_a_note(tmp_path):
    table = schemas.table("silver.hmb_rental_contract")
    row = dict.fromkeys(metrics.expressions(table), 0) | {"received": 100, "silver": 100}
    row |= {name: 100 for name in metrics.counts(table) if name.startswith("filled__")}

    def ask(period, rent):
        found = gate.judge(table.thing, period, table, row | {"typical__monthly_rent_cny": rent}, LIMIT, tmp_path)
        return [(f.rule, f.severity, f.columns) for f in (*found.failures, *found.notes)]

    assert [ask(f"2026-{month:02}", 4500.0) for month in range(1, 7)] == [[]] * 6
    assert ask("2026-07", 450_000.0) == [("MEAN_DRIFT", "error", "月租金 monthly_rent_cny as DECIMAL(18,2) 2.00")]
    assert ask("2026-08", 18_000.0) == [("MEAN_DRIFT", "warning", "月租金 monthly_rent_cny as DECIMAL(18,2) 0.60")]


@pytest.mark.fault("F31")
def test_an_amount_in_another_unit_holds(tmp_path):
    table = schemas.table("silver.hmb_rental_contract")
    row = dict.fromkeys(metrics.expressions(table), 0) | {"received": 10, "silver": 10}

    def ask(period, rent):
        return gate.judge(table.thing, period, table, row | {"typical__monthly_rent_cny": rent}, LIMIT, tmp_path)

    assert ask("2026-08", 4500.0).status == "pass"
    assert [(f.rule, f.column) for f in ask("2026-09", 0.45).failures] == [("AMOUNT_UNIT", "monthly_rent_cny")]
    assert ask("2026-10", 5200.0).status == "pass"


def since(judge, row):
    """Judge six usual months and then one more."""
    for month in range(1, 7):
        assert judge(batch(**SPREAD), f"2026-{month:02}").status == "pass"
    found = judge(row, "2026-07")
    return [(f.rule, f.severity, f.columns) for f in (*found.failures, *found.notes)]


def spread(rented, dorm, site):
    """So many records of each kind of dwelling."""
    return {"code__dwelling_kind_code__" + code: n for code, n in (("RENTED", rented), ("DORM", dorm), ("SITE", site))}


SPREAD = spread(600, 200, 100)


@pytest.mark.fault("F32")
@pytest.mark.parametrize(
    ("row", "found"),
    [
        (batch(**SPREAD, filled__hukou_code=950), []),
        (batch(**SPREAD, filled__hukou_code=800), [("NULL_DRIFT", "warning", "户籍地代码 hukou_code 0.20")]),
        (batch(**SPREAD, filled__hukou_code=700), [("NULL_DRIFT", "error", "户籍地代码 hukou_code 0.30")]),
        (batch(**spread(580, 220, 100)), []),
        (batch(**spread(400, 400, 100)), [("CODE_SHIFT", "warning", "住所类型 dwelling_kind_code 0.24")]),
        (
            batch(**spread(300, 600, 0)),
            [("CODE_SHIFT", "error", "住所类型 dwelling_kind_code 1.50, usual and gone: SITE 11%")],
        ),
        (batch(silver=400, **spread(240, 80, 40)), [("VOLUME_DRIFT", "error", "")]),
    ],
    ids=["few nulls", "20 % nulls", "30 % nulls", "codes as usual", "codes shift", "a code gone", "volume -60 %"],
)
def test_shares_that_drift_are_a_note_or_hold_by_how_far(judge, row, found):
    assert since(judge, row) == found


@pytest.mark.fault("F32")
def test_shares_of_a_handful_are_chance_and_no_drift(judge):
    for month in range(1, 7):
        judge(batch(silver=20, **spread(12, 4, 2)), f"2026-{month:02}")
    verdict = judge(batch(silver=20, filled__hukou_code=10, **spread(4, 12, 2)), "2026-07")
    assert (verdict.status, verdict.notes) == ("pass", ())


@pytest.mark.fault("F31")
@pytest.mark.parametrize(
    ("row", "first", "columns"),
    [
        (
            batch(silver=700, quarantine=300, rule__CODE_UNKNOWN__dwelling_kind_code=300),
            "CODE_DRIFT",
            "住所类型 dwelling_kind_code 0.30",
        ),
        (
            batch(silver=10, quarantine=15, rule__DATE_IMPOSSIBLE__arrive_date=15),
            "FORM_DRIFT",
            "来沪日期 arrive_date as DATE 0.60",
        ),
        (batch(silver=994, quarantine=6, rule__CODE_UNKNOWN__dwelling_kind_code=6), None, ""),
        (batch(silver=10, quarantine=4, rule__DATE_IMPOSSIBLE__arrive_date=4), None, ""),
    ],
    ids=["new code value", "retyped", "single codes", "a few errors of a small batch"],
)
def test_a_column_that_cannot_be_read_any_more_holds_the_first_batch_already(judge, row, first, columns):
    failures = judge(row, limit=LIMIT | {"quarantine_few": 20}).failures
    assert [(f.rule, f.columns) for f in failures][:1] == ([(first, columns)] if first else [])


def test_evidence_is_kept_once_per_delivery_and_again_for_a_new_one(judge, tmp_path):
    first, second = 1_790_000_000, 1_790_100_000
    judge(batch(quarantine=100, known_at=first))
    judge(batch(quarantine=100, known_at=first))
    judge(batch(known_at=second))
    kept = sorted(evidence.folder(tmp_path).rglob("*.json"))
    assert [path.parent.name for path in kept] == ["20260921T141320.000000Z", "20260922T180000.000000Z"]
    [run] = evidence.runs(evidence.folder(tmp_path), "psb_residence")
    assert (run.batch, run.status, run.figures["received"]) == ("2026-09", "pass", 1000)
    assert not json.loads(kept[0].read_text("utf-8"))["success"]


def test_the_site_has_a_page_per_source_with_its_batches_its_quarantine_and_its_rules_in_plain_words(judge, tmp_path):
    judge(batch(), "2026-08")
    verdict = judge(batch(quarantine=100, rule__DATE_ORDER=90, rule__PARSE_LINE=10))
    index = gate.build_docs(tmp_path)
    assert index == tmp_path / "index.html"
    page = (tmp_path / "expectations" / "psb_residence.html").read_text("utf-8")
    assert 'href="../validations/psb_residence/2026-09/' in page
    assert 'href="#quarantine-2026-09">100</a>' in page
    assert "creditfile quarantine ls psb_residence --batch 2026-09" in page
    assert "起止日期颠倒" in page
    assert "two dates in the wrong order" in page
    assert page.index("2026-09") < page.index("2026-08")
    assert "✗ 暂停 hold" in verdict.page.read_text("utf-8")
    assert "居住证与居住登记 psb_residence" in index.read_text("utf-8")


def test_pages_load_nothing_from_elsewhere(judge, tmp_path):
    judge(batch())
    gate.build_docs(tmp_path)
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) == 3
    assert not [page for page in pages if "http" in page.read_text("utf-8").replace("http-equiv", "")]
    assert not list(tmp_path.rglob("*.js"))


def test_pages_of_other_batches_stay_when_one_is_judged_anew(judge, tmp_path):
    judge(batch(), "2026-08")
    gate.build_docs(tmp_path)
    judge(batch(), "2026-09")
    gate.build_docs(tmp_path)
    assert sorted(path.parts[-3] for path in (tmp_path / "validations").rglob("*.html")) == ["2026-08", "2026-09"]
    assert gate.build_docs(tmp_path) is None


def test_nothing_is_printed(judge, tmp_path, capfd):
    judge(batch(quarantine=500))
    gate.build_docs(tmp_path)
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_no_value_of_a_person_is_in_evidence_or_pages(spark, tmp_path):
    """The whole way from rows with canaries, kept and set aside, to verdict, evidence and site."""
    number, name, mobile, address = CANARY
    text = f"""
        record_id | registration_no | certificate_no | person_name | mobile_no | address_text | disposition_code | reason_entries
        r1        | {number}        | {number}       | {name}      | {mobile}  | {address}    |                  | []
        r2        | {number}        | {number}       | {name}      | {mobile}  | {address}    | QUARANTINE       | ID_LENGTH certificate_no
        """
    drawn = rows(spark, TABLE.name, text, disposition_code="STRING", reason_entries="ARRAY<STRING>")
    rest = [f"CAST(NULL AS {c.physical_type}) AS {c.name}" for c in TABLE.stored_columns if c.name not in drawn.columns]
    row = drawn.selectExpr("*", *rest).agg(*metrics.columns(TABLE)).first().asDict()
    verdict = gate.judge("psb_residence", "2026-09", TABLE, row, limits.of(schemas.source("psb_residence")), tmp_path)
    gate.build_docs(tmp_path)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 5
    for path in written:
        content = path.read_bytes()
        assert not [canary for canary in CANARY if canary.encode() in content], path.name
        assert not [canary for canary in CANARY if json.dumps(canary).strip('"').encode() in content], path.name
    assert verdict.status == "hold"
    assert not [canary for canary in CANARY if canary in str(verdict)]
