"""Whether XML is whole and brings no declarations of its own, which could grow without end or fetch files."""

import re
from xml.parsers import expat  # the parser itself: no tree is made, and the first declaration ends it

from regulator.foundation.errors import BadInput

_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def judge_xml(content: bytes) -> None:
    """Raises BadInput for a document type, an entity, another encoding than the parser knows, or a damaged text."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadInput("upload_damaged", about="file") from error


def judge_loosely(content: bytes) -> None:
    """For drawings in the old form (VML), which Excel itself does not always write well: plain text is enough."""
    if b"\x00" in content:
        raise BadInput("upload_damaged", about="file")
    if _DECLARES.search(content):
        _refuse()


def _refuse(*_declared: object) -> None:
    raise BadInput("upload_declarations", about="file")
