"""Synthetic panels: seeded, on the scale, and shaped as their name says."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.simulation import PanelShape, simulate_panel, simulate_study
from analysis.types import CellState, Scale

NINE = Scale(1, 9)


def a_panel(shape: PanelShape, *, seed: int = 1, n_experts: int = 200, scale: Scale = NINE) -> np.ndarray:
    return simulate_panel(shape=shape, n_experts=n_experts, n_rounds=3, scale=scale, rng=np.random.RandomState(seed))


@pytest.mark.parametrize("shape", PanelShape)
@pytest.mark.parametrize("scale", [NINE, Scale(1, 5), Scale(0, 100), Scale(1, 2)])
def test_panel_lies_on_scale_and_repeats_with_seed(shape: PanelShape, scale: Scale) -> None:
    panel = a_panel(shape, scale=scale)
    assert panel.shape == (3, 200)
    assert panel.dtype == np.int64
    assert scale.lower <= panel.min() <= panel.max() <= scale.upper
    assert np.array_equal(panel, a_panel(shape, scale=scale))
    assert not np.array_equal(panel, a_panel(shape, seed=2, scale=scale))


def test_shapes_are_where_their_name_says() -> None:
    last = {shape: a_panel(shape)[-1] for shape in PanelShape}
    assert np.mean(last[PanelShape.HIGH] >= 7) > 0.9
    assert np.mean(last[PanelShape.LOW] <= 3) > 0.9
    assert 0.5 < np.mean(last[PanelShape.LEANING] >= 6) < 0.95
    assert np.mean(last[PanelShape.CAMPS] <= 3) == pytest.approx(0.5, abs=0.05)
    assert np.mean(last[PanelShape.CAMPS] >= 7) == pytest.approx(0.5, abs=0.05)
    assert min(np.bincount(last[PanelShape.SCATTERED], minlength=10)[1:]) > 0


def test_rising_and_falling_panels_move_over_the_middle() -> None:
    rising, falling = a_panel(PanelShape.RISING), a_panel(PanelShape.FALLING)
    assert np.all(np.diff(rising.mean(axis=1)) > 0.8)
    assert np.all(np.diff(falling.mean(axis=1)) < -0.8)


@pytest.mark.parametrize("shape", [PanelShape.HIGH, PanelShape.LEANING, PanelShape.LOW])
def test_spread_narrows_from_round_to_round(shape: PanelShape) -> None:
    spread = a_panel(shape, scale=Scale(0, 100)).std(axis=1)
    assert np.all(np.diff(spread) < 0)


def test_some_experts_never_move_and_others_do() -> None:
    panel = a_panel(PanelShape.RISING, scale=Scale(0, 100))
    still = np.mean(np.all(panel == panel[0], axis=0))
    assert 0.08 < still < 0.25


def test_reversed_scale_mirrors_the_codes() -> None:
    mirrored = a_panel(PanelShape.HIGH, scale=Scale(1, 9, direction=-1))
    assert np.array_equal(10 - mirrored, a_panel(PanelShape.HIGH))


def test_one_expert_in_one_round_is_a_panel() -> None:
    panel = simulate_panel(shape=PanelShape.CAMPS, n_experts=1, n_rounds=2, scale=NINE, rng=np.random.RandomState(0))
    assert panel.shape == (2, 1)


@pytest.mark.parametrize(("n_experts", "n_rounds", "message"), [(0, 1, "n_experts is 0"), (3, 0, "n_rounds is 0")])
def test_sizes_below_one_are_refused(n_experts: int, n_rounds: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        simulate_panel(
            shape=PanelShape.HIGH, n_experts=n_experts, n_rounds=n_rounds, scale=NINE, rng=np.random.RandomState(0)
        )


def a_study(**changes: float) -> tuple:
    return simulate_study(
        shapes=[PanelShape.HIGH, PanelShape.CAMPS, PanelShape.LOW],
        n_experts=60,
        n_rounds=4,
        scale=NINE,
        rng=np.random.RandomState(7),
        **changes,
    )


def test_study_without_losses_is_complete() -> None:
    rounds = a_study()
    assert len(rounds) == 4
    assert all(round_.n_rated.tolist() == [60, 60, 60] for round_ in rounds)


def test_study_loses_experts_for_good_and_keeps_the_unsure() -> None:
    rounds = a_study(dropout=0.2, dont_know=0.1)
    gone = np.stack([np.all(round_.states == CellState.NOT_RETURNED, axis=1) for round_ in rounds])
    assert not gone[0].any()
    assert np.all(gone[1:] >= gone[:-1])
    assert gone[-1].sum() > gone[1].sum() > 0
    unsure = [round_.states == CellState.DONT_KNOW for round_ in rounds]
    assert 0 < unsure[0].sum() < 60
    assert np.array_equal(unsure[3], unsure[0] & ~gone[3][:, None])


@pytest.mark.parametrize("name", ["dropout", "dont_know"])
def test_chances_outside_0_to_1_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is 1.5"):
        a_study(**{name: 1.5})


def test_study_without_statements_is_refused() -> None:
    with pytest.raises(ValueError, match="shapes are empty"):
        simulate_study(shapes=[], n_experts=3, n_rounds=1, scale=NINE, rng=np.random.RandomState(0))
