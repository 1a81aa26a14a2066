"""The JSON document of an analysis, with the published keys; undefined numbers are null beside a reason."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

import numpy as np

from analysis.report_dict import report_as_dict
from delphi.analyse.findings import Findings
from delphi.analyse.history import (
    attrition_records,
    decomposition_records,
    group_records,
    key_of,
    participation_records,
    stability_records,
)
from delphi.version import __version__


def as_document(findings: Findings) -> dict[str, Any]:
    """The whole analysis as plain Python."""
    table, options = findings.table, findings.options
    return {
        "engine": {"version": __version__, "numpy": np.__version__, "scipy": version("scipy")},
        "parameters": options.as_parameters(),
        "digest": table.digest(),
        "rounds": [_round(findings, round_) for round_ in table.rounds],
        "stability": stability_records(table, options),
        "groups": group_records(table, options),
        "participation": participation_records(table),
        "attrition": attrition_records(table),
        "decomposition": decomposition_records(table, options),
    }


def as_json(document: dict[str, Any]) -> str:
    """The document as text. Raises ValueError should a NaN or an infinity have got in."""
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _round(findings: Findings, round_: int) -> dict[str, Any]:
    """One round. With several criteria there is no concordance over all of them, but one for each."""
    parts = [part for part in findings.parts if part.round_ == round_]
    reports = [report_as_dict(part.report) for part in parts]
    items = [
        {**key_of(findings.table, part.columns[at]), **item}
        for part, report in zip(parts, reports, strict=True)
        for at, item in enumerate(report["items"])
    ]
    concordance = reports[0]["concordance"]
    document = {
        "round": round_,
        "n_experts": max(part.n_returned for part in parts),
        "n_items": len(items),
        "concordance": concordance if len(parts) == 1 else _blanked(concordance),
        "items": items,
    }
    if parts[0].criterion is not None:
        document["by_criterion"] = [
            {
                "criterion": part.criterion,
                "n_experts": part.n_returned,
                "n_items": part.report.n_items,
                "concordance": report["concordance"],
            }
            for part, report in zip(parts, reports, strict=True)
        ]
    return document


def _blanked(concordance: dict[str, Any]) -> dict[str, Any]:
    """The same keys without values: statements under different criteria cannot agree with each other."""
    return {
        key: _blanked(value) if isinstance(value, dict) else "several_criteria" if key == "reason" else None
        for key, value in concordance.items()
    }
