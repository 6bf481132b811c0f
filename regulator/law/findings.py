"""What a rule says about facts: findings, verdicts and the refusal that follows; no words for people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from regulator.law.citations import Citation


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule objects to: a code, the article it rests on and the facts it saw.

    ``about`` names the field the finding belongs to, None for the record as a whole.
    """

    code: str
    citation: Citation | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    about: str | None = None


class Refused(Exception):
    """An act was not lawful on these facts; carries the findings, never a sentence."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(", ".join(finding.code for finding in self.findings))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a rule: lawful when there are no findings."""

    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, findings: Iterable[Finding | None]) -> "Verdict":
        """A verdict from the results of single rules, which answer None when content."""
        return cls(tuple(finding for finding in findings if finding is not None))

    def __bool__(self) -> bool:
        return not self.findings

    def or_refuse(self) -> None:
        """Raise ``Refused`` when anything was found."""
        if self.findings:
            raise Refused(self.findings)
