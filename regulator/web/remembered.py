"""Answers to everybody, remembered until anything in the database changes; never for what depends on who asks."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from functools import wraps
from threading import Lock
from typing import NamedTuple, ParamSpec

from flask import Flask, Response, current_app, make_response, request
from flask.typing import ResponseReturnValue

from regulator.config import Settings
from regulator.foundation import clock
from regulator.foundation.changes import last_commit
from regulator.foundation.extensions import db

P = ParamSpec("P")
MOST_ANSWERS = 512
LARGEST_BYTES = 262_144
MOST_BYTES = 16 * 2**20
"""Of all answers together, in each worker: a few long pages, or many short ones."""
LONGEST_ADDRESS = 300
REMEMBERED_SECONDS = 30.0
"""Also without a change: the frame of a page may be a few seconds older than the database."""
_EXTENSION = "regulator_remembered"

Mark = tuple[int, date]


class _Answer(NamedTuple):
    mark: Mark
    at: float
    body: bytes
    headers: list[tuple[str, str]]

    def response(self) -> Response:
        made = Response(self.body, headers=self.headers)
        if "ETag" in made.headers:
            made.make_conditional(request)
        return made


class Memory:
    """The answers asked for last, by address."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, _Answer] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def find(self, address: str, mark: Mark) -> _Answer | None:
        """The answer given at this address since the last change."""
        with self._lock:
            found = self._answers.get(address)
            if found is None or found.mark != mark or time.monotonic() - found.at > REMEMBERED_SECONDS:
                return None
            self._answers.move_to_end(address)
            return found

    def keep(self, address: str, answer: _Answer) -> None:
        """Remember an answer, and forget the one asked for longest ago when there are too many."""
        with self._lock:
            if (former := self._answers.pop(address, None)) is not None:
                self._bytes -= len(former.body)
            self._answers[address] = answer
            self._bytes += len(answer.body)
            while len(self._answers) > MOST_ANSWERS or self._bytes > MOST_BYTES:
                _, forgotten = self._answers.popitem(last=False)
                self._bytes -= len(forgotten.body)


def install(app: Flask) -> None:
    """Let the application remember, unless it is told not to."""
    settings: Settings = app.config["SETTINGS"]
    app.extensions[_EXTENSION] = Memory() if settings.remember_answers else None


def remembered(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Answer from memory what was answered before at this very address, while the database stands unchanged.

    For views open to the public whose answer depends on nothing but the address, the register and the day. On
    PostgreSQL nothing is remembered: it does not tell cheaply that nothing has changed.
    """

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        memory: Memory | None = current_app.extensions.get(_EXTENSION)
        query: str = request.environ.get("QUERY_STRING", "")
        if memory is None or request.method != "GET" or len(query) > LONGEST_ADDRESS:
            return view(*args, **kwargs)
        commit = last_commit(db.engine)
        if commit is None:
            return view(*args, **kwargs)
        mark = (commit, clock.today())  # before the view asks: what changes meanwhile is not missed
        address = f"{request.environ['PATH_INFO']}?{query}"
        found = memory.find(address, mark)
        if found is not None:
            return found.response()
        response = make_response(view(*args, **kwargs))
        if response.status_code == 200 and not response.is_streamed:
            body = response.get_data()
            if len(body) <= LARGEST_BYTES:
                memory.keep(address, _Answer(mark, time.monotonic(), body, response.headers.to_wsgi_list()))
        return response

    return answer
