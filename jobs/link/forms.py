"""The forms in which names, addresses, employers and phones are compared (domain.md, section 3.3); never shown.

Each is a native column expression over the text as delivered; what stands for nothing (无, 13800000000, 1900-01-01)
becomes null, so that no block gathers everybody who left a field empty. Patterns are linear: every repetition is
bounded, and every part of an address may be missing, so that nothing is ever tried again.
"""

import re
from functools import cache

from pyspark.sql import Column
from pyspark.sql import functions as F

import schemas
from jobs.silver.columns import identity, text
from schemas import characters
from schemas.delivered import ABSENT, PLACEHOLDER_DATES, PLACEHOLDER_MOBILES

SYLLABLE = (
    "ER(?![AEIOUV])|(?:[ZCS]H?|[BPMFDTNLGKHJQXRYW])?"
    "(?:(?:IA|UA|IO|A|E|I|O)NG(?![AEIOUV])|(?:IA|UA|A|E|I|U)N(?![AEIOUV])|IAO|UAI|[AEU]I|[AI]O|OU|I[AEU]|U[AEO]|VE|[AEIOUV])"
)
"""One syllable of pinyin. A consonant before a vowel begins the next one, as its spelling rules say: FANGANG is
FAN GANG, FANG'ANG is FANG ANG. What is no pinyin is taken letter by letter."""

NO_EMPLOYER = ("个体", "个体户", "自由职业", "自由职业者", "待业", "无业", "未就业", "无单位", "不详", "未知", "暂无")
"""What people write who have no employer, in the comparison form."""


def _known(key: Column, nothing: tuple[str, ...]) -> Column:
    return F.when(~key.isin(*ABSENT, *nothing), key)


def name_key(name: Column) -> Column:
    """A name as it is compared: one script, one dot, no spaces, capitals; `?` stays where a character was lost.

    阿依古麗．買買提 is 阿依古丽·买买提; 張偉 and 张 伟 are 张伟; ｚｈａｎｇ　ｗｅｉ is ZHANGWEI.
    """
    return _known(text.comparable(name), characters.PLACEHOLDER_NAMES)


OUTSIDE = r"[\x{2e80}-\x{2fdf}\x{3007}\x{3021}-\x{3029}\x{f900}-\x{faff}\x{10000}-\x{3ffff}]"
"""A Chinese character that is not in the one great block of the first plane."""


def _spoken(name: Column) -> Column:
    """The words and syllables of a name, parted by spaces.

    A character is looked up by its code point in one array, which the optimizer makes once a plan: a map of 40,000
    entries would cost each plan seconds. Those outside its range become a like-sounding one inside before.
    Passports write ü as YU, offices as V.
    """
    syllables = F.split(F.lit(",".join(characters.spoken())), ",")
    near = F.when(name.rlike(OUTSIDE), F.translate(name, *characters.like_sounding())).otherwise(name)
    plain = F.upper(F.translate(near, *characters.sounds()))
    latin = F.replace(F.replace(plain, F.lit("LYU"), F.lit("LV")), F.lit("NYU"), F.lit("NV"))
    first = characters.FIRST
    said = F.transform(F.split(latin, ""), lambda c: F.coalesce(F.get(syllables, F.ascii(c) - first), c))
    return F.when(name_key(name).isNotNull(), F.array_join(said, ""))


def name_sound(name: Column) -> Column:
    """The sound of a name: toneless pinyin or Latin letters, no spaces: 张伟, 張偉, 章威 and Zhang Wei are ZHANGWEI."""
    return F.replace(_spoken(name), F.lit(" "), F.lit(""))


def name_set(name: Column) -> Column:
    """The syllables of a name in the order of the alphabet: 张伟, 伟张, ZHANG WEI and WEI ZHANG are `WEI ZHANG`.

    Words of other languages fall into the same kinds of pieces, so that JAMES SMITH and SMITH, JAMES meet too.
    """
    pieces = F.regexp_extract_all(_spoken(name), F.lit(f"({SYLLABLE}|[^ ])"))
    return F.array_join(F.sort_array(pieces), " ")


def birth_key(birth_date: Column) -> Column:
    """A birth date, null where it only says that none is known (1900-01-01)."""
    return F.when(~F.date_format(birth_date, "yyyyMMdd").isin(*PLACEHOLDER_DATES), birth_date)


def mobile_key(delivered: Column) -> Column:
    """A mobile number of eleven digits without its country code; null if it is none, or typed in to get past a form.

    Eight equal digits at the end are nobody's number, even if the list of placeholders lacks it.
    """
    number = identity.mobile(text.folded(delivered))
    is_one = number.rlike(r"\A1[3-9][0-9]{9}\z") & ~number.rlike(r"([0-9])\1{7}\z")
    return F.when(is_one & ~number.isin(*PLACEHOLDER_MOBILES), number)


def employer_key(name: Column) -> Column:
    """An employer's name without its legal form and the place in brackets; for comparing only, the USCC comes first.

    甲乙（上海）贸易有限公司 and 甲乙贸易有限责任公司 are 甲乙贸易; ACME CO., LTD. is ACME.
    """
    bare = F.regexp_replace(text.comparable(name), r"\([^()]{0,40}\)", "")
    chinese = r"(?:(?:企业)?集团)?(?:股份)?(?:有限)?(?:责任)?公司\z|(?:普通合伙|有限合伙)企业\z"
    latin = r"[,·]?(?:CO[,·]{0,2})?(?:LTD|LIMITED|INC|LLC|CORP|CORPORATION)·?\z|[,·]?(?:COMPANY|CO)·?\z"
    key = F.regexp_replace(bare, f"{chinese}|{latin}", "")
    return _known(key, NO_EMPLOYER)


_PROVINCES = (
    "北京|天津|上海|重庆|香港|澳门|台湾|河北|山西|内蒙古|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南"
    "|广东|广西|海南|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆"
)
_PLACE = "[^0-9省市区县州盟旗路街巷弄号镇乡村]"
_ROAD = "(?:公路|大道|大街|路|街|道|巷|胡同)(?![路街道])"
PARTS = (
    "province",
    "city",
    "district",
    "other_district",
    "town",
    "road",
    "lane",
    "number",
    "estate",
    "building",
    "room",
)


def _short(district: str) -> str:
    return re.sub("(?<=..)(?:新区|区|县|市|旗)$", "", district)


@cache
def _pattern(districts: tuple[str, ...]) -> str:
    """Return one pattern with a group for each of PARTS; every part may be missing, so that no choice is taken back.

    The city's own districts are known also without their ending, unless the word is the road's: 静安寺路, 金山大道.
    """
    known = "|".join(sorted(districts, key=lambda name: (-len(name), name)))
    return (
        rf"(?s)\A(?:({_PROVINCES})(?:壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市)?)?"
        rf"(?:({_PLACE}{{2,7}})(?:市|自治州|地区|盟))?"
        rf"(?:({known})(?:新区|区|县|市|旗|(?=[^0-9]{{2,8}}?{_ROAD}))|({_PLACE}{{1,8}}?)(?:新区|区|县|旗))?"
        rf"(?:({_PLACE}{{1,6}}?)(?:街道|镇|乡)(?!{_ROAD}))?"
        rf"([^0-9]{{1,10}}?{_ROAD})?"
        r"(?:([0-9]{1,5})弄|([0-9]{1,5})(?:-[0-9]{1,4})?号(?!楼))?"
        r"([^0-9A-Z]{1,20})?"
        r"(?:([0-9A-Z]{1,4})(?:号楼|号|幢|栋|座|楼|-))?(?:[0-9]{1,2}(?:单元|门))?-?([0-9A-Z]{1,6})?.*\z"
    )


def address_parts(address: Column) -> Column:
    """An address as a struct of its parts, each null where the writer left it out.

    上海市浦东新区金海路123弄阳光苑5号301室 and 浦东金海路123弄5-301 differ in province and estate only.

    Returns:
        Struct of district_code (GB/T 2260, where it is one of the city's own) and PARTS; `other_district` is a district
        elsewhere, by name; `building` is the house number inside a lane, `number` that on a road.
    """
    codes = {_short(entry.zh_name): code for code, entry in schemas.codes("district").items()}
    key = _known(text.comparable(address), ("不详", "未知", "暂无"))
    cut = F.split(
        F.regexp_replace(key, _pattern(tuple(codes)), "\x1f".join(f"${n}" for n, _ in enumerate(PARTS, 1))), "\x1f"
    )
    parts = {name: F.nullif(F.get(cut, F.lit(place)), F.lit("")) for place, name in enumerate(PARTS)}
    by_name = F.create_map(*[F.lit(text) for pair in codes.items() for text in pair])
    code = F.get(F.array(F.element_at(by_name, parts["district"])), F.lit(0))
    return F.struct(code.alias("district_code"), *[part.alias(name) for name, part in parts.items()])


def street_key(parts: Column) -> Column:
    """Street level of an address's parts: road and lane or number, or town and estate; null where it says less.

    Building and room are left out (15 of 100 writers do), and the district, which half of them abbreviate.
    """
    place = F.coalesce(parts["lane"], parts["number"])
    return F.coalesce(F.concat(parts["road"], place), F.concat(F.coalesce(parts["town"], F.lit("")), parts["estate"]))
