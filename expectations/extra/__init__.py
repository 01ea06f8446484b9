"""What a contract cannot say: checks across columns, tables and time, one module per table, found by its name.

`extra/<thing>.py` (`extra/<layer>_<thing>.py` outside silver) holds functions without arguments; each returns the
Figure of one check. A module is all it takes: there is no list of them.
"""

from importlib import import_module
from importlib.util import find_spec
from inspect import getmembers, isfunction
from typing import NamedTuple

from schemas import Table


class Figure(NamedTuple):
    """One check over a whole batch: the SQL of an aggregate, and the bounds it must stay in."""

    rule: str
    zh: str
    en: str
    sql: str
    maximum: float
    minimum: float = 0
    severity: str = "error"


def suite_name(table: Table) -> str:
    """Return the name of a table's suite, page and module of extra checks; silver's is the bare name of the source."""
    return table.thing if table.layer == "silver" else table.name.replace(".", "_")


def figures(table: Table) -> tuple[Figure, ...]:
    """Return a table's extra checks in the order their module states them; none if there is no module."""
    name = f"{__name__}.{suite_name(table)}"
    if find_spec(name) is None:
        return ()
    module = import_module(name)
    stated = [f for _, f in getmembers(module, isfunction) if f.__module__ == name and not f.__name__.startswith("_")]
    return tuple(f() for f in sorted(stated, key=lambda f: f.__code__.co_firstlineno))
