"""Labels that do not lie on each other: beside points of a map, and at the ends of lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from delphi.charts.picture import width_of

GAP = 4.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A round mark that wants a label."""

    x: float
    y: float
    radius: float
    text: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a label stands: the start, middle or end of its baseline."""

    x: float
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def lies_in(self, other: "_Box") -> bool:
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


def place_labels(
    spots: Sequence[Spot], *, size: float, left: float, top: float, right: float, bottom: float
) -> list[Placed | None]:
    """A place beside each spot, in its order, where its label meets no spot and no other label; None without one.

    Short labels are placed last: they find room more easily.
    """
    frame = _Box(left, top, right, bottom)
    taken = [_Box(s.x - s.radius, s.y - s.radius, s.x + s.radius, s.y + s.radius) for s in spots]
    found: list[Placed | None] = [None] * len(spots)
    for at in sorted(range(len(spots)), key=lambda one: (-len(spots[one].text), one)):
        spot = spots[at]
        width = width_of(spot.text, size=size)
        for place in _candidates(spot, size=size):
            start = place.x - {"start": 0.0, "middle": width / 2, "end": width}[place.anchor]
            box = _Box(start, place.y - size * 0.8, start + width, place.y + size * 0.25)
            if box.lies_in(frame) and not any(box.meets(other) for other in taken):
                found[at] = place
                taken.append(box)
                break
    return found


def spread(wanted: Sequence[float], *, gap: float, lowest: float, highest: float) -> list[float]:
    """Positions as near to the wanted ones as can be, at least `gap` apart and between the two ends.

    Where there is no room for all, they share what there is evenly.
    """
    if not wanted:
        return []
    order = sorted(range(len(wanted)), key=lambda one: (wanted[one], one))
    gap = min(gap, (highest - lowest) / max(len(wanted) - 1, 1))
    placed: list[float] = []
    for at in order:
        placed.append(max(wanted[at], lowest if not placed else placed[-1] + gap))
    ceiling = highest
    for position in range(len(placed) - 1, -1, -1):
        placed[position] = min(placed[position], ceiling)
        ceiling = placed[position] - gap
    found = [0.0] * len(wanted)
    for position, at in enumerate(order):
        found[at] = placed[position]
    return found


def _candidates(spot: Spot, *, size: float) -> list[Placed]:
    """Right, left, above, below, the corners, then the same a line further out."""
    found = []
    for away in (spot.radius + GAP, spot.radius + GAP + size):
        middle, slant = spot.y + size * 0.3, away * 0.75
        found += [
            Placed(spot.x + away, middle, "start"),
            Placed(spot.x - away, middle, "end"),
            Placed(spot.x, spot.y - away, "middle"),
            Placed(spot.x, spot.y + away + size * 0.75, "middle"),
            Placed(spot.x + slant, spot.y - slant, "start"),
            Placed(spot.x + slant, spot.y + slant + size * 0.75, "start"),
            Placed(spot.x - slant, spot.y - slant, "end"),
            Placed(spot.x - slant, spot.y + slant + size * 0.75, "end"),
        ]
    return found
