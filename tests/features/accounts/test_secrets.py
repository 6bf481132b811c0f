"""What passwords are compared with: the one nobody has costs what the others cost."""

from argon2 import extract_parameters

from regulator.features.accounts import secrets


def test_an_unknown_account_takes_as_long_as_a_known_one() -> None:
    known = extract_parameters(secrets.hash_password("Ein-langes-Kennwort-7"))
    assert extract_parameters(secrets._UNKNOWN) == known  # made once, so the parameters could part


def test_no_password_fits_an_account_that_is_not_there() -> None:
    assert not secrets.is_password(None, "Ein-langes-Kennwort-7")
