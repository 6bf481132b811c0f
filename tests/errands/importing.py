"""What the errands about imports share: sending a workbook on the desk and reading what the pages say of it."""

import html
import re
import time
from pathlib import Path
from typing import Any

from regulator.features.registry.imports.reasons import Reason
from regulator.foundation import i18n
from tests.errands.visitor import Answer, Visitor

IMPORTS = "/office/imports"
CODE_OF = {i18n.word("Reason", reason.value, "zh_Hans_CN"): reason.value for reason in Reason}
ROW = re.compile(r'<tr>\s*<th scope="row"[^>]*>(.*?)</th>\s*<td[^>]*>(.*?)</td>', re.DOTALL)
STAMP = re.compile(r'class="stamp [^"]*"[^>]*>(.*?)</span>')


def send(officer: Visitor, kind: str, file: Path | tuple[str, bytes], **values: Any) -> Answer:
    """Send a workbook; the answer is the page on which its columns are settled."""
    return officer.submit(IMPORTS, IMPORTS, having="kind", files={"file": file}, kind=kind, **values)


def settle(officer: Visitor, page: Answer, **values: Any) -> str:
    """Take the columns as they were recognised; gives the batch's address at once, whatever the worker does."""
    officer.submit(page.ok(), "/columns", **values).ok()
    return page.path.partition("?")[0]


def arrive(officer: Visitor, batch: str, seconds: float = 60) -> Answer:
    """Come back to the batch until nobody is at work on it."""
    deadline = time.monotonic() + seconds
    while True:
        state = officer.get(f"{batch}/progress.json").ok().data
        if state["state"] != "running":
            return officer.get(batch).ok()
        assert time.monotonic() < deadline, state
        time.sleep(0.2)


def confirm(officer: Visitor, batch: str, **values: Any) -> Answer:
    """Confirm a judged batch and wait until it is written."""
    officer.submit(arrive(officer, batch), "/confirm", **values).ok()
    return arrive(officer, batch)


def rows_shown(officer: Visitor, batch: str, show: str) -> dict[str, str]:
    """Row → first reason, as the pages of the batch list them."""
    found: dict[str, str] = {}
    address: str | None = f"{batch}?show={show}"
    while address:
        page = officer.get(address).ok()
        for place, said in ROW.findall(page.text):
            stamps = [CODE_OF[html.unescape(words).strip()] for words in STAMP.findall(said)]
            found[html.unescape(place).strip()] = stamps[0] if stamps else ""
        further = re.search(r'rel="next" href="([^"]+)"', page.text)
        address = html.unescape(further[1]) if further else None
    return found
