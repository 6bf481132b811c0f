"""The reasons document themselves, and every field of a row has the ones it needs."""

import pytest

from regulator.features.registry.imports.columns import COLUMNS, Kind
from regulator.features.registry.imports.reasons import Reason, documentation, field_reason
from regulator.foundation import i18n
from regulator.resources import resource_dir


def test_the_manual_holds_the_list_word_for_word() -> None:
    manual = (resource_dir("migrations").parent / "docs" / "imports.md").read_text(encoding="utf-8")
    assert documentation() in manual


@pytest.mark.parametrize("kind", Kind)
def test_each_column_can_be_unreadable_and_required_ones_missing(kind: Kind) -> None:
    for column in COLUMNS[kind]:
        if column.field != "ignored":
            assert field_reason(column.field, "unreadable")
            if column.required:
                assert field_reason(column.field, "missing")


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_each_reason_has_words(locale: str) -> None:
    for reason in Reason:
        assert i18n.label(reason, locale) != reason.value
