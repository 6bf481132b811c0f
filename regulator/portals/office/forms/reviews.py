"""What is typed in the yearly look: which district opens its round, words and a lower grade with one company's step."""

from typing import Annotated

from pydantic import Field

from regulator.features.licensing.review_terms import ReviewSaid
from regulator.web import forms


class OpenForm(forms.Form):
    """Whose round is opened."""

    division: Annotated[str, Field(min_length=6, max_length=6), forms.Cleaned]


class RoundActForm(forms.Form):
    """An act on a whole round: nothing but its version is sent."""


class ReviewForm(forms.Form):
    """One step with one company; whether its words are needed, the table says."""

    words: forms.OptionalLongText = None
    grade: Annotated[Annotated[str, Field(max_length=20)] | None, forms.OrNone] = None

    def said(self) -> ReviewSaid:
        """As the rules see it."""
        return ReviewSaid(self.words or "", self.grade)
