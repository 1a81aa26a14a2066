"""What small groups may be shown, and the codes under which people appear."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from random import Random


class Disclosure(StrEnum):
    """How much of a group's answers an expert sees."""

    FULL = "full"
    """Counts for each scale point, the median, comments after review."""
    SENTENCE = "sentence"
    """Median and range in words; comments only where the facilitator paraphrased them."""
    NOTHING = "nothing"
    """"Too few answers to show"."""


def disclosure(n: int, *, min_group_size: int) -> Disclosure:
    """How much experts see of `n` answers: all from the minimum group size on, a sentence from 3, else nothing."""
    if n >= min_group_size:
        return Disclosure.FULL
    return Disclosure.SENTENCE if n >= 3 else Disclosure.NOTHING


def may_show_group(n_group: int, *, n_total: int, min_group_size: int) -> bool:
    """Whether a subgroup's figures may be shown: the group and the rest are both large enough.

    A group that is everybody has no rest; it says no more than the total does.
    """
    rest = n_total - n_group
    return n_group >= min_group_size and (rest == 0 or rest >= min_group_size)


def groups_to_show(sizes: Mapping[str, int], *, n_total: int, min_group_size: int) -> tuple[str, ...]:
    """Which groups' figures may stand side by side with the total, in alphabetical order.

    Each is large enough, and so is everybody who is in none of them: what is left after taking the shown groups from
    the total must not tell of fewer people than the minimum. The smallest group goes first where it would.
    """
    shown = sorted(name for name, n in sizes.items() if n >= min_group_size)
    while shown:
        rest = n_total - sum(sizes[name] for name in shown)
        alone_is_fine = len(shown) > 1 or may_show_group(
            sizes[shown[0]], n_total=n_total, min_group_size=min_group_size
        )
        if alone_is_fine and (rest == 0 or rest >= min_group_size):
            return tuple(shown)
        shown.remove(min(shown, key=lambda name: (sizes[name], name)))
    return ()


def display_codes(panellist_ids: Sequence[int], *, seed: int) -> dict[int, str]:
    """Codes such as P-07 for one round's ideas, drawn anew for each round.

    They let a facilitator see that two ideas come from one person without linking that person across rounds.
    """
    shuffled = sorted(panellist_ids)
    Random(f"codes:{seed}").shuffle(shuffled)
    return {panellist_id: f"P-{number:02d}" for number, panellist_id in enumerate(shuffled, start=1)}
