"""The settings file: YAML read so that every problem is told by file and line, and no value is shown."""

import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

PLACEHOLDER = re.compile(r"\A\s*(<.*>|\$\{.*\}|\{\{.*\}\}|change[-_ ]?me|todo|x{3,})\s*\Z", re.IGNORECASE)
"""What templates leave behind; sent to an office it would only say "credential refused"."""

MESSAGES = {
    "extra_forbidden": "is no setting",
    "missing": "is missing",
    "string_type": "must be text",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
}
"""Plain words for what people get wrong most; other kinds keep pydantic's message, which holds no value."""


def read(path: Path) -> dict[str, Any]:
    """Return the file's content; what is wrong with it is the business of `problems`."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    if not isinstance(content, dict):
        return {}
    endpoints = content.get("endpoints")
    for endpoint in endpoints.values() if isinstance(endpoints, dict) else ():
        key = endpoint.get("private_key_file") if isinstance(endpoint, dict) else None
        if isinstance(key, str):  # a path in the file is meant from the file, wherever the command runs
            endpoint["private_key_file"] = str(path.absolute().parent / Path(key).expanduser())
    return {str(name): value for name, value in content.items()}


def problems(path: Path) -> list[str]:
    """Tell what is wrong with the file as such: unreadable, not YAML, a key twice, a placeholder left."""
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except OSError as failed:
        return [f"{path}: cannot be read ({failed.strerror})"]
    except UnicodeDecodeError:
        return [f"{path}: is not UTF-8"]
    except yaml.MarkedYAMLError as failed:
        line = failed.problem_mark.line + 1 if failed.problem_mark else 1
        return [f"{path}:{line}: is not valid YAML"]
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode):
        return [f"{path}:1: must be a mapping with the key `endpoints`"]
    return [f"{path}:{line}: {text}" for line, text in _told(root, ())]


def _told(node: yaml.Node, place: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.ScalarNode) and PLACEHOLDER.match(node.value):
        yield node.start_mark.line + 1, f"{'.'.join(place)} still holds a placeholder"
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            yield key.start_mark.line + 1, f"{'.'.join((*place, key.value))} stands twice"
        seen.add(key.value)
        yield from _told(value, (*place, key.value))


def place_of(path: Path, place: tuple[int | str, ...]) -> str:
    """Return `file:line: ` of a place, or nothing where the file does not speak of it at all."""
    from schemas.contract import line_of  # only a wrong setting pays for loading contracts

    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return ""
    stated = {key.value for key, _ in root.value} if isinstance(root, yaml.MappingNode) else set()
    return f"{path}:{line_of(root, list(place))}: " if place and place[0] in stated else ""


def describe(error: Any, path: Path | None, known: Iterable[str]) -> str:
    """Put one pydantic error into words: place, what is wrong, and the key that was probably meant."""
    place = error["loc"]
    where = place_of(path, place) if path else ""
    message = MESSAGES.get(error["type"], error["msg"].removeprefix("Value error, "))
    if error["type"] == "extra_forbidden":
        message += did_you_mean(str(place[-1]), known)
    return f"{where}{'.'.join(str(name) for name in place)} {message}".replace("  ", " ")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...?`, or nothing where no known name is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
