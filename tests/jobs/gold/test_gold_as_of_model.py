"""Laws of a question "as of T, known at K", on the engine-free oracle that Spark is held against: 500 lives each.

The lives are told late, corrected, deleted and out of order (`drawn_lives`).
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random

from drawn_lives import CHANGED, key, life
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracle import told
from oracle.adverse import visible
from oracle.delivered import Record, standing
from oracle.known import CADENCES, local

HERE = local("shanghai")
EVERY = frozenset(CADENCES)
BEFORE, EVER = datetime(1990, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)

lives = st.builds(lambda seed: life(Random(seed), "p"), st.integers(0, 2**32))
days = st.dates(date(2023, 1, 1), date(2028, 12, 31))
instants = st.datetimes(datetime(2022, 6, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
far = st.dates(date(2040, 1, 1), date(2090, 12, 31))
five_hundred = settings(max_examples=500, deadline=None, derandomize=True)


def answer(records, as_of, known_at):
    return told.expected(records, as_of, known_at, HERE, EVERY)


def by_key(records):
    """Versions of each key in the order of events, as far as they may be told again: the last one is no deletion."""
    found = defaultdict(list)
    for one in sorted(records, key=lambda one: (one.event_at, one.known_at)):
        found[key(one)].append(one)
    return {name: versions for name, versions in found.items() if versions[-1].operation != "D"}


def again(record, later, operation="U", *, same_event=True, **says):
    """The record told once more, known some days after everything: of the same event, or of one as much later."""
    at = record.event_at if same_event else record.event_at + timedelta(days=later)
    known = datetime(2030, 1, 1, tzinfo=UTC) + timedelta(days=later)
    spot = record.spot._replace(line=10_000 + later)
    return Record(spot, record.person, operation, at, known, told.Page({**record.says, **says}))


@five_hundred
@given(lives, days, instants)
def test_what_is_told_after_k_changes_no_answer_known_at_k(records, as_of, known_at):
    then = [one for one in records if one.known_at <= known_at]
    assert answer(records, as_of, known_at) == answer(then, as_of, known_at)


@five_hundred
@given(lives, days, st.randoms(use_true_random=True))
def test_the_order_of_arrival_does_not_matter(records, as_of, draw):
    shuffled = draw.sample(records, len(records))
    for known_at in sorted({one.known_at for one in draw.sample(records, min(3, len(records)))}):
        assert answer(shuffled, as_of, known_at) == answer(records, as_of, known_at)


@five_hundred
@given(lives, days, st.integers(0))
def test_from_when_a_deletion_is_known_the_key_was_never_told(records, as_of, place):
    keys = by_key(records)
    assume(keys)
    name = sorted(keys, key=str)[place % len(keys)]
    gone = again(keys[name][-1], 1, "D", same_event=False)
    without = [one for one in records if key(one) != name]
    assert answer([*records, gone], as_of, gone.known_at) == answer(without, as_of, gone.known_at)
    just_before = gone.known_at - timedelta(microseconds=1)
    assert answer([*records, gone], as_of, just_before) == answer(records, as_of, just_before)


@five_hundred
@given(lives, days, st.integers(0))
def test_a_correction_that_is_corrected_back_leaves_the_first_answer(records, as_of, place):
    keys = by_key(records)
    assume(keys)
    last = keys[sorted(keys, key=str)[place % len(keys)]][-1]
    columns = CHANGED[last.spot.source, last.spot.object]
    column = sorted(columns)[place % len(columns)]
    wrong = next(value for value in columns[column] if value != last.says[column])
    corrected = [again(last, 1, **{column: wrong}), again(last, 2)]
    assert answer([*records, *corrected], as_of, EVER) == answer(records, as_of, EVER)


@five_hundred
@given(lives, days)
def test_before_anything_is_known_nobody_has_a_file(records, as_of):
    first = min(one.known_at for one in records)
    assert answer(records, as_of, first - timedelta(microseconds=1)) == {}
    assert answer(records, as_of, BEFORE) == {}


@five_hundred
@given(lives, days, far)
def test_bad_behaviour_without_an_end_never_expires(records, as_of, later):
    for person in told.people(records, as_of, EVER, HERE, EVERY).values():
        endless = {
            one.number for one in person.adverse if one.end is None and not one.is_listing and not one.repaired_on
        }
        shown = {item.number for item in visible(person, as_of, HERE.windows)} & endless
        still = {item.number: item for item in visible(person, later, HERE.windows)}
        assert {number: (still[number].status, still[number].expires) for number in shown} == dict.fromkeys(
            shown, ("OPEN", None)
        )


@five_hundred
@given(lives, far)
def test_what_has_no_end_is_open_however_far_ahead_one_asks(records, later):
    files = answer(records, later, EVER)
    for who, person in told.people(records, later, EVER, HERE, EVERY).items():
        registered = [one for one in person.residence if one.kind == "REGISTRATION" and not one.cancelled_on]
        if any(one.end is None for one in registered):
            assert "R2" in files[who].newcomer.basis
        if any(lease.end is None for lease in person.leases):
            assert files[who].features.rent_months_12_count == 12
        levels = [one.level for one in person.skills if one.level is not None and one.valid_to is None]
        if levels:
            assert int(files[who].features.skill_level_code) <= min(levels)


@five_hundred
@given(lives, instants)
def test_versions_stand_as_if_they_were_applied_one_by_one(records, known_at):
    model = defaultdict(list)
    for one in sorted(records, key=lambda one: (one.event_at, one.known_at)):
        if one.known_at <= known_at and one.spot.source != told.CONSENT:
            model[key(one)] = [] if one.operation == "D" else [*model[key(one)], one]
    found = {
        key(versions.last): list(versions.all)
        for keys in standing(told.known(records, known_at)).values()
        for versions in keys
    }
    assert found == {name: versions for name, versions in model.items() if versions}
