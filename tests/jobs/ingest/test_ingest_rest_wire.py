"""The REST connector against answers no web framework would send: a bare socket that speaks HTTP as it likes."""

import gzip
import json
import socket
import socketserver
import ssl
import struct
import threading
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from jobs.ingest.rest_client import trusted
from jobs.settings import Endpoint

RECORDS = [{"record_no": str(n), "person_name": "王芳"} for n in range(1, 11)]
Answer = Callable[[socket.socket], None]


def page(start: int) -> bytes:
    after = start + 5
    cursor = str(after) if after < len(RECORDS) else None
    answer = {"items": RECORDS[start:after], "next_cursor": cursor, "total": len(RECORDS)}
    return json.dumps(answer, ensure_ascii=False).encode()


PAGE_TWO = page(5)


def http(body: bytes, size: int | None = None, *more: str, kind: str = "application/json") -> bytes:
    lines = [
        "HTTP/1.1 200 OK",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body) if size is None else size}",
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


class WireOffice:
    """Two pages of five records; `second` holds what is sent for the second page before it comes whole."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.second: list[Answer] = []
        self.tokens: list[Answer] = []
        self.asked = 0
        self.over = threading.Event()
        office = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                try:
                    if context:
                        self.request = context.wrap_socket(self.request, server_side=True)
                        self.rfile = self.request.makefile("rb")
                    while office.answer(self.request, self.rfile):
                        pass
                except OSError:
                    pass  # the client has hung up, as these tests make it do

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, connection: socket.socket, asked) -> bool:
        """Answer one request; False once the connection is to be closed."""
        first = asked.readline().decode()
        headers = {}
        while line := asked.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        asked.read(int(headers.get("content-length", 0)))
        if first.startswith("POST"):
            if self.tokens:
                self.tokens.pop(0)(connection)
                return False
            connection.sendall(http(b'{"access_token": "t", "token_type": "bearer"}'))
            return True
        if not first:
            return False
        self.asked += 1
        if "cursor=" in first and self.second:
            self.second.pop(0)(connection)
            return False
        connection.sendall(http(page(5 if "cursor=" in first else 0)))
        return True

    def stop(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    def silent(self, before: bytes) -> Answer:
        """Send this and then nothing, as long as the test lasts."""

        def send(connection: socket.socket) -> None:
            connection.sendall(before)
            self.over.wait(20)

        return send

    def drip(self, text: bytes, pause: float) -> Answer:
        def send(connection: socket.socket) -> None:
            for at in range(len(text)):
                connection.sendall(text[at : at + 1])
                if self.over.wait(pause):
                    return

        return send


def whole(text: bytes) -> Answer:
    return lambda connection: connection.sendall(text)


def reset(connection: socket.socket) -> None:
    """Break off with RST in mid-page."""
    connection.sendall(http(PAGE_TWO)[:-40])
    time.sleep(0.05)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.fixture
def office():
    office = WireOffice()
    yield office
    office.stop()


@pytest.fixture
def endpoint(office):
    return Endpoint(url=f"http://127.0.0.1:{office.port}", client_id="creditfile", client_secret="s")


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


PACKED = gzip.compress(PAGE_TWO)
IN_GZIP = "Content-Encoding: gzip"
BROKEN = {
    "reset": reset,
    "closed before a byte": whole(b""),
    "closed in the headers": whole(http(PAGE_TWO)[:40]),
    "no HTTP": whole(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "shorter than announced": whole(http(PAGE_TWO, len(PAGE_TWO) + 7)),
    "longer than announced": whole(http(PAGE_TWO, len(PAGE_TWO) - 7)),
    "gzip cut in the middle": whole(http(PACKED[: len(PACKED) // 2], None, IN_GZIP)),
    "gzip without its checksum": whole(http(PACKED[:-8], None, IN_GZIP)),
    "gzip with a flipped checksum": whole(http(PACKED[:-8] + b"\0" * 8, None, IN_GZIP)),
    "gzip that goes on": whole(http(PACKED + b"x", None, IN_GZIP)),
    "gzip that is none": whole(http(PAGE_TWO, None, IN_GZIP)),
    "a flood of headers": whole(http(PAGE_TWO, None, *(f"X-{n}: {'y' * 1000}" for n in range(1000)))),
    "two lengths": whole(http(PAGE_TWO, None, "Content-Length: 5")),
}


@pytest.mark.fault("F23")
@pytest.mark.parametrize("broken", BROKEN)
def test_a_page_that_breaks_is_fetched_again_whole(office, source, endpoint, run, caplog, tmp_path, broken):
    office.second += [BROKEN[broken]]
    (receipt,) = run(source, "2026-09", endpoint).landed
    assert caplog.text.count("CF-1104") == 1, caplog.text
    assert office.asked == 3
    stored = tmp_path / "landing" / "office" / "2026-09" / "1" / receipt.files[1].parts[0].path
    assert stored.read_bytes() == PAGE_TWO


@pytest.mark.fault("F23")
@pytest.mark.parametrize("broken", BROKEN)
def test_a_page_that_stays_broken_is_not_landed(office, source, endpoint, run, refused, landed, broken):
    office.second += [BROKEN[broken]] * 3
    refused("CF-1104", run, source, "2026-09", endpoint)
    assert landed() == []


@pytest.mark.fault("F23")
def test_whole_gzip_is_unpacked_and_other_packings_are_refused(office, source, endpoint, run, refused):
    office.second += [whole(http(PACKED, None, IN_GZIP))]
    assert run(source, "2026-08", endpoint).rows == 10
    office.second += [whole(http(PAGE_TWO, None, "Content-Encoding: br"))]
    assert "content encoding" in str(refused("CF-1108", run, source, "2026-09", endpoint))


@pytest.mark.fault("F23")
@pytest.mark.fault("F30")
def test_gzip_that_grows_without_end_is_cut_off_in_bounded_memory(office, source, endpoint, run, refused, landed):
    bomb = gzip.compress(b'{"items": [{"record_no": "' + b"x" * 200_000_000, 1)
    office.second += [whole(http(bomb, None, IN_GZIP))]
    tracemalloc.start()
    try:
        error = refused("CF-1111", run, source, "2026-09", endpoint)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "page larger than 32 MiB" in str(error)
    assert landed() == []
    assert peak < 16 * 1024 * 1024, f"{peak:,} bytes"


@pytest.mark.fault("F22")
@pytest.mark.parametrize("where", ["before the headers", "in the headers", "in the body"])
def test_an_office_that_falls_silent_is_asked_again(office, source, endpoint, run, patience, caplog, where):
    text = http(PAGE_TWO)
    said = {"before the headers": b"", "in the headers": text[:30], "in the body": text[:-30]}[where]
    office.second += [office.silent(said)]
    began = time.monotonic()
    assert run(source, "2026-09", endpoint, patience=patience(read=0.2)).rows == 10
    assert "CF-1103 silent for 0.2 s" in caplog.text
    assert time.monotonic() - began < 2


@pytest.mark.fault("F22")
@pytest.mark.parametrize("skipped", [0, 120], ids=["headers", "body"])
def test_a_byte_at_a_time_never_trips_the_read_timeout_but_the_deadline(
    office, source, endpoint, run, refused, landed, patience, skipped
):
    text = http(PAGE_TWO)

    def drip(connection: socket.socket) -> None:
        connection.sendall(text[:skipped])
        office.drip(text[skipped:], 0.05)(connection)

    office.second += [drip] * 2
    short = patience(attempts=2, read=0.2, page=0.5)
    began = time.monotonic()
    error = refused("CF-1103", run, source, "2026-09", endpoint, patience=short)
    assert "no whole answer within 0.5 s" in str(error)
    assert time.monotonic() - began < 3
    assert landed() == []


@pytest.mark.fault("F22")
def test_a_token_that_does_not_come_has_the_same_deadline(office, source, endpoint, run, refused, patience):
    office.tokens += [office.silent(b"")] * 2
    refused("CF-1103", run, source, "2026-09", endpoint, patience=patience(attempts=2, read=0.2))


def authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test authority")])
    return certificate(name, key, name, key, days=(-10, 10), is_authority=True), key


def certificate(name, key, issuer, issuer_key, *, days: tuple[int, int], is_authority: bool = False):
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(issuer, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if not is_authority:
        names = [x509.DNSName("localhost")]
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return made.sign(issuer_key, hashes.SHA256())


@pytest.fixture
def secured(tmp_path_factory, monkeypatch):
    """Serve over TLS with a certificate for localhost, of an authority that this machine is told to trust."""
    offices = []
    folder = tmp_path_factory.mktemp("tls")
    pem = serialization.Encoding.PEM
    parent, parent_key = authority()

    def serve(days: tuple[int, int], *, self_signed: bool = False) -> WireOffice:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
        of = (name, key) if self_signed else (parent.subject, parent_key)
        made = certificate(name, key, *of, days=days)
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / "office.pem").write_bytes(private + made.public_bytes(pem))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "office.pem")
        offices.append(WireOffice(context))
        return offices[-1]

    (folder / "authority.pem").write_bytes(parent.public_bytes(pem))
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
    trusted.cache_clear()
    yield serve
    trusted.cache_clear()
    for office in offices:
        office.stop()


def at(host: str, office: WireOffice) -> Endpoint:
    return Endpoint(url=f"https://{host}:{office.port}", client_id="creditfile", client_secret="s")


@pytest.mark.fault("F29")
@pytest.mark.parametrize(
    ("days", "self_signed", "host"),
    [
        ((-9, -1), False, "localhost"),
        ((1, 9), False, "localhost"),
        ((-1, 9), True, "localhost"),
        ((-1, 9), False, "127.0.0.1"),
    ],
    ids=["expired", "not yet valid", "self-signed", "another host's"],
)
def test_an_unfit_certificate_is_refused_before_a_word_is_said(
    secured, source, run, refused, landed, days, self_signed, host
):
    office = secured(days, self_signed=self_signed)
    refused("CF-1110", run, source, "2026-09", at(host, office))
    assert (office.asked, landed()) == (0, [])


@pytest.mark.fault("F29")
def test_a_fit_certificate_is_accepted(secured, source, run):
    assert run(source, "2026-09", at("localhost", secured((-1, 9)))).rows == 10


@pytest.mark.fault("F28")
def test_a_redirect_to_plain_http_is_not_followed(secured, source, run, refused, landed):
    office = secured((-1, 9))
    moved = f"HTTP/1.1 307 Moved\r\nLocation: http://localhost:{office.port}/v1/things\r\nContent-Length: 0\r\n\r\n"
    office.second += [whole(moved.encode())]
    assert "307 to plain HTTP" in str(refused("CF-1109", run, source, "2026-09", at("localhost", office)))
    assert landed() == []
