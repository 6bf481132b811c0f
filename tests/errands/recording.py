"""What errands type in beside the workbooks: names, certificates, a committee, a notice. By the desk's own forms."""

from tests.errands.visitor import Visitor


def beside_the_workbooks(officer: Visitor, *, credit_code: str, estate_code: str, person: str) -> None:
    """Give a company, an estate it serves and a person what no workbook holds, one of each."""
    company, estate = f"/office/companies/{credit_code}", f"/office/estates/{estate_code}"
    member = f"/office/people/{person}"
    officer.submit(f"{company}/names", "/names", having="kind", name="别名", kind="alias", reason="名单").ok()
    officer.submit(f"{estate}/names", "/names", name="俗称", reason="名单").ok()
    officer.submit(f"{member}/estates/new", "/estates/new", estate_code=estate_code, began_on="2024-01-01").ok()
    officer.submit(f"{member}/certificates/new", "/certificates/new", number="证一").ok()
    officer.submit(
        f"{estate}/committees/new", "/committees/new", name="业委会", term_began_on="2024-01-01", members="王秀兰 主任"
    ).ok()
    officer.submit(
        f"{estate}/notices/new", "/notices/new", kind="dismissal", given_by="owners", dated_on="2026-01-01",
        company=credit_code,
    ).ok()  # fmt: skip
