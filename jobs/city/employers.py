"""Employers and people's own businesses: credit codes with both check digits, names, registration."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from jobs.city import addresses, numbers
from jobs.city.chance import Stream, running
from jobs.city.people import Census

QUARTER = 1000
"""Each thousand people have their own 60 employers; a dozen large ones serve the whole city."""
PER_QUARTER, LARGE = 60, 12

_TRADES = (
    ("C3921", "通信设备制造", "电子科技", 16),
    ("C1353", "肉制品加工", "食品", 6),
    ("C3311", "金属结构制造", "机械制造", 9),
    ("F5211", "百货零售", "商贸", 11),
    ("G5910", "装卸搬运", "物流", 10),
    ("H6210", "正餐服务", "餐饮管理", 12),
    ("I6513", "应用软件开发", "信息技术", 12),
    ("L7263", "劳务派遣服务", "人力资源", 8),
    ("E4910", "电气安装", "建筑安装", 7),
    ("O8010", "家庭服务", "家政服务", 5),
    ("M7519", "其他技术推广服务", "技术服务", 4),
)
_BOUNDS = running([float(trade[3]) for trade in _TRADES])
_SHOPS = (
    ("F5219", "便利店零售", "便利店"),
    ("H6291", "小吃服务", "小吃店"),
    ("O8051", "理发及美容服务", "美发店"),
    ("F5232", "服装零售", "服装店"),
)
_WORDS = [
    "盛",
    "恒",
    "宏",
    "瑞",
    "鑫",
    "达",
    "晟",
    "泰",
    "嘉",
    "润",
    "海",
    "博",
    "启",
    "腾",
    "佳",
    "和",
    "丰",
    "源",
    "浦",
    "申",
]


@dataclass(frozen=True, slots=True)
class Business:
    """An enterprise or an individual business as the market-supervision office knows it."""

    uscc: str
    registration_no: str
    name: str
    kind: str
    industry_code: str
    industry: str
    address: str
    district: str
    established_on: date
    number: int


def insurance_agent(district: str) -> tuple[str, str]:
    """Return code and name of the district's employment centre, which pays in for flexible workers."""
    code = numbers.credit_code("12", district, f"4250{district[-2:]}60")
    return code, f"上海市{addresses.DISTRICTS[district]}就业促进中心"


def _made(census: Census, number: int, kind: str, seal: str, stream: Stream, established: date) -> Business:
    place = addresses.draw(stream, number)
    is_shop = kind == "92"
    code, industry, word = stream.pick(_SHOPS) if is_shop else stream.weighted(_TRADES, _BOUNDS)[:3]
    fantasy = stream.pick(_WORDS) + stream.pick(_WORDS)
    short = addresses.DISTRICTS[place.district].removesuffix("新区").removesuffix("区")
    name = f"上海市{short}{fantasy}{word}" if is_shop else f"上海{fantasy}{word}有限公司"
    return Business(
        uscc=numbers.credit_code(kind, place.district, seal + numbers.base31(number, 8 - len(seal))),
        registration_no=numbers.registration_no(place.district, number),
        name=f"{name}{number % 100:02d}部" if is_shop else name,
        kind="INDIVIDUAL" if is_shop else "ENTERPRISE",
        industry_code=code,
        industry=industry,
        address=f"上海市{addresses.DISTRICTS[place.district]}{place.road}路{place.lane}号",
        district=place.district,
        established_on=established,
        number=number,
    )


@lru_cache(maxsize=4096)
def employer(census: Census, number: int) -> Business:
    """Make an employer: 0-11 are the large ones, then 60 a thousand people."""
    stream = census.stream("employer", number)
    established = date(1998, 1, 1) + timedelta(days=stream.below(24 * 365))
    return _made(census, number, "91", "MB", stream, established)


def choose(index: int, stream: Stream) -> int:
    """Return the employer somebody finds: a large one, or one near, small ones less often."""
    if stream.chance(0.25):
        return stream.below(LARGE)
    return LARGE + index // QUARTER * PER_QUARTER + int(stream.draw() ** 1.8 * PER_QUARTER)


def of_quarter(quarter: int) -> range:
    """Return the employers that are registered with a quarter of the city."""
    first = LARGE + quarter * PER_QUARTER
    return range(0 if quarter == 0 else first, first + PER_QUARTER)


def led_by(index: int) -> int | None:
    """Return the employer whose legal representative this person is: every third of the quarter has one among us."""
    slot, rest = divmod(index % QUARTER - 7, 41)
    return (
        LARGE + index // QUARTER * PER_QUARTER + slot * 3
        if rest == 0 and slot >= 0 and slot * 3 < PER_QUARTER
        else None
    )


@lru_cache(maxsize=256)
def shop(census: Census, index: int, count: int, opened: date) -> Business:
    """Make the n-th own business of a person."""
    number = index * 8 + count % 8
    return _made(census, number, "92", "MA", census.stream("shop", number), opened)
