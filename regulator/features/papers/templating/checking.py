"""Trying a template before anybody's paper depends on it: drafts and final papers, with samples and with extremes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

from regulator.features.papers.templating.declaring import line_of_fact, parse
from regulator.features.papers.templating.judging import judge_facts
from regulator.features.papers.templating.printing import render, with_digest
from regulator.features.papers.templating.samples import longest_facts, sample_facts
from regulator.features.papers.templating.terms import Facts, Frame, Template, TrialPhase
from regulator.foundation.errors import BadInput
from regulator.law.findings import Refused

MOST_PAGES = 80
DRAFT = Frame("示例市住房和城乡建设局", addressee="示例物业服务有限公司")
FINAL = replace(
    DRAFT,
    number="示房物〔2026〕1号",
    issued_on=date(2026, 11, 27),
    qr="https://papers.example/papers/%E7%A4%BA%E6%88%BF%E7%89%A9%E3%80%942026%E3%80%951%E5%8F%B7",
    is_draft=False,
)
LONGEST = replace(
    FINAL,
    authority="示例市住房和城乡建设局经济技术开发区分局（示例市物业管理服务中心）",
    number="示房物监管〔2026〕第123456号",
    signer=("局长 㛃𬭼", "（签名章）"),
    addressee="、".join(["示例市城乡一体化物业服务集团股份有限公司"] * 12),
    title="关于准予示例市城乡一体化物业服务集团股份有限公司物业服务企业能力等级评价的决定书",
    is_demo=True,
)
_DAY = datetime(2026, 11, 27, tzinfo=UTC)


def check(source: str) -> Template:
    """The template, after it has been read and printed in every way a paper may be.

    Raises BadInput with the ``line`` and the ``reason``.
    """
    template = parse(source)
    for _phase in trials(template):
        pass
    return template


def trials(template: Template) -> Iterator[TrialPhase]:
    """Print a template in one way after the other, for whoever shows how far it has come; raises as `check`."""
    samples = _judged(template, sample_facts(template))
    _print(template, samples, DRAFT)
    yield TrialPhase.DRAFT
    _print(template, _without_optional(template, samples), FINAL)
    yield TrialPhase.FINAL
    _print(template, _judged(template, longest_facts(template)), LONGEST)
    yield TrialPhase.LONGEST


def _judged(template: Template, facts: Facts) -> Facts:
    try:
        return judge_facts(template, facts)
    except Refused as refused:
        first = refused.findings[0]
        name = (first.about or "").partition(".")[0]
        params = {"line": line_of_fact(template.source, name), "name": name, "code": first.code}
        raise BadInput("template_sample_wrong", params, about="source") from None


def _without_optional(template: Template, facts: Facts) -> Facts:
    return {field.name: facts[field.name] for field in template.fields if field.required}


def _print(template: Template, facts: Facts, frame: Frame) -> None:
    import pikepdf  # noqa: PLC0415  # only where something is printed

    made = render(template, facts, with_digest(template, facts, frame), made_at=_DAY)
    with pikepdf.open(BytesIO(made)) as found:
        too_many = len(found.pages) > MOST_PAGES
    if too_many:
        raise BadInput("template_too_many_pages", {"maximum": MOST_PAGES}, about="source")
