"""A mail server that a test can look into, hang and leave hanging."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mail over SMTP, as far as RFC 5321 asks of the smallest of servers. Counts what it said it has taken.

    `hang_before` is a command it does not answer, such as RCPT, or ACCEPT for the word after a whole mail, which it
    then has not taken; `hang_after_accepting` has it take the mail, and be silent all the same. Once it is let go, it
    answers what it has left hanging.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.taken: list[Message] = []
        self.hang_before = ""
        self.hang_after_accepting = False
        self.is_hanging = threading.Event()
        self.let_go = threading.Event()
        self.is_closing = False

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def hang(self) -> None:
        self.is_hanging.set()
        self.let_go.wait(timeout=120)
        if self.is_closing:
            raise ConnectionAbortedError

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of workers that were killed."""

    def get_well(self) -> None:
        self.hang_before, self.hang_after_accepting = "", False
        self.is_hanging.clear()


class Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline():
            verb = line.decode().split(" ")[0].strip().split(":")[0].upper()
            if verb == self.server.hang_before:
                self.server.hang()
            if verb == "DATA":
                self.say("354 go on")
                self.take(b"".join(iter(self.rfile.readline, b".\r\n")))
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 fine")
        return None

    def take(self, mail: bytes) -> None:
        if self.server.hang_before == "ACCEPT":
            self.server.hang()
        self.server.taken.append(message_from_bytes(mail))
        if self.server.hang_after_accepting:
            self.server.hang()
        self.say("250 taken")

    def say(self, answer: str) -> None:
        self.wfile.write(answer.encode() + b"\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.is_closing = True
        server.let_go.set()
        server.shutdown()
