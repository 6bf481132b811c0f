"""What can go wrong below the portals, as codes and parameters; no sentences for people."""

from collections.abc import Mapping


class NotFound(Exception):
    """There is no such row, or none the asker may know of; the two are never told apart."""


class Forbidden(Exception):
    """The asker's roles do not allow this kind of act at all."""


class BadInput(Exception):
    """Something given from outside cannot be used: a code, its parameters and the field it was given in."""

    def __init__(self, code: str, params: Mapping[str, object] | None = None, about: str | None = None) -> None:
        self.code = code
        self.params = dict(params or {})
        self.about = about
        super().__init__(code)


class StaleVersion(Exception):
    """The record was changed by somebody else since the form was opened; nothing was overwritten."""

    def __init__(self, found: int, given: int) -> None:
        self.found = found
        self.given = given
        super().__init__(f"version {found}, not {given}")


class Conflict(Exception):
    """A unique or foreign key of the database objected; ``code`` names the constraint in our words."""

    def __init__(self, code: str, about: str | None = None) -> None:
        self.code = code
        self.about = about
        super().__init__(code)


class Unavailable(Exception):
    """What this installation stands on cannot serve just now: a code and its parameters; nothing was half done."""

    def __init__(self, code: str, params: Mapping[str, object] | None = None) -> None:
        self.code = code
        self.params = dict(params or {})
        super().__init__(code)
