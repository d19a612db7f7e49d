"""Documents from files and servers: bounded in size and time, whatever the server does."""

from __future__ import annotations

import gzip
import http.server
import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from armslength.adapters.feeds.fetch import FileSource, HttpSource
from armslength.errors import FeedError

BODY = json.dumps({"now": 1.7e9, "aircraft": []}).encode()


class Answers(http.server.BaseHTTPRequestHandler):
    """A server that answers by the path that is asked for."""

    def do_GET(self) -> None:
        plans = {
            "/moved": (302, {"Location": "/good"}, b""), "/gone": (404, {}, b""),
            "/packed": (200, {"Content-Encoding": "gzip"}, gzip.compress(BODY)),
            "/bomb": (200, {}, gzip.compress(bytes(40 << 20))), "/large": (200, {}, bytes(3 << 20)),
            "/short": (200, {"Content-Length": "999"}, BODY),
        }  # fmt: skip
        status, headers, body = plans.get(self.path.partition("?")[0], (200, {}, BODY))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_document_plain_and_packed():
    with served() as base:
        assert HttpSource(f"{base}/good").read() == BODY
        assert HttpSource(f"{base}/packed?token=secret").read() == BODY


@pytest.mark.parametrize(
    ("path", "says"),
    [("/moved", "302. It has moved"), ("/gone", "404"), ("/bomb", "larger than"), ("/large", "larger than 2 MiB"),
     ("/short", "cannot be fetched|breaks off")],
)  # fmt: skip
def test_what_is_no_good_answer_is_an_error_that_names_host_and_path_alone(path, says):
    with served() as base, pytest.raises(FeedError, match=says) as error:
        HttpSource(f"{base}{path}?token=secret", largest=2 << 20).read()
    assert "secret" not in str(error.value) and path in str(error.value)


def test_a_server_that_drips_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                while not stop.wait(0.02):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(FeedError, match="no answer within"):
            HttpSource(f"http://127.0.0.1:{server.getsockname()[1]}/x", timeout_s=0.2).read()
        stop.set()
        thread.join()


def test_a_server_that_drips_its_head_is_given_up_too():
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stop.wait(0.02):
                    try:
                        connection.sendall(b"X")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(FeedError, match="no answer within"):
            HttpSource(f"http://127.0.0.1:{server.getsockname()[1]}/x", timeout_s=0.2).read()
        stop.set()
        thread.join()


def test_a_server_that_says_garbage_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def garble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"\x00\xffnonsense\r\n" * 10)

        thread = threading.Thread(target=garble)
        thread.start()
        with pytest.raises(FeedError, match="cannot be fetched"):
            HttpSource(f"http://127.0.0.1:{server.getsockname()[1]}/x").read()
        thread.join()


def test_over_tls_where_the_certificate_is_good_and_not_where_it_is_unknown(tmp_path, monkeypatch):
    certificate, key = self_signed(tmp_path)
    inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inside.load_cert_chain(certificate, key)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.socket = inside.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        source = HttpSource(f"https://localhost:{server.server_address[1]}/good")
        with pytest.raises(FeedError, match="cannot be fetched"):
            source.read()
        trusting = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
        assert source.read() == BODY
        with pytest.raises(FeedError, match="cannot be fetched"):
            HttpSource(f"https://127.0.0.1:{server.server_address[1]}/good").read()  # another name than it stands for
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for localhost and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "tls.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    return folder / "tls.crt", folder / "tls.key"


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(FeedError, match="cannot be fetched"):
        HttpSource(f"http://127.0.0.1:{port}/x").read()


@pytest.mark.parametrize(
    "url", ["ftp://x/y", "nonsense", "http://", "http://user:word@host/x", "http://[::1", "http://host:99999/"]
)
def test_what_is_no_address_is_refused_without_repeating_it(url):
    with pytest.raises(FeedError) as error:
        HttpSource(url)
    assert "word" not in str(error.value).replace("password", "")


def test_files(tmp_path):
    path = tmp_path / "aircraft.json"
    with pytest.raises(FeedError, match="No such file"):
        FileSource(path).read()
    path.write_bytes(BODY)
    assert FileSource(path).read() == BODY
    path.write_bytes(gzip.compress(BODY))
    assert FileSource(path).read() == BODY
    path.write_bytes(gzip.compress(BODY)[:-9])
    with pytest.raises(FeedError, match="cut off"):
        FileSource(path).read()
    path.write_bytes(bytes(100))
    with pytest.raises(FeedError, match="larger"):
        FileSource(path, largest=99).read()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(FeedError, match="no plain file"):
        FileSource(path).read()
