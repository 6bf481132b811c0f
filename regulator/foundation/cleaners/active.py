"""What acts in a PDF (ISO 32000-2, 12.6): found in each object by its form, whoever refers to it, and emptied."""

from __future__ import annotations

import re

from pikepdf import Array, Dictionary, Name, Object, Stream

from regulator.foundation.cleaners.addresses import leads_astray
from regulator.foundation.cleaners.kinds import UploadNote

_ACTIONS = {
    "/GoTo3DView": UploadNote.MEDIA_REMOVED,
    "/GoToE": UploadNote.LINKS_REMOVED,
    "/GoToR": UploadNote.LINKS_REMOVED,
    "/ImportData": UploadNote.SCRIPTS_REMOVED,
    "/JavaScript": UploadNote.SCRIPTS_REMOVED,
    "/Launch": UploadNote.SCRIPTS_REMOVED,
    "/Movie": UploadNote.MEDIA_REMOVED,
    "/Rendition": UploadNote.MEDIA_REMOVED,
    "/RichMediaExecute": UploadNote.MEDIA_REMOVED,
    "/Sound": UploadNote.MEDIA_REMOVED,
    "/SubmitForm": UploadNote.SCRIPTS_REMOVED,
    "/Thread": UploadNote.LINKS_REMOVED,
}
_KEYS = {
    "/AA": UploadNote.SCRIPTS_REMOVED,
    "/AF": UploadNote.FILES_REMOVED,
    "/Collection": UploadNote.FILES_REMOVED,
    "/EF": UploadNote.FILES_REMOVED,
    "/EmbeddedFiles": UploadNote.FILES_REMOVED,
    "/JavaScript": UploadNote.SCRIPTS_REMOVED,
    "/OpenAction": UploadNote.SCRIPTS_REMOVED,
    "/Renditions": UploadNote.MEDIA_REMOVED,
    "/RichMediaContent": UploadNote.MEDIA_REMOVED,
    "/XFA": UploadNote.SCRIPTS_REMOVED,
}
_OUTSIDE_DATA = ("/F", "/FFilter", "/FDecodeParms")
_EXPECTED_LINK = rb"(?:/Type /Action )?/URI \((?:https?|mailto|tel):"
_WORTH_A_LOOK = re.compile(
    rb"/(?:" + b"|".join(name[1:].encode() for name in sorted({*_ACTIONS, *_KEYS, "/ByteRange"})) + rb")\b"
    rb"|/S /URI\b(?! " + _EXPECTED_LINK + rb")"
)
"""Names are written in one way and order by then (`#4a` is read as J), so that most objects need no walk through."""


class Remover:
    """Walks through the objects of one document, each once, and remembers what it took out."""

    def __init__(self) -> None:
        self.notes: set[UploadNote] = set()
        self.is_signed = False

    def look_at(self, found: Object) -> None:
        """Empty what acts in one object and in all it holds itself; what it refers to has its own turn."""
        if isinstance(found, Stream):
            self._drop_outside_data(found)
        holder = found.stream_dict if isinstance(found, Stream) else found
        if isinstance(holder, Dictionary | Array) and _WORTH_A_LOOK.search(holder.unparse(resolved=True)):
            self._walk(holder)

    def _walk(self, holder: Object) -> None:
        if isinstance(holder, Array):
            for part in holder:
                self._go_into(part)
            return
        note = _note_on_action(holder)
        if note is not None:
            self.notes.add(note)
            for key in list(holder.keys()):
                del holder[key]
            return
        self.is_signed = self.is_signed or Name.ByteRange in holder
        for key in list(holder.keys()):
            self._judge_entry(holder, key)

    def _judge_entry(self, holder: Object, key: str) -> None:
        value = holder[key]
        if key in _KEYS and not _only_looks_so(key, value):
            del holder[key]
            if not (key == "/OpenAction" and _is_a_view(value)):
                self.notes.add(_KEYS[key])
            return
        self._go_into(value)

    def _go_into(self, part: object) -> None:
        if isinstance(part, Dictionary | Array) and not part.is_indirect:
            self._walk(part)

    def _drop_outside_data(self, stream: Stream) -> None:
        """A stream whose data lie in another file has none here."""
        for key in _OUTSIDE_DATA:
            if key in stream:
                del stream[key]
                self.notes.add(UploadNote.LINKS_REMOVED)


def _note_on_action(holder: Object) -> UploadNote | None:
    kind = holder.get(Name.S)
    if not isinstance(kind, Name):
        return None
    if kind == Name.URI:
        return UploadNote.LINKS_REMOVED if leads_astray(str(holder.get(Name.URI, ""))) else None
    return _ACTIONS.get(str(kind))


def _only_looks_so(key: str, value: object) -> bool:
    """Whether a short key is the name of a font or a picture, as `/AA` may be in a list of resources."""
    if key == "/AA":
        return not isinstance(value, Dictionary) or Name.Type in value or Name.Subtype in value
    if key == "/EF":
        return not _names_a_file(value)
    if key == "/AF":
        return not (_names_a_file(value) or (isinstance(value, Array) and all(_names_a_file(one) for one in value)))
    return False


def _names_a_file(value: object) -> bool:
    return isinstance(value, Dictionary) and not {"/F", "/UF", "/DOS", "/Mac", "/Unix"}.isdisjoint(value.keys())


def _is_a_view(value: object) -> bool:
    """Whether a document merely opens at one of its own pages."""
    return isinstance(value, Array) or (isinstance(value, Dictionary) and value.get(Name.S) == Name.GoTo)
