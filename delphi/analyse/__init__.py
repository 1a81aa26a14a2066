"""The command `analyse FILE`: consensus statistics of a rating file, without database or web framework.

Importing this package costs nothing; `run` loads the analysis when it is called.
"""

from __future__ import annotations

import argparse

FORMATS = ("table", "json", "csv", "xlsx")
QUANTILES = ("linear", "weibull", "averaged_inverted_cdf", "tukey_hinges")
DENOMINATORS = ("rated", "returned", "eligible")
GROUPINGS = ("group", "language")
DONT_KNOW = "dont_know,no_opinion,cannot_evaluate,unable_to_score"
SEED = 20240101


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments on `parser`."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help="ratings as CSV or XLSX: long (columns expert, item, rating and, if you like, round, group, criterion, "
        "na_reason, language) or wide (column expert and one column per item)",
    )
    parser.add_argument("--scale", default="1-9", metavar="L-U", help="rating scale (default 1-9)")
    parser.add_argument("--agree", metavar="L-U", help="ratings that count as agreement (default: 7-9 on 1-9)")
    parser.add_argument(
        "--agreement", default="75%", metavar="SHARE", help="share that must agree: 75%%, 0.75 or 2/3 (default 75%%)"
    )
    parser.add_argument(
        "--iqr", metavar="WIDTH", help="widest interquartile range that is consensus (default: 2 on 1-9)"
    )
    parser.add_argument("--quantile", choices=QUANTILES, default="linear", help="how quartiles are computed")
    parser.add_argument("--denominator", choices=DENOMINATORS, default="rated", help="whom percentages are taken of")
    parser.add_argument("--min-n", default="5", metavar="N", help="fewest ratings for a verdict (default 5)")
    parser.add_argument("--by", choices=GROUPINGS, help="compare subgroups by this column")
    parser.add_argument("--seed", default=str(SEED), metavar="N", help=f"seed of all random draws (default {SEED})")
    parser.add_argument(
        "--dont-know", default=DONT_KNOW, metavar="WORDS",
        help="the file's own words for 'I cannot judge', separated by commas",
    )  # fmt: skip
    parser.add_argument("--format", choices=FORMATS, default="table", help="form of the result (default table)")
    parser.add_argument("--output", metavar="PATH", help="write to this file instead of the screen; needed for xlsx")


def run(arguments: argparse.Namespace) -> int:
    """Analyse the file and print or write the result. Returns the exit code: 0, or 2 after one line on stderr."""
    from delphi.analyse.command import analyse_file

    return analyse_file(arguments)
