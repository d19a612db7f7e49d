"""Make src/armslength/report/assets/sans.ttf and sans-bold.ttf, the letters of a report on paper.

    python -m pip install fonttools
    python scripts/make_fonts.py /usr/share/fonts/truetype/dejavu

DejaVu Sans Condensed 2.37 (dejavu-fonts.github.io), cut down to the letters of European languages, Cyrillic among them,
signs and arrows. Its licence, assets/sans.txt, lets it be changed and handed on; what else a text holds is shown
as a box on paper, and as it is on the page.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset

TARGET = Path(__file__).resolve().parents[1] / "src/armslength/report/assets"
KEPT = "U+20-7E,U+A0-17F,U+192,U+218-21B,U+2C6-2DD,U+370-3FF,U+400-45F,U+490-491,U+2010-2027,U+2030-203A,U+20AC,U+2116,"
KEPT += "U+2122,U+2190-2193,U+2212,U+2248,U+2260,U+2264-2265,U+25A0-25CF,U+FFFD"


def main(folder: Path) -> None:
    """Write both fonts."""
    for source, target in (("DejaVuSansCondensed.ttf", "sans.ttf"), ("DejaVuSansCondensed-Bold.ttf", "sans-bold.ttf")):
        options = subset.Options(hinting=False, layout_features=["kern"], name_IDs=["*"], notdef_outline=True)
        font = subset.load_font(str(folder / source), options)
        cut = subset.Subsetter(options)
        cut.populate(unicodes=subset.parse_unicodes(KEPT))
        cut.subset(font)
        font["head"].modified = font["head"].created  # the same bytes whenever it is made
        subset.save_font(font, str(TARGET / target), options)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
