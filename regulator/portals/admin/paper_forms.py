"""What an administrator types about papers: patterns of numbers, chains, own templates. Law and clashes: the acts."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from regulator.features.papers.rules.chain import CHAINS
from regulator.features.papers.rules.numbers import MOST
from regulator.features.papers.terms import PaperKind
from regulator.web import forms

OptionalKey = Annotated[UUID | None, forms.OrNone]


class SeriesForm(forms.Form):
    """A pattern of paper numbers; without a kind, for all kinds that have none of their own."""

    authority: UUID
    kind: Annotated[PaperKind | None, forms.OrNone] = None
    pattern: Annotated[forms.Text, Field(max_length=MOST)]
    began_on: forms.Day


class ChainForm(forms.Form):
    """A chain of approval; without an authority, for all."""

    authority: OptionalKey = None
    kind: PaperKind
    steps: Annotated[forms.Whole, Field(ge=min(CHAINS), le=max(CHAINS))]
    needs_minutes: forms.Ticked = False
    began_on: forms.Day


class TemplateForm(forms.Form):
    """For whom a version of a template is sent in; its file is read beside the form."""

    authority: UUID


class AdoptForm(forms.Form):
    """From when on a version that was tried is to be used."""

    began_on: forms.Day
