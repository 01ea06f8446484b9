"""The rules a batch is judged by, as plain values: which figure, its bounds, how bad a breach is, in plain words.

No import of Great Expectations here: `suite.py` makes a suite of these, and pages and messages use the same words.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import schemas
from expectations import extra
from expectations.metrics import bounded, coded, own_columns, reasons, slug
from schemas import Source, Table

Limits = Mapping[str, float]
"""`quarantine_ratio`, and if wished `quarantine_few`: so many records in quarantine never hold a batch; and
`may_be_empty`: 1 where the contract says that an office may have nothing new."""

WARNED_RATIO = 0.05
UNPROVEN = {"ID_REGION_BIRTH": 1.0}
"""Flags whose share is shown and says nothing of a batch: numbers are issued late, many to births before their code."""

KEY_REPEAT_RATIO = 0.1
"""A sketch errs by a hundredth: this is ten times that, and a key made twice repeats far more often."""
VOLUME_DEVIATIONS = 3
UNIT_FACTOR = 1000
EMPTIED_RATIO, EMPTIED_HOLD_RATIO = 0.1, 0.25
MEAN_JUMP, MEAN_HOLD_JUMP = 0.5, 1.0
"""Decimal places: a mean three times as large is a note, ten times as large a hold."""

PSI, PSI_HOLD = 0.1, 0.25
"""Below the first fine, above the second an alarm (domain.md, section 6.7)."""

UNREAD_RATIO = 0.1
"""Share of a column's values that cannot be read, above what is usual: single ones are rows to be mended."""

DRIFTS = ("FORM_DRIFT", "CODE_DRIFT", "AMOUNT_UNIT")
"""Rules by which a column no longer holds what the contract says: retyped, other codes, another unit."""


class GateRule(NamedTuple):
    """One rule of the gate: the figure it reads, the bounds it must stay in (None is open), and what it says."""

    rule: str
    column: str
    figure: str
    minimum: float | None
    maximum: float | None
    severity: str
    zh: str
    en: str


def of(source: Source) -> dict[str, float]:
    """Return the limits a source's contract states."""
    return {
        "quarantine_ratio": source.quarantine_limit_ratio,
        "quarantine_few": source.quarantine_few_count,
        "may_be_empty": float(source.may_be_empty),
    }


def is_main(table: Table) -> bool:
    """Say whether a table is the main object of its source; further objects may well be empty in a month."""
    return table.path.name == f"{table.thing}.odcs.yaml"


def _words(reason: str) -> tuple[str, str]:
    """Plain words of a reason; a source may state one that the list does not have yet."""
    known = schemas.codes("reason").get(reason)
    return (known.zh_name, known.en_name) if known else (reason, reason)


def _named(table: Table, column: str) -> str:
    """Chinese name of a column, or of the whole record."""
    return table.column(column).business_name if column else "整条记录"


def _readable(table: Table) -> Iterator[GateRule]:
    """Whether the columns still hold what the contract says; before the share in quarantine, which it explains."""
    if table.layer == "silver":
        zh, en = "各字段无法识别的占比（超出往常）", "largest share of a column that cannot be read, above the usual"
        yield GateRule("FORM_DRIFT", "", "form_drift_ratio", None, UNREAD_RATIO, "error", zh, en)
        zh, en = (
            "各代码字段不在代码表中的占比（超出往常）",
            "largest share of a column in no code list, above the usual",
        )
        yield GateRule("CODE_DRIFT", "", "code_drift_ratio", None, UNREAD_RATIO, "error", zh, en)


def _counts(table: Table, limits: Limits) -> Iterator[GateRule]:
    least = "error" if table.layer == "silver" and is_main(table) else "warning"
    if limits.get("may_be_empty"):
        zh, en = "合同允许本批无记录", "the batch may be empty, as the contract allows"
        yield GateRule("RECEIVED", "", "received", 0, None, least, zh, en)
    else:
        yield GateRule("RECEIVED", "", "received", 1, None, least, "本批有记录", "the batch holds records")
    if table.layer == "silver":
        yield GateRule(
            "CONSERVATION",
            "",
            "unaccounted",
            0,
            0,
            "error",
            "收到 = 入库 + 隔离 + 重复 + 不予入库",
            "received = silver + quarantine + duplicate + suppressed",
        )
        share = limits["quarantine_ratio"]
        yield GateRule(
            "QUARANTINE_SHARE",
            "",
            "quarantine_ratio",
            None,
            share,
            "error",
            "隔离占比不超过合同上限",
            "share of records in quarantine",
        )
    elif table.primary_key:
        yield GateRule(
            "KEY_REPEAT", "", "key_repeat_ratio", None, KEY_REPEAT_RATIO, "error", "主键唯一", "each key stands once"
        )


def _reasons(table: Table) -> Iterator[GateRule]:
    """The row checks again, on the batch: no row kept in spite of an error, and not too many flagged."""
    for reason, name in reasons(table, "error"):
        zh, en = _words(reason)
        zh, en = f"{_named(table, name)}：入库记录中无“{zh}”", f"{name or 'record'}: no row kept where {en}"
        yield GateRule(reason, name, f"bad__{slug(reason, name)}", 0, 0, "error", zh, en)
    for reason in dict.fromkeys(reason for reason, _ in reasons(table, "warning")):
        zh, en = _words(reason)
        zh, en = f"带“{zh}”提示的记录占比", f"share of rows flagged: {en}"
        yield GateRule(reason, "", f"warn_ratio__{reason}", None, UNPROVEN.get(reason, WARNED_RATIO), "warning", zh, en)


def _columns(table: Table) -> Iterator[GateRule]:
    """What the contract says of each column, asked of the values that stay."""
    if table.layer == "silver":
        zh, en = "每个必填项都不为空", "no required value is missing in a row kept"
        yield GateRule("REQUIRED", "", "incomplete", 0, 0, "error", zh, en)
    for column in [c for c in own_columns(table) if c.required and table.layer != "silver"]:
        zh, en = f"{column.business_name}：不为空", f"{column.name}: never missing"
        yield GateRule("REQUIRED", column.name, f"missing__{column.name}", 0, 0, "error", zh, en)
    for column in coded(table):
        zh, en = f"{column.business_name}：代码均在代码表中", f"{column.name}: only values of its code list"
        yield GateRule("CODE_LIST", column.name, f"outside__{column.name}", 0, 0, "error", zh, en)
    for column, _ in bounded(table):
        zh, en = f"{column.business_name}：在规定范围内", f"{column.name}: inside its bounds"
        yield GateRule("VALUE_RANGE", column.name, f"beyond__{column.name}", 0, 0, "error", zh, en)


def _drift(table: Table) -> Iterator[GateRule]:
    zh, en = "数据量与近六批相比无异常", "volume against the last six batches, in deviations"
    yield GateRule("VOLUME_DRIFT", "", "volume_z", -VOLUME_DEVIATIONS, VOLUME_DEVIATIONS, "error", zh, en)
    for column in [c for c in table.stored_columns if c.name.endswith("_cny")]:
        zh = f"{column.business_name}：计量单位未变（元/万元）"
        en = f"{column.name}: usual amount against the last batch"
        yield GateRule(
            "AMOUNT_UNIT", column.name, f"unit__{column.name}", 1 / UNIT_FACTOR, UNIT_FACTOR, "error", zh, en
        )
    zh, en = "各字段空值占比的最大升幅", "largest rise of a column's share of nulls over six batches"
    yield GateRule("NULL_DRIFT", "", "emptied_ratio", None, EMPTIED_RATIO, "warning", zh, en)
    if table.layer != "silver":  # which files are new depends on who changed, so their shares may well move
        return
    yield GateRule("NULL_DRIFT", "", "emptied_ratio", None, EMPTIED_HOLD_RATIO, "error", zh, en)
    zh, en = "各字段均值的最大变动（数量级）", "largest move of a column's mean against six batches, in decimal places"
    yield GateRule("MEAN_DRIFT", "", "mean_jump", None, MEAN_JUMP, "warning", zh, en)
    yield GateRule("MEAN_DRIFT", "", "mean_jump", None, MEAN_HOLD_JUMP, "error", zh, en)
    zh, en = "各代码字段分布的最大偏移（PSI）", "largest PSI of a column's codes against six batches"
    yield GateRule("CODE_SHIFT", "", "code_psi", None, PSI, "warning", zh, en)
    yield GateRule("CODE_SHIFT", "", "code_psi", None, PSI_HOLD, "error", zh, en)


def rules(table: Table, limits: Limits) -> tuple[GateRule, ...]:
    """Return every rule a batch of this table is judged by, the decisive first.

    Args:
        table: A silver table, or one that has no quarantine (gold).
        limits: See `Limits`; tables without quarantine need none.
    """
    stated = [
        GateRule(f.rule, "", f"extra__{f.rule}", f.minimum, f.maximum, f.severity, f.zh, f.en)
        for f in extra.figures(table)
    ]
    checked = _reasons(table) if table.layer == "silver" else ()
    return (*_readable(table), *_counts(table, limits), *checked, *_columns(table), *stated, *_drift(table))
