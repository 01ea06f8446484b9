"""Disputes as they are taken in and resolved, a line each time."""

from collections.abc import Iterable, Iterator
from typing import Any

from jobs.city import disputes, months
from jobs.city.chance import Stream
from jobs.city.damage import spoil
from jobs.city.disputes import Dispute
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item


def _of_another(row: Item, layout: Layout, stream: Stream) -> bool:
    """Dispute an item of somebody else's file: nothing in the line tells, so it is loaded."""
    if row.values[layout.places["target_source_code"]] is None:
        return False
    number = f"ZL{stream.between(310101, 310151)}{202501 + stream.below(12)}{stream.below(10**8):08d}00"
    row.values[layout.places["target_source_code"]] = "hmb_rental_contract"
    return spoil(row, layout, "target_record_no", number, "DISPUTE_NOT_OWN", ends=None)


LAYOUT = layout(
    "dispute_intake",
    prefix="DISP",
    flaws=Flaws(
        codes=(("target_source_code", "消费记录"), ("claim_code", "咨询"), ("channel_code", "传真")),
        keys=("dispute_no", "received_at", "claim_code"),
        restated=("claim_text", lambda text, stream: f"{text}（补充材料{stream.between(1, 9)}份）"),
        strange=("dispute_no", lambda number: f"YX{number[2:]}"),
        own=(("dispute_not_own", _of_another),),
    ),
)
LAYOUTS = (LAYOUT,)
_WORDS = {
    "WRONG": ("信息错误", "内容与实际不符"),
    "NOT_MINE": ("非本人信息", "不是本人，可能是同名"),
    "MISSING": ("信息遗漏", "缺少记录"),
    "OUTDATED": ("信息过时", "情况已经变化，未更新"),
    "NO_CONSENT": ("未经授权", "从未同意提供"),
    "COMPLAINT": ("投诉", "对服务不满意"),
    "HUMAN_REVIEW": ("人工复核", "要求人工复核"),
}
_ANSWERS = {"CORRECTED": "经核实已更正", "REJECTED": "经核实信息无误，不予更正", "UNRESOLVED": "双方陈述不一，无法核实"}
MEANT = {
    LAYOUT: Meaning(
        texts=("dispute_no", "target_source_code", "target_record_no", "target_column_name", "statement_text"),
        instants=("received_at", "resolved_at"),
        codes={
            "claim_code": {claim: words[0] for claim, words in _WORDS.items()},
            "resolution_code": dict.fromkeys(_ANSWERS, ()),
        },
    )
}
_CHANNELS = ("APP", "PORTAL", "窗口", "热线", "INSTITUTION")


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the person's disputes, taken in and resolved."""
    found = [row for dispute in disputes.disputes(census, life) for row in _lines(census, life, dispute)]
    return [(LAYOUT, sorted(found, key=lambda row: (row.day, row.second)))]


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the disputes."""
    for dispute in disputes.disputes(census, life):
        yield Fact("DISPUTE", dispute.received_on, dispute.resolved_on, dispute.number)


def _lines(census: Census, life: Life, dispute: Dispute) -> Iterator[Item]:
    stream, zone = census.stream("dispute row", dispute.number), census.profile.zone
    second, is_label = stream.between(8 * 3600, 20 * 3600), stream.chance(0.7)
    label, words = _WORDS[dispute.claim]
    target = dispute.target
    state: dict[str, Any] = {
        "dispute_no": dispute.number,
        "target_source_code": target.source if target else None,
        "target_record_no": target.number if target else None,
        "target_column_name": target.column if target else None,
        "target_institution_code": dispute.institution,
        "claim_code": label if is_label else dispute.claim,
        "claim_text": words,
        "statement_text": "本人声明：上述情况属实。" if dispute.has_statement else None,
        "received_at": months.local_text(dispute.received_on, second, zone),
        "channel_code": stream.pick(_CHANNELS),
    }
    yield item(LAYOUT, dispute.received_on, second, zone, "I", life.person, **state)
    if dispute.resolved_on is not None and dispute.resolution is not None:
        at = stream.between(9 * 3600, 17 * 3600)
        state["resolution_code"] = dispute.resolution
        state["resolved_at"] = months.local_text(dispute.resolved_on, at, zone)
        state["answer_text"] = _ANSWERS[dispute.resolution]
        yield item(LAYOUT, dispute.resolved_on, at, zone, "U", life.person, **state)
