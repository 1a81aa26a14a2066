"""A round report as plain Python, with the keys of the published JSON format: nothing is computed here."""

from __future__ import annotations

from typing import Any

from analysis.appropriateness import Ram
from analysis.report_types import Concordance, ItemReport, RoundReport
from analysis.types import Share, Verdict


def report_as_dict(report: RoundReport) -> dict[str, Any]:
    """JSON-ready form of a round report; undefined numbers are None beside a `reason`.

    The item keys are those of the published format without `item`, which the caller knows. An item without ratings
    is `insufficient` there, with the reason `no_ratings`.
    """
    return {
        "n_experts": report.n_experts,
        "n_items": report.n_items,
        "concordance": _concordance(report.concordance),
        "items": [_item(item) for item in report.items],
    }


def _concordance(concordance: Concordance) -> dict[str, Any]:
    w = concordance.kendall_w
    return {
        "kendall_w": {
            "w": w.w,
            "chi2": w.chi2,
            "df": w.df,
            "p": w.p,
            "p_method": w.p_method.value if w.p_method else None,
            "m_used": w.m_used,
            "k_used": w.k_used,
            "m_dropped": w.m_dropped,
            "w_method": w.w_method.value,
            "reason": w.reason,
        },
        "krippendorff_alpha": {
            "nominal": concordance.alpha_nominal.value,
            "ordinal": concordance.alpha_ordinal.value,
            "interval": concordance.alpha_interval.value,
            "reason": concordance.alpha_ordinal.reason,
        },
        "gwet": {
            "ac1": concordance.gwet_ac1.value,
            "ac2": concordance.gwet_ac2.value,
            "reason": concordance.gwet_ac2.reason,
        },
        "fleiss_kappa": concordance.fleiss_kappa.value,
        "icc": {"a1": concordance.icc.a1, "am": concordance.icc.am, "reason": concordance.icc.reason},
        "reason": concordance.fleiss_kappa.reason,
    }


def _item(item: ItemReport) -> dict[str, Any]:
    verdict = Verdict.INSUFFICIENT if item.verdict is Verdict.NO_DATA else item.verdict
    multiverse = item.multiverse
    return {
        "n": item.n,
        "n_eligible": item.n_eligible,
        "n_dont_know": item.n_dont_know,
        "n_abstain": item.n_abstain,
        "n_missing": item.n_missing,
        "frequency": list(item.frequency),
        "mean": item.mean,
        "sd": item.sd,
        "median": item.median,
        "q1": item.q1,
        "q3": item.q3,
        "iqr": item.iqr,
        "mad": item.mad,
        "mode": list(item.mode),
        "agreement": {**_share(item.agreement), "low": item.agreement.low, "high": item.agreement.high},
        "opposition": _share(item.opposition),
        "van_der_eijk_a": item.van_der_eijk_a,
        "consensus_cns": item.consensus_cns,
        "leik_d": item.leik_d,
        "ram": None if item.ram is None else _ram(item.ram),
        "verdict": verdict.value,
        "criteria": {"agreement": item.criteria.agreement, "iqr": item.criteria.iqr},
        "quantile_sensitive": item.quantile_sensitive,
        "fragile": item.fragile,
        "flips_if_one_leaves": item.flips_if_one_leaves,
        "false_consensus_chance": item.false_consensus_chance,
        "multiverse": None
        if multiverse is None
        else {
            "in": multiverse.in_,
            "applicable": multiverse.applicable,
            "dissenting": list(multiverse.dissenting),
        },
        "polarised": item.polarised,
        "rank": {"rank": item.rank.rank, "low": item.rank.low, "high": item.rank.high},
        "reason": item.reason,
    }


def _share(share: Share) -> dict[str, Any]:
    return {"k": share.k, "n": share.n, "share": share.share}


def _ram(ram: Ram) -> dict[str, Any]:
    return {
        "p30": ram.p30,
        "p70": ram.p70,
        "ipr": ram.ipr,
        "ipras": ram.ipras,
        "disagreement_index": ram.disagreement_index,
        "label": ram.label.value if ram.label else None,
        "reason": None if ram.label else "no_ratings" if ram.p30 is None else "too_few_ratings",
    }
