"""Where the city's people come from: county codes of GB/T 2260 with rough weights, old codes with their successors.

A certificate keeps the code of its first issue, also after the county was merged; the hukou has the code of today.
"""

from typing import NamedTuple


class Region(NamedTuple):
    """The region digits of a certificate, the hukou code of today (None without hukou), how many come from there."""

    certificate_code: str
    hukou_code: str | None
    weight: float
    kind: str


_OUTSIDE = """
341225 9  341226 8  341221 8  341222 6  341621 5  341622 5  341623 6  341522 8  341524 4  341322 3  341324 4  340826 3
341125 4  340123 5  320921 5  320922 5  320923 6  320924 5  320722 4  320724 3  321322 5  321323 3  321324 4  320826 4
320322 3  320623 3  320681 3  320682 4  411525 8  411524 6  411526 4  411528 4  411625 4  411627 4  411628 3  411426 3
411425 3  411481 4  411722 3  410225 3  361128 5  361127 5  361124 3  360981 3  360731 2  421126 4  421127 3  421181 3
421022 3  429004 2  511322 3  511324 2  511623 3  511725 4  511722 2  510623 2  500235 3  500236 2  500101 2  430424 2
430524 2  430481 2  370829 2  371722 3  371725 2  371322 2  330327 3  330382 3  330683 2  331082 2  350583 3  350181 2
522121>520302 1  520381 1  520524 2  530381 1  530627 2  610922 1  610728 1  621124 1  620821 1  141124 1  130434 2
230184 2  231181 1  220182 1  211224 1  150404 1  450881 1  440981 1  440882 1  640422 1  653101 1  654002 1
"""

_NATIVE = (
    "310101 310104 310105 310107 310109 310110 310112 310113 310114 310115 310225>310115 310103>310101 310230>310151"
)

_RETIRED = "411626>411603 421023>421088 320684>320614 510211>500106"

_PERMIT_HOLDERS = {"810000": "HMT", "820000": "HMT", "830000": "HMT"}
_FOREIGN = ("931840", "931392", "931410", "931826", "931276", "931702")
"""Card since 2023-12-01: 9, province 31, country by ISO 3166 numeric."""

FOREIGN_LETTERS = {"840": "USA", "392": "JPN", "410": "KOR", "826": "GBR", "276": "DEU", "702": "SGP"}
"""The card of 2017 begins with the country's letters."""


def _pair(code: str) -> tuple[str, str]:
    before, _, after = code.partition(">")
    return before, after or before


def _regions() -> tuple[Region, ...]:
    words = _OUTSIDE.split()
    found = [Region(*_pair(code), float(weight), "RID") for code, weight in zip(words[::2], words[1::2], strict=True)]
    found += [Region(*_pair(code), 1.5, "RID") for code in _RETIRED.split()]
    outside = sum(region.weight for region in found)
    native = [_pair(code) for code in _NATIVE.split()]
    found += [Region(*pair, outside * 0.07 / len(native), "RID") for pair in native]
    found += [Region(code, None, outside * 0.01 / 3, kind) for code, kind in _PERMIT_HOLDERS.items()]
    found += [Region(code, None, outside * 0.009 / len(_FOREIGN), "FPR") for code in _FOREIGN]
    return tuple(found)


REGIONS = _regions()
