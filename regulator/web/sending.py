"""Sending what lies in the file room: always to be saved, never a page of ours; who may have it, the view has asked."""

import os
from urllib.parse import quote

from flask import Response, request, send_file

from regulator.foundation.files import FileRoom, file_room
from regulator.foundation.uploads.names import as_ascii, clean_name

POLICY = "sandbox; default-src 'none'"


def send_kept(stored: str, *, file_name: str, media_type: str, room: FileRoom | None = None) -> Response:
    """A stored file as a download under a name for people; an asker who has it already is only told so.

    Raises NotFound, FileDamaged and Unavailable before anything is sent.
    """
    if request.if_none_match.contains_weak(stored):
        response = Response(status=304)
        response.set_etag(stored)
        return _as_download(response, file_name)
    file = (room or file_room()).opened(stored)  # closed by whoever has sent it
    response = send_file(file, media_type, etag=stored)
    response.content_length = os.fstat(file.fileno()).st_size
    response.headers.pop("Accept-Ranges", None)  # sent whole, since it has been compared as a whole
    return _as_download(response, file_name)


def send_made(content: bytes, *, file_name: str, media_type: str) -> Response:
    """What was made for this asker alone and lies nowhere, as a download."""
    response = _as_download(Response(content, mimetype=media_type), file_name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _as_download(response: Response, file_name: str) -> Response:
    response.headers["Content-Disposition"] = disposition(file_name)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"  # asked for anew each time, since rights may have ended
    return response


def disposition(file_name: str) -> str:
    """The header that has a browser save a file: its name in plain letters for old programs, and as it is."""
    name = clean_name(file_name)
    return f"attachment; filename=\"{as_ascii(name)}\"; filename*=UTF-8''{quote(name, safe='')}"
