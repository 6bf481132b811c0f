"""Running the product: `serve` keeps the web and one worker alive, `work` does jobs, `sweep` looks after due rows."""

import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

import click
import structlog
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from regulator.commands.context import UNPREPARED, in_app
from regulator.config import Settings
from regulator.foundation import clock, jobs, logs
from regulator.foundation.extensions import db
from regulator.resources import resource_dir

IDLE_SECONDS = 1.0
SWEEP_SECONDS = 60.0
RESTART_PAUSE = 1.0
STOP_SECONDS = 20.0
NICENESS = 5
"""How far the worker stands back for the web, which people wait for: at the start above all, when both load."""
PR_SET_PDEATHSIG = 1
MOST_PORT = 65535
WORKER = "regulator.foundation.worker.Worker"
LONGEST_LINE = "8190"
log = structlog.get_logger(__name__)


@click.command("work")
@in_app
def work_command() -> None:
    """Do waiting jobs, and each minute look after what is due. Runs until it is told to stop."""
    stop = _stop_on_signals()
    name = jobs.worker_name()
    swept = 0.0
    while not stop.is_set():
        if time.monotonic() - swept >= SWEEP_SECONDS or not swept:
            jobs.sweep(clock.now())
            swept = time.monotonic()
        if not _work_once(name):
            stop.wait(IDLE_SECONDS)


def _work_once(name: str) -> bool:
    """Whether there was a job; a database that is busy or away is waited for, not died of."""
    try:
        return jobs.run_next(name)
    except OperationalError:
        log.warning("work.database_unavailable")
        return False
    finally:
        db.session.remove()


@click.command("sweep")
@in_app
def sweep_command() -> None:
    """Look once after what is due: seals, lapsed sessions, finished jobs."""
    jobs.sweep(clock.now())


@click.command("serve")
def serve_command() -> None:
    """Serve the web and keep one worker running beside it, until told to stop."""
    settings = Settings.load()
    logs.configure(as_json=settings.is_production)
    _refuse_unprepared(settings)
    _refuse_unusable_address(settings.bind)
    stop = _stop_on_signals()
    children = {name: _start(name, settings) for name in ("web", "worker")}
    click.echo(f"Regulator is served at http://{settings.bind}/")
    while not stop.wait(0.2):
        for name, child in children.items():
            if child.poll() is not None:
                if name == "web":
                    _end(children)
                    sys.exit(child.returncode or 1)
                log.warning("serve.worker_lost", returncode=child.returncode)
                stop.wait(RESTART_PAUSE)
                children[name] = _start(name, settings)
    _end(children)


def _refuse_unprepared(settings: Settings) -> None:
    """End with a sentence when the register was never prepared or belongs to another version.

    Asks the database itself: those who serve make the application, and making it here as well would cost a second.
    """
    head = (resource_dir("migrations") / ".current-head").read_text("ascii").strip()
    if _version_of(settings.effective_database_url) != head:
        click.echo(UNPREPARED, err=True)
        sys.exit(2)


def _version_of(url: str) -> str | None:
    """The number of the last migration a register has seen; None for a register that is not there yet."""
    path = make_url(url).database
    if url.startswith("sqlite") and path and not Path(path).exists():
        return None  # asking would make an empty file
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    finally:
        engine.dispose()
    return found


def _refuse_unusable_address(bind: str) -> None:
    """End with a sentence when nobody could listen there; a socket in the file system is left to gunicorn."""
    try:
        _try_address(bind)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "another program listens there already" if taken else (error.strerror or str(error))
        click.echo(f"Cannot serve at {bind}: {why}. Name another address by REGULATOR_BIND=HOST:PORT.", err=True)
        sys.exit(2)


def _try_address(bind: str) -> None:
    if bind.startswith("unix:"):
        return
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or int(port) > MOST_PORT:
        raise OSError(errno.EINVAL, "it is no address and port")
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    for family, kind, protocol, _name, address in found:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)


def _start(name: str, settings: Settings) -> subprocess.Popen[bytes]:
    parent = os.getpid()
    arguments = _web_arguments(settings) if name == "web" else [sys.executable, "-m", "regulator", "work"]
    politely = NICENESS if name == "worker" else 0

    def prepare() -> None:
        os.nice(politely)
        _die_with(parent)

    return subprocess.Popen(arguments, preexec_fn=prepare)  # noqa: PLW1509, S603  # our own words


def _web_arguments(settings: Settings) -> list[str]:
    """Gunicorn with threads; no access log, since addresses may hold names."""
    memory = "/dev/shm"  # noqa: S108  # a heartbeat on a slow disk would have workers killed
    return [
        *(sys.executable, "-m", "gunicorn", "regulator.app:create_app()"),
        *("--bind", settings.bind, "--worker-class", WORKER, "--name", "regulator", "--log-level", "warning"),
        *("--workers", str(settings.web_workers), "--threads", str(settings.web_threads)),
        *("--graceful-timeout", "10", "--timeout", "60", "--limit-request-line", LONGEST_LINE),
        *("--limit-request-line", "8190"),  # a search of 200 characters, its filters and ten pages back have room
        *(("--worker-tmp-dir", memory) if os.access(memory, os.W_OK) else ()),
    ]


def _die_with(parent: int) -> None:
    """A child ends when its keeper does, even when that one is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(0)


def _end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    return stop
