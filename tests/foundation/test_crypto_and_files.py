"""Numbers are matched and kept by keys that can change; files are there whole or not at all."""

from pathlib import Path

import pytest
from flask import Flask, send_file

from regulator.foundation import crypto, files
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.files import FileRoom

NUMBER = "11010519491231002X"


def test_a_number_comes_back_and_its_cipher_never_repeats() -> None:
    crypto.configure("a" * 48)
    first, second = crypto.encrypt(NUMBER), crypto.encrypt(NUMBER)
    assert first != second
    assert NUMBER.encode() not in first
    assert crypto.decrypt(first, crypto.key_id()) == NUMBER
    assert crypto.matching_hash(NUMBER) == crypto.matching_hash(NUMBER)


def test_a_new_key_still_reads_and_finds_what_the_old_one_wrote() -> None:
    crypto.configure("a" * 48)
    old_cipher, old_id, old_hash = crypto.encrypt(NUMBER), crypto.key_id(), crypto.matching_hash(NUMBER)
    crypto.configure("b" * 48, ("a" * 48,))
    assert crypto.key_id() != old_id
    assert crypto.decrypt(old_cipher, old_id) == NUMBER
    assert old_hash in crypto.matching_hashes(NUMBER)
    assert crypto.matching_hash(NUMBER) != old_hash


@pytest.mark.parametrize("where", [0, 12, -1])
def test_an_altered_cipher_is_refused(where: int) -> None:
    crypto.configure("a" * 48)
    cipher = bytearray(crypto.encrypt(NUMBER))
    cipher[where] ^= 1
    with pytest.raises(crypto.CipherUnreadable):
        crypto.decrypt(bytes(cipher), crypto.key_id())


def test_a_key_that_was_taken_away_opens_nothing() -> None:
    crypto.configure("a" * 48)
    cipher, old_id = crypto.encrypt(NUMBER), crypto.key_id()
    crypto.configure("b" * 48)
    with pytest.raises(crypto.CipherUnreadable):
        crypto.decrypt(cipher, old_id)


def test_equal_content_is_kept_once(tmp_path: Path) -> None:
    room = FileRoom(tmp_path)
    name = room.keep([b"ab", b"c"], maximum=10)
    assert name == room.keep([b"abc"], maximum=10)
    assert room.path(name).read_bytes() == b"abc"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_too_much_leaves_nothing_behind(tmp_path: Path) -> None:
    room = FileRoom(tmp_path)
    with pytest.raises(BadInput) as caught:
        room.keep([b"abc", b"d"], maximum=3)
    assert caught.value.code == "file_too_large"
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "G" * 64, "0" * 64])
def test_a_name_that_is_no_file_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        FileRoom(tmp_path).path(name)


def test_a_room_named_from_where_one_stands_is_sent_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual installation keeps its files in `var/`; Flask alone would look beside the code."""
    monkeypatch.setattr(files, "_room", None)
    monkeypatch.chdir(tmp_path)
    files.configure(Path("var/files"))
    name = files.file_room().keep([b"a bulletin"], maximum=100)
    with Flask("regulator").test_request_context():
        answer = send_file(files.file_room().path(name), "application/pdf")
        answer.direct_passthrough = False
        assert answer.get_data() == b"a bulletin"
        answer.close()
