import pytest

from jobs.city.chance import Permutation, Stream, running


def test_the_draws_of_a_stream_are_those_of_every_machine():
    stream = Stream(7, "person", 42)
    assert [stream.below(1000) for _ in range(5)] == [719, 239, 219, 176, 499]
    assert Stream(7, "person", 42).shuffled(6) == [5, 2, 3, 0, 1, 4]


@pytest.mark.parametrize("size", [1, 2, 7, 1000, 4097])
def test_a_permutation_meets_every_place_once(size):
    places = Permutation(3, "x", size)
    assert sorted(places.of(index) for index in range(size)) == list(range(size))


def test_a_permutation_refuses_an_index_beyond_its_size():
    with pytest.raises(ValueError, match="outside"):
        Permutation(3, "x", 5).of(5)


def test_weights_decide_how_often_an_item_is_drawn():
    stream, bounds = Stream(1, "w", 0), running([1.0, 3.0])
    drawn = [stream.weighted("ab", bounds) for _ in range(4000)]
    assert 0.22 < drawn.count("a") / 4000 < 0.28
