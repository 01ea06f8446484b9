"""The tables of characters that look or sound alike: made from their libraries, fresh, and one for one."""

import character_tables
import pytest

import schemas
from schemas import characters


@pytest.mark.parametrize("name", ["variants", "syllables"])
def test_a_generated_table_is_what_its_library_gives(name):
    """After raising a library: python tests/character_tables.py."""
    assert (characters.HERE / f"{name}.csv").read_text("utf-8") == getattr(character_tables, name)()


@pytest.mark.parametrize(
    ("shape", "plain"),
    [
        ("広", "广"),
        ("桜", "樱"),
        ("沢", "泽"),
        ("斎", "斋"),
        ("衞", "卫"),
        ("張", "张"),
        ("芸", None),
        ("余", None),
        ("喆", None),
    ],
)
def test_a_regional_shape_has_the_mainlands_form_unless_it_is_a_character_of_its_own(shape, plain):
    kept, forms = characters.comparable()
    assert dict(zip(kept, forms, strict=False)).get(shape) == plain


def test_no_character_is_said_to_have_two_syllables_and_no_reading_is_forgotten():
    alike = [character for _, found in characters._readings() for character in found]
    assert len(alike) == len(set(alike))
    said = {character: syllable for syllable, found in characters._readings() for character in found}
    lines = (characters.HERE / "readings.csv").read_text("utf-8").splitlines()[1:]
    assert [line for line in lines if not line.startswith(f"{line[0]},{said[line[0]]},")] == []


def test_a_line_of_the_variants_that_is_not_one_for_one_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "variants.csv").write_text("variant,simplified,source_text\n広,广,x\n広,扩,x\n", "utf-8")
    monkeypatch.setattr(characters, "HERE", tmp_path)
    with pytest.raises(schemas.ContractError, match=r"variants.csv:3: not one character for one"):
        characters.variants.__wrapped__()
