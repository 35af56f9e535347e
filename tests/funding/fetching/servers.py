"""A server of this machine that answers as the test says, well or badly, over real HTTP."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from funding.fetching import Limits

# Short enough for tests, with room for a busy machine wherever an answer is expected.
LIMITS = Limits(connect=5, read=10, total=20, attempts=3, backoff=0.01, longest_pause=0.05, pace=0, budget=60)


@dataclass
class Answer:
    """`length` announced instead of the true one; `hang` answers nothing; `drip` sends byte after byte, for ever."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    behaviour: str = ""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]


Respond = Callable[[Request], Answer]


class Server:
    """`respond` decides each answer; `asked` is what was asked, in order."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self.asked: list[Request] = []
        self.leaving = threading.Event()
        self.url = ""

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    def answers(self, *answers: Answer) -> None:
        """Give these answers one after the other, the last one for ever."""
        left = list(answers)
        self.respond = lambda request: left.pop(0) if len(left) > 1 else left[0]


def _handler(served: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            served.asked.append(Request(self.command, self.path, headers))
            answer = served.respond(served.asked[-1])
            with suppress(OSError):  # the client had enough
                self.send(answer)

        do_GET = do_HEAD = do_POST = answer  # noqa: N815 - names of the library

        def send(self, answer: Answer) -> None:
            if answer.behaviour == "hang":
                served.leaving.wait(30)
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.behaviour == "endless":
                self.send_header("Connection", "close")
            else:
                self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            self.end_headers()
            if self.command == "HEAD":
                return
            self.wfile.write(answer.body)
            while answer.behaviour in ("drip", "endless") and not served.leaving.wait(
                0.02 * (answer.behaviour == "drip")
            ):
                self.wfile.write(b"x" * (1 if answer.behaviour == "drip" else 65_536))
                self.wfile.flush()
            if answer.length is not None:
                self.close_connection = True

        def handle(self) -> None:
            with suppress(ssl.SSLError, ConnectionError):  # the client had enough
                super().handle()

        def log_message(self, *_: object) -> None: ...

    return Handler


@contextmanager
def serving(respond: Respond = lambda request: Answer(), *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server for the time of a block; with `tls`, at https://localhost."""
    served = Server(respond)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    server.daemon_threads = True
    # A client that keeps its connection must not keep the test.
    server.block_on_close = False
    served.url = f"http://127.0.0.1:{server.server_port}"
    if tls is not None:
        # The handshake belongs to the thread of each connection: one that fails must not stop the server.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        served.url = f"https://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.leaving.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
