"""Ratings as pictures: one place, used by pages, files and documents. Texts are in the language that is in force.

Every function takes frozen figures and returns a `Picture`: marks without style, the same in a sentence and as a
table. `picture.svg()` goes into a page; `files.as_svg` and `files.as_png` make a file of the same marks.
"""

from delphi.charts.distributions import distribution, distribution_words, figures_words
from delphi.charts.picture import Picture

__all__ = ["Picture", "distribution", "distribution_words", "figures_words"]
