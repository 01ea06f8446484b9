"""The program `creditfile`: its verbs, how it ends, and nothing else. Heavy imports wait inside the verbs."""

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

from cyclopts import App, CycloptsError

from jobs import act, bench_verbs, flow, link_verbs, look, quarantine_verbs, score_verbs, show, vault_verbs
from jobs.accept import accept
from jobs.errors import CODES, CreditFileError, Problem

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS}


class Verb(NamedTuple):
    """One verb: its words, what it does, and two commands that work as they stand."""

    words: str
    does: Callable[..., show.Answer]
    examples: tuple[str, str]


GROUPS = {
    "bench": "What the work costs on this machine, beside plain tools that do the same.",
    "city": "The synthetic city: build it, open its offices.",
    "link": "Whose a record is: what waits for a person, what was decided, how good it is.",
    "link review": "Who is near somebody and not beyond doubt.",
    "quarantine": "Records set aside, by reason, and what is wrong with each.",
    "release": "Sealed batches of credit files: build, approve, list, show.",
    "score": "A scorecard learnt from what became of loans, and what it is worth; in no file yet.",
    "vault": "Sealed identities: a new key, one person's end, and who opened them.",
}

VERBS = (
    Verb("demo", act.demo, ("creditfile demo", "creditfile demo --people 200 --seed 7 --lake /tmp/demo --json")),
    Verb("doctor", look.doctor, ("creditfile doctor", "creditfile doctor --json")),
    Verb("city", act.city, ("creditfile city", "creditfile city --people 500 --from 2026-05 --to 2026-09")),
    Verb("city up", act.city_up, ("creditfile city up", "creditfile city up --fault F24 --lake /tmp/demo")),
    Verb(
        "run",
        act.run,
        (
            "creditfile run ingest hrss_social_insurance --batch 2026-09",
            "creditfile run psb_residence hmb_rental_contract --from 2026-07 --to 2026-09",
        ),
    ),
    Verb("plan", look.plan, ("creditfile plan --batch 2026-09", "creditfile plan --rules changed/tier.yaml --json")),
    Verb("status", look.status, ("creditfile status", "creditfile status --lake /tmp/demo --json")),
    Verb("quarantine ls", quarantine_verbs.ls, ("creditfile quarantine ls", "creditfile quarantine ls psb_residence")),
    Verb(
        "quarantine show",
        quarantine_verbs.show_record,
        (
            "creditfile quarantine show 0f8e2b6c5d4a3918",
            "creditfile quarantine show 0f8e2b6c5d4a3918 --json",
        ),
    ),
    Verb(
        "quarantine replay",
        quarantine_verbs.replay,
        (
            "creditfile quarantine replay hrss_social_insurance --reason CODE_UNKNOWN --dry-run",
            "creditfile quarantine replay psb_residence --batch 2026-09",
        ),
    ),
    Verb(
        "accept",
        accept,
        (
            "creditfile accept hmb_rental_contract --batch 2026-09 --why 'a new law, the office confirms'",
            "creditfile accept psb_residence --batch 2026-09 --why 'confirmed by phone' --by zhang --yes",
        ),
    ),
    Verb("link review ls", link_verbs.ls, ("creditfile link review ls", "creditfile link review ls assn_delivery")),
    Verb(
        "link review show",
        link_verbs.show_review,
        ("creditfile link review show 0f8e2b6c5d4a", "creditfile link review show 0f8e2b6c5d4a --json"),
    ),
    Verb(
        "link review decide",
        link_verbs.decide,
        (
            "creditfile link review decide 0f8e2b6c5d4a --same --why 'the platform confirms'",
            "creditfile link review decide 0f8e2b6c5d4a --different --why 'father and son' --by zhang --yes",
        ),
    ),
    Verb(
        "link quality",
        link_verbs.quality,
        ("creditfile link quality", "creditfile link quality --html quality.html --json"),
    ),
    Verb(
        "link train",
        link_verbs.train,
        ("creditfile link train --why 'yearly' --dry-run", "creditfile link train --why 'yearly' --by zhang --yes"),
    ),
    Verb("link decisions", link_verbs.decisions, ("creditfile link decisions", "creditfile link decisions --json")),
    Verb(
        "link part",
        link_verbs.part,
        (
            "creditfile link part 0f8e2b6c5d4a3918 --why 'the person disputes it'",
            "creditfile link part 0f8e2b6c5d4a3918 --why 'another of this name' --by zhang --yes",
        ),
    ),
    Verb(
        "link undo",
        link_verbs.undo,
        (
            "creditfile link undo 1a2b3c4d --why 'decided about the wrong one'",
            "creditfile link undo 1a2b3c4d --why 'the platform was wrong' --by zhang --yes",
        ),
    ),
    Verb(
        "score train",
        score_verbs.train,
        ("creditfile score train --why 'yearly' --dry-run", "creditfile score train --why 'yearly' --by zhang --yes"),
    ),
    Verb("score card", score_verbs.card, ("creditfile score card", "creditfile score card --html card.html --json")),
    Verb(
        "release build",
        act.release_build,
        ("creditfile release build --batch 2026-09", "creditfile release build --batch 2026-09 --dry-run"),
    ),
    Verb(
        "release approve",
        act.release_approve,
        (
            "creditfile release approve NC-202609-ALL-ALL-001 --why 'as expected'",
            "creditfile release approve NC-202609-ALL-ALL-001 --why 'as expected' --by zhang --yes",
        ),
    ),
    Verb("release list", look.release_list, ("creditfile release list", "creditfile release list --state APPROVED")),
    Verb(
        "release show",
        look.release_show,
        ("creditfile release show NC-202609-ALL-ALL-001", "creditfile release show NC-202609-ALL-ALL-001 --json"),
    ),
    Verb(
        "publish",
        act.publish,
        ("creditfile publish NC-202609-ALL-ALL-001", "creditfile publish NC-202609-ALL-ALL-001 --yes"),
    ),
    Verb(
        "explain",
        look.explain,
        ("creditfile explain CF-1202", "creditfile explain link 0f8e2b6c5d4a3918"),
    ),
    Verb(
        "vault rotate",
        vault_verbs.rotate,
        (
            "creditfile vault rotate --why 'yearly' --dry-run",
            "creditfile vault rotate --why 'key seen' --by zhang --yes",
        ),
    ),
    Verb(
        "vault shred",
        vault_verbs.shred,
        (
            "creditfile vault shred 0f8e2b6c5d4a39180f8e2b6c5d4a3918 --why 'case 12' --dry-run",
            "creditfile vault shred 0f8e2b6c5d4a39180f8e2b6c5d4a3918 --why 'case 12' --by zhang --yes",
        ),
    ),
    Verb("vault log", vault_verbs.log, ("creditfile vault log", "creditfile vault log --purpose release --json")),
    Verb(
        "bench link",
        bench_verbs.link,
        ("creditfile bench link", "creditfile bench link --rows 100000 --runs 3 --peers --json"),
    ),
    Verb("bench start", bench_verbs.start, ("creditfile bench start", "creditfile bench start --runs 5 --json")),
    Verb("airflow", act.airflow, ("creditfile airflow", "creditfile airflow --dry-run")),
    Verb("docs", act.docs, ("creditfile docs", "creditfile docs --check")),
)


class Terminated(BaseException):
    """SIGTERM arrived; an exception, so that `with` blocks clean up and the run is recorded as aborted."""


def app() -> App:
    """Return the grammar of the program, from the table above."""
    program = App(
        name=flow.PROGRAM,
        help="Digital credit files (信用档案) for a city's newcomers (新市民): pull, check, link, grade, release.",
        help_format="plaintext",
        help_epilogue="Begin with `creditfile doctor`, then `creditfile demo`. Each verb has its own --help.",
        version=_version,
        result_action="return_value",
        suppress_keyboard_interrupt=False,
    )
    groups = {name: App(name=name.split()[-1], help=text, help_format="plaintext") for name, text in GROUPS.items()}
    for name, group in groups.items():
        groups.get(name.rpartition(" ")[0], program).command(group)
    for verb in VERBS:
        first, _, second = verb.words.rpartition(" ") if " " in verb.words else (verb.words, "", "")
        examples = "\n  ".join(("Examples:", *verb.examples))
        if second:
            groups[first].command(verb.does, name=second, help_epilogue=examples)
        elif first in groups:
            groups[first].default(verb.does)
            groups[first].help_epilogue = examples
        else:
            program.command(verb.does, name=first, help_epilogue=examples)
    program.register_install_completion_command(name="--install-completion")
    return program


def _version() -> str:
    from importlib.metadata import version

    return version(flow.PROGRAM)


def main() -> int:
    """Run the command line; the console script and `spark-submit` end with what this returns."""
    return run(sys.argv[1:])


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status. Whatever happens, a person gets words and a program gets JSON."""
    as_json = "--json" in arguments
    try:
        with sigterm_raises():
            found = app()(list(arguments), exit_on_error=False, print_error=False)
            if not isinstance(found, show.Answer):
                return 0  # help or version was asked for
            if found.value or not as_json:
                show.answer(found, as_json=as_json)
            for problem in () if as_json else found.problems:
                show.failure(problem, as_json=False)
            sys.stdout.flush()
            return found.exit
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more at its end
        return 0
    except (Exception, KeyboardInterrupt, Terminated) as error:  # noqa: BLE001  (whatever it was, it gets words)
        status, problem = ended(error)
        if "--debug" in arguments:
            show.trail(error)
        show.failure(problem, as_json=as_json)
        return status


def ended(error: BaseException) -> tuple[int, Problem]:
    """Return exit status and problem of what stopped a command."""
    match error:
        case CreditFileError():
            return error.exit, error.problem
        case CycloptsError() | show.UsageError():
            return 2, show.usage(str(error))
        case KeyboardInterrupt():
            return 130, show.stopped("Ctrl-C")
        case Terminated():
            return 143, show.stopped("SIGTERM")
        case OSError(errno=number) if number in NO_ROOM | NO_RIGHT:
            code = "CF-8101" if number in NO_ROOM else "CF-8102"
            return CODES[code].exit, CreditFileError(code, where=str(error.filename or "")).problem
    return _of_a_contract(error) or (1, show.unexpected(error))


def _of_a_contract(error: BaseException) -> tuple[int, Problem] | None:
    import schemas

    if not isinstance(error, schemas.ContractError):
        return None
    wrong = CreditFileError("CF-2001", what="; ".join(error.problems), undone="Nothing was started.")
    return wrong.exit, wrong.problem


@contextmanager
def sigterm_raises() -> Iterator[None]:
    """Turn SIGTERM into an exception for as long as a command runs; a second one no longer disturbs the cleaning up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> Any:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
