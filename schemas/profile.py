"""Everything local and every policy as data: city profiles and rule files, typed, with the line of each mistake."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.contract import line_of, read_yaml
from schemas.model import ContractError
from schemas.policy_lint import CHECKS, problems

HERE = Path(__file__).parent


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CityCore(_Strict):
    """Code, names, time zone, and the first digits of the city's own hukou codes."""

    code: str
    zh_name: str
    en_name: str
    timezone: str
    hukou_prefixes: tuple[str, ...]


class Newcomer(_Strict):
    """Parameters of the newcomer rule (domain.md, section 1.2)."""

    hukou_years: int
    resident_months: int
    include_hmt_foreign: bool


class District(_Strict):
    """A district with its code and, where known, the number of residents as a denominator."""

    code: str
    zh_name: str
    en_name: str
    resident_count: int | None = None
    valid_from_date: date | None = None
    valid_to_date: date | None = None


class Bank(_Strict):
    """A recipient of releases."""

    code: str
    zh_name: str
    en_name: str


class Operator(_Strict):
    """Who runs the pipeline: the role has no default, because the law asks first who may (征信业管理条例 art. 7)."""

    role: Literal["bank_internal", "licensed_bureau", "public_body", "sandbox"]
    code: str
    storage_region: str
    r14_enabled_items: tuple[str, ...] = ()
    banks: tuple[Bank, ...]


class City(_Strict):
    """One city profile, `schemas/cities/<city>.yaml`: ten groups, and nothing else is local."""

    city: CityCore
    newcomer: Newcomer
    districts: tuple[District, ...]
    clusters: tuple[dict[str, Any], ...]
    calendar: dict[str, Any]
    limits: dict[str, Any]
    targets: dict[str, Any]
    labels: dict[str, Any]
    operator: Operator
    synthetic: dict[str, Any]


def _load(path: Path) -> dict[str, Any]:
    if not path.is_file():
        known = ", ".join(p.stem for p in sorted(path.parent.glob("*.yaml")))
        raise ContractError((f"no {path.stem}; there are: {known}",))
    return read_yaml(path)


@cache
def city(name: str) -> City:
    """Return a city profile; ContractError names each unknown or missing key with file and line."""
    path = HERE / "cities" / f"{name}.yaml"
    raw = _load(path)
    try:
        return City.model_validate(raw)
    except ValidationError as error:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        raise ContractError(
            tuple(f"{path.name}:{line_of(root, list(e['loc']))}: {e['msg']}" for e in error.errors())
        ) from None


@cache
def rules(name: str) -> dict[str, Any]:
    """Return a rule file, `schemas/rules/<name>.yaml`; each states `rule_version_code` first.

    ContractError names each mistake with file and line (`schemas.policy_lint`).
    """
    return _checked(HERE / "rules" / f"{name}.yaml", name)


def rules_of(path: Path) -> tuple[str, dict[str, Any]]:
    """Return a rule file that lies anywhere, with the rule it is of by its name, e.g. `tier` of `proposed/tier.yaml`.

    ContractError names each mistake with file and line, as of the file in force, or says how the file must be called.
    """
    if path.stem not in CHECKS:
        raise ContractError((f"{path.name}:1: no rule has this name; call the file {', '.join(CHECKS)} with .yaml",))
    if not path.is_file():
        raise ContractError((f"{path.name}:1: there is no such file",))
    try:
        return path.stem, _checked(path, path.stem)
    except UnicodeDecodeError:
        raise ContractError((f"{path.name}:1: not UTF-8; save it so",)) from None


def _checked(path: Path, name: str) -> dict[str, Any]:
    raw = _load(path)
    wrong = problems(name, raw, path.read_text("utf-8"), path.name)
    if not wrong and not raw.get("rule_version_code"):
        wrong = (f"{path.name}:1: rule_version_code is missing",)
    if wrong:
        raise ContractError(wrong)
    return raw
