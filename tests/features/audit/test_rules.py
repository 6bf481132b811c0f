"""What may stand in the trail, and how differences to the sealed state are named."""

import pytest

from regulator.features.audit.rules import GENESIS, Leaf, canonical, compare, digest, guard, pack, seal_hash, unpack


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("身份证 210103198001011234", "身份证 21**************34", id="id-number"),
        pytest.param("21010319800101123X", "21**************3X", id="id-with-x"),
        pytest.param("手机13812345678", "手机138****5678", id="mobile"),
        pytest.param("电话 024-22334455", "电话 024****55", id="landline"),
        pytest.param("210103 19800101 1234", "21**************34", id="id-in-groups"),
        pytest.param("+8613812345678", "+86138****5678", id="mobile-with-country"),
        pytest.param("138-1234-5678、139 1234 5678", "138****5678、139****5678", id="mobiles-in-groups"),
        pytest.param("(024)22334455 （024）2233 4455", "024****55 024****55", id="landlines-in-brackets"),
        pytest.param("024 2233445", "024****45", id="landline-with-a-blank"),
        pytest.param("2026-11-01 2026-11-30", "2026-11-01 2026-11-30", id="days"),
        pytest.param("0.25 12345678", "0.25 12345678", id="figures"),
        pytest.param("91210103MA10000151", "91210103MA10000151", id="credit-code"),
        pytest.param("912101002434902271", "912101002434902271", id="credit-code-of-digits"),
        pytest.param("2101030010010001", "2101030010010001", id="estate-code"),
        pytest.param("210103001001", "210103001001", id="community-code"),
    ],
)
def test_personal_numbers_are_masked_and_business_keys_are_not(given: str, kept: str) -> None:
    assert guard({"text": [given]}) == {"text": [kept]}


def test_secrets_never_show_whatever_their_value() -> None:
    facts = {"password_hash": "x", "Token": 5, "nested": {"totp_cipher": None, "recovery": ["a"]}, "name": "王"}
    assert guard(facts) == {
        "password_hash": "***",
        "Token": "***",
        "nested": {"totp_cipher": "***", "recovery": "***"},
        "name": "王",
    }


def test_facts_have_one_written_form() -> None:
    assert canonical({"b": 1, "a": {"d": None, "c": "沈"}}) == '{"a":{"c":"沈","d":null},"b":1}'


def test_nothing_and_the_empty_text_differ() -> None:
    assert digest(["a", None]) != digest(["a", ""])
    assert digest(["ab", "c"]) != digest(["a", "bc"])


def test_leaves_survive_packing() -> None:
    leaves = [Leaf(1, b"\x01" * 32), Leaf(2**40, b"\x02" * 32)]
    assert list(unpack(pack(leaves))) == leaves


def test_each_part_of_a_seal_counts() -> None:
    whole = seal_hash(1, GENESIS, b"leaves", "2026-11-23")
    others = [
        seal_hash(2, GENESIS, b"leaves", "2026-11-23"),
        seal_hash(1, b"\x01" * 32, b"leaves", "2026-11-23"),
        seal_hash(1, GENESIS, b"leaveS", "2026-11-23"),
        seal_hash(1, GENESIS, b"leaves", "2026-11-24"),
    ]
    assert whole not in others


def test_differences_are_named_in_order_of_place() -> None:
    sealed = [Leaf(1, b"a"), Leaf(2, b"b"), Leaf(4, b"d")]
    found = {1: b"a", 3: b"c", 4: None}
    problems = [(problem.kind, problem.seq, problem.seal) for problem in compare(sealed, found, 9)]
    assert problems == [("missing", 2, 9), ("inserted", 3, 9), ("altered", 4, 9)]
