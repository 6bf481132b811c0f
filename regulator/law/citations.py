"""Where a rule stands: an instrument, an article and the days it was in force; no rules themselves."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Citation:
    """An article of an instrument, e.g. ``Citation("物业管理条例", "33", date(2018, 3, 19))``.

    ``effective_to`` is the last day in force; None while it still is.
    """

    instrument: str
    article: str
    effective_from: date
    effective_to: date | None = None

    def in_force_on(self, day: date) -> bool:
        """Whether the article bound on that day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def __str__(self) -> str:
        return f"{self.instrument} {self.article}"
