"""Numbers are matched and kept by keys that can change."""

import pytest

from regulator.foundation import crypto

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
