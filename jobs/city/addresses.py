"""Dwellings and their addresses as people write them: free text, often shortened, sometimes by an old road name."""

from typing import NamedTuple

from jobs.city.chance import Stream, running

_DISTRICTS = """
310101 黄浦区 4 310104 徐汇区 7 310105 长宁区 4 310106 静安区 6 310107 普陀区 8 310109 虹口区 4 310110 杨浦区 7
310112 闵行区 16 310113 宝山区 13 310114 嘉定区 12 310115 浦东新区 32 310116 金山区 4 310117 松江区 12 310118 青浦区 8
310120 奉贤区 7 310151 崇明区 2
"""
_words = _DISTRICTS.split()
DISTRICTS = dict(zip(_words[::3], _words[1::3], strict=True))
_CODES = tuple(_words[::3])
_BOUNDS = running([float(weight) for weight in _words[2::3]])

_ROADS = [
    "金海",
    "沪太",
    "春申",
    "曹安",
    "川沙",
    "顾戴",
    "龙吴",
    "漕宝",
    "共康",
    "环城",
    "新松江",
    "外青松",
    "航南",
    "嘉定城中",
    "宝杨",
    "江杨",
    "莲花",
    "七莘",
    "罗山",
    "锦绣",
    "云台",
    "浦建",
    "张杨",
    "德平",
]
_OLD_ROADS = {
    "金海": "金桥",
    "春申": "春塘",
    "龙吴": "龙华西",
    "宝杨": "宝杨公",
    "江杨": "淞兴",
    "罗山": "罗南",
    "云台": "云山",
}
_ESTATES = [
    "阳光苑",
    "金色家园",
    "新城花园",
    "绿地公寓",
    "康桥新苑",
    "浦江新村",
    "惠民佳苑",
    "馨佳园",
    "人才公寓",
    "万科城",
]


class Dwelling(NamedTuple):
    """A place to live: the housing office's number, district and the pieces of its address."""

    dwelling_no: str
    district: str
    road: str
    lane: int
    building: int
    room: str
    estate: str


def draw(stream: Stream, number: int) -> Dwelling:
    """Draw a dwelling; `number` makes its office number unique."""
    district = stream.weighted(_CODES, _BOUNDS)
    return Dwelling(
        f"{district}{number:012d}",
        district,
        stream.pick(_ROADS),
        stream.between(1, 2999),
        stream.between(1, 90),
        f"{stream.between(1, 24)}{stream.between(1, 8):02d}",
        stream.pick(_ESTATES),
    )


def text(dwelling: Dwelling, stream: Stream, rates: dict[str, float], scale: float) -> str:
    """Write an address as somebody typed it: shares of short forms, old road names and missing rooms by the profile."""
    short = stream.chance(min(1.0, rates["address_abbreviated"] * scale))
    old = stream.chance(min(1.0, rates["address_old_road"] * scale))
    without_unit = stream.chance(min(1.0, rates["address_without_unit"] * scale))
    road = _OLD_ROADS.get(dwelling.road, dwelling.road + "老") if old else dwelling.road
    district = DISTRICTS[dwelling.district]
    if short:
        place = f"{district.removesuffix('新区').removesuffix('区')}{road}路{dwelling.lane}弄"
        return place if without_unit else f"{place}{dwelling.building}-{dwelling.room}"
    place = f"上海市{district}{road}路{dwelling.lane}弄{dwelling.estate}"
    return place if without_unit else f"{place}{dwelling.building}号{dwelling.room}室"
