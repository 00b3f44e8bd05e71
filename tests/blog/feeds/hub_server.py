"""A WebSub hub that a test can look into, and that can refuse."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


class HubServer(ThreadingHTTPServer):
    """Takes pings as hubs do: form-encoded, answered with 204. It keeps the topics, in the order of the pings."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Ping)
        self.topics: list[str] = []
        self.asked = 0
        self.status = 204

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hub"


class Ping(BaseHTTPRequestHandler):
    server: HubServer

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), strict_parsing=True)
        is_form = self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        self.server.asked += 1
        status = self.server.status if is_form and sent["hub.mode"] == ["publish"] else 400
        if status == 204:
            self.server.topics += sent["hub.url"]
        self.send_response(status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def hub_server() -> Iterator[HubServer]:
    with HubServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
