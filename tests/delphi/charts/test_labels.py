"""Labels never lie on each other, on a mark or outside the frame."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from delphi.charts.labels import Placed, Spot, place_labels, spread
from delphi.charts.picture import shortened, width_of

SIZE = 11.0
FRAME = {"left": 40.0, "top": 10.0, "right": 680.0, "bottom": 480.0}

spots = st.lists(
    st.builds(
        Spot,
        x=st.integers(44, 664).map(float),
        y=st.integers(30, 470).map(float),
        radius=st.sampled_from([5.0, 8.0, 12.0]),
        text=st.sampled_from(["A5-01", "A5-02, 03, 04", "A5-10, 11"]),
    ),
    max_size=40,
)


def box(spot: Spot, place: Placed) -> tuple[float, float, float, float]:
    width = width_of(spot.text, size=SIZE)
    left = place.x - {"start": 0.0, "middle": width / 2, "end": width}[place.anchor]
    return left, place.y - SIZE * 0.8, left + width, place.y + SIZE * 0.25


def meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@given(spots)
@settings(max_examples=60, deadline=None)
def test_no_label_meets_another_label_or_a_mark(found: list[Spot]) -> None:
    placed = place_labels(found, size=SIZE, **FRAME)
    boxes = [box(spot, place) for spot, place in zip(found, placed, strict=True) if place is not None]
    marks = [(s.x - s.radius, s.y - s.radius, s.x + s.radius, s.y + s.radius) for s in found]
    for at, one in enumerate(boxes):
        assert one[0] >= FRAME["left"]
        assert one[2] <= FRAME["right"]
        assert not any(meet(one, other) for other in boxes[at + 1 :])
        assert not any(meet(one, mark) for mark in marks)


def test_a_lone_mark_has_its_label_at_its_right() -> None:
    (place,) = place_labels([Spot(x=300, y=200, radius=5, text="A5-01")], size=SIZE, **FRAME)
    assert place == Placed(x=309, y=203.3, anchor="start")
    (place,) = place_labels([Spot(x=664, y=200, radius=5, text="A5-01")], size=SIZE, **FRAME)
    assert place is not None
    assert place.anchor == "end"


@given(st.lists(st.floats(0, 400, allow_nan=False), max_size=60))
@settings(max_examples=100, deadline=None)
def test_ends_of_lines_keep_their_order_and_their_distance(wanted: list[float]) -> None:
    found = spread(wanted, gap=13, lowest=0, highest=400)
    gap = min(13, 400 / max(len(wanted) - 1, 1))
    ordered = sorted(found)
    assert all(later - sooner >= gap - 1e-6 for sooner, later in pairwise(ordered))
    assert all(-1e-6 <= one <= 400 + 1e-6 for one in found)
    assert sorted(range(len(wanted)), key=lambda at: (wanted[at], at)) == sorted(
        range(len(wanted)), key=lambda at: (found[at], at)
    )


def test_ends_that_are_far_apart_stay_where_they_are() -> None:
    assert spread([300.0, 20.0, 150.0], gap=13, lowest=0, highest=400) == [300.0, 20.0, 150.0]
    assert spread([], gap=13, lowest=0, highest=400) == []


def test_a_long_text_is_cut_at_a_word() -> None:
    assert shortened("Train advisers in soil testing", width=120, size=11) == "Train advisers in…"
    assert shortened("Short", width=120, size=11) == "Short"
