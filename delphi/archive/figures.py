"""Which figures of a result are published in a bundle, from a frozen report and from a recomputed one alike."""

from typing import Any

from delphi.archive.layout import BY_NAME, Cell

N_RESULT_KEYS, N_CONCORDANCE_KEYS = 5, 4


def figure_names() -> tuple[str, ...]:
    return BY_NAME["results"].columns[N_RESULT_KEYS:]


def concordance_names() -> tuple[str, ...]:
    return BY_NAME["concordance"].columns[N_CONCORDANCE_KEYS:]


def figure_cells(report: dict[str, Any]) -> tuple[Cell, ...]:
    """The cells of one item report, in the order of the columns; the class stands beside its keys."""
    flat = {
        **report,
        "frequency": " ".join(map(str, report["frequency"])),
        "agreement_k": report["agreement"]["k"],
        "agreement_n": report["agreement"]["n"],
        "rank": report["rank"]["rank"],
        "rank_low": report["rank"]["low"],
        "rank_high": report["rank"]["high"],
    }
    return tuple(_cell(flat.get(name)) for name in figure_names())


def concordance_cells(block: dict[str, Any]) -> tuple[Cell, ...]:
    """The cells of one concordance block."""
    w, gwet, icc = block["kendall_w"], block["gwet"], block["icc"]
    flat = {
        **{name: w[name] for name in ("w", "chi2", "df", "p", "m_used", "k_used")},
        "alpha_ordinal": block["krippendorff_alpha"]["ordinal"],
        "ac1": gwet["ac1"],
        "ac2": gwet["ac2"],
        "fleiss_kappa": block["fleiss_kappa"],
        "icc_a1": icc["a1"],
        "icc_am": icc["am"],
    }
    return tuple(_cell(flat[name]) for name in concordance_names())


def _cell(value: Any) -> Cell:
    """A plain value; whole numbers of NumPy and of JSON look alike in a file."""
    if value is None or isinstance(value, str | bool):
        return value
    return int(value) if isinstance(value, int) else float(value)
