"""`regulator serve` keeps web and worker alive together: started, killed, stopped and refused as on a real machine."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.errands.installation import Installation, children_of, command_line, end, wait_for


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("serving")).prepare()


@pytest.fixture
def installation(prepared: Installation) -> Iterator[Installation]:
    """Not served yet, and no longer afterwards."""
    prepared.stop()
    yield prepared
    prepared.stop()


@pytest.fixture
def served(prepared: Installation) -> Installation:
    """Served, perhaps since the test before, for those that leave it so."""
    if not prepared.is_served:
        prepared.start()
    return prepared


def family_of(pid: int) -> list[int]:
    """A process' children, and theirs."""
    return [each for child in children_of(pid) for each in (child, *family_of(child))]


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if command_line(pid)]


def test_it_starts_web_and_worker_and_ends_all_when_told(installation: Installation) -> None:
    installation.start()
    family = [installation.server_pid, *family_of(installation.server_pid)]
    assert len(installation.worker_pids()) == 1
    assert len(installation.web_pids()) == 1
    assert len(family_of(installation.web_pids()[0])) == 2, "two web workers unless said otherwise"
    assert installation.browser().get("/sign-in").status == 200
    assert installation.stop() == 0
    assert alive(family) == []
    assert "Traceback" not in installation.log


def test_a_worker_killed_is_started_again_while_the_web_goes_on(served: Installation) -> None:
    web = family_of(served.web_pids()[0])
    for _round in range(2):
        (lost,) = served.worker_pids()
        end(lost)
        assert served.browser().get("/sign-in").status == 200
        wait_for(lambda lost=lost: [pid for pid in served.worker_pids() if pid != lost])
    assert family_of(served.web_pids()[0]) == web
    assert "serve.worker_lost" in served.log


def test_a_web_worker_killed_is_started_again(served: Installation) -> None:
    first = served.web_pids()[0]
    before = family_of(first)
    end(before[0])
    wait_for(lambda: len(set(family_of(first)) - set(before)) == 1)
    assert served.browser().get("/sign-in").status == 200


def asked_too_long(served: Installation, path: bytes) -> str:
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        line.sendall(b"GET " + path + b"?q=" + b"x" * 10_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return b"".join(iter(lambda: line.recv(65536), b"")).decode()


def test_an_address_too_long_to_be_read_is_answered_in_a_sentence(served: Installation) -> None:
    answer = asked_too_long(served, b"/companies")
    assert answer.startswith("HTTP/1.1 414 ")
    assert "输入的内容太长" in answer
    assert "too long" in answer
    head, _, body = asked_too_long(served, b"/api/v1/companies").partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 414 ")
    assert "application/problem+json" in head
    assert json.loads(body)["status"] == 414
    assert served.browser().get("/companies?q=" + "x" * 5_000).status == 400, "a shorter one by the page itself"


def test_nothing_is_left_when_the_keeper_itself_is_killed(installation: Installation) -> None:
    installation.start()
    family = family_of(installation.server_pid)
    end(installation.server_pid)
    wait_for(lambda: not alive(family), 30, lambda: f"still there: {[command_line(pid) for pid in alive(family)]}")
    installation.stop()
    with installation.serve():
        assert installation.browser().get("/sign-in").status == 200


def test_it_ends_with_an_error_when_the_web_is_gone(installation: Installation) -> None:
    installation.start()
    family = family_of(installation.server_pid)
    end(installation.web_pids()[0])
    wait_for(lambda: not alive(family))
    assert installation.stop() != 0, "so that systemd starts it again"


def test_interrupted_from_the_keyboard_it_ends_in_peace(installation: Installation) -> None:
    installation.start()
    family = family_of(installation.server_pid)
    for pid in (installation.server_pid, *family):  # as a terminal does: to all of them
        os.kill(pid, signal.SIGINT)
    wait_for(lambda: not alive([installation.server_pid, *family]))
    assert installation.stop() == 0
    assert "Traceback" not in installation.log


# --- refusals --------------------------------------------------------------------------------------------------------


def test_a_register_never_prepared_is_refused_with_a_sentence(tmp_path: Path) -> None:
    done = Installation(tmp_path / "new").run("serve", exits=2)
    assert done.err == "The register is not prepared for this version. Run: regulator init\n"
    assert done.out == ""


def test_a_register_of_another_version_is_refused(prepared: Installation, tmp_path: Path) -> None:
    copy = prepared.copy_to(tmp_path / "copy")
    copy.execute("UPDATE alembic_version SET version_num = '0001'")
    assert "regulator init" in copy.run("serve", exits=2).err


def test_a_port_in_use_is_refused_with_a_sentence(prepared: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        prepared.settings["bind"] = address
        try:
            done = prepared.run("serve", exits=2)
        finally:
            del prepared.settings["bind"]
    assert f"Cannot serve at {address}: another program listens there already." in done.err
    assert "REGULATOR_BIND" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("bind", ["nonsense", "127.0.0.1:99999", "no-such-host.invalid:80", "192.0.2.1:8000"])
def test_an_address_nobody_can_listen_at_is_refused_with_a_sentence(prepared: Installation, bind: str) -> None:
    prepared.settings["bind"] = bind
    try:
        done = prepared.run("serve", exits=2)
    finally:
        del prepared.settings["bind"]
    assert done.err.startswith(f"Cannot serve at {bind}: ")
    assert "Traceback" not in done.err
