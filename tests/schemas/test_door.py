"""The door's list: what it refuses, what it must let pass, and how a mistake in it is told."""

import pytest

import schemas
from schemas.door import PATH, door, named

REFUSED = """
    宗教信仰代码           RELIGION
    employee_religion      RELIGION
    zongJiao               RELIGION
    DNA                    GENES
    指纹模板               BIOMETRICS
    face_template_text     BIOMETRICS
    BloodType              BLOOD_TYPE
    XUEXING                BLOOD_TYPE
    诊断编码               DISEASE
    icd_10                 DISEASE
    Medical History        DISEASE
    ＣＶＶ２               CARD_SECRET
    登录密码               CARD_SECRET
    子女姓名               CHILD
    child_name             CHILD
"""

LAWFUL = [
    "face_amount_cny",
    "tracking_no",
    "genesis_no",
    "是否有子女在沪就读",
    "has_child_in_local_school",
    "职业工种",
] + ["residence_reason_code", "信用等级", "患者", "pinyin_name", "gender_code", "经营者", "照片"]

VALUES = """
    佛教                       RELIGION
    信仰佛教                   RELIGION
    基督教徒                   RELIGION
    宗教信仰：无               RELIGION
    A型血                      BLOOD_TYPE
    ｒｈ阴性                   BLOOD_TYPE
    糖尿病                     DISEASE
    ' 患有糖尿病。 '           DISEASE
    乙肝病毒；初步诊断: 乙肝   DISEASE
    HIV                        DISEASE
    Diabetes                   DISEASE
    ;6222021234567890123=3012101000  CARD_SECRET
"""

ORDINARY = [
    "上海市黄浦区回民路1号",
    "佛教协会",
    "佛山市",
    "上海糖尿病医院有限公司",
    "道教路12弄",
    "A型",
    "O",
    "AB",
    "Christian",
]
ORDINARY += ["Islam", "中风险", "无", "2026-07-01T10:00:00", "尘肺病防治所", "深圳市福田区诊断试剂公司", "密码科技", ""]


def drawn(text):
    return [tuple(part.strip("' \n") for part in line.rsplit(maxsplit=1)) for line in text.strip().splitlines()]


@pytest.mark.parametrize(("name", "group"), drawn(REFUSED))
def test_a_heading_is_refused_however_it_is_written(name, group):
    assert door().refuses_heading(name)[0] == group


@pytest.mark.parametrize("name", LAWFUL)
def test_a_heading_that_only_resembles_one_passes(name):
    assert door().refuses_heading(name) is None


@pytest.mark.parametrize(("value", "group"), drawn(VALUES))
def test_a_value_that_says_it_is_refused(value, group):
    assert door().refuses_value(value) == group


@pytest.mark.parametrize("value", ORDINARY)
def test_a_name_an_address_or_a_grade_passes(value):
    assert door().refuses_value(value) is None


@pytest.mark.parametrize("source", schemas.sources(), ids=lambda source: source.name)
def test_no_contract_agrees_to_what_the_house_refuses(source):
    columns = [column for item in source.objects for column in item.bronze.columns]
    names = [name for c in columns for name in (c.name, c.physical_name, c.business_name)]
    assert [name for name in names if door().refuses_heading(name)] == []
    assert [name for name in names if named(name, source.strip_columns)] == []
    lists = {c.code_list for item in source.objects for c in item.silver.columns if c.code_list}
    labels = [(name, code.zh_name) for name in lists for code in schemas.codes(name).values()]
    labels += [(name, delivered) for name in lists for delivered in schemas.fixes(name)]
    assert [label for label in labels if door().refuses_value(label[1])] == []


def test_pairs_of_heading_and_term():
    assert named("民族代码", ["民族"]) == "民族"
    assert named("ethnic_group", ["民族", "ethnic_group"]) == "ethnic_group"
    assert named("hospital_name", ["hospital"]) == "hospital"
    assert named("hospitality_name", ["hospital"]) is None


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("rule_version_code: door-1.0", "rule_version_code: ''", "at least 1 character"),
        ("  - code: GENES", "  - code: genes", "match pattern"),
        ("    zh_name: 基因\n", "    zh_name: 基因\n    colour: red\n", "Extra inputs are not permitted"),
        ("columns: [宗教, 信仰", "columns: [宗教, 宗教", "a term stands twice"),
        ("columns: [宗教, 信仰", "columns: ['--', 信仰", "a term has neither letter nor digit"),
        ("=[0-9]{7}'", "=[0-9]+'", "a pattern may repeat without end"),
        ("=[0-9]{7}'", "=[0-9{7}'", "a pattern does not compile"),
        ("at_least_ratio: 0.01", "at_least_ratio: 0", "greater than 0"),
    ],
)
def test_a_mistake_in_the_list_is_told_with_its_line(tmp_path, right, wrong, told):
    text = PATH.read_text("utf-8")
    assert right in text
    path = tmp_path / "door.yaml"
    path.write_text(text.replace(right, wrong), "utf-8")
    with pytest.raises(schemas.ContractError) as caught:
        door(path)
    (problem,) = caught.value.problems
    assert told in problem
    assert problem.startswith("door.yaml:")
    line = int(problem.split(":")[1])
    at = next(
        n
        for n, (a, b) in enumerate(zip(text.splitlines(), path.read_text("utf-8").splitlines(), strict=False), 1)
        if a != b
    )
    assert abs(line - at) <= 1, "the line of the mistake, or of the list it stands in"
