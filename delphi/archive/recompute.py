"""Recompute the main figures of this bundle from its frozen answers, with nothing but Python's standard library.

Run it where it lies:  python recompute.py
It reads data/*.csv, study.json and protocol.json, computes n, frequencies, median, quartiles, mean, standard deviation,
agreement and verdict of every statement anew, and names the first figure that differs. It shares no code with the
software that made the bundle.
"""

import csv
import json
import statistics
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

Figures = dict[str, Any]


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def quantile(values: list[int], share: float, method: str) -> float:
    """Quartiles by the formula the rules name (Hyndman and Fan 1996; Tukey 1977 for the hinges)."""
    ordered, n = sorted(values), len(values)
    if method == "tukey_hinges":
        half = (n + 1) // 2
        return float(statistics.median(ordered[:half] if share < 0.5 else ordered[n - half :]))
    if method == "averaged_inverted_cdf":
        at = n * Fraction(share)
        if at.denominator > 1:
            return float(ordered[int(at)])
        return (ordered[max(int(at) - 1, 0)] + ordered[min(int(at), n - 1)]) / 2
    if method not in ("linear", "weibull"):
        raise SystemExit(f"This script does not know the quartile formula {method!r}.")
    position = share * (n - 1) if method == "linear" else share * (n + 1) - 1
    position = min(max(position, 0.0), n - 1.0)
    below = int(position)
    above = min(below + 1, n - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def figures_of(values: list[int], *, scale: Figures, rule: Figures, settings: Figures, counts: Figures) -> Figures:
    """Everything about one statement on one criterion; `counts` says who could have rated (eligible) and who
    sent the round back (returned), both without those who abstained."""
    lower, upper, n = scale["lower"], scale["upper"], len(values)
    found: Figures = {"n": n, "frequency": " ".join(str(values.count(p)) for p in range(lower, upper + 1))}
    top = sum(rule["agree_from"] <= value <= rule["agree_to"] for value in values)
    bottom = sum(value <= lower + rule["agree_to"] - rule["agree_from"] for value in values)
    denominator = {"rated": n, **counts}[settings["denominator"]]
    found["agreement_k"], found["agreement_n"] = top, denominator
    for name in ("median", "q1", "q3", "iqr", "mean", "sd"):
        found[name] = None
    if values:
        q1, q3 = (quantile(values, share, settings["quantile"]) for share in (0.25, 0.75))
        found.update(median=float(statistics.median(values)), q1=q1, q3=q3, iqr=q3 - q1, mean=statistics.fmean(values))
    if n > 1:
        found["sd"] = statistics.stdev(values)
    enough = n >= max(3, settings["min_n"]) and 2 * n >= counts["eligible"]
    narrow = found["iqr"] is not None and found["iqr"] <= rule["iqr"] + 1e-9
    share = Fraction(rule["agreement"])
    is_in = bool(denominator) and Fraction(top, denominator) >= share
    is_out = bool(denominator) and Fraction(bottom, denominator) >= share
    verdict = "in" if is_in and narrow else "out" if is_out and narrow else "none"
    found["verdict"] = ("insufficient" if n else "no_data") if not enough else verdict
    return found


def differs(stored: str, computed: Any) -> bool:
    if computed is None or isinstance(computed, str):
        return stored != (computed or "")
    return stored == "" or abs(float(stored) - computed) > 1e-9


def main(folder: Path) -> int:
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    rules = json.loads((folder / "protocol.json").read_text(encoding="utf-8"))["applied"]
    scales = {scale["code"]: scale for scale in study["scales"]}
    criteria = {one["code"]: scales[one["scale"]] for one in study["criteria"]}
    rounds = {(row["task_force"], row["round"]): row for row in table(folder, "rounds")}
    ratings: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in table(folder, "ratings"):
        key = row["task_force"], row["round"], row["statement"], row["criterion"]
        ratings.setdefault(key, []).append(row)
    people: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for row in table(folder, "panel"):
        here = people.setdefault((row["task_force"], row["round"]), {"eligible": [], "returned": []})
        here["eligible"].append(row["expert"])
        if row["answered"] == "yes":
            here["returned"].append(row["expert"])
    n_figures = 0
    for stored in table(folder, "results"):
        key = stored["task_force"], stored["round"], stored["statement"], stored["criterion"]
        settings = rules[rounds[key[:2]]["rule_fingerprint"]]
        answers = ratings.get(key, [])
        values = [int(row["value"]) for row in answers if row["state"] == "rated"]
        n_abstained = sum(row["state"] == "abstained" for row in answers)
        counts = {name: len(who) - n_abstained for name, who in people[key[:2]].items()}
        computed = figures_of(
            values, scale=criteria[key[3]], rule=settings["criteria"][key[3]], settings=settings, counts=counts
        )
        for name, value in computed.items():
            n_figures += 1
            if differs(stored[name], value):
                sys.stdout.write(f"DIFFERENT: {', '.join(key)}: {name} is {stored[name]!r}, recomputed {value!r}\n")
                return 1
    sys.stdout.write(f"{n_figures} figures recomputed; every one is the published one.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(__file__).resolve().parent))
