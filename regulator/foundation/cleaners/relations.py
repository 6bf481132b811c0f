"""What the parts of a Word or Excel file refer to (ECMA-376 part 2): links to follow stay, the rest leads nowhere."""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr  # writing only; what is read comes through defusedxml

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from regulator.foundation.cleaners.addresses import leads_astray
from regulator.foundation.cleaners.kinds import UploadNote
from regulator.foundation.errors import BadInput

NOWHERE = "removed"
_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MACROS = re.compile(r"/(?:vbaProject|wordVbaData|xlMacrosheet|xlIntlMacrosheet)\Z")
_OBJECTS = re.compile(r"/(?:oleObject|control|activeXControlBinary|aFChunk|attachedToolbars|webextension\w*)\Z")
_ATTRIBUTES = {"Id", "Type", "Target", "TargetMode"}


def clean(content: bytes, notes: set[UploadNote]) -> bytes:
    """The same list with what lies outside named ``removed``; byte by byte as it was when there is no such thing.

    A relation is changed, not taken out, since its part still names it. Raises BadInput for macros and objects.
    """
    found = _read(content)
    for relation in found:
        _judge(relation)
    astray = [relation for relation in found if _leads_astray(relation)]
    if not astray:
        return content
    for relation in astray:
        relation["Target"] = NOWHERE
    notes.add(UploadNote.LINKS_REMOVED)
    return _write(found)


def _read(content: bytes) -> list[dict[str, str]]:
    try:
        root = fromstring(content, forbid_dtd=True)
    except (DefusedXmlException, SyntaxError, ValueError) as error:
        raise BadInput("upload_damaged", about="file") from error
    if root.tag != f"{{{_NAMESPACE}}}Relationships" or any(set(one.keys()) - _ATTRIBUTES for one in root):
        raise BadInput("upload_damaged", about="file")
    return [dict(one.items()) for one in root]


def _judge(relation: dict[str, str]) -> None:
    kind = relation.get("Type", "")
    if _MACROS.search(kind):
        raise BadInput("upload_macros", about="file")
    if _OBJECTS.search(kind):
        raise BadInput("upload_objects", about="file")


def _leads_astray(relation: dict[str, str]) -> bool:
    """Whether opening the document, or a click nobody expects to do so, reaches outside."""
    target = relation.get("Target", "")
    if target == NOWHERE:
        return False
    if relation.get("TargetMode") != "External":
        return ":" in target.partition("#")[0] or target.startswith(("\\", "//"))
    return not relation.get("Type", "").endswith("/hyperlink") or leads_astray(target)


def _write(found: list[dict[str, str]]) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    lines = "".join(
        f"<Relationship{''.join(f' {name}={quoteattr(said)}' for name, said in one.items())}/>" for one in found
    )
    return f'{head}<Relationships xmlns="{_NAMESPACE}">{lines}</Relationships>'.encode()
