"""The command where its loading has ended: a process that has loaded the product forks for each command.

Loading costs two seconds of processor, and errands give hundreds of commands. Each still has a process of its own, with
its words, environment, directory and files, and ends as processes do; `test_k_wheel.py` and `serve` itself start theirs
from nothing. Run as a program this file is that process.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parents[2]
LOADED = ("regulator.commands", "regulator.portals")
"""Beside the composition root: what a command or its application loads when it is called."""
END = b"\n"
MOST_BYTES = 1 << 16


class Process:
    """A command at work, as `subprocess.Popen` would give it."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.pid = int(_read_line(line))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended (minus the signal's number when by one), None while it runs."""
        if self.returncode is None and select.select([self._line], [], [], 0)[0]:
            self._ended()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """How it ended; subprocess.TimeoutExpired when it has not after ``timeout`` seconds."""
        if self.returncode is None:
            if not select.select([self._line], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self._ended()
        assert self.returncode is not None
        return self.returncode

    def _ended(self) -> None:
        self.returncode = int(_read_line(self._line))
        self._line.close()

    def terminate(self) -> None:
        """Ask it to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def begin(
    words: Sequence[str], *, env: Mapping[str, str], cwd: Path, files: tuple[IO[bytes], IO[bytes], IO[bytes]]
) -> Process:
    """Start `regulator WORDS` with these files as its standard input, output and error."""
    ours, theirs = socket.socketpair()
    with theirs:
        given = {"words": [*words], "env": dict(env), "cwd": str(cwd)}
        socket.send_fds(_source(), [b"x"], [file.fileno() for file in files] + [theirs.fileno()])
        ours.sendall(json.dumps(given).encode() + END)
    return Process(ours)


@cache
def _source() -> socket.socket:
    """The line to the loaded process, which ends when ours does."""
    ours, theirs = socket.socketpair()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("REGULATOR_", "PYTHON"))}
    source = subprocess.Popen([sys.executable, __file__], stdin=theirs, env=env, cwd=ROOT)
    theirs.close()

    def close() -> None:
        ours.close()
        source.wait(30)

    atexit.register(close)
    return ours


def _read_line(line: socket.socket) -> bytes:
    found = b""
    while not found.endswith(END):
        more = line.recv(MOST_BYTES)
        if not more:
            raise EOFError(found)
        found += more
    return found


# --- the loaded process ----------------------------------------------------------------------------------------------


def main() -> None:
    """Fork for each command asked for; what comes back from here is a command's own process, or the end."""
    sys.path[0] = str(ROOT)  # not this directory
    from regulator.app import main as command

    for name in LOADED:
        package = import_module(name)
        for module in walk_packages(package.__path__, f"{name}."):
            import_module(module.name)
    with socket.socket(fileno=os.dup(0)) as asked:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        words = _forked(asked)
    if words is not None:
        sys.argv = ["regulator", *words]
        _end(_code_of(command))


def _code_of(command: Callable[[], None]) -> int:
    """How the interpreter would end after this."""
    try:
        command()
    except SystemExit as exit_:
        if isinstance(exit_.code, str):
            sys.stderr.write(f"{exit_.code}\n")
            return 1
        return exit_.code or 0
    except BaseException:  # noqa: BLE001  # whatever it is, the interpreter tells and ends
        traceback.print_exc()
        return 1
    return 0


def _end(code: int) -> NoReturn:
    """End as the interpreter does, but leave the memory to the system: taking all apart takes a second."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _forked(asked: socket.socket) -> list[str] | None:
    """In a command's process its words; None where the tests have ended."""
    while True:
        _begun, files, _flags, _from = socket.recv_fds(asked, 1, 4)
        if not files:
            return None
        if os.fork() == 0:
            return _become(files)
        for file in files:
            os.close(file)
        _reap()


def _reap() -> None:
    """Forget those who have told how their command ended."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return


def _become(files: list[int]) -> list[str]:
    """The command's process: a second fork, for the first stays to tell how it ended."""
    line = socket.socket(fileno=files.pop())
    given = json.loads(_read_line(line))
    pid = os.fork()
    if pid:
        for file in files:
            os.close(file)
        line.sendall(str(pid).encode() + END)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        line.sendall(str(code).encode() + END)
        os._exit(0)
    line.close()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(given["env"])
    os.chdir(given["cwd"])
    words: list[str] = given["words"]
    return words


if __name__ == "__main__":
    main()
