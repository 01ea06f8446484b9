"""Forms of comparison: what a clerk would call one name, one address, one employer, one phone, in many spellings."""

from datetime import date

import pytest
from pyspark.sql import functions as F

from jobs.link import forms
from schemas import characters

NAMES = """
    written                | key               | sound            | set
    张伟                   | 张伟              | ZHANGWEI         | WEI ZHANG
    張偉                   | 张伟              | ZHANGWEI         | WEI ZHANG
    张 伟                  | 张伟              | ZHANGWEI         | WEI ZHANG
    张　伟                 | 张伟              | ZHANGWEI         | WEI ZHANG
    张\u200b伟             | 张伟              | ZHANGWEI         | WEI ZHANG
    伟张                   | 伟张              | WEIZHANG         | WEI ZHANG
    章威                   | 章威              | ZHANGWEI         | WEI ZHANG
    ZHANG WEI              | ZHANGWEI          | ZHANGWEI         | WEI ZHANG
    Zhang, Wei             | ZHANG,WEI         | ZHANGWEI         | WEI ZHANG
    ｚｈａｎｇ ｗｅｉ      | ZHANGWEI          | ZHANGWEI         | WEI ZHANG
    WEI ZHANG              | WEIZHANG          | WEIZHANG         | WEI ZHANG
    张?                    | 张?               | ZHANG?           | ? ZHANG
    张？                   | 张?               | ZHANG?           | ? ZHANG
    张\ufffd               | 张?               | ZHANG?           | ? ZHANG
    张\ue001               | 张\ue001          | ZHANG\ue001     | ZHANG \ue001
    王志强                 | 王志强            | WANGZHIQIANG     | QIANG WANG ZHI
    WANG ZHIQIANG          | WANGZHIQIANG      | WANGZHIQIANG     | QIANG WANG ZHI
    Zhiqiang WANG          | ZHIQIANGWANG      | ZHIQIANGWANG     | QIANG WANG ZHI
    欧阳雪                 | 欧阳雪            | OUYANGXUE        | OU XUE YANG
    歐陽雪                 | 欧阳雪            | OUYANGXUE        | OU XUE YANG
    OUYANG XUE             | OUYANGXUE         | OUYANGXUE        | OU XUE YANG
    吕丽                   | 吕丽              | LVLI             | LI LV
    呂麗                   | 吕丽              | LVLI             | LI LV
    LYU LI                 | LYULI             | LVLI             | LI LV
    Lü Li                  | LÜLI              | LVLI             | LI LV
    曾强                   | 曾强              | ZENGQIANG        | QIANG ZENG
    单晓燕                 | 单晓燕            | SHANXIAOYAN      | SHAN XIAO YAN
    尉迟明                 | 尉迟明            | YUCHIMING        | CHI MING YU
    范刚                   | 范刚              | FANGANG          | FAN GANG
    FANGANG                | FANGANG           | FANGANG          | FAN GANG
    FANG'ANG               | FANGANG           | FANGANG          | ANG FANG
    方昂                   | 方昂              | FANGANG          | ANG FANG
    阿依古丽·买买提        | 阿依古丽·买买提   | AYIGULIMAIMAITI  | A GU LI MAI MAI TI YI
    阿依古麗．買買提       | 阿依古丽·买买提   | AYIGULIMAIMAITI  | A GU LI MAI MAI TI YI
    阿依古丽•买买提        | 阿依古丽·买买提   | AYIGULIMAIMAITI  | A GU LI MAI MAI TI YI
    阿依古丽买买提         | 阿依古丽买买提    | AYIGULIMAIMAITI  | A GU LI MAI MAI TI YI
    买买提·阿依古丽        | 买买提·阿依古丽   | MAIMAITIAYIGULI  | A GU LI MAI MAI TI YI
    广沢洋                 | 广泽洋            | GUANGZEYANG      | GUANG YANG ZE
    広澤洋                 | 广泽洋            | GUANGZEYANG      | GUANG YANG ZE
    阿不都拉热合曼·阿不都拉热依木 | 阿不都拉热合曼·阿不都拉热依木 | ABUDULAREHEMANABUDULAREYIMU | A A BU BU DU DU HE LA LA MAN MU RE RE YI
    MAXIMILIAN ALEXANDER VON 王 | MAXIMILIANALEXANDERVON王 | MAXIMILIANALEXANDERVONWANG | A DE LE LIAN MA MI N O R V WANG XAN XI
    芸                     | 芸                | YUN              | YUN
    王\U0002cb4e           | 王\U0002cb4e      | WANGHONG         | HONG WANG
    王喆                   | 王喆              | WANGZHE          | WANG ZHE
    SMITH JAMES            | SMITHJAMES        | SMITHJAMES       | H JA ME MI S S T
    James SMITH            | JAMESSMITH        | JAMESSMITH       | H JA ME MI S S T
    JOSÉ PEÑA              | JOSÉPEÑA          | JOSEPENA         | JO NA PE SE
    无                     |                   |                  |
    不详                   |                   |                  |
    未知                   |                   |                  |
    -                      |                   |                  |
    \u3000                 |                   |                  |
    """

MOBILES = """
    written           | key
    13812348000       | 13812348000
    +8613812348000    | 13812348000
    008613812348000   | 13812348000
    138-1234-8000     | 13812348000
    １３８１２３４８０００ | 13812348000
    138 1234 8000     | 13812348000
    19912345678       | 19912345678
    12812348000       |
    1381234800        |
    13800000000       |
    13800138000       |
    18888888888       |
    15900000000       |
    无                |
    """

EMPLOYERS = """
    written                       | key
    甲乙贸易有限公司              | 甲乙贸易
    甲乙貿易有限責任公司          | 甲乙贸易
    甲乙（上海）贸易有限公司      | 甲乙贸易
    甲乙贸易股份有限公司          | 甲乙贸易
    甲乙 贸易 公司                | 甲乙贸易
    甲乙企业集团有限公司          | 甲乙
    上海盛达便利店07部            | 上海盛达便利店07部
    丙丁投资中心(有限合伙)        | 丙丁投资中心
    Acme Co., Ltd.                | ACME
    ACME INC                      | ACME
    自由职业                      |
    个体                          |
    无                            |
    """

ADDRESSES = """
    written                                  | code   | town | road       | lane | number | estate   | building | room | street
    上海市浦东新区金海路123弄阳光苑5号301室  | 310115 |      | 金海路     | 123  |        | 阳光苑   | 5        | 301  | 金海路123
    上海浦東新區金海路１２３弄陽光苑5号301室 | 310115 |      | 金海路     | 123  |        | 阳光苑   | 5        | 301  | 金海路123
    上海市浦东新区金海路123弄阳光苑          | 310115 |      | 金海路     | 123  |        | 阳光苑   |          |      | 金海路123
    浦东金海路123弄5-301                     | 310115 |      | 金海路     | 123  |        |          | 5        | 301  | 金海路123
    浦东金海路123弄                          | 310115 |      | 金海路     | 123  |        |          |          |      | 金海路123
    金海路123弄5号301室                      |        |      | 金海路     | 123  |        |          | 5        | 301  | 金海路123
    上海市嘉定区嘉定城中路7弄绿地公寓90号2401室 | 310114 |   | 嘉定城中路 | 7    |        | 绿地公寓 | 90       | 2401 | 嘉定城中路7
    松江区方松街道人民北路2000号3幢2单元601  | 310117 | 方松 | 人民北路   |      | 2000   |          | 3        | 601  | 人民北路2000
    奉贤区庄行镇新叶村123号                  | 310120 | 庄行 |            |      |        | 新叶村   | 123      |      | 庄行新叶村
    静安寺路12号                             |        |      | 静安寺路   |      | 12     |          |          |      | 静安寺路12
    金山大道100号                            |        |      | 金山大道   |      | 100    |          |          |      | 金山大道100
    上海市闵行区七莘路3号楼                  | 310112 |      | 七莘路     |      |        |          | 3        |      |
    浦东新区世纪大道8号                      | 310115 |      | 世纪大道   |      | 8      |          |          |      | 世纪大道8
    安徽省合肥市蜀山区长江西路200号          |        |      | 长江西路   |      | 200    |          |          |      | 长江西路200
    无                                       |        |      |            |      |        |          |          |      |
    """


def drawn(text):
    head, *lines = [[cell.strip(" ") for cell in line.split("|")] for line in text.strip("\n ").splitlines()]
    return head, [[cell or None for cell in line] for line in lines if line != [""]]


def said(spark, lines, *functions):
    frame = spark.createDataFrame([(place, line[0]) for place, line in enumerate(lines)], "n INT, v STRING")
    made = frame.select("n", *[function(F.col("v")) for function in functions])
    return [list(row)[1:] for row in sorted(made.collect())]


def test_names_have_the_forms_drawn(spark):
    _, lines = drawn(NAMES)
    assert said(spark, lines, forms.name_key, forms.name_sound, forms.name_set) == [line[1:] for line in lines]


def test_a_form_of_a_form_is_the_form(spark):
    _, lines = drawn(NAMES)
    for form in (forms.name_key, forms.name_sound, forms.name_set):
        once = said(spark, lines, form)
        assert said(spark, once, form) == once


@pytest.mark.parametrize(("table", "form"), [(MOBILES, forms.mobile_key), (EMPLOYERS, forms.employer_key)])
def test_phones_and_employers_have_the_forms_drawn(spark, table, form):
    _, lines = drawn(table)
    assert said(spark, lines, form) == [line[1:] for line in lines]


def test_addresses_fall_into_the_parts_drawn(spark):
    head, lines = drawn(ADDRESSES)
    names = ["district_code" if name == "code" else name for name in head[1:-1]]
    parts = [lambda v, name=name: forms.address_parts(v)[name] for name in names]
    assert said(spark, lines, *parts, lambda v: forms.street_key(forms.address_parts(v))) == [
        line[1:] for line in lines
    ]


def test_an_address_elsewhere_keeps_its_place_by_name(spark):
    (parts,) = said(spark, [["安徽省合肥市蜀山区长江西路200号"]], forms.address_parts)
    assert (parts[0].province, parts[0].city, parts[0].district, parts[0].other_district) == (
        "安徽",
        "合肥",
        None,
        "蜀山",
    )


def test_a_placeholder_is_no_birth_date(spark):
    frame = spark.createDataFrame([(date(1900, 1, 1),), (date(1990, 3, 7),), (None,)], "v DATE")
    assert [row[0] for row in frame.select(forms.birth_key(F.col("v"))).collect()] == [None, date(1990, 3, 7), None]


def test_every_character_known_to_the_table_has_its_syllable(spark):
    """All 40,000, of every plane."""
    readings = {c: syllable for syllable, alike in characters._readings() for c in alike}
    del readings["无"]  # the office's word for nothing
    assert len(readings) > 35_000
    lines = [[character] for character in readings]
    assert [one for (one,) in said(spark, lines, forms.name_sound)] == list(readings.values())


def test_a_syllable_is_read_as_one_syllable(spark):
    """Characters and Latin letters are cut by one rule, else 张伟 and ZHANG WEI would differ in their sets."""
    odd = {"HM", "M", "N", "NA"}  # sounds without a vowel; NA is the office's word for nothing
    lines = [[syllable] for syllable in characters.syllables() if syllable not in odd]
    assert said(spark, lines, forms.name_set) == lines


def test_nothing_long_takes_long(spark):
    """Half a megabyte of what the patterns look for, without an end."""
    long = [[piece * 100_000] for piece in ("ANG", "(上海", "1", "市区镇路", "路")]
    forms_of_text = (forms.name_set, forms.employer_key, forms.mobile_key, lambda v: forms.address_parts(v)["road"])
    assert len(said(spark, long, *forms_of_text)) == len(long)
