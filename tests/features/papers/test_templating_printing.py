"""A paper on paper: all it was told, nothing beside the sheet, archival, and the same bytes for the same content."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
import segno
from PIL import Image
from pypdf import PdfReader

from regulator.features.papers import templating
from regulator.features.papers.templating import Frame
from regulator.features.papers.templating.checking import DRAFT, FINAL, LONGEST
from regulator.features.papers.templating.printing import pages
from regulator.features.papers.terms import PaperKind
from regulator.foundation.errors import BadInput
from regulator.law.findings import Refused
from tests.features.papers.test_templating_declaring import fact, source

MADE = datetime(2026, 11, 27, 3, tzinfo=UTC)
MARKUP = '#read("/etc/passwd") $x$ *b* _c_ <d> @e // f \\ [g] `h` = i'
ACCEPTANCE = templating.shipped(PaperKind.ACCEPTANCE)


def printed(kind: PaperKind, told: dict[str, Any] | None = None, frame: Frame = FINAL) -> bytes:
    template = templating.shipped(kind)
    facts = templating.sample_facts(template) | (told or {})
    return templating.render(template, facts, templating.with_digest(template, facts, frame), made_at=MADE)


def words(made: bytes) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages))


def texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?", value):
        return [f"{int(value[:4])}年{int(value[5:7])}月{int(value[8:10])}日"]
    if isinstance(value, str) and re.fullmatch(r"\d+\(\d\)\(\d\)", value):
        return ["第三十二条第一款第（四）项"]
    return [re.sub(r"\s", "", line) for line in str(value).split("\n")]


# --- what stands in it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PaperKind)
def test_everything_told_is_printed(kind: PaperKind) -> None:
    template = templating.shipped(kind)
    found = words(printed(kind))
    for field in template.fields:
        for text in texts(templating.sample_facts(template)[field.name]):
            assert text in found, (field.name, text)
    for around in ("示例市住房和城乡建设局", "示房物〔2026〕1号", template.title, "2026年11月27日"):
        assert around in found


@pytest.mark.parametrize("kind", PaperKind)
def test_optional_facts_may_be_left_out(kind: PaperKind) -> None:
    template = templating.shipped(kind)
    told = {field.name: None for field in template.fields if not field.required}
    found = words(printed(kind, told))
    assert "none" not in found
    assert not re.search("。。|；。|，。|（）|：。", found)


@pytest.mark.parametrize("kind", PaperKind)
def test_the_sheet_holds_the_longest_facts(kind: PaperKind) -> None:
    """Nothing is printed beside the type area (28 mm to 184 mm from the left) or over the page's foot."""
    template = templating.shipped(kind)
    facts = templating.judge_facts(template, templating.longest_facts(template))
    for picture in pages(template, facts, templating.with_digest(template, facts, LONGEST), ppi=25.4):
        page = Image.open(BytesIO(picture)).convert("L")
        assert page.size == (210, 297)
        for strip in ((185, 60, 210, 260), (0, 60, 27, 260), (70, 278, 160, 297)):
            assert darkest(page.crop(strip)) > 250, strip


def test_headings_of_a_long_table_stand_on_each_page() -> None:
    rows = [{"material": f"材料{number}", "problem": "缺", "request": "补"} for number in range(1, 61)]
    found = PdfReader(BytesIO(printed(PaperKind.SUPPLEMENT, {"missing": rows}))).pages
    with_rows = [page.extract_text() for page in found if re.search(r"材料\d", page.extract_text())]
    assert len(with_rows) >= 3
    assert all("补正要求" in text for text in with_rows)
    assert "材料60" in words(printed(PaperKind.SUPPLEMENT, {"missing": rows}))


def test_the_signature_never_stands_alone() -> None:
    """However long the reasons are, the page with the date holds a sentence of the body too."""
    for lines in range(1, 24, 2):
        made = printed(PaperKind.REJECTION, {"findings": "\n".join(["经查属实。"] * lines)})
        last = PdfReader(BytesIO(made)).pages[-1].extract_text()
        assert "2026年11月27日" in re.sub(r"\s", "", last)
        assert "行政诉讼" in re.sub(r"\s", "", last), lines


def test_a_paper_a_few_lines_too_long_is_set_closer() -> None:
    """GB/T 9704, 7.3.5.5: 22 lines on a page, up to 25 where that keeps the paper on one."""
    heights = {}
    for lines in range(1, 12):
        made = printed(PaperKind.NON_ACCEPTANCE, {"reasons": "\n".join(["经查不属实。"] * lines)})
        heights[lines] = len(PdfReader(BytesIO(made)).pages)
    assert heights[1] == 1
    assert heights[11] == 2
    assert sorted(heights.values()) == list(heights.values())
    assert sum(pages == 1 for pages in heights.values()) >= 4


@pytest.mark.parametrize("kind", [PaperKind.REPLY, PaperKind.INTERVIEW_RECORD])
def test_markup_in_a_fact_is_printed_as_it_was_written(kind: PaperKind) -> None:
    name = {PaperKind.REPLY: "findings", PaperKind.INTERVIEW_RECORD: "content"}[kind]
    found = words(printed(kind, {name: MARKUP}, replace(FINAL, addressee=MARKUP, title=MARKUP)))
    assert found.count(re.sub(r"\s", "", MARKUP)) >= 2
    assert "root:" not in found


@pytest.mark.parametrize("name", ["㛃", "𬭼", "𬭎", "䶮"])
def test_rare_names_are_printed(name: str) -> None:
    assert f"王{name}" in words(
        printed(PaperKind.ACCEPTANCE, {"contact_person": f"王{name}"}, replace(FINAL, addressee=f"李{name}"))
    )


def test_a_name_no_font_can_draw_is_refused_and_never_a_box() -> None:
    for told, frame, about in (
        ({"contact_person": "王𠮷"}, FINAL, "contact_person"),
        ({}, replace(FINAL, addressee="𠮷"), "addressee"),
    ):
        with pytest.raises(Refused) as caught:
            printed(PaperKind.ACCEPTANCE, told, frame)
        assert [(finding.about, finding.params["characters"]) for finding in caught.value.findings] == [
            (about, "「𠮷」U+20BB7")
        ]


@pytest.mark.parametrize(
    ("article", "words_of_it"),
    [
        ("38", "第三十八条"), ("101", "第一百零一条"), ("10", "第十条"), ("32(1)", "第三十二条第一款"),
        ("32(1)(4)", "第三十二条第一款第（四）项"), ("17-1", "第十七条之一"), ("第五条第二款", "第五条第二款"),
    ],
)  # fmt: skip
def test_articles_in_chinese_words(article: str, words_of_it: str) -> None:
    made = printed(PaperKind.ACCEPTANCE, {"articles": [{"instrument": "某条例", "article": article}]})
    assert f"《某条例》{words_of_it}，" in words(made)


def test_money_and_days_in_words() -> None:
    template = templating.parse(
        source(
            fact("fen", "money", "5") + fact("at", "moment", '"2026-01-02T03:04"'),
            "#yuan(facts.fen)，#moment(facts.at)",
        )
    )
    frame = Frame("局")
    for fen, said in ((5, "0.05元"), (123456, "1234.56元"), (100, "1.00元")):
        made = templating.render(template, {"fen": fen, "at": "2026-01-02T03:04"}, frame, made_at=MADE)
        assert f"{said}，2026年1月2日3时04分" in words(made)


# --- drafts, demos, check marks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PaperKind)
def test_a_draft_says_so_on_every_page_and_carries_no_check_mark(kind: PaperKind) -> None:
    found = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(printed(kind, frame=DRAFT))).pages]
    assert all("草稿" in page.replace("（草稿，未编号）", "") for page in found)
    assert "未编号" in "".join(found)
    assert "校验码" not in "".join(found)
    final = words(printed(kind))
    assert "草稿" not in final
    assert "演示" not in final


def test_a_demo_says_so_on_every_page_and_at_the_seal() -> None:
    made = printed(PaperKind.REJECTION, frame=replace(FINAL, is_demo=True))
    found = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(made)).pages]
    assert all("演示DEMO不具有法律效力" in page for page in found)
    assert "非任何机关印章" in found[-1]


@pytest.mark.parametrize("kind", PaperKind)
def test_the_check_mark_leads_to_the_address_and_shows_the_code(kind: PaperKind) -> None:
    """The drawn modules are those of the address, so whatever reads codes reads it."""
    template = templating.shipped(kind)
    facts = templating.judge_facts(template, templating.sample_facts(template))
    frame = templating.with_digest(template, facts, FINAL)
    found = words(printed(kind))
    assert f"校验码{frame.digest[:16]}" in found
    assert templating.check_code(frame.digest) == " ".join(re.findall("....", frame.digest[:16]))
    page = Image.open(BytesIO(pages(template, facts, frame, ppi=600)[0])).convert("L")
    assert wanted(frame.qr) == drawn(page, len(wanted(frame.qr)))


def is_dark(page: Any, x: int, y: int) -> bool:
    return bool(page.getpixel((x, y)) < 128)


def darkest(part: Any) -> int:
    return int(part.getextrema()[0])


def wanted(address: str) -> list[list[bool]]:
    return [[bool(cell) for cell in row] for row in segno.make_qr(address, error="m").matrix]


def drawn(page: Image.Image, modules: int) -> list[list[bool]]:
    """The modules of the one code on a page: its finder pattern is the first dark square from the left edge."""
    dots = 600 / 25.4
    left, size = round(28 * dots), 12 * dots
    column = [is_dark(page, left + 4, y) for y in range(page.height)]
    finder = round(size / modules * 7)
    top = next(y for y in range(page.height) if all(column[y : y + finder - 3]) and not column[y + finder + 4])
    step = size / modules
    return [
        [is_dark(page, round(left + (x + 0.5) * step), round(top + (y + 0.5) * step)) for x in range(modules)]
        for y in range(modules)
    ]


# --- the same in, the same out ---------------------------------------------------------------------------------------


def test_the_same_paper_gives_the_same_bytes_and_another_hour_others() -> None:
    facts = templating.sample_facts(ACCEPTANCE)
    frame = templating.with_digest(ACCEPTANCE, facts, FINAL)
    once = templating.render(ACCEPTANCE, facts, frame, made_at=MADE)
    assert once == templating.render(ACCEPTANCE, templating.judge_facts(ACCEPTANCE, facts), frame, made_at=MADE)
    assert once != templating.render(ACCEPTANCE, facts, frame, made_at=MADE.replace(hour=4))


def test_the_digest_is_of_all_that_is_printed_and_of_nothing_else() -> None:
    facts = templating.sample_facts(ACCEPTANCE)
    base = templating.content_digest(ACCEPTANCE, facts, FINAL)
    assert base == templating.content_digest(ACCEPTANCE, facts, replace(FINAL, qr="http://other/", digest="0" * 64))
    assert base == templating.content_digest(ACCEPTANCE, templating.judge_facts(ACCEPTANCE, facts), FINAL)
    changed = [
        replace(FINAL, authority="另一局"), replace(FINAL, number="2号"), replace(FINAL, issued_on=date(2026, 11, 28)),
        replace(FINAL, signer=("甲",)), replace(FINAL, addressee="乙"), replace(FINAL, title="丙"),
        replace(FINAL, is_demo=True),
    ]  # fmt: skip
    others = [templating.content_digest(ACCEPTANCE, facts, frame) for frame in changed]
    others.append(templating.content_digest(ACCEPTANCE, facts | {"decision_days": 21}, FINAL))
    others.append(templating.content_digest(templating.parse(ACCEPTANCE.source + "\n"), facts, FINAL))
    assert len({base, *others}) == len(others) + 1


def test_a_paper_never_carries_the_code_of_another() -> None:
    facts = templating.sample_facts(ACCEPTANCE)
    with pytest.raises(ValueError, match="not that of this content"):
        templating.render(ACCEPTANCE, facts, replace(FINAL, digest="0" * 64), made_at=MADE)


# --- archival --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PaperKind)
def test_a_paper_is_pdf_a_with_its_fonts_inside(kind: PaperKind) -> None:
    found: Any = PdfReader(BytesIO(printed(kind)))
    metadata = found.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert re.search("<pdfaid:part>2<", metadata)
    assert re.search("<pdfaid:conformance>B<", metadata)
    assert found.trailer["/Root"]["/OutputIntents"]
    assert found.metadata.title == templating.shipped(kind).title
    assert found.metadata.author == "示例市住房和城乡建设局"
    fonts = set()
    for page in found.pages:
        assert (round(page.mediabox.width / 72 * 25.4), round(page.mediabox.height / 72 * 25.4)) == (210, 297)
        for font in page["/Resources"]["/Font"].values():
            below = font.get_object()["/DescendantFonts"][0].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(below["/FontDescriptor"].get_object())
            fonts.add(str(below["/BaseFont"]).partition("+")[2])
    assert fonts <= {"NotoSansSC-Bold", "NotoSansSC-Regular", "NotoSerifSC-Regular", "NotoSerifSC-SemiBold"}
    assert {"NotoSerifSC-Regular", "NotoSerifSC-SemiBold"} <= fonts


def test_a_broken_template_says_its_line_when_printing_too() -> None:
    template = templating.parse(source(fact(), "甲\n#facts.nothing"))
    with pytest.raises(BadInput) as caught:
        templating.render(template, {"opinion": "乙"}, DRAFT, made_at=MADE)
    assert (caught.value.code, caught.value.params["line"]) == ("template_wrong", 15)
