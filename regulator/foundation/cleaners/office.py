"""Word and Excel files (ECMA-376): what would act or fetch is refused or cut off, the rest packed anew part by part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element  # only the type: what is read comes through defusedxml

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from regulator.foundation.cleaners import relations
from regulator.foundation.cleaners.kinds import UploadKind, UploadNote
from regulator.foundation.cleaners.limits import Limits
from regulator.foundation.cleaners.packing import packed, unpacked
from regulator.foundation.cleaners.wellformed import judge_loosely, judge_xml
from regulator.foundation.errors import BadInput

TYPES = "[Content_Types].xml"
_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": UploadKind.DOCX,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": UploadKind.XLSX,
}
_MACRO = re.compile(r"macroenabled|vbaproject|vbadata|intlmacrosheet|macrosheet", re.IGNORECASE)
_OBJECT = re.compile(r"activex|oleobject|webextension|/rtf|mhtml|message/|text/html", re.IGNORECASE)
_OBJECT_PART = re.compile(r"(?:\A|/)(?:embeddings|activeX)/", re.IGNORECASE)
_KNOWN_PARTS = re.compile(
    r"(?:.*\.(?:xml|rels|vml|psmdcp|sigs|png|jpe?g|jpe|jfif|gif|bmp|dib|tiff?|emf|wmf|wdp|svg|webp|odttf|ttf|fntdata)"
    r"|.*/printerSettings/[^/]+\.bin|docProps/thumbnail\.\w+)\Z",
    re.IGNORECASE,
)
_CHART_BOOK = re.compile(r"(?:word|xl)/embeddings/[^/]+\.xlsx\Z", re.IGNORECASE)
_FIELD = re.compile(rb"<(?:\w+:)?instrText\b[^>]*>([^<]*)<|<(?:\w+:)?fldSimple\b[^>]*?\binstr\s*=\s*[\"']([^\"']*)")
_DDE = re.compile(rb"\bDDE(?:AUTO)?\b", re.IGNORECASE)
_OUTSIDE_BOOK = re.compile(rb"<(?:\w+:)?(?:ddeLink|oleLink)\b")


def clean_office(path: Path, limits: Limits) -> tuple[UploadKind, bytes, frozenset[UploadNote]]:
    """What the document is, the document packed anew, and what was cut off. Raises BadInput."""
    kind, content, notes = _clean(path.read_bytes(), limits)
    if len(content) > limits.office_size:
        raise BadInput("upload_too_large", {"megabytes": limits.office_size >> 20}, about="file")
    return kind, content, notes


def _clean(
    content: bytes, limits: Limits, *, is_inner: bool = False
) -> tuple[UploadKind, bytes, frozenset[UploadNote]]:
    parts = unpacked(content, limits)
    kind = _kind_of(parts)
    notes: set[UploadNote] = set()
    for name in parts:
        parts[name] = _cleaned(name, parts[name], notes, limits, is_inner=is_inner)
    if notes and any(name.startswith("_xmlsignatures/") for name in parts):
        notes.add(UploadNote.SIGNATURE_VOID)
    return kind, packed(parts), frozenset(notes)


def _cleaned(name: str, content: bytes, notes: set[UploadNote], limits: Limits, *, is_inner: bool) -> bytes:
    if _CHART_BOOK.match(name) and not is_inner:
        _, book, found = _clean(content, limits, is_inner=True)  # the figures behind a chart
        notes |= found
        return book
    if _OBJECT_PART.search(name):
        raise BadInput("upload_objects", about="file")
    if not _KNOWN_PARTS.match(name):
        raise BadInput("upload_office_part", {"part": name[:100]}, about="file")
    if name.lower().endswith((".xml", ".rels", ".psmdcp", ".svg")):
        judge_xml(content)
    if name.lower().endswith(".vml"):
        judge_loosely(content)
    if name.lower().endswith(".rels"):
        return relations.clean(content, notes)
    _judge_fields(name.lower(), content)
    return content


def _kind_of(parts: Mapping[str, bytes]) -> UploadKind:
    """By what the package says of its parts. Raises BadInput for what it must not hold."""
    if TYPES not in parts:
        is_fixed_layout = "OFD.xml" in parts
        raise BadInput("upload_ofd", about="file") if is_fixed_layout else BadInput("upload_archive", about="file")
    judge_xml(parts[TYPES])
    said = [element.get("ContentType", "") for element in _read(parts[TYPES])]
    if any(_MACRO.search(kind) for kind in said) or any(_MACRO.search(name) for name in parts):
        raise BadInput("upload_macros", about="file")
    if any(_OBJECT.search(kind) for kind in said):
        raise BadInput("upload_objects", about="file")
    found = {_MAIN[kind] for kind in said if kind in _MAIN}
    if len(found) != 1:
        raise BadInput("upload_other_office", about="file")
    return found.pop()


def _read(content: bytes) -> Element:
    try:
        return fromstring(content, forbid_dtd=True)
    except (DefusedXmlException, SyntaxError, ValueError) as error:
        raise BadInput("upload_damaged", about="file") from error


def _judge_fields(name: str, content: bytes) -> None:
    """Refuse what asks another program for data: DDE in a field of Word, or as a link of a workbook."""
    if name.startswith("xl/externallinks/") and _OUTSIDE_BOOK.search(content):
        raise BadInput("upload_objects", about="file")
    if name.startswith("xl/connections"):
        raise BadInput("upload_connections", about="file")
    if name.startswith("word/") and name.endswith(".xml"):
        said = b"".join(one or two for one, two in _FIELD.findall(content))  # one field may lie in many pieces
        if _DDE.search(said):
            raise BadInput("upload_objects", about="file")
