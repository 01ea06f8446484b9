"""The offices over the wire, with clients that know nothing of them."""

import asyncio
import hashlib
import json
import sqlite3
import stat

import asyncssh
import httpx
import pytest

from jobs.city import offices
from jobs.settings import Settings

PATHS = {
    "psb_residence": "/v1/residence-registrations",
    "hmb_rental_contract": "/v1/rental-contracts",
    "consent_grant": "/v1/consent-grants",
}
WINDOW = {"updated_since": "2026-07-31T16:00:00+00:00", "updated_before": "2026-08-31T16:00:00+00:00"}


def token(endpoint) -> str:
    secret = endpoint.client_secret.get_secret_value()
    form = {"grant_type": "client_credentials"}
    answer = httpx.post(f"{endpoint.url}/oauth/token", data=form, auth=(endpoint.client_id, secret))
    answer.raise_for_status()
    assert answer.json()["token_type"] == "bearer"
    return answer.json()["access_token"]


def get(endpoint, source: str, bearer: str, **asked) -> httpx.Response:
    return httpx.get(endpoint.url + PATHS[source], params=asked, headers={"Authorization": f"Bearer {bearer}"})


def pull(endpoint, source: str, **asked) -> tuple[list[dict], int, int]:
    """Read all pages; returns records, the declared total, and how often the token had to be renewed."""
    bearer, cursor, found, renewed = token(endpoint), {}, [], 0
    while True:
        answer = get(endpoint, source, bearer, **asked, **cursor)
        if answer.status_code == 401:
            bearer, renewed = token(endpoint), renewed + 1
            continue
        answer.raise_for_status()
        page = answer.json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found, page["total"], renewed
        cursor = {"cursor": page["next_cursor"]}


@pytest.fixture(scope="module")
def opened(lake):
    with offices.open(lake / "city") as found:
        yield found


@pytest.fixture(scope="module")
def settings(opened, lake) -> Settings:
    return Settings(lake=lake)


@pytest.mark.parametrize("source", sorted(PATHS))
def test_a_window_gives_its_records_in_the_order_of_truth(settings, contents, source):
    found, total, _ = pull(settings.endpoint(source), source, **WINDOW, limit=7)
    expected = [content for spot, content in contents.items() if spot[:3] == (source, "", "2026-08")]
    assert found == expected
    assert total == len(expected)


def test_without_a_lower_bound_everything_before_comes(settings, contents):
    asked = {"updated_before": WINDOW["updated_before"]}
    found, total, _ = pull(settings.endpoint("psb_residence"), "psb_residence", **asked)
    expected = sum(1 for spot in contents if spot.source == "psb_residence" and spot.batch <= "2026-08")
    assert len(found) == total == expected


def test_a_day_of_a_month_can_be_asked_for(settings):
    endpoint = settings.endpoint("consent_grant")
    days = [f"2026-08-{day:02d}T16:00:00+00:00" for day in range(1, 32)]
    days = [WINDOW["updated_since"], *days[:-1], WINDOW["updated_before"]]
    parts = [
        pull(endpoint, "consent_grant", updated_since=first, updated_before=second)[0]
        for first, second in zip(days, days[1:], strict=False)
    ]
    whole, _, _ = pull(endpoint, "consent_grant", **WINDOW)
    assert sum(len(part) for part in parts) == len(whole)


def test_who_has_no_token_or_a_wrong_secret_gets_nothing(settings):
    endpoint = settings.endpoint("psb_residence")
    assert get(endpoint, "psb_residence", "guess", **WINDOW).status_code == 401
    form = {"grant_type": "client_credentials"}
    assert httpx.post(f"{endpoint.url}/oauth/token", data=form, auth=("x", "y")).status_code == 401


def test_cursors_are_signed_for_one_question(settings):
    endpoint = settings.endpoint("psb_residence")
    bearer = token(endpoint)
    cursor = get(endpoint, "psb_residence", bearer, **WINDOW, limit=3).json()["next_cursor"]
    assert get(endpoint, "psb_residence", bearer, **WINDOW, limit=4, cursor=cursor).status_code == 400
    assert get(endpoint, "psb_residence", bearer, **WINDOW, limit=3, cursor="x" + cursor).status_code == 400
    assert get(endpoint, "psb_residence", bearer, **WINDOW, limit=3, cursor=cursor).status_code == 200


def test_a_short_token_ends_and_the_same_cursor_goes_on(lake):
    with offices.open(lake / "city", token_seconds=0.15):
        endpoint = Settings(lake=lake).endpoint("psb_residence")
        bearer = token(endpoint)
        first = get(endpoint, "psb_residence", bearer, **WINDOW, limit=5).json()
        asyncio.run(asyncio.sleep(0.2))
        assert get(endpoint, "psb_residence", bearer, **WINDOW, limit=5, cursor=first["next_cursor"]).status_code == 401
        renewed = get(endpoint, "psb_residence", token(endpoint), **WINDOW, limit=5, cursor=first["next_cursor"])
        assert renewed.json()["items"][0] != first["items"][0]


@pytest.mark.fault("F24")
def test_f24_wears_tokens_out_in_mid_pagination(lake):
    with offices.open(lake / "city", faults=["F24"]):
        found, total, renewed = pull(Settings(lake=lake).endpoint("psb_residence"), "psb_residence", **WINDOW, limit=5)
    assert len(found) == total
    assert renewed >= 1


@pytest.mark.fault("F20")
def test_f20_is_out_of_order_three_times_then_fine(lake):
    with offices.open(lake / "city", faults=["F20"]):
        endpoint = Settings(lake=lake).endpoint("consent_grant")
        bearer = token(endpoint)
        seen = [get(endpoint, "consent_grant", bearer, **WINDOW).status_code for _ in range(4)]
    assert seen == [500, 502, 503, 200]


@pytest.mark.fault("F26")
def test_f26_repeats_a_cursor(lake):
    with offices.open(lake / "city", faults=["F26"]):
        endpoint = Settings(lake=lake).endpoint("psb_residence")
        bearer = token(endpoint)
        cursor = get(endpoint, "psb_residence", bearer, **WINDOW, limit=5).json()["next_cursor"]
        again = get(endpoint, "psb_residence", bearer, **WINDOW, limit=5, cursor=cursor).json()["next_cursor"]
    assert again == cursor


def test_the_endpoints_are_for_their_owner_only_and_gone_when_the_offices_close(lake):
    with offices.open(lake / "city") as found:
        assert stat.S_IMODE(found.path.stat().st_mode) == 0o600
        key = Settings(lake=lake).endpoint("hrss_social_insurance").private_key_file
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        url = Settings(lake=lake).endpoint("psb_residence").url
    assert not found.path.exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_an_unknown_switch_is_named(lake):
    with pytest.raises(ValueError, match="F99"), offices.open(lake / "city", faults=["F99"]):
        pass


def fetch(endpoint, batch: str, *, write: bool = False) -> dict[str, bytes]:
    """Download a folder with a pinned host key."""
    host, port = endpoint.url.partition("@")[2].rstrip("/").split(":")
    known = asyncssh.import_known_hosts(f"[{host}]:{port} {endpoint.host_key}\n")

    async def run() -> dict[str, bytes]:
        login = {"username": endpoint.username, "client_keys": [str(endpoint.private_key_file)], "known_hosts": known}
        async with asyncssh.connect(host, int(port), **login) as connection, connection.start_sftp_client() as files:
            folder = f"/hrss_social_insurance/{batch}"
            if write:
                await files.mkdir(f"{folder}/x")
            found = {}
            for name in await files.listdir(folder):
                if not name.startswith("."):
                    async with files.open(f"{folder}/{name}", "rb") as file:
                        found[str(name)] = await file.read()
            return found

    return asyncio.run(run())


def test_the_bureaus_folder_is_what_its_manifests_say(opened, settings, contents):
    found = fetch(settings.endpoint("hrss_social_insurance"), "2026-09")
    stated = [json.loads(content) for name, content in sorted(found.items()) if name.endswith(".json")]
    assert [manifest["delivery_no"] for manifest in stated] == [1, 2]
    for manifest in stated:
        assert found[f"manifest-{manifest['delivery_no']}.json.done"] == b""
        for entry in manifest["files"]:
            content = found[entry["name"]]
            assert entry["bytes"] == len(content)
            assert entry["sha256"] == hashlib.sha256(content).hexdigest()
            assert entry["rows"] == content.count(b"\n") - 1
            assert entry["rows"] == sum(1 for spot in contents if spot.file == entry["name"])
    assert found[stated[0]["files"][0]["name"]] == found[stated[1]["files"][0]["name"]]
    header = found[stated[0]["files"][0]["name"]].split(b"\n")[0].decode("gb18030")
    assert header.startswith("来源代码,批次号,来源记录号,操作类型,证件类型,证件号码,姓名")


def test_the_bureau_takes_nothing_and_shows_nothing_else(opened, settings):
    with pytest.raises(asyncssh.SFTPError):
        fetch(settings.endpoint("hrss_social_insurance"), "2026-09", write=True)
    with pytest.raises(asyncssh.SFTPError):
        fetch(settings.endpoint("hrss_social_insurance"), "../../../truth")


@pytest.mark.fault("F34")
def test_f34_states_a_row_too_many(lake):
    with offices.open(lake / "city", faults=["F34"]):
        found = fetch(Settings(lake=lake).endpoint("hrss_social_insurance"), "2026-08")
    entry = json.loads(found["manifest-1.json"])["files"][0]
    assert entry["rows"] == found[entry["name"]].count(b"\n")
    with offices.open(lake / "city"):
        again = fetch(Settings(lake=lake).endpoint("hrss_social_insurance"), "2026-08")
    assert json.loads(again["manifest-1.json"])["files"][0]["rows"] == entry["rows"] - 1


@pytest.mark.fault("F18")
def test_f18_sends_a_file_again_under_another_name(lake):
    with offices.open(lake / "city", faults=["F18"]):
        found = fetch(Settings(lake=lake).endpoint("hrss_social_insurance"), "2026-08")
    first, second = (json.loads(found[f"manifest-{number}.json"])["files"][0] for number in (1, 2))
    assert first["name"] != second["name"]
    assert first["sha256"] == second["sha256"]
    assert found[first["name"]] == found[second["name"]]


def test_the_register_is_read_in_the_order_of_its_watermark(settings, contents):
    path = settings.endpoint("amr_business").url.removeprefix("jdbc:sqlite:")
    asked = ("2026-07-31T16:00:00+00:00", "2026-08-31T16:00:00+00:00")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        order = "updated_at >= ? AND updated_at < ? ORDER BY updated_at, uscc_no, certificate_no, role_code"
        rows = connection.execute(f"SELECT * FROM amr_business_role WHERE {order}", asked).fetchall()
    expected = [
        list(value.values())
        for spot, value in contents.items()
        if (spot.source, spot.object, spot.batch) == ("amr_business", "role", "2026-08")
    ]
    assert [list(row[:-1]) for row in rows] == expected
