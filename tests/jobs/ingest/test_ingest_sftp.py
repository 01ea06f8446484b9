"""The SFTP connector against a real server with pinned keys."""

import asyncio
import errno
import json
import os
import threading
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import asyncssh
import pytest

from jobs.ingest.landing import folder
from jobs.settings import Endpoint

HEADER = "编号,姓名"
SERVER_KEY = asyncssh.generate_private_key("ssh-ed25519")
CLIENT_KEY = asyncssh.generate_private_key("ssh-ed25519")
OTHER_KEY = asyncssh.generate_private_key("ecdsa-sha2-nistp256")


class SftpOffice:
    """An upload folder behind a server in its own thread; `cuts` connections break off in mid-download."""

    def __init__(self, root: Path) -> None:
        self.root, self.cuts, self.opened = root, 0, []
        self.inbox, self.lost_replies, self.renames = root / "inbox", 0, 0
        self.inbox.mkdir()
        self.on_read = lambda: None
        self.folder = root / "office" / "2026-09"
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    async def _listen(self) -> None:
        office = self

        class Files(asyncssh.SFTPServer):
            def open(self, path, pflags, attrs):
                office.opened.append(path.decode().rpartition("/")[2])
                return super().open(path, pflags, attrs)

            def posix_rename(self, oldpath, newpath):
                super().posix_rename(oldpath, newpath)
                office.renames += 1
                if office.lost_replies:
                    office.lost_replies -= 1
                    self.channel.get_connection().abort()

            def read(self, file_obj, offset, size):
                office.on_read()
                if office.cuts and offset:
                    office.cuts -= 1
                    self.channel.get_connection().abort()
                return super().read(file_obj, offset, size)

        accepted = asyncssh.import_authorized_keys(CLIENT_KEY.export_public_key().decode())
        self._server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[SERVER_KEY],
            authorized_client_keys=accepted,
            sftp_factory=lambda channel: Files(channel, chroot=str(self.root).encode()),
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        async def close() -> None:
            self._server.close()
            await self._server.wait_closed()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)

    def put(self, name: str, lines: list[str]) -> dict:
        """Upload a data file and return what a manifest says of it."""
        body = "".join(f"{line}\r\n" for line in [HEADER, *lines]).encode("gb18030")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(body)
        return {"name": name, "bytes": len(body), "rows": len(lines), "sha256": sha256(body).hexdigest()}

    def state(self, number: int, *files: dict, done: bool = True, **other: object) -> None:
        """Upload a manifest, and its marker."""
        manifest = {"source": "office", "batch": "2026-09", "delivery_no": number, "files": files} | other
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"manifest-{number}.json").write_text(json.dumps(manifest))
        if done:
            (self.folder / f"manifest-{number}.json.done").touch()


@pytest.fixture
def office(tmp_path_factory):
    office = SftpOffice(tmp_path_factory.mktemp("uploads"))
    yield office
    office.stop()


@pytest.fixture
def endpoint(office, tmp_path_factory):
    key = tmp_path_factory.mktemp("keys") / "id"
    key.write_bytes(CLIENT_KEY.export_private_key())
    pinned = SERVER_KEY.export_public_key().decode()
    return Endpoint(url=f"sftp://creditfile@127.0.0.1:{office.port}/", private_key_file=key, host_key=pinned)


@pytest.fixture
def source(contract):
    objects = {
        "": ("record_no=编号 person_name=姓名", "record_no"),
        "staff": ("staff_no=编号 staff_name=姓名", "staff_no"),
    }
    return contract("sftp", "csv", objects, encoding="GB18030", path="/{source}/{batch}")


@pytest.fixture
def answered(source):
    """The same source, whose office has an inbox."""
    return replace(
        source, server=replace(source.server, properties={**source.server.properties, "return_path": "/inbox"})
    )


@pytest.mark.fault("F34")
def test_the_sender_is_told_why_and_once(office, answered, endpoint, run, refused):
    office.state(1, office.put("a.csv", ["1,王芳"]) | {"rows": 2})
    refused("CF-1202", run, answered, "2026-09", endpoint)
    (told,) = office.inbox.iterdir()
    assert told.name == "return-2026-09-1.json"
    body = told.read_text("utf-8")
    said = json.loads(body)
    assert (said["source"], said["batch"], said["delivery_no"], said["code"]) == ("office", "2026-09", 1, "CF-1202")
    assert said["what"] == "delivery incomplete: manifest 2 rows, file 1"
    assert said["where"] == "office/2026-09/a.csv"
    assert "王" not in body
    refused("CF-1202", run, answered, "2026-09", endpoint)
    assert office.renames == 1, "the same reason is not sent a second time"
    office.state(1, office.put("a.csv", ["1,王芳"]) | {"rows": 3})
    refused("CF-1202", run, answered, "2026-09", endpoint)
    assert "manifest 3 rows" in told.read_text("utf-8")


@pytest.mark.fault("F36")
def test_a_return_file_whose_renames_reply_is_lost_is_found_there(office, answered, endpoint, run, refused, caplog):
    office.state(1, office.put("a.csv", ["1,王芳"]) | {"rows": 2})
    office.lost_replies = 1
    refused("CF-1202", run, answered, "2026-09", endpoint)
    assert "CF-1204" in caplog.text
    assert ([path.name for path in office.inbox.iterdir()], office.renames) == (["return-2026-09-1.json"], 1)


def test_an_inbox_that_takes_nothing_does_not_hide_the_reason(office, answered, endpoint, run, refused, caplog):
    office.inbox.rmdir()
    office.state(1, office.put("a.csv", ["1,王芳"]) | {"rows": 2})
    refused("CF-1202", run, answered, "2026-09", endpoint)
    assert "the office's inbox does not take return-2026-09-1.json" in caplog.text


def test_every_finished_manifest_becomes_a_delivery_under_the_offices_number(office, source, endpoint, run, tmp_path):
    office.state(1, office.put("a.csv", ["1,王芳", "2,𠮷田"]), office.put("office_staff.csv", ["9,李"]))
    office.state(3, office.put("b.csv", ["3,张伟"]))
    result = run(source, "2026-09", endpoint)
    assert [(r.delivery_no, r.rows, [(f.name, f.object) for f in r.files]) for r in result.landed] == [
        (1, 3, [("a.csv", ""), ("office_staff.csv", "staff")]),
        (3, 1, [("b.csv", "")]),
    ]
    assert result.landed[0].unknown_columns == result.landed[0].missing_columns == ()
    landed = folder(tmp_path, "office", "2026-09", 1)
    assert (landed / "00001-00001.csv").read_bytes() == (office.folder / "a.csv").read_bytes()
    assert (landed / "manifest-1.json").read_bytes() == (office.folder / "manifest-1.json").read_bytes()


def test_what_is_landed_is_not_fetched_again_and_what_is_new_is(office, source, endpoint, run):
    first = office.put("a.csv", ["1,王芳"])
    office.state(1, first)
    run(source, "2026-09", endpoint)
    office.opened.clear()
    again = run(source, "2026-09", endpoint, again=True)
    assert (again.landed, len(again.earlier), office.opened) == ((), 1, ["manifest-1.json"])
    office.state(2, first, office.put("b.csv", ["2,李"]))
    (second,) = run(source, "2026-09", endpoint).landed
    assert (second.delivery_no, [file.duplicate_of and file.duplicate_of.delivery_no for file in second.files]) == (
        2,
        [1, None],
    )


@pytest.mark.fault("F33")
def test_an_unfinished_upload_is_waited_for(office, source, endpoint, run, refused, landed):
    refused("CF-1001", run, source, "2026-09", endpoint)
    first = office.put("a.csv", ["1,王芳"])
    refused("CF-1201", run, source, "2026-09", endpoint)
    office.state(1, first, done=False)
    refused("CF-1201", run, source, "2026-09", endpoint)
    assert landed() == []
    office.state(1, first)
    office.state(2, office.put("b.csv", ["2,李"]), done=False)
    result = run(source, "2026-09", endpoint)
    assert ([r.delivery_no for r in result.landed], result.notes) == ([1], ("manifest-2.json has no .done marker yet",))


@pytest.mark.fault("F33")
def test_an_upload_that_grows_while_it_is_looked_at_is_taken_only_when_done(
    office, source, endpoint, run, refused, landed, tmp_path
):
    whole = office.put("a.csv", [f"{n},王芳" for n in range(2_000)])
    path = office.folder / "a.csv"
    body = path.read_bytes()
    path.write_bytes(b"")
    office.state(1, whole, done=False)
    grown, may_end = threading.Event(), threading.Event()

    def upload() -> None:
        with path.open("ab", buffering=0) as out:
            for at in range(0, len(body), 1024):
                out.write(body[at : at + 1024])
                grown.set()
                if at > len(body) // 2:
                    may_end.wait(20)
        (office.folder / "manifest-1.json.done").touch()

    writer = threading.Thread(target=upload)
    writer.start()
    assert grown.wait(20)
    for _ in range(2):
        refused("CF-1201", run, source, "2026-09", endpoint)
    assert landed() == []
    assert 0 < path.stat().st_size < len(body)
    may_end.set()
    writer.join()
    assert run(source, "2026-09", endpoint).rows == 2_000
    assert (folder(tmp_path, "office", "2026-09", 1) / "00001-00001.csv").read_bytes() == body


@pytest.mark.fault("F33")
def test_a_marker_before_its_time_does_not_let_half_a_file_in(office, source, endpoint, run, refused, landed):
    whole = office.put("a.csv", ["1,王芳", "2,李"])
    path = office.folder / "a.csv"
    body = path.read_bytes()
    office.state(1, whole)
    path.write_bytes(body[:-4])
    refused("CF-1202", run, source, "2026-09", endpoint)
    assert landed() == []
    path.write_bytes(body)
    assert run(source, "2026-09", endpoint).rows == 2


@pytest.mark.fault("F33")
@pytest.mark.parametrize("age", [0, 10 * 365 * 86_400, -365 * 86_400], ids=["now", "ten years old", "of next year"])
def test_the_age_of_a_file_decides_nothing(office, source, endpoint, run, refused, age):
    whole = office.put("a.csv", ["1,王芳"])
    office.state(1, whole, done=False)

    def turn_back() -> None:
        for path in office.folder.iterdir():
            os.utime(path, (time.time() - age, time.time() - age))

    turn_back()
    refused("CF-1201", run, source, "2026-09", endpoint)
    office.state(1, whole)
    turn_back()
    assert run(source, "2026-09", endpoint).rows == 1


@pytest.mark.fault("F34")
def test_a_file_that_no_manifest_names_holds_the_delivery_until_one_does(
    office, source, endpoint, run, refused, landed
):
    office.state(1, office.put("a.csv", ["1,王芳"]))
    extra = office.put("b.csv", ["2,李", "3,张伟"])
    assert "files that no manifest names: 1" in str(refused("CF-1202", run, source, "2026-09", endpoint))
    assert landed() == []
    office.state(2, extra, done=False)
    assert [r.delivery_no for r in run(source, "2026-09", endpoint).landed] == [1]
    office.state(2, extra)
    assert [r.delivery_no for r in run(source, "2026-09", endpoint).landed] == [2]
    (office.folder / ".cache").touch()
    assert run(source, "2026-09", endpoint).notes == ()
    office.put("c.csv", [])
    assert run(source, "2026-09", endpoint).notes == ("files that no manifest names: 1",)


@pytest.mark.fault("F34")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rows": 1_000}, "manifest 1,000 rows, file 2"),
        ({"bytes": 4_000}, "manifest 4,000 bytes, file 25"),
        ({"sha256": "0" * 64}, "another SHA-256"),
        ({"name": "gone.csv"}, "not there"),
        ({"rows": "2"}, "manifest is not valid at files.1.rows"),
        ({"name": "ok.csv"}, "names a file twice"),
    ],
)
def test_a_delivery_that_is_not_what_its_manifest_says_is_held_whole(
    office, source, endpoint, run, refused, landed, change, says
):
    good = office.put("ok.csv", ["3,张伟"])
    office.state(1, good, office.put("a.csv", ["1,王芳", "2,李"]) | change)
    error = refused("CF-1202", run, source, "2026-09", endpoint)
    assert says in str(error)
    assert "王" not in str(error)
    assert landed() == []


@pytest.mark.fault("F34")
@pytest.mark.parametrize("other", [{"source": "x"}, {"batch": "2026-08"}, {"delivery_no": 2}, {"files": []}])
def test_a_manifest_of_something_else_is_held(office, source, endpoint, run, refused, landed, other):
    office.state(1, office.put("a.csv", ["1,王芳"]), **other)
    refused("CF-1202", run, source, "2026-09", endpoint)
    assert landed() == []


@pytest.mark.fault("F34")
def test_a_later_delivery_heals_a_held_one(office, source, endpoint, run, refused):
    short = office.put("a.csv", ["1,王芳"])
    office.state(1, short | {"rows": 2})
    refused("CF-1202", run, source, "2026-09", endpoint)
    office.state(2, office.put("a2.csv", ["1,王芳", "2,李"]))
    result = run(source, "2026-09", endpoint)
    assert [r.delivery_no for r in result.landed] == [2]
    assert ["manifest 2 rows, file 1" in note for note in result.notes] == [True]


@pytest.mark.fault("F34")
def test_a_landed_manifest_may_not_change(office, source, endpoint, run, refused):
    office.state(1, office.put("a.csv", ["1,王芳"]))
    run(source, "2026-09", endpoint)
    office.state(1, office.put("a.csv", ["1,王方"]))
    assert "changed after its delivery landed" in str(refused("CF-1202", run, source, "2026-09", endpoint))


@pytest.mark.fault("F39")
def test_a_file_without_a_byte_is_held_and_one_without_records_is_not(office, source, endpoint, run, refused):
    office.folder.mkdir(parents=True)
    (office.folder / "a.csv").touch()
    office.state(1, {"name": "a.csv", "bytes": 0, "rows": 0, "sha256": sha256(b"").hexdigest()})
    refused("CF-1403", run, source, "2026-09", endpoint)
    office.state(2, office.put("b.csv", []))
    assert [(r.delivery_no, r.rows) for r in run(source, "2026-09", endpoint).landed] == [(2, 0)]


@pytest.mark.fault("F42")
@pytest.mark.parametrize(
    "name", ["../../secret.csv", "/etc/passwd", ".hidden", "a\nb.csv", "a;rm.csv", "a\u202evsc.csv"]
)
def test_a_file_name_that_points_elsewhere_is_refused(office, source, endpoint, run, refused, landed, name):
    office.state(1, office.put("a.csv", ["1,王芳"]) | {"name": name})
    refused("CF-1408", run, source, "2026-09", endpoint)
    assert landed() == []


@pytest.mark.fault("F35")
@pytest.mark.parametrize("pinned", [OTHER_KEY, asyncssh.generate_private_key("ssh-ed25519")])
def test_another_host_key_is_refused(office, source, endpoint, run, refused, landed, pinned):
    office.state(1, office.put("a.csv", ["1,王芳"]))
    other = endpoint.model_copy(update={"host_key": pinned.export_public_key().decode()})
    refused("CF-1203", run, source, "2026-09", other)
    assert landed() == []


def test_a_key_the_server_does_not_know(source, endpoint, run, refused, tmp_path):
    (tmp_path / "other").write_bytes(OTHER_KEY.export_private_key())
    refused("CF-1205", run, source, "2026-09", endpoint.model_copy(update={"private_key_file": tmp_path / "other"}))


@pytest.mark.parametrize("change", [{"private_key_file": None}, {"private_key_file": Path("/gone")}, {"host_key": "x"}])
def test_an_endpoint_without_usable_keys(source, endpoint, run, refused, change):
    refused("CF-9001", run, source, "2026-09", endpoint.model_copy(update=change))


@pytest.mark.fault("F36")
@pytest.mark.parametrize(("cuts", "code"), [(2, None), (99, "CF-1204")])
def test_a_download_cut_in_the_middle_begins_again(office, source, endpoint, run, refused, landed, cuts, code):
    office.state(1, office.put("a.csv", [f"{n},王芳" for n in range(100_000)]))
    office.cuts = cuts
    if code:
        refused(code, run, source, "2026-09", endpoint)
        assert landed() == []
    else:
        assert run(source, "2026-09", endpoint).rows == 100_000
        assert office.cuts == 0


@pytest.mark.fault("F36")
def test_a_delivery_has_its_name_only_when_it_is_whole(office, source, endpoint, run, tmp_path):
    office.state(1, office.put("a.csv", [f"{n},王芳" for n in range(100_000)]))
    seen = set()
    place = tmp_path / "landing" / "office" / "2026-09"
    office.on_read = lambda: seen.update(path.name for path in place.glob("*"))
    office.cuts = 2
    run(source, "2026-09", endpoint)
    assert seen == {"1.part"}
    assert [path.name for path in place.iterdir()] == ["1"]


@pytest.mark.fault("F36")
def test_a_rename_that_was_done_though_its_reply_was_lost_is_a_landed_delivery(
    office, source, endpoint, run, landed, monkeypatch
):
    rename = Path.rename

    def lose_the_reply(path: Path, target: Path) -> Path:
        rename(path, target)
        raise OSError(errno.EIO, "reply lost")

    office.state(1, office.put("a.csv", ["1,王芳"]))
    with monkeypatch.context() as disk:
        disk.setattr(Path, "rename", lose_the_reply)
        assert run(source, "2026-09", endpoint).rows == 1
    before = landed()
    again = run(source, "2026-09", endpoint)
    assert (again.landed, len(again.earlier), landed()) == ((), 1, before)


@pytest.mark.fault("F36")
def test_a_rename_that_was_not_done_lands_nothing(office, source, endpoint, run, landed, monkeypatch):
    def fail(path: Path, target: Path) -> Path:
        raise OSError(errno.EIO, "not done", str(path))

    office.state(1, office.put("a.csv", ["1,王芳"]))
    with monkeypatch.context() as disk:
        disk.setattr(Path, "rename", fail)
        with pytest.raises(OSError, match="not done"):
            run(source, "2026-09", endpoint)
    assert landed() == []
    assert run(source, "2026-09", endpoint).rows == 1


def test_a_server_that_is_down(office, source, endpoint, run, refused):
    refused("CF-1204", run, source, "2026-09", endpoint.model_copy(update={"url": "sftp://creditfile@127.0.0.1:9/"}))


@pytest.mark.parametrize(
    ("header", "row", "code"),
    [
        ("编号,姓名,血型", "1,王芳,x", "CF-2401"),
        ("编号,姓名", "1,患有糖尿病", "CF-2403"),
        ("编号,姓名", "1,E11.9", "CF-2403"),
    ],
)
def test_what_the_law_forbids_ends_the_delivery_and_the_sender_is_told(
    office, answered, endpoint, run, refused, landed, header, row, code
):
    body = f"{header}\r\n{row}\r\n".encode("gb18030")
    stated = office.put("a.csv", []) | {"bytes": len(body), "rows": 1, "sha256": sha256(body).hexdigest()}
    (office.folder / "a.csv").write_bytes(body)
    office.state(1, stated)
    refused(code, run, answered, "2026-09", endpoint)
    assert landed() == ["office/2026-09/1.refused.json"]
    (told,) = office.inbox.iterdir()
    said = json.loads(told.read_text("utf-8"))
    assert (told.name, said["code"]) == ("return-2026-09-1.json", code)
    assert not {"王芳", "患有糖尿病", "E11.9"} & set(said.values())
    office.state(2, office.put("b.csv", ["2,李"]))
    assert [receipt.delivery_no for receipt in run(answered, "2026-09", endpoint).landed] == [2], "the others go on"
