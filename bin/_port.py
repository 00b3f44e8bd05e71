"""Say in words why a server cannot listen at HOST and PORT. Any Python 3.11 runs it."""

import errno
import socket
import sys


def main(host: str, port: str, command: str) -> None:
    """Exit with a sentence if the port is taken or cannot be had."""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        sys.exit(f"PORT is “{port}”; it must be a number from 1 to 65535.")
    try:
        addresses = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
    except socket.gaierror:
        sys.exit(f"HOST is “{host}”, which is no name or address this machine knows.")
    # Another program may answer on just one of localhost's addresses, and browsers ask either.
    if any(answers(family, address) for family, *_, address in addresses):
        sys.exit(taken(host, int(port), command))
    try_to_listen(host, int(port), command)


def answers(family: socket.AddressFamily, address: tuple[object, ...]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        return client.connect_ex(address) == 0


def try_to_listen(host: str, port: int, command: str) -> None:
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(taken(host, port, command))
        sys.exit(f"This machine does not let you serve at {host}:{port}: {error.strerror}.")


def taken(host: str, port: int, command: str) -> str:
    return (
        f"Port {port} is taken: another program, perhaps another {command}, is at {host}:{port}.\n"
        f"Stop it, or take another port: PORT={port + 1} {command}\n"
        f"(To run two copies side by side, give the second its own data too: DATA_DIR=/some/folder.)"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
