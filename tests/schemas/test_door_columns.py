"""What a contract keeps out at the door: lists of headings as an office writes them, each in one place only."""

import shutil

import pytest

import schemas
from schemas.contract import load_source
from schemas.delivered import heading

PATH = schemas.source("psb_residence").path


def stating(tmp_path, *lines):
    """Load a contract with these properties more, and none of its own of the kind."""
    path = tmp_path / "sources" / PATH.name
    path.parent.mkdir(exist_ok=True)
    shutil.copy(PATH, path)
    kept = [
        line
        for line in path.read_text("utf-8").splitlines()
        if "refuseColumns" not in line and "stripColumns" not in line
    ]
    at = kept.index("customProperties:") + 1
    path.write_text("\n".join([*kept[:at], *(f"  - {line}" for line in lines), *kept[at:], ""]), "utf-8")
    return load_source(path, {"bronze": (), "silver": ()})


def test_a_contract_names_the_headings_it_refuses_and_those_it_leaves_out(tmp_path):
    found = stating(
        tmp_path,
        "{property: refuseColumns, value: [健康证, jiankangzheng]}",
        "{property: stripColumns, value: [民族, ethnic_group, 照片]}",
    )
    assert found.refuse_columns == ("健康证", "jiankangzheng")
    assert found.strip_columns == ("民族", "ethnic_group", "照片")


def test_a_contract_that_says_nothing_keeps_nothing_out_of_its_own(tmp_path):
    found = stating(tmp_path)
    assert (found.refuse_columns, found.strip_columns) == ((), ())


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["{property: stripColumns, value: 民族}"], "stripColumns is no list of headings"),
        (["{property: refuseColumns, value: [1]}"], "refuseColumns is no list of headings"),
        (["{property: refuseColumns, value: ['_']}"], "refuseColumns is no list of headings"),
        (
            ["{property: stripColumns, value: [Gender Code]}"],
            "Gender Code stands both under stripColumns and under schema",
        ),
        (
            ["{property: refuseColumns, value: [photo]}", "{property: stripColumns, value: [PHOTO]}"],
            "PHOTO stands both under stripColumns and under refuseColumns",
        ),
    ],
)
def test_a_heading_is_text_and_stands_in_one_place_only(tmp_path, lines, told):
    with pytest.raises(schemas.ContractError) as caught:
        stating(tmp_path, *lines)
    (problem,) = caught.value.problems
    line = next(
        n for n, text in enumerate((tmp_path / "sources" / PATH.name).read_text().splitlines(), 1) if lines[-1] in text
    )
    assert problem == f"{PATH.name}:{line}: {told}"


@pytest.mark.parametrize(
    ("delivered", "says"),
    [
        ("Blood_Type", "bloodtype"),
        (" 血 型 ", "血型"),
        ("ＣＶＶ２", "cvv2"),
        ("宗教信仰（选填）", "宗教信仰选填"),
        ("--", ""),
    ],
)
def test_a_heading_is_known_however_it_is_written(delivered, says):
    assert heading(delivered) == says
