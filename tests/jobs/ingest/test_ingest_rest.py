"""The REST connector against a real server that can be told to misbehave."""

import asyncio
import base64
import json
import logging
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, StreamingResponse

from jobs.errors import CreditFileError
from jobs.ingest.landing import folder
from jobs.settings import Endpoint

SECRET = "canary-secret-7f3a"
LATE = datetime(2027, 1, 5, tzinfo=UTC)


class RestOffice:
    """Pages of five records behind OAuth2; `on(page, answer, ...)` puts answers in front of a page's own."""

    def __init__(self) -> None:
        self.records = [{"record_no": str(n), "person_name": "王芳"} for n in range(1, 13)]
        self.secret, self.total, self.tokens = SECRET, None, []
        self.cursor: Callable[[int], str | None] = lambda start: str(start)
        self.by_number = False
        self.asked: list[dict[str, str]] = []
        self.script: dict[int, list[Callable[[], Response]]] = {}
        self.token_script: list[Callable[[], Response]] = []
        self.app = FastAPI()
        self.app.post("/oauth/token")(self.token)
        self.app.get("/v1/things")(self.things)

    def on(self, page: int, *answers: Callable[[], Response]) -> None:
        self.script.setdefault(page, []).extend(answers)

    def expire_tokens(self) -> Response:
        self.tokens.clear()
        return JSONResponse({"error": "invalid_token"}, 401)

    async def token(self, request: Request) -> Response:
        if self.token_script:
            return self.token_script.pop(0)()
        login = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        form = (await request.body()).decode()
        if login != f"creditfile:{self.secret}" or form != "grant_type=client_credentials":
            return JSONResponse({"error": "invalid_client"}, 401)
        self.tokens.append(f"canary-token-{len(self.asked)}")
        return JSONResponse({"access_token": self.tokens[-1], "token_type": "bearer", "expires_in": 60})

    async def things(self, request: Request) -> Response:
        query = dict(request.query_params)
        self.asked.append(query)
        limit = int(query["limit"])
        start = (int(query["page"]) - 1) * limit if self.by_number else int(query.get("cursor", "0").split("-")[0])
        if answers := self.script.get(start // limit + 1):
            return answers.pop(0)()
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return JSONResponse({"error": "invalid_token"}, 401)
        after = start + limit
        cursor = self.cursor(after) if after < len(self.records) and not self.by_number else None
        total = len(self.records) if self.total is None else self.total
        return JSONResponse({"items": self.records[start:after], "next_cursor": cursor, "total": total})


def serve(app: FastAPI, **options: str):
    """Run an app on a free port of its own thread; returns the port and what ends it."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, **options))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)

    def stop() -> None:
        server.should_exit = True
        thread.join()

    return listener.getsockname()[1], stop


@pytest.fixture(scope="module")
def hosted():
    """One server for the module; each test mounts its own office on it."""
    outer = FastAPI()
    port, stop = serve(outer)
    yield outer, port
    stop()


@pytest.fixture
def office(hosted):
    office = RestOffice()
    hosted[0].router.routes[:] = office.app.router.routes
    return office


@pytest.fixture
def endpoint(hosted):
    return Endpoint(url=f"http://127.0.0.1:{hosted[1]}", client_id="creditfile", client_secret=SECRET)


@pytest.fixture
def source(contract):
    return contract(
        "rest",
        "json",
        {"": ("record_no person_name", "record_no")},
        token_path="/oauth/token",
        path="/v1/things",
        page_size=5,
    )


def status(code: int, **headers: str) -> Callable[[], Response]:
    return lambda: JSONResponse({"error": "canary-body"}, code, headers=headers)


def text(body: str, kind: str = "application/json") -> Callable[[], Response]:
    return lambda: Response(body, media_type=kind)


def redirect(target: str) -> Response:
    return RedirectResponse(target, 302) if target else Response(status_code=302)


def drip(seconds: float) -> Callable[[], Response]:
    async def bytes_one_by_one():
        for _ in range(round(seconds / 0.05)):
            yield b" "
            await asyncio.sleep(0.05)

    return lambda: StreamingResponse(bytes_one_by_one(), media_type="application/json")


def cut() -> Response:
    async def half():
        yield b'{"items": [{"record_no": "1"'
        raise ConnectionError

    return StreamingResponse(half(), media_type="application/json")


def test_all_pages_are_landed_as_received(office, source, endpoint, run, tmp_path):
    (receipt,) = run(source, "2026-09", endpoint).landed
    assert [(f.name, f.object, f.rows, f.header) for f in receipt.files] == [
        ("page-00001", "", 5, ("record_no", "person_name")),
        ("page-00002", "", 5, ("record_no", "person_name")),
        ("page-00003", "", 2, ("record_no", "person_name")),
    ]
    assert (receipt.rows, receipt.unknown_columns, receipt.missing_columns) == (12, (), ())
    lying = folder(tmp_path, "office", "2026-09", 1)
    pages = [json.loads((lying / file.parts[0].path).read_bytes()) for file in receipt.files]
    assert [item for page in pages for item in page["items"]] == office.records
    assert office.asked == [
        {"updated_before": "2026-09-30T16:00:00Z", "limit": "5"},
        {"updated_before": "2026-09-30T16:00:00Z", "limit": "5", "cursor": "5"},
        {"updated_before": "2026-09-30T16:00:00Z", "limit": "5", "cursor": "10"},
    ]


def test_the_next_batch_begins_where_the_one_before_ended(office, source, endpoint, run):
    run(source, "2026-08", endpoint)
    office.asked.clear()
    (receipt,) = run(source, "2026-10", endpoint).landed
    assert (office.asked[0]["updated_since"], office.asked[0]["updated_before"]) == (
        "2026-08-31T16:00:00Z",
        "2026-10-31T16:00:00Z",
    )
    assert receipt.model_dump(mode="json")["since"] == "2026-08-31T16:00:00Z"


def test_a_batch_fetched_before_its_end_leaves_the_rest_to_the_next(office, source, endpoint, run):
    run(source, "2026-08", endpoint, at=datetime(2026, 8, 20, tzinfo=UTC))
    office.asked.clear()
    run(source, "2026-09", endpoint)
    assert office.asked[0]["updated_since"] == "2026-08-20T00:00:00Z"


def test_a_landed_batch_is_not_asked_for_again_unless_told_to(office, source, endpoint, run):
    run(source, "2026-09", endpoint)
    office.asked.clear()
    second = run(source, "2026-09", endpoint)
    assert (second.landed, len(second.earlier), office.asked) == ((), 1, [])
    office.records[0] = {"record_no": "1", "person_name": "王方"}
    (receipt,) = run(source, "2026-09", endpoint, again=True).landed
    assert (receipt.delivery_no, receipt.since, receipt.duplicate_of) == (2, None, None)
    assert [file.duplicate_of is not None for file in receipt.files] == [False, True, True]


@pytest.mark.fault("F18")
def test_the_same_pages_again_are_a_duplicate_delivery(office, source, endpoint, run):
    run(source, "2026-09", endpoint)
    (receipt,) = run(source, "2026-09", endpoint, again=True).landed
    assert (receipt.duplicate_of.batch, receipt.duplicate_of.delivery_no) == ("2026-09", 1)


def test_an_empty_window_is_a_delivery_of_no_record(office, source, endpoint, run):
    office.records.clear()
    (receipt,) = run(source, "2026-09", endpoint).landed
    assert (receipt.rows, len(receipt.files), receipt.missing_columns) == (0, 1, ())


def test_keys_are_compared_over_all_records(office, source, endpoint, run):
    for record in office.records[:11]:
        del record["person_name"]
    office.records[7]["nick_name"] = "小王"
    (receipt,) = run(source, "2026-09", endpoint).landed
    assert (receipt.unknown_columns, receipt.missing_columns) == (("nick_name",), ())
    del office.records[11]["person_name"]
    (receipt,) = run(source, "2026-09", endpoint, again=True).landed
    assert receipt.missing_columns == ("person_name",)


def one(record: str, total: str = "1") -> Callable[[], Response]:
    """A whole page of one record, as text."""
    return text(f'{{"items": [{record}], "next_cursor": null, "total": {total}}}')


TWICE = '{"record_no": "canary-1", "record_no": "canary-2"}'


@pytest.mark.fault("F30")
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (text('{"items": [], "next_cursor": null, "total": 0, "total": 1}'), "a key is given twice"),
        (text('{"items": [], "items": [{}], "next_cursor": null, "total": 1}'), "a key is given twice"),
        (text('{"items": [], "more": NaN, "next_cursor": null, "total": 0}'), "NaN or Infinity"),
        (text('{"items": [], "a": "\\ud800", "next_cursor": null, "total": 0}'), "half of a character"),
        (text("[" * 100_000), "nested too deep"),
        (one('{"record_no": "' + "x" * 2_200_000 + '"}'), "text of more than 1 MiB"),
    ],
)
def test_a_page_that_two_readers_read_in_two_ways_is_refused_at_once(
    office, source, endpoint, run, refused, landed, answer, says
):
    office.on(1, answer)
    error = refused("CF-1111", run, source, "2026-09", endpoint)
    assert says in str(error)
    assert "canary" not in str(error)
    assert (len(office.asked), landed()) == (1, [])


@pytest.mark.fault("F30")
@pytest.mark.parametrize(
    ("record", "says"),
    [
        (TWICE, "a key is given twice"),
        ('{"record_no": {"a": 1, "a": 1}}', "a key is given twice"),
        ('{"record_no": NaN}', "NaN or Infinity"),
        ('{"record_no": -Infinity}', "NaN or Infinity"),
        ('{"record_no": ' + "9" * 10_000 + "}", "number of more than 1,000 digits"),
        ('{"record_no": ' + "[" * 10_000 + "]" * 10_000 + "}", "nested too deep"),
        ('{"record_no": ' + "[" * 20 + "]" * 20 + "}", "nested too deep"),
        ('{"record_no": ' + '{"a":' * 500 + "1" + "}" * 500 + "}", "nested too deep"),
        ('{"record_no": "\\ud800"}', "half of a character"),
        ('{"\\uDC00": "1"}', "half of a character"),
        ('{"record_no": ["\\udfff\\ud83d"]}', "half of a character"),
        ('{"record_no": "' + "x" * 1_100_000 + '"}', "text of more than 1 MiB"),
        ('{"record_no": [{"' + "x" * 1_100_000 + '": 1}]}', "text of more than 1 MiB"),
        ('{"a": "]}, {", "record_no": "\\"", \n "record_no": 1}', "a key is given twice"),
    ],
)
def test_a_record_that_two_readers_read_in_two_ways_is_set_aside_and_the_others_land(
    office, source, endpoint, run, tmp_path, caplog, record, says
):
    good = ['{"record_no": "1", "price": 1.10}', '{"record_no": "2",\r\n "person_name": "王芳"}']
    page = f'{{"items": [{good[0]},{record} , {good[1]}], "next_cursor": null, "total": 3}}'
    office.on(1, text(page))
    (receipt,) = run(source, "2026-09", endpoint).landed
    (file,) = receipt.files
    assert (receipt.rows, file.format, file.header) == (3, "jsonl", ("record_no", "price", "person_name"))
    landed = folder(tmp_path, "office", "2026-09", 1)
    first, aside, last, end = (landed / file.parts[0].path).read_text("utf-8").split("\n")
    assert (first, last, end) == (good[0], good[1].replace("\r\n", "  "), "")
    why, _, raw = aside.partition(': "')
    assert says in why
    assert json.loads(f'"{raw}') == record, "bronze seals just what came"
    assert (landed / receipt.received[0].path).read_bytes().decode() == page
    assert "records outside the limits of JSON: 1" in caplog.text
    assert "canary" not in caplog.text


@pytest.mark.fault("F30")
@pytest.mark.parametrize("broken", ['{"record_no": 1,}', "{}{}", "{},", '{"record_no": "1}', "7", '"x"', "[1]"])
def test_a_page_that_is_more_than_outside_the_limits_is_no_page(office, source, endpoint, run, landed, broken):
    for _ in range(3):
        office.on(1, text(f'{{"items": [{TWICE}, {broken}], "next_cursor": null, "total": 2}}'))
    with pytest.raises(CreditFileError) as caught:
        run(source, "2026-09", endpoint)
    assert caught.value.code in ("CF-1104", "CF-1108", "CF-1111")
    assert landed() == []


@pytest.mark.fault("F30")
@pytest.mark.parametrize(
    "value", ["1e400", "1" + "0" * 400, '"\\ud83d\\ude00"', '"\\\\ud800"', '"\\u0000"', "[" * 9 + "]" * 9]
)
def test_what_is_only_odd_is_landed_as_received_for_the_cleaner_to_judge(
    office, source, endpoint, run, tmp_path, value
):
    office.on(1, one(f'{{"record_no": {value}}}'))
    (receipt,) = run(source, "2026-09", endpoint).landed
    stored = folder(tmp_path, "office", "2026-09", 1) / receipt.files[0].parts[0].path
    assert f'{{"record_no": {value}}}' in stored.read_text()


@pytest.mark.fault("F30")
@pytest.mark.parametrize("total", ["1e400", "1" + "0" * 400, "-1", "1.0", "true", '"1"'])
def test_a_total_that_cannot_be_one(office, source, endpoint, run, refused, landed, total):
    office.on(1, one('{"record_no": "1"}', total))
    refused("CF-1107" if total.startswith("10") else "CF-1108", run, source, "2026-09", endpoint)
    assert landed() == []


@pytest.mark.fault("F30")
def test_an_endless_page_is_cut_off_and_never_held_in_memory(office, source, endpoint, run, refused, landed):
    async def endless():
        yield b'{"items": [{"record_no": "'
        for _ in range(64):
            yield b"x" * 1024 * 1024
            await asyncio.sleep(0)

    office.on(1, lambda: StreamingResponse(endless(), media_type="application/json"))
    tracemalloc.start()
    try:
        error = refused("CF-1111", run, source, "2026-09", endpoint)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "page larger than 32 MiB" in str(error)
    assert landed() == []
    assert peak < 16 * 1024 * 1024, f"{peak:,} bytes"


def test_pages_by_number_end_with_the_declared_total(office, contract, endpoint, run, refused):
    numbered = contract(
        "rest",
        "json",
        {"": ("record_no person_name", "record_no")},
        token_path="/oauth/token",
        path="/v1/things",
        page_size=5,
        pagination="page",
    )
    office.by_number = True
    (receipt,) = run(numbered, "2026-08", endpoint).landed
    assert (receipt.rows, [query.get("page") for query in office.asked]) == (12, ["1", "2", "3"])
    assert not [query for query in office.asked if "cursor" in query]
    office.total = 13
    assert "an empty page is not the last one" in str(refused("CF-1107", run, numbered, "2026-09", endpoint))
    office.total = 11
    assert "declared total 11, received 12" in str(refused("CF-1107", run, numbered, "2026-09", endpoint))


def test_each_batch_begins_earlier_by_the_contracts_overlap(office, contract, endpoint, run):
    late = contract(
        "rest",
        "json",
        {"": ("record_no person_name", "record_no")},
        token_path="/oauth/token",
        path="/v1/things",
        page_size=5,
        overlap_minutes=90,
    )
    run(late, "2026-08", endpoint)
    assert "updated_since" not in office.asked[0]
    office.asked.clear()
    (receipt,) = run(late, "2026-09", endpoint).landed
    assert office.asked[0]["updated_since"] == "2026-08-31T14:30:00Z"
    assert receipt.model_dump(mode="json")["since"] == "2026-08-31T14:30:00Z"


@pytest.mark.fault("F24")
def test_a_token_that_expires_between_pages_is_renewed_once_and_the_cursor_goes_on(office, source, endpoint, run):
    office.on(2, office.expire_tokens)
    office.on(3, office.expire_tokens)
    assert run(source, "2026-09", endpoint).rows == 12
    assert [query.get("cursor") for query in office.asked] == [None, "5", "5", "10", "10"]


@pytest.mark.fault("F24")
def test_a_fresh_token_refused_ends_the_delivery(office, source, endpoint, run, refused, landed):
    office.on(2, office.expire_tokens, status(401))
    error = refused("CF-1105", run, source, "2026-09", endpoint)
    assert error.problem.where == "office/2026-09/page-00002"
    assert landed() == []


@pytest.mark.parametrize("answer", [status(500), status(502), status(503, **{"Retry-After": "0"}), cut])
@pytest.mark.fault("F20")
def test_a_burst_of_errors_is_outlasted(office, source, endpoint, run, answer):
    office.on(2, answer, answer)
    assert run(source, "2026-09", endpoint).rows == 12


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(status(503), "CF-1101", marks=pytest.mark.fault("F20")),
        pytest.param(status(429), "CF-1102", marks=pytest.mark.fault("F21")),
        pytest.param(cut, "CF-1104", marks=pytest.mark.fault("F23")),
        pytest.param(text('{"items": [], "next_cursor": nu'), "CF-1104", marks=pytest.mark.fault("F23")),
        pytest.param(status(403), "CF-1106", marks=pytest.mark.fault("F25")),
        pytest.param(lambda: HTMLResponse("<form>"), "CF-1108", marks=pytest.mark.fault("F27")),
        pytest.param(status(200), "CF-1108", marks=pytest.mark.fault("F27")),
        pytest.param(status(404), "CF-1108", marks=pytest.mark.fault("F27")),
        pytest.param(text("[]"), "CF-1108", marks=pytest.mark.fault("F27")),
        pytest.param(
            text('{"items": [1], "next_cursor": null, "total": 1}'), "CF-1108", marks=pytest.mark.fault("F27")
        ),
        pytest.param(text('{"items": [], "next_cursor": "", "total": 0}'), "CF-1108", marks=pytest.mark.fault("F27")),
        pytest.param(text('{"items": [], "next_cursor": null}'), "CF-1108", marks=pytest.mark.fault("F27")),
        pytest.param(text("<html>canary"), "CF-1108", marks=pytest.mark.fault("F27")),
        pytest.param(
            lambda: JSONResponse({"code": 40001, "message": "canary"}), "CF-1108", marks=pytest.mark.fault("F27")
        ),
        pytest.param(
            lambda: Response(b'{"items": "\xff"}', media_type="application/json"),
            "CF-1401",
            marks=pytest.mark.fault("F37"),
        ),
    ],
)
def test_what_stays_wrong_ends_the_delivery(office, source, endpoint, run, refused, landed, answer, code):
    office.on(2, *[answer] * 3)
    error = refused(code, run, source, "2026-09", endpoint)
    assert error.problem.where == "office/2026-09/page-00002"
    assert "canary" not in str(error)
    assert landed() == []


@pytest.mark.parametrize(
    "stated",
    [
        "1000000000",
        "9" * 400,
        format_datetime(LATE + timedelta(days=9)),
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2027 00:00:00 +99999999999999999999",
        "soon",
        "-5",
    ],
)
@pytest.mark.fault("F21")
def test_a_wait_asked_for_is_obeyed_up_to_a_cap(office, source, endpoint, run, stated):
    office.on(1, status(429, **{"Retry-After": stated}))
    began = time.monotonic()
    assert run(source, "2026-09", endpoint).rows == 12
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("stated", "waits"),
    [("1", 0.7), (format_datetime(LATE + timedelta(seconds=1)), 0.7), ("1000000000", 0.7), ("0", 0.0)],
)
@pytest.mark.fault("F21")
def test_a_wait_asked_for_is_kept(office, source, endpoint, run, patience, stated, waits):
    office.on(1, status(429, **{"Retry-After": stated}))
    began = time.monotonic()
    run(source, "2026-09", endpoint, patience=patience(retry_after_limit=0.7))
    assert waits <= time.monotonic() - began < waits + 0.6


@pytest.mark.fault("F28")
@pytest.mark.parametrize("path", ["@evil.example/v1/things", ".evil.example/v1", "@169.254.169.254/"])
def test_no_request_leaves_for_another_host_than_the_endpoints(contract, endpoint, run, refused, path):
    bent = contract("rest", "json", {"": ("record_no", "record_no")}, token_path=path, path="/v1/things", page_size=5)
    elsewhere = endpoint.model_copy(update={"url": "https://office.example"})
    began = time.monotonic()
    error = refused("CF-1109", run, bent, "2026-09", elsewhere)
    assert "request to another host" in str(error)
    assert "evil" not in str(error)
    assert time.monotonic() - began < 2, "nobody is called, so nobody is waited for"


@pytest.mark.fault("F22")
def test_an_answer_of_a_byte_at_a_time_has_a_deadline(office, source, endpoint, run, refused, landed, patience):
    office.on(2, drip(3), drip(3))
    short = patience(attempts=2, page=0.4, read=0.3)
    assert "no whole answer within 0.4 s" in str(refused("CF-1103", run, source, "2026-09", endpoint, patience=short))
    assert landed() == []


@pytest.mark.fault("F22")
def test_a_silent_office_is_left_and_asked_again(office, source, endpoint, run, patience, caplog):
    def silent() -> Response:
        time.sleep(0.5)
        return Response()

    office.on(1, silent)
    assert run(source, "2026-09", endpoint, patience=patience(attempts=5, read=0.3)).rows == 12
    assert "CF-1103 silent for 0.3 s" in caplog.text


@pytest.mark.fault("F22")
def test_the_whole_delivery_has_a_deadline(office, source, endpoint, run, refused, landed, patience):
    office.on(1, drip(3))
    short = patience(delivery=0.3)
    assert "not whole within 0.3 s" in str(refused("CF-1103", run, source, "2026-09", endpoint, patience=short))
    assert landed() == []


@pytest.mark.fault("F20")
def test_an_office_that_is_down(source, run, refused, landed):
    nobody = Endpoint(url="http://127.0.0.1:9", client_id="creditfile", client_secret=SECRET)
    refused("CF-1101", run, source, "2026-09", nobody)
    assert landed() == []


def grown(office: RestOffice) -> Callable[[], Response]:
    """A record comes in front while the pages are read."""

    def page() -> Response:
        office.records.insert(0, {"record_no": "0", "person_name": "李"})
        return JSONResponse({"items": office.records[5:10], "next_cursor": "10", "total": len(office.records)})

    return page


def moved(office: RestOffice) -> Callable[[], Response]:
    """A record comes in front and one behind is taken away: the number stays, the pages shift."""

    def page() -> Response:
        office.records = [{"record_no": "0", "person_name": "李"}, *office.records[:-1]]
        return JSONResponse({"items": office.records[5:10], "next_cursor": "10", "total": len(office.records)})

    return page


@pytest.mark.fault("F26")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda o: setattr(o, "cursor", lambda start: "5"), "a cursor came back"),
        (lambda o: setattr(o, "cursor", lambda start: f"0-{len(o.asked)}"), "declared total 12, received 15"),
        (lambda o: setattr(o, "total", 13), "declared total 13, received 12"),
        (lambda o: setattr(o, "total", 4), "declared total 4, received 5"),
        (
            lambda o: o.on(2, text('{"items": [], "next_cursor": "x", "total": 12}')),
            "an empty page is not the last one",
        ),
        (
            lambda o: o.on(2, text('{"items": [{"a": 1}], "next_cursor": null, "total": 6}')),
            "declared total went from 12 to 6",
        ),
        (lambda o: o.on(2, grown(o)), "declared total went from 12 to 13"),
        (lambda o: o.on(2, moved(o), moved(o)), "records that came on two pages: 1, at each try others"),
    ],
)
def test_pages_that_do_not_add_up_are_not_landed(office, source, endpoint, run, refused, landed, change, says):
    change(office)
    assert says in str(refused("CF-1107", run, source, "2026-09", endpoint))
    assert landed() == []


@pytest.mark.fault("F26")
def test_a_listing_that_shifted_once_is_walked_again(office, source, endpoint, run, tmp_path):
    office.on(2, moved(office))
    (receipt,) = run(source, "2026-09", endpoint).landed
    lying = folder(tmp_path, "office", "2026-09", 1)
    pages = [json.loads((lying / file.parts[0].path).read_bytes()) for file in receipt.files]
    assert [item for page in pages for item in page["items"]] == office.records
    assert len(office.asked) == 6


@pytest.mark.fault("F26")
def test_a_record_the_office_has_twice_is_landed_twice_for_the_cleaner_to_count(office, source, endpoint, run):
    office.records[8] = office.records[1]
    assert [receipt.rows for receipt in run(source, "2026-09", endpoint).landed] == [12]
    assert len(office.asked) == 6


@pytest.mark.fault("F28")
@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("http://169.254.169.254/latest/meta-data", "302 to another host"),
        ("//evil.example/v1/things", "302 to another host"),
        ("https://127.0.0.1/v1/things", "302 to another host"),
        ("", "302 to no address"),
        ("/login", "302 to another place"),
    ],
)
def test_a_redirect_is_not_followed(office, source, endpoint, run, refused, landed, target, says):
    office.on(2, lambda: redirect(target))
    error = refused("CF-1109", run, source, "2026-09", endpoint)
    assert says in str(error)
    assert "evil" not in str(error)
    office.token_script.append(lambda: redirect(target))
    refused("CF-1109", run, source, "2026-09", endpoint)
    assert landed() == []


@pytest.mark.fault("F25")
def test_a_client_that_is_locked_out_does_not_knock_again(office, source, endpoint, run, refused, landed):
    office.on(2, *[status(403)] * 3)
    assert "client creditfile" in str(refused("CF-1106", run, source, "2026-09", endpoint))
    assert (len(office.asked), landed()) == (2, [])


@pytest.mark.fault("F25")
@pytest.mark.parametrize("code", [400, 401, 403])
def test_a_secret_revoked_between_pages(office, source, endpoint, run, refused, landed, code):
    def revoke() -> Response:
        office.token_script.extend([status(code)] * 3)
        return office.expire_tokens()

    office.on(2, revoke)
    error = refused("CF-1106", run, source, "2026-09", endpoint)
    assert error.problem.where == "office/2026-09/page-00002"
    assert (len(office.token_script), landed()) == (2, []), "the secret is shown once, not three times"


@pytest.mark.fault("F25")
@pytest.mark.fault("F54")
def test_a_rotated_secret_is_told_by_the_clients_id_and_shown_nowhere(office, source, endpoint, run, refused, caplog):
    caplog.set_level(logging.DEBUG)
    office.on(2, status(500))
    run(source, "2026-08", endpoint)
    office.secret = "rotated"
    error = refused("CF-1106", run, source, "2026-09", endpoint)
    assert "client creditfile" in str(error)
    assert "CF-1101 status 500; try 2 follows" in caplog.text
    said = caplog.text + str(error) + repr(error.__cause__) + repr(endpoint)
    encoded = base64.b64encode(f"creditfile:{SECRET}".encode()).decode()
    assert not [word for word in (SECRET, encoded, "canary-token") if word in said]


def test_two_runs_at_once(office, source, endpoint, run, refused):
    def meanwhile() -> Response:
        refused("CF-8002", run, source, "2026-09", endpoint)
        return JSONResponse({}, 500)

    office.on(1, meanwhile)
    assert run(source, "2026-09", endpoint).rows == 12


def test_the_text_none_is_no_batch(source, endpoint, run, refused, landed):
    refused("CF-8601", run, source, "None", endpoint)
    assert landed() == []


def test_a_transport_nobody_speaks(contract, endpoint, run, refused):
    source = contract("carrier_pigeon", "json", {"": ("record_no", "record_no")})
    refused("CF-2001", run, source, "2026-09", endpoint)


@pytest.mark.parametrize(
    ("more", "code", "rule"),
    [
        ({"religion": None}, "CF-2401", "RELIGION"),
        ({"remark_text": "患有糖尿病"}, "CF-2403", "DISEASE"),
        ({"remark_text": "E11.9"}, "CF-2403", "ICD10"),
        ({"detail": {"blood_type": "A"}}, "CF-2401", "BLOOD_TYPE"),
    ],
)
def test_what_the_law_forbids_ends_the_pages(
    office, source, endpoint, run, refused, landed, tmp_path, more, code, rule
):
    office.records[6] |= more  # on the second page
    error = refused(code, run, source, "2026-09", endpoint)
    assert landed() == ["office/2026-09/1.refused.json"], "the first page is not kept either"
    refusal = json.loads((tmp_path / "landing" / "office" / "2026-09" / "1.refused.json").read_text("utf-8"))
    assert [(hit["file"], hit["rule"], hit["values"]) for hit in refusal["found"]] == [("pages", rule, 1)]
    assert "糖尿病" not in str(error)
    office.records[6] = {key: office.records[6][key] for key in ("record_no", "person_name")}
    assert [receipt.rows for receipt in run(source, "2026-09", endpoint).landed] == [12], "once it is mended it lands"
