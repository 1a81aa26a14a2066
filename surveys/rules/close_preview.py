"""Whether a round may be closed as its preview showed it: more answers than shown are no reason to ask again.

While hundreds send their answers in the last minutes, counts change between the page and its button each time. What was
decided on is held by a digest: the round as it is, its deadline, its panel and what is asked. The counts may only grow.
"""

from collections.abc import Sequence


def confirmation(digest: str, *, counts: Sequence[int]) -> str:
    """What the button carries back: the digest (hexadecimal) and the counts that were shown."""
    return "-".join([digest, *map(str, counts)])


def still_holds(shown: str, *, fresh: str) -> bool:
    """Whether what was confirmed is still so: the same digest, and no count smaller than the one shown."""
    digest, *counts = shown.split("-")
    digest_now, *counts_now = fresh.split("-")
    if digest != digest_now or len(counts) != len(counts_now) or not all(_is_count(one) for one in counts):
        return False
    return all(int(then) <= int(now) for then, now in zip(counts, counts_now, strict=True))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12
