"""Medians, quartiles, IQR and agreement share of every (round, statement): the engine against five ways in use."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from analysis.quantiles import quantile_table
from analysis.types import Quantile, Ratings
from benchmarks.panels import AGREE_FROM, EXPERTS, ROUNDS, SCALE, STATEMENTS, Panel, a_panel
from benchmarks.timing import Line, Numbers, alone, compare

KEYS = ["round", "statement"]
TASK = "median, quartiles, IQR, agreement"
Bytes = npt.NDArray[np.int8]
SLOW = {"numpy.nanpercentile": 10, "pandas group-by": 100, "polars": 1000, "DuckDB": 1000}
"""The largest multiple of the panel each rival is asked to do: beyond, one run takes minutes or the memory ends."""


def compare_cells() -> list[Line]:
    """Every size, every rival, and what reading the array once costs."""
    lines = []
    for times in (1, 10, 100, 1000):
        panel = a_panel(times=times)
        size = f"{EXPERTS * times:,} x {STATEMENTS} x {ROUNDS}"
        rivals = [(who, call) for who, call in _rivals(panel, times) if times <= SLOW[who]]
        lines += compare(TASK, size, partial(count_based, *_side_by_side(panel)), rivals)
        lines.append(alone("reading the ratings once (sum)", size, panel.values.sum))
        del rivals, panel
    return lines


def _side_by_side(panel: Panel) -> tuple[Bytes, Bytes]:
    """Values and states (experts, rounds * statements): what the engine likes best, one row an expert."""
    wide = (panel.values.shape[1], -1)
    return panel.values.transpose(1, 0, 2).reshape(wide), panel.states.transpose(1, 0, 2).reshape(wide)


def count_based(values: Bytes, states: Bytes) -> Numbers:
    """Columns median, q1, q3, IQR, share; one row a cell. Validation of every rating is part of the time."""
    counts = Ratings(values=values, states=states, scale=SCALE).counts
    q1, median, q3 = quantile_table(counts, lower=SCALE.lower, percents=(25, 50, 75), method=Quantile.LINEAR)
    by_point = np.ascontiguousarray(counts.T)
    share = by_point[AGREE_FROM - SCALE.lower :].sum(axis=0) / by_point.sum(axis=0)
    return _columns(q1, median, q3, share)


def _rivals(panel: Panel, times: int) -> list[tuple[str, Callable[[], Numbers]]]:
    """Each starts from the form it likes best; making that form is not timed."""
    made = []
    if times <= SLOW["numpy.nanpercentile"]:
        made.append(("numpy.nanpercentile", _nanpercentile(panel)))
    if find_spec("pandas") and times <= SLOW["pandas group-by"]:
        made.append(("pandas group-by", _pandas(panel)))
    if find_spec("polars"):
        made.append(("polars", _polars(panel)))
    if find_spec("duckdb"):
        made.append(("DuckDB", _duckdb(panel)))
    return made


def _columns(q1: Numbers, median: Numbers, q3: Numbers, share: Numbers) -> Numbers:
    return np.stack([median, q1, q3, q3 - q1, share], axis=1)


def _nanpercentile(panel: Panel) -> Callable[[], Numbers]:
    floats = panel.floats

    def run() -> Numbers:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            q1, median, q3 = np.nanpercentile(floats, [25, 50, 75], axis=1)
            agree = np.where(np.isnan(floats), np.nan, floats >= AGREE_FROM)
            share = np.nanmean(agree, axis=1)
        return _columns(q1.ravel(), median.ravel(), q3.ravel(), share.ravel())

    return run


def _pandas(panel: Panel) -> Callable[[], Numbers]:
    import pandas

    frame = pandas.DataFrame(panel.long())

    def run() -> Numbers:
        quantiles = frame.groupby(KEYS)["rating"].quantile([0.25, 0.5, 0.75]).unstack()
        share = frame.assign(agrees=frame["rating"] >= AGREE_FROM).groupby(KEYS)["agrees"].mean()
        return _columns(
            quantiles[0.25].to_numpy(), quantiles[0.5].to_numpy(), quantiles[0.75].to_numpy(), share.to_numpy()
        )

    return run


def _polars(panel: Panel) -> Callable[[], Numbers]:
    import polars

    frame = polars.DataFrame(panel.long())
    column = polars.col("rating")
    wanted = [column.quantile(q, interpolation="linear").alias(f"q{q}") for q in (0.25, 0.5, 0.75)]

    def run() -> Numbers:
        table = frame.group_by(KEYS).agg(*wanted, (column >= AGREE_FROM).mean().alias("share")).sort(KEYS)
        return _columns(*(table[name].to_numpy() for name in ("q0.25", "q0.5", "q0.75", "share")))

    return run


def _duckdb(panel: Panel) -> Callable[[], Numbers]:
    import duckdb

    connection = duckdb.connect()
    connection.register("arrays", panel.long())
    connection.execute("create table ratings as select * from arrays")
    query = (
        "select quantile_cont(rating, [0.25, 0.5, 0.75]) as q, avg((rating >= ?)::int) as share "
        "from ratings group by round, statement order by round, statement"
    )

    def run() -> Numbers:
        rows = connection.execute(query, [AGREE_FROM]).fetchall()
        q1, median, q3 = np.array([row[0] for row in rows]).T
        return _columns(q1, median, q3, np.array([row[1] for row in rows]))

    return run
