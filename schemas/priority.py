"""One datum, one source (一数一源; domain.md, section 4.4): whose word stands, as `rules/priority.yaml` ranks it."""

from functools import cache
from typing import Any

import yaml

from schemas.codes import codes
from schemas.contract import line_of
from schemas.model import ContractError
from schemas.profile import HERE, rules

NAME = "priority"


def problems(raw: dict[str, Any], text: str) -> tuple[str, ...]:
    """Return what is wrong with a priority file as `file:line: message`.

    A source may be ranked before its contract is there: it must be one of the register (code list `source`) or have a
    contract, so that a misspelt name is never a silent last place.
    """
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    found = []
    for attribute, sources in raw.items():
        if attribute == "rule_version_code":
            continue
        place = f"{NAME}.yaml:{line_of(root, [attribute])}:"
        if not isinstance(sources, list) or not sources:
            found.append(f"{place} {attribute} is no list of sources")
            continue
        for rank, source in enumerate(sources):
            place = f"{NAME}.yaml:{line_of(root, [attribute, rank])}:"
            if source in sources[:rank]:
                found.append(f"{place} {source} stands twice in {attribute}")
            elif source not in codes("source") and not (HERE / "sources" / f"{source}.odcs.yaml").is_file():
                found.append(f"{place} {source} in {attribute} is no source of the register and has no contract")
    return tuple(found)


@cache
def priorities() -> dict[str, tuple[str, ...]]:
    """Return the sources of each attribute, best first; ContractError names each mistake with file and line."""
    raw = rules(NAME)
    wrong = problems(raw, (HERE / "rules" / f"{NAME}.yaml").read_text("utf-8"))
    if wrong:
        raise ContractError(wrong)
    return {attribute: tuple(sources) for attribute, sources in raw.items() if attribute != "rule_version_code"}


def rank(attribute: str, source: str) -> int:
    """Return 1 for the source whose word stands, more for lower ones; all that the file does not name share the last.

    ContractError if the file ranks no such attribute.
    """
    if attribute not in priorities():
        raise ContractError((f"{NAME}.yaml:1: no attribute {attribute}",))
    order = priorities()[attribute]
    return order.index(source) + 1 if source in order else len(order) + 1
