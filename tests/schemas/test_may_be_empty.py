"""Whether a batch may be empty is said by the contract, as a plain yes or no."""

import shutil

import pytest

import schemas
from schemas.contract import load_source

PATH = schemas.source("psb_residence").path
STATED = "  - {property: mayBeEmpty, value: true}\n"


def stating(tmp_path, line):
    """Load the contract with another line in the place of the one about empty batches."""
    path = tmp_path / "sources" / PATH.name
    path.parent.mkdir()
    shutil.copy(PATH, path)
    text = path.read_text("utf-8")
    assert STATED in text
    path.write_text(text.replace(STATED, line), "utf-8")
    return load_source(path, {"bronze": (), "silver": ()})


@pytest.mark.parametrize(
    ("line", "may"), [(STATED, True), ("", False), ("  - {property: mayBeEmpty, value: false}\n", False)]
)
def test_a_contract_says_whether_a_batch_may_be_empty_and_silence_means_no(tmp_path, line, may):
    assert stating(tmp_path, line).may_be_empty is may


@pytest.mark.parametrize("value", ['"false"', "1", "maybe"])
def test_anything_but_yes_or_no_is_a_problem_of_the_contract(tmp_path, value):
    with pytest.raises(schemas.ContractError, match="mayBeEmpty is neither true nor false"):
        stating(tmp_path, f"  - {{property: mayBeEmpty, value: {value}}}\n")
