import pytest
from flask import Blueprint, Flask, url_for

from regulator.features.accounts.terms import Permission
from regulator.web import language, navigation
from regulator.web.navigation import MenuGroup


@pytest.mark.parametrize(
    ("query", "account", "locale"),
    [
        ("", None, "zh_Hans_CN"),
        ("lang=en", None, "en"),
        ("lang=zh", "en", "zh_Hans_CN"),
        ("", "en", "en"),
        ("lang=xx", None, "zh_Hans_CN"),
    ],
)
def test_the_language_is_asked_for_then_chosen_then_chinese(
    kitchen: Flask, query: str, account: str | None, locale: str
) -> None:
    with kitchen.test_request_context(f"/desk?{query}"):
        language.set_account_locale(account)
        assert language.select_locale() == locale


def test_addresses_keep_the_language_asked_for(kitchen: Flask) -> None:
    with kitchen.test_request_context("/desk?lang=en"):
        assert url_for("public.company") == "/public?lang=en"
        assert url_for("static", filename="x.css") == "/static/x.css"
        assert language.page_url("public.company", lang=None) == "/public"
    with kitchen.test_request_context("/desk"):
        assert url_for("public.company") == "/public"


def test_here_changes_parameters_and_forgets_the_place(kitchen: Flask) -> None:
    with kitchen.test_request_context("/desk?q=%E7%89%A9&cursor=abc&back=&sort=name&q2=1"):
        assert language.here(sort="-name") == "/desk?q=%E7%89%A9&q2=1&sort=-name"
        assert language.here(q=None, q2=None, sort=None) == "/desk"
        assert language.here(cursor="n", back=["", "abc"]).endswith("cursor=n&back=&back=abc")
        assert "cursor=abc" in language.in_language("en")


def test_no_page_of_the_public_sets_a_cookie(kitchen: Flask) -> None:
    for address in ("/public", "/public?lang=en", "/print", "/fail/404"):
        assert "Set-Cookie" not in kitchen.test_client().get(address).headers


def test_the_menu_shows_what_the_reader_may_reach_and_marks_the_page(kitchen: Flask) -> None:
    with kitchen.test_request_context("/form"):
        before = navigation.menu_for("office", ())
        after = navigation.menu_for("office", {Permission.COMPANIES_VIEW, Permission.AUDIT_SEARCH})
    assert [group for group, _links in before] == [MenuGroup.DESK]
    assert [(group, [(link.url, link.current) for link in links]) for group, links in after] == [
        (MenuGroup.DESK, [("/desk", False)]),
        (MenuGroup.REGISTER, [("/form", True)]),
        (MenuGroup.SETTINGS, [("/print", False)]),
    ]


def test_an_item_of_a_page_that_is_not_there_is_left_out(kitchen: Flask) -> None:
    navigation.add("office", MenuGroup.LOOK, "office.nowhere", "x")
    with kitchen.test_request_context("/desk"):
        assert MenuGroup.LOOK not in [group for group, _links in navigation.menu_for("office", ())]


def test_pages_below_an_item_mark_it(kitchen: Flask) -> None:
    navigation.add("office", MenuGroup.DESK, "office.companies", "x", active=("office.form",))
    navigation.add("office", MenuGroup.REGISTER, "public.company", "y")
    navigation.portal("office").items[:] = [i for i in navigation.portal("office").items if i.endpoint != "office.form"]
    with kitchen.test_request_context("/form"):
        links = [link for _group, group in navigation.menu_for("office", ()) for link in group]
    assert [link.current for link in links] == [True, False]


@pytest.mark.parametrize(("held", "shown"), [({Permission.COMPANIES_VIEW}, "office"), (set(), "entrance")])
def test_a_page_beside_the_portals_keeps_the_readers_desk(kitchen: Flask, held: set[Permission], shown: str) -> None:
    kitchen.register_blueprint(Blueprint("entrance", "kitchen"))
    kitchen.add_url_rule("/account", endpoint="entrance.account", view_func=lambda: "")
    with kitchen.test_request_context("/account"):
        assert navigation.portal_of_request(held) == shown
