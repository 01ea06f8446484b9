"""Free text as it is kept, and the form in which two spellings of one name are equal; each as a clerk would write it."""

import pytest
from literal import rows
from pyspark.sql import functions as F

import schemas
from jobs.silver.columns import text
from schemas import characters

KEPT = """
    delivered                     | kept
    上海　　甲乙有限公司          | 上海  甲乙有限公司
    ＡＢＣ（上海）贸易有限公司    | ABC(上海)贸易有限公司
    \u200b东方\u200d物流\ufeff    | 东方物流
    １２号楼３０１室              | 12号楼301室
    ⼈⼒资源公司                  | 人力资源公司
    東方貿易公司                  | 東方貿易公司
    无                            |
    ＮＵＬＬ                      |
    """

SAME = [
    "阿依古丽·买买提 阿依古麗・買買提 阿依古丽．买买提 阿依古丽•买买提 阿依古丽.买买提 阿依古丽‧买买提",
    "东方贸易有限公司 東方貿易有限公司 东方\u200b贸易有限公司 東方貿易有限公司\ufeff",
    "ABC(上海)公司 ＡＢＣ（上海）公司 abc(上海)公司 Ａbc（上海）公司",
    "JOHNSMITH johnsmith ＪＯＨＮ\u00a0ＳＭＩＴＨ",
    "吕丽 呂麗 吕\u3000丽",
]

OTHER = ["李明 李明明", "张伟 章伟", "马·丽 马丽"]


def of(spark, function, values):
    drawn = spark.createDataFrame([(value,) for value in values], "v STRING")
    return [row[0] for row in drawn.select(function(F.col("v"))).collect()]


def test_free_text_is_narrow_and_visible_and_otherwise_as_written(spark):
    lines = [[cell.strip(" ") for cell in line.split("|")] for line in KEPT.strip().splitlines()[1:]]
    assert of(spark, text.plain, [delivered for delivered, _ in lines]) == [kept or None for _, kept in lines]


@pytest.mark.parametrize("spellings", SAME)
def test_spellings_of_one_name_have_one_form(spark, spellings):
    assert len(set(of(spark, text.comparable, spellings.split(" ")))) == 1


@pytest.mark.parametrize("names", OTHER)
def test_two_names_stay_two(spark, names):
    assert len(set(of(spark, text.comparable, names.split(" ")))) == 2


def test_the_form_of_a_form_is_itself(spark):
    """Whoever compares a form with a form made long ago compares the same."""
    written = [*characters.simplified(), *characters.compatible(), *characters.DOTS, *"'` \t"]
    once = of(spark, text.comparable, written)
    assert of(spark, text.comparable, once) == once


def test_every_traditional_character_becomes_its_simplified_one(spark):
    traditional = list(characters.simplified())
    assert len(traditional) > 3000
    for before, after in zip(traditional, of(spark, text.comparable, traditional), strict=True):
        chosen = characters.simplified()[before]
        assert after == characters.simplified().get(chosen, chosen)


def test_a_line_that_is_not_one_character_for_one_is_an_error_of_the_table(tmp_path, monkeypatch):
    path = tmp_path / "simplified.csv"
    path.write_text("traditional,simplified,source_text\n麗,丽,x\n電腦,电脑,x\n", "utf-8")
    monkeypatch.setattr(characters, "SIMPLIFIED", path)
    with pytest.raises(schemas.ContractError, match=r"simplified.csv:3: not one character for one"):
        characters.simplified.__wrapped__()


def test_an_identifier_reaches_the_vault_as_it_was_written(spark):
    """What is sealed is made from bronze before any cleaner folds it."""
    from jobs.bronze.step import identity

    bronze = schemas.table("bronze.psb_residence")
    names = [column.name for column in bronze.identifiers]
    drawn = rows(spark, "bronze.psb_residence", "record_id | person_name\nr1 | 阿依古麗．買買提")
    whole = drawn.select("*", *[F.lit(None).cast("string").alias(n) for n in names if n not in drawn.columns])
    assert whole.select(identity(bronze)).first()[0] == '{"person_name":"阿依古麗．買買提"}'
