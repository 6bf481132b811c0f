"""Drives an installed wheel (argument 1) in a directory (2) and tells what it saw in a file (3); no assertions here."""

import json
import re
import socket
import sys
from pathlib import Path
from typing import Any

from tests.errands.installation import Installation
from tests.errands.visitor import Visitor

OUTSIDE = ("198.51.100.1", 443)
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
FONT = re.compile(r"url\(([^)]+\.woff2)\)")


def main(command: Path, directory: Path, answer: Path) -> None:
    """The errand: init, import, serve, look up."""
    told: dict[str, Any] = {"outside": reach_outside()}
    installation = Installation(directory, command=command).prepare()
    told["reports"] = installation.import_all()
    password = installation.add_account("anna", "city_officer", "210100")
    with installation.serve():
        told |= look_up(installation.browser())
        told["static"] = fetch_static(installation.browser(), told.pop("pages"))
        told["desk"] = installation.signed_in("anna", password).get("/office/").path
    told["verify"] = installation.run("verify").exit
    told["audit_verify"] = installation.run("audit", "verify").exit
    told["log"] = installation.log
    answer.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def reach_outside() -> str:
    """Whether an address of the documentation's own network can be reached; "cut" when there is no way at all."""
    try:
        socket.create_connection(OUTSIDE, timeout=3).close()
    except TimeoutError:
        return "unanswered"
    except OSError:
        return "cut"
    return "reached"


def look_up(browser: Visitor) -> dict[str, Any]:
    """What anyone sees: the home pages, a company found by pinyin, its page, an estate's page."""
    home = browser.get("/").ok()
    company = browser.get("/api/v1/companies?limit=1").ok().data["items"][0]
    estate = browser.get("/api/v1/estates?limit=1").ok().data["items"][0]
    company_page, estate_page = browser.get(company["url"]), browser.get(estate["url"])
    return {
        "home_zh": home.words,
        "home_en": browser.get("/?lang=en").ok().words,
        "company": company["name"],
        "estate": estate["name"],
        "found_by_pinyin": browser.get(f"/companies?q={pinyin(company['name'])}").ok().words,
        "found_by_initials": browser.get(f"/companies?q={initials(company['name'])}").ok().words,
        "company_page": {"status": company_page.status, "words": company_page.words},
        "estate_page": {"status": estate_page.status, "words": estate_page.words},
        "pages": [home.text, company_page.text, estate_page.text, browser.get("/map").text],
    }


def pinyin(name: str) -> str:
    """The name as it is read aloud, its last syllable unfinished."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(name[2:6]))[:-1]


def initials(name: str) -> str:
    """The first letters of the name's syllables."""
    from pypinyin import lazy_pinyin

    return "".join(syllable[0] for syllable in lazy_pinyin(name[:6]))


def fetch_static(browser: Visitor, pages: list[str]) -> dict[str, dict[str, int]]:
    """Every file the pages name and the first font each style sheet names, with the status of its answer."""
    found: dict[str, dict[str, int]] = {"css": {}, "js": {}, "font": {}, "vendor": {}}
    for path in sorted({path for page in pages for path in ASSET.findall(page)}):
        answer = browser.get(path)
        kind = path.partition("?")[0].rpartition(".")[2]
        found.setdefault(kind, {})[path] = answer.status
        if "/vendor/" in path:
            found["vendor"][path] = answer.status
        for font in FONT.findall(answer.text)[:1] if kind == "css" else ():
            address = font.strip("\"'")
            place = address if address.startswith("/") else f"{path.partition('?')[0].rpartition('/')[0]}/{address}"
            found["font"][place] = browser.get(place).status
    return found


main(*(Path(word) for word in sys.argv[1:]))
