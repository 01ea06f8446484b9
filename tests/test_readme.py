"""What the README says must be so: each path it names is there, each command it shows is understood."""

import re
import shlex
from pathlib import Path

import pytest

from jobs import cli

ROOT = Path(__file__).parent.parent
QUICKSTART = ("pip install uv && uv run creditfile demo", "uv run pytest")
FENCE = re.compile(r"^```(?:console|bash|sh|shell)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\((?!https?://|#)([^)\s#]+)")
PLACEHOLDER = re.compile(r"[<\[…]|\.\.\.|\b[A-Z]{4,}\b")
FOLDERS = ("schemas", "expectations", "jobs", "dags", "tests")


def readme():
    return (ROOT / "README.md").read_text("utf-8")


def commands(text):
    """Every `creditfile ...` command: in fenced blocks and in backticks, continued lines joined."""
    shown = [*FENCE.findall(text), *INLINE.findall(FENCE.sub("", text))]
    lines = "\n".join(shown).replace("\\\n", " ").splitlines()
    parts = [part.strip().removeprefix("$ ") for line in lines for part in line.split(" # ")[0].split("&&")]
    calls = [part.removeprefix("uv run ") for part in parts]
    return [
        call for call in calls if call.startswith("creditfile ") and not re.search(r"[<\[…]|\.\.\.|[A-Z]{4,}", call)
    ]


def paths(text):
    """Every path of the project: link targets, and what stands in backticks and begins with one of its folders."""
    told = [span.split()[0].split(":")[0] for span in INLINE.findall(FENCE.sub("", text))]
    ours = [path for path in told if path.split("/")[0] in FOLDERS and "/" in path and not re.search(r"[<*{]", path)]
    return sorted({*LINK.findall(text), *ours})


def understood(command):
    program = cli.app()
    program.parse_args(shlex.split(command)[1:], exit_on_error=False, print_error=False)


@pytest.mark.parametrize("command", QUICKSTART)
def test_the_quickstart_is_told(command):
    assert command in readme()


def test_every_command_is_understood():
    for command in commands(readme()):
        understood(command)


def test_every_path_is_there():
    assert [path for path in paths(readme()) if not (ROOT / path).exists()] == []


def test_there_is_a_glossary_and_the_way_of_one_record():
    assert re.search(r"^#+ .*(?:术语|[Gg]lossary)", readme(), re.MULTILINE)
    assert re.search(r"^#+ .*record", readme(), re.MULTILINE | re.IGNORECASE)


def test_what_is_looked_for_is_found():
    text = """
Look at `schemas/sources/psb_residence.odcs.yaml`,
[the flow](jobs/flow.py), `jobs/silver/<source>.py`, `creditfile status`.
```console
$ uv run creditfile run psb_residence \\
    --batch 2026-09 && creditfile status --json  # afterwards
creditfile explain CODE
```
"""
    assert commands(text) == [
        "creditfile run psb_residence      --batch 2026-09",
        "creditfile status --json",
        "creditfile status",
    ]
    assert paths(text) == ["jobs/flow.py", "schemas/sources/psb_residence.odcs.yaml"]


def test_a_wrong_command_is_noticed():
    with pytest.raises(Exception, match="Unknown"):
        understood("creditfile statsu")
