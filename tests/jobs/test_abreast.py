"""Work side by side: answers in order, the first problem raised, and nobody left out for another's failure."""

from threading import Barrier

import pytest

from jobs.abreast import AT_ONCE, abreast


def test_answers_come_in_the_order_of_the_calls_whoever_is_ready_first():
    meet = Barrier(AT_ONCE, timeout=10)  # none returns before all have begun: they do run at once

    def call(number):
        meet.wait()
        return number

    assert abreast([lambda number=number: call(number) for number in range(AT_ONCE)]) == list(range(AT_ONCE))


def test_a_problem_is_raised_after_the_others_have_done_their_work():
    done = []

    def fail():
        raise ValueError("first")

    with pytest.raises(ValueError, match="first"):
        abreast([fail, *(lambda number=number: done.append(number) for number in range(9))])
    assert sorted(done) == list(range(9))
