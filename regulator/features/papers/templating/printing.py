"""A paper as PDF/A-2b: template, facts and frame in, bytes out; the same in, the same out. Nothing is kept."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

from regulator.features.papers.rules.checking import PRINTED_DIGITS
from regulator.features.papers.templating.declaring import LAYOUT, layout
from regulator.features.papers.templating.judging import judge_facts, judge_frame
from regulator.features.papers.templating.terms import Facts, Frame, Template
from regulator.foundation.documents import DocumentFailed, OutOfBounds, confined_pdf, typeset_pages, typeset_pdf
from regulator.foundation.documents.pdf import MAIN
from regulator.foundation.errors import BadInput

_GROUP = 4
_QR, _DATA = "qr.svg", "data.json"


def content_digest(template: Template, facts: Mapping[str, Any], frame: Frame) -> str:
    """SHA-256 in hexadecimal over all that is printed and the template it is printed with, but not over itself."""
    printed = {
        "template": template.digest,
        "kind": template.kind.value,
        "facts": judge_facts(template, facts),
        "frame": _frame(template, frame),
    }
    canonical = json.dumps(printed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def with_digest(template: Template, facts: Mapping[str, Any], frame: Frame) -> Frame:
    """The frame with the digest of this content; a draft's stays without."""
    return frame if frame.is_draft else replace(frame, digest=content_digest(template, facts, frame))


def check_code(digest: str) -> str:
    """校验码: the part of a digest that is printed, e.g. ``3f2a 9c1b 77d0 e4aa``."""
    return " ".join(digest[at : at + _GROUP] for at in range(0, PRINTED_DIGITS, _GROUP))


def render(template: Template, facts: Mapping[str, Any], frame: Frame, *, made_at: datetime) -> bytes:
    """The paper. ``made_at`` (aware) is the date in the file's properties.

    Raises Refused for facts or a frame that cannot be printed, BadInput when the template itself fails, with its line.
    ValueError when the frame's digest is not that of this content: such a paper could never be verified.
    """
    files = _files(template, judge_facts(template, facts), frame)
    try:
        return (typeset_pdf if template.is_shipped else confined_pdf)(files, made_at=made_at)
    except OutOfBounds as error:
        raise _too_costly(error) from None
    except DocumentFailed as error:
        raise BadInput(
            "template_wrong", {"line": error.line or 1, "reason": str(error)[:300]}, about="source"
        ) from None


def _too_costly(error: OutOfBounds) -> BadInput:
    match error.bound:
        case "seconds":
            return BadInput("template_too_slow", {"maximum": error.allowed}, about="source")
        case "memory":
            return BadInput("template_too_hungry", {"maximum": error.allowed}, about="source")
        case "size":
            return BadInput("template_too_large", {"maximum": error.allowed}, about="source")


def pages(template: Template, facts: Mapping[str, Any], frame: Frame, *, ppi: float) -> list[bytes]:
    """A shipped template's pages as pictures (PNG), for whoever looks them over."""
    return typeset_pages(_files(template, judge_facts(template, facts), frame), ppi=ppi)


def _files(template: Template, facts: Facts, frame: Frame) -> dict[str, bytes]:
    judge_frame(frame)
    if frame.digest and frame.digest != content_digest(template, facts, frame):
        raise ValueError("the frame's digest is not that of this content")
    data = {
        "frame": _frame(template, frame) | {"code": check_code(frame.digest), "has_qr": bool(frame.qr)},
        "facts": facts,
        "fields": {field.name: _field(field.model_dump(mode="json")) for field in template.fields},
    }
    files = {MAIN: template.source, LAYOUT: layout(), _DATA: json.dumps(data, ensure_ascii=False)}
    return {name: text.encode() for name, text in files.items()} | ({_QR: _qr(frame.qr)} if frame.qr else {})


def _frame(template: Template, frame: Frame) -> dict[str, Any]:
    """The frame as it is printed, without QR and digest."""
    return {
        "authority": frame.authority,
        "number": frame.number,
        "issued_on": frame.issued_on.isoformat() if frame.issued_on else None,
        "signer": list(frame.signer),
        "addressee": frame.addressee,
        "title": frame.title or template.title,
        "language": frame.language,
        "is_draft": frame.is_draft,
        "is_demo": frame.is_demo,
    }


def _field(declared: dict[str, Any]) -> dict[str, Any]:
    return {name: declared[name] for name in ("label_zh", "kind", "options", "columns")}


def _qr(address: str) -> bytes:
    """The address as a drawing without margin: the paper's own white is the quiet zone."""
    import segno  # noqa: PLC0415  # only where something is printed

    drawn = BytesIO()
    segno.make_qr(address, error="m").save(drawn, kind="svg", border=0, xmldecl=False, svgns=True, nl=False)
    return drawn.getvalue()
