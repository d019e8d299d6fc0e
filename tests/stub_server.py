"""A small server on loopback: a test says how it answers and reads what it was asked."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = field(repr=False)


def answering(
    body: bytes = b"{}", status: int = 200, content_type: str = "application/json", **headers: str
) -> Answer:
    """Make an answer; a header's name is written with underscores."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hanging(server: StubServer) -> Answer:
    """Make the answer that does not come while the test lasts."""

    def answer(_: BaseHTTPRequestHandler) -> None:
        server.stopping.wait(5)
        raise ConnectionAbortedError

    return answer


class StubServer:
    """The server; ``answer`` may be changed at any time, ``asked`` holds every request so far."""

    def __init__(self, answer: Answer | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer or answering()
        self.asked: list[Asked] = []
        self.server_names: list[str | None] = []
        self.stopping = threading.Event()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                headers = {name.lower(): value for name, value in self.headers.items()}
                stub.asked.append(Asked(self.command, self.path, headers, body))
                try:
                    stub.answer(self)
                except OSError:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_OPTIONS = _serve  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def server_bind(self) -> None:
                # The usual way asks for the machine's full name, which can take seconds.
                TCPServer.server_bind(self)
                self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

            def handle_error(self, request: object, client_address: object) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self.scheme = "http"
        if tls is not None:
            self.scheme = "https"
            tls.sni_callback = lambda _, name, __: self.server_names.append(name)
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        """The server's base address."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def __enter__(self) -> StubServer:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
