"""Settings of papers as rows, for tests that only look at them: a pattern, a chain, an own template and its trial."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from regulator.features.accounts.models import Authority
from regulator.features.papers.models import PaperChain, PaperSeries, PaperTemplate, PaperTemplateTrial
from regulator.features.papers.templating import shipped
from regulator.features.papers.templating.terms import TrialState
from regulator.features.papers.terms import PaperKind
from regulator.foundation.database import new_key, session
from tests.factories import registry as make

AT = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
ON = date(2026, 11, 2)


def template_key(number: int) -> UUID:
    """The key of the own template made with this number."""
    return UUID(int=1000 + number)


def trial_key(number: int) -> UUID:
    """The key of the trial made with this number."""
    return UUID(int=2000 + number)


def make_settings(number: int) -> Authority:
    """An authority with something of everything that can be set."""
    authority = Authority(id=new_key(), name=f"文书机构{number}", division_code=make.HEPING)
    session().add(authority)
    session().flush()
    template, set_by = shipped(PaperKind.REPLY), {"set_at": AT, "set_by": "x"}
    own = {"authority_id": authority.id, "kind": template.kind, "source": template.source, "digest": template.digest}
    day = ON + timedelta(days=number)
    session().add_all(
        [
            PaperSeries(
                id=new_key(), authority_id=authority.id, kind="", pattern=f"文{number}甲〔{{year}}〕{{n}}号",
                began_on=day, **set_by,
            ),
            PaperChain(id=new_key(), authority_id=authority.id, kind="reply", steps=2, began_on=day, **set_by),
            PaperTemplate(id=template_key(number), began_on=day, added_at=AT, added_by="x", **own),
            PaperTemplateTrial(id=trial_key(number), state=TrialState.PASSED, sent_at=AT, sent_by="x", **own),
        ]
    )  # fmt: skip
    session().flush()
    return authority
