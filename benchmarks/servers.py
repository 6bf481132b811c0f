"""The servers that are compared, started and ended by their own process ids on loopback ports; no measuring."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from regulator.commands.serving import _web_arguments  # the very words `regulator serve` starts its web with
from regulator.config import Settings

HERE = Path(__file__).parent
START_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    address: str
    process: subprocess.Popen[bytes]
    started_in: float  # seconds until the first answer

    def workers(self) -> list[int]:
        """The process ids of its children, or its own when it has none."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(child) for child in children] or [self.process.pid]

    def memory_mb(self) -> float:
        """Resident memory of its largest worker."""
        return max(_resident(worker) for worker in self.workers())

    def cpu_seconds(self) -> float:
        """Processor time its workers have used so far: what a page costs, whatever else the machine is doing."""
        return sum(_processor_seconds(worker) for worker in self.workers())


def _resident(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(process)


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def regulator(
    register: Path, port: int, *, remembering: bool = True, others: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """The product as `regulator serve` runs its web: gunicorn, two workers, answers not compressed."""
    environment = environment_of(register) | {"REGULATOR_BIND": f"127.0.0.1:{port}", "REGULATOR_COMPRESS": "0"}
    environment |= others or {}
    if not remembering:
        environment["REGULATOR_REMEMBER_ANSWERS"] = "0"
    settings = Settings(bind=f"127.0.0.1:{port}", web_workers=2)
    with _running(_web_arguments(settings), port, "/healthz", environment) as server:
        yield server


@contextmanager
def bare(port: int, html_bytes: int, json_bytes: int) -> Iterator[Server]:
    """A Flask that only returns constants, under the same gunicorn."""
    settings = Settings(bind=f"127.0.0.1:{port}", web_workers=2)
    arguments = [word.replace("regulator.app:create_app()", "bare:app") for word in _web_arguments(settings)]
    sizes = {"BARE_HTML": str(html_bytes), "BARE_JSON": str(json_bytes), "PYTHONPATH": str(HERE)}
    with _running(arguments, port, "/json", os.environ | sizes) as server:
        yield server


@contextmanager
def datasette(database: Path, port: int) -> Iterator[Server]:
    """One Datasette process on a file it is told never changes."""
    arguments = [sys.executable, "-m", "datasette", "serve", "--immutable", str(database)]
    with _running([*arguments, "--host", "127.0.0.1", "--port", str(port)], port, "/-/versions.json") as server:
        yield server


def environment_of(register: Path) -> dict[str, str]:
    """The environment of a command on a register in its own directory; nothing of the caller's settings leaks in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGULATOR_")}
    return kept | {"REGULATOR_DATA_DIR": str(register)}


@contextmanager
def _running(arguments: list[str], port: int, path: str, environment: dict[str, str] | None = None) -> Iterator[Server]:
    began = time.perf_counter()
    log = HERE.parent / "var" / "bench" / f"server-{port}.log"
    with log.open("wb") as said:
        process = subprocess.Popen(arguments, env=environment, stdout=said, stderr=said)
    try:
        _wait_for(f"http://127.0.0.1:{port}{path}", process)
        yield Server(f"127.0.0.1:{port}", process, time.perf_counter() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                answer.read()
                return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{url} does not answer, see var/bench/server-*.log") from error
            time.sleep(0.02)
