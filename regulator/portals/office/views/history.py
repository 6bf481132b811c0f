"""The whole history of one record."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from regulator.features.accounts.terms import Permission
from regulator.features.divisions.terms import Scope
from regulator.features.registry.queries import committees, companies, estates, notices, people
from regulator.features.registry.queries.history import list_history
from regulator.features.registry.queries.services import get_estate_of
from regulator.features.registry.terms import SubjectKind
from regulator.foundation import clock, i18n
from regulator.foundation.errors import NotFound
from regulator.portals.office import blueprint as office
from regulator.portals.office.history import in_words
from regulator.web.access import allow, current_permissions, current_scope

NEEDS = {
    SubjectKind.COMMITTEE: Permission.COMMITTEES_VIEW,
    SubjectKind.COMPANY: Permission.COMPANIES_VIEW,
    SubjectKind.ESTATE: Permission.ESTATES_VIEW,
    SubjectKind.NOTICE: Permission.SERVICES_VIEW,
    SubjectKind.PERSON: Permission.PEOPLE_VIEW,
}


@office.get("/history/<kind>/<key>")
@allow(Permission.HISTORY_VIEW)
def history(kind: str, key: str) -> ResponseReturnValue:
    """Everything recorded of a company, an estate, a person, a committee or a notice; 404 outside the scope."""
    subject = next((item for item in NEEDS if item.value == kind), None)
    if subject is None or NEEDS[subject] not in current_permissions():
        raise NotFound(key)
    subject_id, name, back = _find(subject, key, current_scope())
    return render_template(
        "office/history/page.html",
        entries=in_words(subject, list_history(subject, subject_id)),
        kind=subject,
        name=name,
        back=back,
    )


def _find(kind: SubjectKind, key: str, scope: Scope) -> tuple[UUID, str, tuple[str, dict[str, object]]]:
    """(key of the row, name, endpoint of its page). Raises NotFound outside the scope."""
    if kind is SubjectKind.COMPANY:
        company = companies.get_company(scope, key, day=clock.today())
        return company.id, company.name, ("office.company", {"credit_code": company.credit_code})
    if kind is SubjectKind.ESTATE:
        estate = estates.get_estate(scope, key, day=clock.today())
        return estate.id, estate.name, ("office.estate", {"code": estate.code})
    try:
        row_id = UUID(key)
    except ValueError as error:
        raise NotFound(key) from error
    if kind is SubjectKind.PERSON:
        person = people.get_person(scope, row_id)
        return person.id, person.name, ("office.person", {"person_id": person.id})
    return _find_at_estate(kind, row_id, scope)


def _find_at_estate(kind: SubjectKind, row_id: UUID, scope: Scope) -> tuple[UUID, str, tuple[str, dict[str, object]]]:
    """What has no page of its own and stands on its estate's."""
    if kind is SubjectKind.COMMITTEE:
        committee = committees.get_committee(scope, row_id, day=clock.today())
        return committee.id, committee.name, ("office.estate", {"code": get_estate_of(committee).code})
    notice = notices.get_notice(scope, row_id, day=clock.today())
    estate = get_estate_of(notice)
    return notice.id, f"{estate.name} · {i18n.label(notice.kind)}", ("office.estate", {"code": estate.code})
