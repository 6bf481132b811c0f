"""What the register says to rows about companies and people. Pure over its facts."""

from collections.abc import Iterator, Sequence

from regulator.features.registry.imports import records
from regulator.features.registry.imports.facts import Known, KnownPerson, RegisterFacts
from regulator.features.registry.imports.reasons import Reason
from regulator.features.registry.imports.verdicts import Judged, Outcome, Pending


class CompanyRules:
    """A company stands in the district it is registered in; its key is the credit code."""

    def __init__(self, facts: RegisterFacts) -> None:
        self._facts = facts
        self._seen: set[str] = set()

    def place(self, row: Pending) -> None:
        """The district by its name; none at all is a company of another city."""
        written = row.values.get("district")
        if written is not None:
            row.division_code = self._facts.places.find_district(written)
            if row.division_code is None:
                row.object(Reason.DISTRICT_UNKNOWN, "district")

    def notice(self, row: Pending) -> None:
        """A credit code stands once in a file."""
        code = row.values.get("uscc")
        if code is not None:
            if code in self._seen:
                row.object(Reason.USCC_DUPLICATE_IN_FILE, "uscc")
            self._seen.add(code)

    def decide(self, rows: Sequence[Pending]) -> Iterator[Judged]:
        """Scope, then what the register holds under the code."""
        known = self._facts.companies({row.values["uscc"] for row in rows if "uscc" in row.values})
        for row in rows:
            held = known.get(row.values.get("uscc", ""))
            if not self._in_scope(row, held):
                row.break_rule(Reason.OUTSIDE_SCOPE)
            if not row.sound:
                yield row.verdict(Outcome.REJECTED)
                continue
            record = records.company_record(row.values, row.division_code)
            place = row.division_code or (held.division_code if held else None)
            yield row.decide(record, held, key=row.values["uscc"], division_code=place)

    def _in_scope(self, row: Pending, held: Known | None) -> bool:
        """Both where the row says the company is and where the register has it."""
        if "district" in row.values and row.division_code is None:
            return True  # the unknown district is objection enough
        stated = row.division_code if row.division_code or held is None else held.division_code
        return self._facts.covers(stated) and (held is None or self._facts.covers(held.division_code))


class PersonRules:
    """A person lies in the district of the company they work for; the key is the resident ID number."""

    def __init__(self, facts: RegisterFacts) -> None:
        self._facts = facts
        self._seen: set[str] = set()

    def place(self, row: Pending) -> None:
        """Known only once the company is."""

    def notice(self, row: Pending) -> None:
        """A person stands once in a file."""
        number = row.values.get("id_number")
        if number is not None:
            if number in self._seen:
                row.object(Reason.ID_NUMBER_DUPLICATE_IN_FILE, "id_number")
            self._seen.add(number)

    def decide(self, rows: Sequence[Pending]) -> Iterator[Judged]:
        """The company, its district, and the person as the register knows them."""
        resolve_companies(rows, self._facts)
        companies = self._facts.companies({row.values["uscc"] for row in rows if "uscc" in row.values})
        known = self._facts.people({row.values["id_number"] for row in rows if row.sound})
        for row in rows:
            company = companies.get(row.values.get("uscc", ""))
            held = known.get(row.values.get("id_number", ""))
            self._judge_company(row, company, held)
            if not row.sound or company is None:
                yield row.verdict(Outcome.REJECTED)
                continue
            remark_name(row, company)
            yield self._compare(row, company, held)

    def _judge_company(self, row: Pending, company: Known | None, held: KnownPerson | None) -> None:
        """To an official of a part of the city, a company elsewhere and one nowhere are the same."""
        if "uscc" not in row.values and "company" not in row.values:
            return
        if company is None:
            row.break_rule(Reason.COMPANY_UNKNOWN if self._facts.covers_city else Reason.OUTSIDE_SCOPE)
        elif not self._facts.covers(company.division_code) or (
            held is not None and held.credit_code is not None and not self._facts.covers(held.company_division)
        ):
            row.break_rule(Reason.OUTSIDE_SCOPE)

    def _compare(self, row: Pending, company: Known, held: KnownPerson | None) -> Judged:
        record = records.person_record(row.values)
        judged = row.decide(record, held, key=row.values["id_number"], division_code=company.division_code)
        judged.links["credit_code"] = company.key
        judged.links["employment"] = held.values.get("employment") if held else None
        if held is not None and held.credit_code != company.key:
            judged.differences["credit_code"] = (held.credit_code, company.key)
            judged.outcome = Outcome.CORRECTION
        return judged


def resolve_companies(rows: Sequence[Pending], facts: RegisterFacts) -> None:
    """Give rows of a sheet without credit codes the code of the one company called as they say."""
    unnamed = [row for row in rows if row.reader.column("uscc") is None and "company" in row.values]
    found = facts.named_companies({row.values["company"] for row in unnamed}) if unnamed else {}
    for row in unnamed:
        exact = found[row.values["company"]].exact
        if len(exact) == 1:
            row.values["uscc"] = exact[0]


def remark_name(row: Pending, company: Known) -> None:
    """The code decides; a name that is not the registered one is remarked."""
    name = row.values.get("company")
    if name is not None and name != company.values.get("name"):
        row.remark(Reason.COMPANY_NAME_DIFFERS, "company")
