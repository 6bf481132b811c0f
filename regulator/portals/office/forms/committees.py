"""What is typed about owners' committees; members one a line, the post behind the name."""

from typing import Annotated

from pydantic import Field

from regulator.features.registry.queries.committees import MemberRow
from regulator.web import forms

Short = Annotated[Annotated[str, Field(max_length=60)] | None, forms.OrNone]
MOST = 60


class CommitteeForm(forms.Form):
    """What a committee's record states."""

    name: forms.Text
    elected_on: forms.OptionalDay = None
    term_began_on: forms.Day
    term_ended_on: forms.OptionalDay = None
    filed_on: forms.OptionalDay = None
    filing_number: Short = None
    members: forms.OptionalLongText = None
    remark: forms.OptionalLongText = None

    def member_rows(self) -> tuple[MemberRow, ...]:
        """The members as typed: one a line, name first, then the post."""
        return read_members(self.members)


class CorrectCommitteeForm(CommitteeForm):
    """A correction, and why."""

    reason: forms.Text


def read_members(typed: str | None) -> tuple[MemberRow, ...]:
    """Members from lines such as "王秀兰 主任"."""
    lines = (line.replace("\u3000", " ").split(maxsplit=1) for line in (typed or "").splitlines())
    return tuple(
        MemberRow(parts[0][:MOST], parts[1].strip()[:MOST] if len(parts) > 1 else None) for parts in lines if parts
    )


def write_members(members: tuple[MemberRow, ...]) -> str:
    """The same lines back."""
    return "\n".join(f"{member.name} {member.post or ''}".strip() for member in members)
