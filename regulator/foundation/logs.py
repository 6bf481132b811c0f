"""How the product writes its log: what happened, never who: no local variables, no addresses of pages with names."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer

_ROW = re.compile(r"DETAIL:.*?(?=\n(?:HINT|CONTEXT|WHERE|LINE)\b|\n\[SQL|\n\(Background|\n\n|\Z)", re.DOTALL)
"""What PostgreSQL tells of the row it refused: the row itself."""


def without_rows(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take the refused rows out of what the database said, in plain text and in structured tracebacks."""
    if "exception" in event:
        event["exception"] = _blank(event["exception"])
    return event


def _blank(said: Any) -> Any:
    if isinstance(said, str):
        return _ROW.sub("DETAIL: not logged", said)
    if isinstance(said, Mapping):
        return {name: _blank(part) for name, part in said.items()}
    return [_blank(part) for part in said] if isinstance(said, list) else said


def configure(*, as_json: bool) -> None:
    """Write to standard error, one line an event: JSON for machines in production, plain text elsewhere.

    Tracebacks carry no local variables, since these may hold personal numbers and passwords.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    tail: list[Any]
    if as_json:
        plain_tracebacks = ExceptionDictTransformer(show_locals=False)
        tail = [
            structlog.processors.ExceptionRenderer(plain_tracebacks),
            without_rows,
            structlog.processors.JSONRenderer(),
        ]
    else:
        tail = [
            structlog.processors.format_exc_info,
            without_rows,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    structlog.configure(
        processors=[*shared, *tail],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
