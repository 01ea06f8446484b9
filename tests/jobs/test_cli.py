"""The program: its grammar, how it ends, what it says to people and to programs, and what it never says."""

import errno
import inspect
import io
import json
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import schemas
from jobs import act, answers, cli, flow, plan, reference, runs, session, show
from jobs.errors import CODES, CreditFileError
from jobs.options import Options
from jobs.settings import Settings

SECRET = "310115199003074514"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith(("CREDITFILE_", "AIRFLOW_CONN_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.fixture
def call(capsys):
    """Run one command line; returns exit, stdout and stderr."""

    def run(*arguments):
        status = cli.run(list(arguments))
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def failing(monkeypatch):
    """Let `creditfile status` end with an error."""

    def with_error(error):
        def fails(settings):
            raise error

        monkeypatch.setattr("jobs.status.status", fails)

    return with_error


def registered(state):
    entry = {"release_id": "NC-202609-ALL-ALL-001", "status": state, "batch": "2026-09", "banks": {"bank_a": 4}}
    runs.write_json(Path("lake/runs/release/NC-202609-ALL-ALL-001.json"), entry)


def tree(folder):
    return {path: path.read_bytes() if path.is_file() else None for path in sorted(Path(folder).rglob("*"))}


# Grammar


@pytest.mark.parametrize("verb", cli.VERBS, ids=lambda verb: verb.words)
def test_every_verb_has_help_with_two_examples_that_are_understood(verb, call):
    status, out, _ = call(*verb.words.split(), "--help")
    assert status == 0
    shown = " ".join(out.split())
    for example in verb.examples:
        assert example in shown
        assert example.startswith(f"creditfile {verb.words}")
        does, _, _ = cli.app().parse_args(shlex.split(example)[1:], exit_on_error=False, print_error=False)
        assert does is verb.does
    for option in ("--lake", "--json", "--dry-run", "--quiet", "--yes", "--debug"):
        assert option in out


@pytest.mark.parametrize("verb", cli.VERBS, ids=lambda verb: verb.words)
def test_every_parameter_is_described(verb):
    described = inspect.getdoc(verb.does).partition("Args:")[2]
    for name in inspect.signature(verb.does).parameters:
        assert re.search(rf"^ +{name}: \S", described, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["publsh"], 'Did you mean "publish"?'),
        (["status", "--jsn"], "Did you mean --json?"),
        (["demo", "--people", "many"], "unable to convert"),
        (["demo", "--people", "0"], "Must be >= 1"),
        (["run"], "name the period"),
        (["run", "--batch", "2026-09", "--from", "2026-09", "--to", "2026-09"], "name the period"),
        (["run", "ingst", "--batch", "2026-09"], "did you mean ingest?"),
        (["run", "--batch", "None"], "CF-8601"),
        (["run", "--from", "2026-09", "--to", "2026-07"], "the earlier one first"),
        (["city", "--from", "2026-09-01", "--to", "2026-09-02"], "by months"),
        (["city", "up"], "build one first"),
        (["explain", "CF-9999"], "there is no code"),
        (["explain", "person"], "person ID"),
        (["release", "show", "X"], "CF-5002"),
    ],
)
def test_wrong_usage_is_told_with_what_was_meant(call, arguments, said):
    status, out, err = call(*arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
    status, out, err = call(*arguments, "--json")
    assert (status, err) == (2, "")
    assert {"code", "what", "where", "why", "fix", "retryable", "docs"} <= set(json.loads(out)["error"])


# Ends


@pytest.mark.parametrize("code", CODES)
def test_every_code_ends_with_its_exit_and_is_explained(code, call, failing):
    failing(CreditFileError(code, where="psb_residence"))
    status, out, err = call("status")
    assert (status, out) == (CODES[code].exit, "")
    assert err.startswith(f"{code} ")
    assert f"creditfile explain {code}" in err
    assert CODES[code].title in call("explain", code)[1]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "lake/x"), 8, "CF-8101"),
        (PermissionError(errno.EACCES, "Permission denied", "lake/x"), 8, "CF-8102"),
        (schemas.ContractError(("a.odcs.yaml:3: no description",)), 3, "CF-2001"),
        (ValueError(f"not a number: {SECRET}"), 1, "UNEXPECTED"),
        (KeyboardInterrupt(), 130, "STOPPED"),
        (cli.Terminated(), 143, "STOPPED"),
    ],
)
def test_whatever_stops_a_command_gets_an_exit_and_words(call, failing, error, status, code):
    failing(error)
    found, out, err = call("status", "--json")
    assert (found, err) == (status, "")
    assert json.loads(out)["error"]["code"] == code
    found, out, err = call("status")
    assert (found, out) == (status, "")
    assert err
    assert "Traceback" not in err
    assert SECRET not in err


def engine_error():
    from pyspark.errors import PySparkValueError

    return PySparkValueError(f"[CAST_INVALID_INPUT] The value '{SECRET}' of the type STRING cannot be cast")


@pytest.mark.parametrize("debug", [False, True])
def test_an_engines_message_is_never_printed(call, failing, debug):
    try:
        try:
            raise engine_error()
        except Exception as engine:
            raise RuntimeError(SECRET) from engine
    except RuntimeError as wrapped:
        failing(wrapped)
    status, out, err = call("status", *(["--debug"] if debug else []))
    assert status == 1
    assert SECRET not in out + err
    assert "The value" not in err
    assert ("PySparkValueError at" in err) is debug
    failing(engine_error())
    assert call("status")[2].startswith("CF-8202 step failed inside Spark: PySparkValueError")


@pytest.mark.fault("F87")
@pytest.mark.parametrize(
    "command",
    [
        "demo",
        "run psb_residence --batch 2026-09",
        "run gold --batch 2026-09",
        "release build --batch 2026-09",
        "airflow",
    ],
)
def test_without_java_the_first_line_says_what_to_install(call, monkeypatch, command):
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    status, out, err = call(*command.split())
    assert (status, out) == (3, "")
    first = err.splitlines()[0]
    assert first.startswith("CF-9201 ")
    assert "openjdk-17-jdk-headless" in first
    assert not Path("lake").exists()


def test_ingest_needs_no_java(call, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    assert call("run", "ingest", "psb_residence", "--batch", "2026-09")[0] == 3
    assert "CF-9002" in call("run", "ingest", "psb_residence", "--batch", "2026-09")[2]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cleans_up_and_ends_with_its_number(tmp_path, number, status):
    script = """
import pathlib, sys, time
from jobs import cli, status
def slow(settings):
    part = pathlib.Path("work.part")
    part.touch()
    try:
        time.sleep(60)
    finally:
        part.unlink()
status.status = slow
sys.exit(cli.run(["status"]))
"""
    child = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not (tmp_path / "work.part").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(number)
    _, err = child.communicate(timeout=30)
    assert child.returncode == status
    assert not (tmp_path / "work.part").exists()
    assert "Traceback" not in err


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    command = f'{sys.executable} -c \'from jobs import cli; raise SystemExit(cli.run(["explain", "CF-1202"]))\''
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | true"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


# Answers


def run_item(**more):
    return {"step": "silver", "source": "psb_residence", "batch": "2026-09", "status": "done", **more}


def test_a_run_ends_with_the_sum():
    counts = {"received": 120_000, "silver": 118_150, "quarantine": 1_511, "duplicate": 287, "suppressed": 52}
    assert show.sum_line("hrss_social_insurance", "2026-10", counts) == (
        "hrss_social_insurance 2026-10: received 120,000 = silver 118,150 + quarantine 1,511 "
        "+ duplicate 287 + suppressed 52 ✓"
    )
    assert show.sum_line("x", "2026-10", counts | {"silver": 1}).endswith("✗")


def test_with_several_sources_the_others_go_on_and_the_exit_is_the_worst(call, monkeypatch):
    found = {
        "items": [
            run_item(counts={"received": 2, "silver": 2}),
            {"source": "psb_residence", "batch": "2026-09", "landed": [{"delivery_no": 1, "rows": 2}], "earlier": 0},
            {"step": "link", "batch": "2026-09", "records": 2, "linked": 1},
        ],
        "errors": [
            CreditFileError("CF-1101"),
            CreditFileError("CF-2301", where="amr_business"),
            CreditFileError("CF-8002"),
        ],
    }
    monkeypatch.setattr("jobs.pipeline.run_many", lambda *_: found)
    monkeypatch.setattr(session, "check_java", lambda: None)
    status, out, err = call("run", "--batch", "2026-09")
    assert status == 4
    assert out.splitlines() == [
        "psb_residence 2026-09: received 2 = silver 2 + quarantine 0 + duplicate 0 + suppressed 0 ✓",
        "ingest psb_residence 2026-09: 2 records in 1 new deliveries, 0 landed before",
        "link 2026-09: records 2, linked 1",
    ]
    assert [line[:7] for line in err.splitlines()] == ["CF-2301", "CF-1101", "CF-8002"]
    status, out, err = call("run", "--batch", "2026-09", "--json")
    said = json.loads(out)
    assert (status, err, said["error"]["code"], len(said["errors"])) == (4, "", "CF-2301", 3)


def test_exits_have_one_order_of_gravity():
    exits = {code.exit for code in CODES.values()}
    assert exits <= set(answers.GRAVITY)


def test_the_demo_says_what_happened_and_what_to_open_next(call, monkeypatch):
    counts = {"received": 3, "silver": 2, "quarantine": 1, "duplicate": 0, "suppressed": 0}
    found = {
        "sources": {"psb_residence": counts},
        "people": 2,
        "credit_files": 2,
        "tiers": {"T1": 2},
        "categories": {"C01": 1},
        "releases": [{"release_id": "NC-202609-ALL-ALL-001", "status": "PUBLISHED", "banks": {"bank_a": 1}}],
        "seconds": {"city": 1.0},
        "peak_rss_mb": 900,
    }
    monkeypatch.setattr("jobs.demo.demo", lambda *_: found)
    monkeypatch.setattr(session, "check_java", lambda: None)
    status, out, _ = call("demo", "--lake", "here")
    assert status == 0
    lake = Path("here").absolute()
    for said in ("received 3 = silver 2", "2 credit files", "T1 2", "bank_a 1", f"creditfile status --lake {lake}"):
        assert said in out
    assert json.loads(call("demo", "--json")[1]) == found


def test_period_by_period():
    settings = Settings()
    assert plan.batches(settings, "2026-09", None, None) == ["2026-09"]
    assert plan.batches(settings, None, "2026-11", "2027-01") == ["2026-11", "2026-12", "2027-01"]
    assert plan.batches(settings, None, "2028-02-28", "2028-03-01") == ["2028-02-28", "2028-02-29", "2028-03-01"]


def test_refine_stands_for_its_steps():
    assert plan.spelled_out(["refine", "psb_residence"]) == [*flow.REFINE, "psb_residence"]
    assert not plan.needs_spark(["ingest", "psb_residence"])
    assert plan.needs_spark(["psb_residence"])


# Never writes, never asks where nobody sits


DRY = [
    "demo",
    "city",
    "run --batch 2026-09",
    "release build --batch 2026-09",
    "release approve NC-202609-ALL-ALL-001 --why x",
    "status",
    "doctor",
    "release list",
    "release show NC-202609-ALL-ALL-001",
    "explain CF-1202",
    "vault rotate --why x",
    "vault log",
    "airflow",
    "docs",
]


@pytest.mark.parametrize("command", DRY)
def test_a_dry_run_writes_nothing(call, command):
    registered("VALIDATED")
    before, pages = tree("."), tree(reference.FOLDER)
    status, out, _ = call(*command.split(), "--dry-run", "--json")
    assert status in (0, 3)
    assert json.loads(out)["format"].startswith("creditfile.")
    assert (tree("."), tree(reference.FOLDER)) == (before, pages)


@pytest.mark.parametrize(
    ("command", "state", "status"),
    [
        ("publish NC-202609-ALL-ALL-001", "VALIDATED", 4),
        ("publish NC-202609-ALL-ALL-001", "APPROVED", 0),
        ("release approve NC-202609-ALL-ALL-001 --why x", "DRAFT", 4),
        ("release approve NC-202609-ALL-ALL-001 --why x", "VALIDATED", 0),
    ],
)
def test_a_dry_run_ends_as_the_real_run_would(call, command, state, status):
    registered(state)
    assert call(*command.split(), "--dry-run")[0] == status


def test_a_demo_that_cannot_fit_says_so_before(call):
    assert call("demo", "--people", "100000000000", "--dry-run")[0] == 8


@pytest.mark.parametrize(
    ("command", "state"),
    [("publish NC-202609-ALL-ALL-001", "APPROVED"), ("release approve NC-202609-ALL-ALL-001 --why x", "VALIDATED")],
)
def test_what_discloses_or_decides_needs_yes_where_nobody_sits(call, command, state):
    registered(state)
    status, _, err = call(*command.split())
    assert status == 2
    assert "--yes" in err


@pytest.mark.parametrize(("answer", "agreed"), [("y\n", True), ("\n", False), ("no\n", False)])
def test_on_a_terminal_the_question_is_asked(monkeypatch, capsys, answer, agreed):
    terminal = io.StringIO(answer)
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", terminal)
    assert act.agreed("Publish?", Options()) is agreed
    assert capsys.readouterr().err == "Publish? [y/N] "


# Progress


def test_a_log_gets_the_newest_word_now_and_then(capsys):
    with show.Steps(every=0.05) as progress:
        for number in range(100):
            progress(f"file {number}", done=number, total=100)
        time.sleep(0.12)
        progress("end")
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    assert "file 99, 99 of 100 rows" in lines[0]
    assert lines[-1].endswith("end")
    assert len(lines) <= 4


def test_quiet_says_nothing(capsys):
    with show.Steps(quiet=True, every=0.01) as progress:
        progress("x")
        time.sleep(0.03)
    assert capsys.readouterr() == ("", "")


def test_a_table_in_a_pipe_is_not_cut(capsys):
    wide = "x" * 150
    show.answer(show.Answer({}, [show.table(("name", "rows"), [(wide, 1200)])]), as_json=False)
    out = capsys.readouterr().out
    assert wide in out
    assert "1,200" in out


# Pages


def test_stale_pages_are_named_and_written(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    wanted = {"a.md": "new", "deep/b.md": "b"}
    (folder / "a.md").write_text("old")
    (folder / "gone.md").write_text("no longer made")
    assert reference.stale(folder, wanted) == ["a.md", "deep/b.md", "gone.md"]
    reference.write(folder, wanted)
    assert reference.stale(folder, wanted) == []
    assert not (folder / "gone.md").exists()


def test_docs_check_ends_with_9_and_names_the_stale_page(call, monkeypatch, tmp_path):
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    monkeypatch.setattr(reference, "all_pages", lambda: {"errors.md": "x"})
    status, out, _ = call("docs", "--check")
    assert (status, out.splitlines()) == (9, ["stale: errors.md", "Fix: creditfile docs"])
    assert call("docs")[0] == 0
    assert call("docs", "--check")[0] == 0


def test_the_pages_tell_every_code_and_every_verb(monkeypatch):
    pages = reference.pages()
    for code, entry in CODES.items():
        assert f"### {code} {entry.title}" in pages["errors.md"]
    for verb in cli.VERBS:
        assert f"## creditfile {verb.words}\n" in pages["cli.md"]
        assert all(example in pages["cli.md"] for example in verb.examples)
    monkeypatch.setenv("COLUMNS", "40")
    assert reference.pages() == pages


# Speed


@pytest.mark.parametrize(("arguments", "limit"), [(["--help"], 0.4), (["status"], 1.5)])
def test_the_program_answers_at_once(tmp_path, arguments, limit):
    """Seconds of work, best of five: a machine that tests is busy. Bytecode is compiled once, at installation."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(tmp_path / "bytecode")
    command = [sys.executable, "-c", f"import sys; from jobs import cli; sys.exit(cli.run({arguments!r}))"]
    spent = []
    while len(spent) < 2 or (len(spent) < 6 and min(spent[1:]) >= limit):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    assert min(spent[1:]) < limit
