"""A person with a browser that knows pages, forms and cookies, and nothing of the product; no scripts are run."""

import http.client
import json
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import uuid4

URLENCODED = "application/x-www-form-urlencoded"
REDIRECTS = (301, 302, 303, 307, 308)
SILENT = ("script", "style", "template", "title")
UNSENT = ("submit", "button", "image", "reset", "file")

Pairs = list[tuple[str, str]]
Files = Mapping[str, Path | tuple[str, bytes]]


@dataclass
class Form:
    """A form as the page offers it: where it goes and what it holds already."""

    action: str
    method: str
    pairs: Pairs = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    buttons: Pairs = field(default_factory=list)

    @property
    def held(self) -> dict[str, str]:
        """The values standing in the form, the last one of each name."""
        return dict(self.pairs)

    def filled(self, values: Mapping[str, Any]) -> Pairs:
        """What is sent: the form's own values but those typed over; None leaves a field out."""
        unknown = sorted(set(values) - self.names - {name for name, _value in self.buttons})
        assert not unknown, f"the form to {self.action} has no fields {unknown}; it has {sorted(self.names)}"
        kept = [(name, value) for name, value in self.pairs if name not in values]
        typed = [(name, each) for name, value in values.items() for each in _texts(value)]
        return kept + typed


@dataclass(frozen=True)
class Answer:
    """What came back, after redirects: ``path`` is where one ended (with its query), ``through`` the way there."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    path: str
    through: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The body as text, markup included."""
        return self.body.decode("utf-8")

    @property
    def data(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)

    @property
    def page(self) -> "Page":
        """The body read as a page."""
        return Page(self.text)

    @property
    def words(self) -> str:
        """What a reader sees, without markup, white space as single blanks."""
        return " ".join(" ".join(self.page.texts).split())

    @property
    def links(self) -> list[tuple[str, str]]:
        """Address and words of each link."""
        return [(address, " ".join(words.split())) for address, words in self.page.links]

    @property
    def forms(self) -> list[Form]:
        """The forms of the page."""
        return self.page.forms

    def form(self, action: str = "", *, having: str = "") -> Form:
        """The form whose address contains ``action`` and which has a field ``having``; POST forms first."""
        fitting = [form for form in self.forms if action in form.action and (not having or having in form.names)]
        seen = [(form.method, form.action, sorted(form.names)) for form in self.forms]
        assert fitting, f"{self.path} ({self.status}) has no form to {action!r} having {having!r}, only {seen}"
        return min(fitting, key=lambda form: form.method != "post")

    def ok(self) -> Self:
        """This answer, which must be 200."""
        assert self.status == 200, f"{self.path}: {self.status}\n{self.body[:4000].decode(errors='replace')}"
        return self


class Page(HTMLParser):
    """The forms, links and words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self._form: Form | None = None
        self._choices: tuple[str, list[str], list[str]] | None = None  # a select: name, all values, chosen ones
        self._area: list[str] | None = None
        self._name = ""
        self._silent = 0
        self._link: list[str] | None = None
        self._href = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in SILENT:
            self._silent += 1
        elif tag == "a" and "href" in given:
            self._href, self._link = given["href"], []
        elif tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None and "disabled" not in given:
            self._field(self._form, tag, given)

    def _field(self, form: Form, tag: str, given: Mapping[str, str]) -> None:
        name = given.get("name", "")
        if tag == "option" and self._choices is not None:
            _select, values, chosen = self._choices
            values.append(given.get("value", ""))
            if "selected" in given:
                chosen.append(given.get("value", ""))
        if not name:
            return
        kind = given.get("type", "submit" if tag == "button" else "text").lower()
        if tag in ("input", "textarea", "select") and kind not in ("submit", "button", "image", "reset"):
            form.names.add(name)
        if tag == "textarea":
            self._name, self._area = name, []
        elif tag == "select":
            self._choices = (name, [], [])
        elif tag in ("input", "button") and kind in ("submit", "image"):
            form.buttons.append((name, given.get("value", "")))
        elif tag == "input" and kind not in UNSENT and (kind not in ("checkbox", "radio") or "checked" in given):
            form.pairs.append((name, given.get("value", "on" if kind in ("checkbox", "radio") else "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent -= 1
        elif tag == "a" and self._link is not None:
            self.links.append((self._href, " ".join(self._link)))
            self._link = None
        elif tag == "form":
            self._form = None
        elif tag == "textarea" and self._form is not None and self._area is not None:
            self._form.pairs.append((self._name, "".join(self._area).removeprefix("\n")))
            self._area = None
        elif tag == "select" and self._form is not None and self._choices is not None:
            name, values, chosen = self._choices
            self._form.pairs.extend((name, value) for value in (chosen or values[:1]))
            self._choices = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.append(data)
        if self._link is not None:
            self._link.append(data)
        if not self._silent:
            self.texts.append(data)


class Visitor:
    """One browser window: keeps cookies, follows redirects, fills in and sends forms."""

    def __init__(self, address: str, *, language: str = "zh-CN,zh") -> None:
        self.address = address.rstrip("/")
        self.language = language
        self.cookies: dict[str, str] = {}

    def get(self, path: str, *, follow: bool = True, **headers: str) -> Answer:
        """Open an address; header names are written with underscores."""
        return self._ask("GET", path, b"", {_header(name): value for name, value in headers.items()}, follow=follow)

    def post(
        self,
        path: str,
        pairs: Pairs | Mapping[str, Any] = (),
        files: Files | None = None,
        *,
        follow: bool = True,
        **headers: str,
    ) -> Answer:
        """Send values without fetching a form first; with ``files`` as multipart."""
        sent = _flat(pairs) if isinstance(pairs, Mapping) else list(pairs)
        body, kind = _multipart(sent, files) if files else (urlencode(sent).encode(), URLENCODED)
        others = {_header(name): value for name, value in headers.items()}
        return self._ask("POST", path, body, {"Content-Type": kind} | others, follow=follow)

    def submit(
        self,
        page: Answer | str,
        action: str = "",
        *,
        having: str = "",
        files: Files | None = None,
        follow: bool = True,
        **values: Any,
    ) -> Answer:
        """Fill in a form of a page (an answer, or an address opened first) and send it with its hidden fields.

        The form is chosen as `Answer.form` does; ``values`` are typed into it (lists for several of one name, None for
        nothing), a button's name may be among them; ``files`` maps field names to paths or (file name, content).
        """
        shown = self.get(page).ok() if isinstance(page, str) else page
        form = shown.form(action, having=having or next(iter(files or values), ""))
        target = urljoin(shown.path, form.action or shown.path)
        pairs = form.filled(values)
        if form.method == "get":
            return self.get(f"{target.partition('?')[0]}?{urlencode(pairs)}", follow=follow)
        return self.post(target, pairs, files, follow=follow)

    def sign_in(self, username: str, password: str) -> Answer:
        """Sign in and arrive at the desk; the answer is what the person sees next, be it refusal or a further step."""
        return self.submit("/sign-in", "sign-in", username=username, password=password)

    def sign_out(self) -> Answer:
        """End the session."""
        return self.submit("/account", "/sign-out")

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str], *, follow: bool) -> Answer:
        through: list[str] = []
        for _hop in range(10):
            answer = self._once(method, path, body, headers)
            if not follow or answer.status not in REDIRECTS:
                return Answer(answer.status, answer.headers, answer.body, answer.path, tuple(through))
            through.append(path)
            target = urlsplit(urljoin(self.address + path, answer.headers["location"]))
            assert f"{target.scheme}://{target.netloc}" == self.address, f"{path} leads outside: {target.geturl()}"
            path = target._replace(scheme="", netloc="", fragment="").geturl() or "/"
            if answer.status not in (307, 308):
                method, body, headers = "GET", b"", {}
        raise AssertionError(f"redirected in a circle: {through}")

    def _once(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        sent = {"Accept-Language": self.language, "Accept": "text/html, application/json, */*"} | headers
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body if method == "POST" else None, sent)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            self._keep(cookie)
        return Answer(response.status, {n.lower(): v for n, v in response.headers.items()}, content, path)

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.partition(";")[0].strip().partition("=")
        ended = "max-age=0" in cookie.lower() or "expires=thu, 01 jan 1970" in cookie.lower()
        if ended or not value:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value


def _header(name: str) -> str:
    return name.replace("_", "-")


def _texts(value: Any) -> Sequence[str]:
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, list | tuple | set) else [str(value)]


def _flat(values: Mapping[str, Any]) -> Pairs:
    return [(name, each) for name, value in values.items() for each in _texts(value)]


def _multipart(pairs: Pairs, files: Files) -> tuple[bytes, str]:
    mark = uuid4().hex
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in pairs]
    for name, given in files.items():
        filename, content = (given.name, given.read_bytes()) if isinstance(given, Path) else given
        kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}\r\n\r\n'
        parts.append(head.encode() + content)
    body = b"".join(b"--" + mark.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return body + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
