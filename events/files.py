"""Files that the délégation gives for an event: what is accepted, and how it is handed out."""

import mimetypes
import re
from pathlib import PurePosixPath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

MEGABYTE = 1024 * 1024
_ZIP = (b"PK\x03\x04",)
# Extension → how such a file begins; an empty tuple: a text, which begins with anything but a NUL byte.
DOCUMENTS: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".docx": _ZIP,
    ".xlsx": _ZIP,
    ".pptx": _ZIP,
    ".odt": _ZIP,
    ".ods": _ZIP,
    ".odp": _ZIP,
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".csv": (),
    ".txt": (),
    ".vtt": (),
}
RECORDINGS: dict[str, tuple[bytes, ...]] = {
    ".mp4": (b"ftyp",),
    ".webm": (b"\x1a\x45\xdf\xa3",),
    ".mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
}
_TYPES = {".webm": "video/webm", ".vtt": "text/vtt"}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def check_document(file: FieldFile) -> None:
    """Raise ValidationError for a document that is too big, of a kind not accepted, or not what its name says."""
    _check(file, DOCUMENTS, settings.EVENTS_MAX_DOCUMENT_MB)


def check_recording(file: FieldFile) -> None:
    """The same for a recording."""
    _check(file, RECORDINGS, settings.EVENTS_MAX_RECORDING_MB)


def _check(file: FieldFile, accepted: dict[str, tuple[bytes, ...]], most: int) -> None:
    if getattr(file, "_committed", True):
        return  # stored, thus checked when it came
    extension = PurePosixPath(file.name).suffix.lower()
    if extension not in accepted:
        kinds = ", ".join(sorted(name.lstrip(".").upper() for name in accepted))
        raise ValidationError(f"Ce genre de fichier n’est pas accepté. Ceux qui le sont : {kinds}.", code="bad_kind")
    if file.size > most * MEGABYTE:
        raise ValidationError(f"Ce fichier dépasse {most} Mo.", code="too_big")
    if not file.size:
        raise ValidationError("Ce fichier est vide.", code="empty")
    file.seek(0)
    start = file.read(16)
    file.seek(0)
    beginnings = accepted[extension]
    # The mark of an MP4 comes after four bytes that say a length.
    is_right = any(start.startswith(one) or start[4:].startswith(one) for one in beginnings)
    if not is_right and (beginnings or b"\x00" in start):
        raise ValidationError(f"Le contenu n’est pas celui d’un fichier {extension[1:].upper()}.", code="bad_content")


def stored_file(request: HttpRequest, file: FieldFile, *, is_inline: bool = False) -> HttpResponse:
    """Hand out a stored file: by default to be saved, never run by a browser; one range of bytes when one is asked,
    so that a player moves in a recording.
    """
    name = PurePosixPath(file.name).name
    size = file.size
    kind = _TYPES.get(PurePosixPath(name).suffix.lower()) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    wanted = _wanted(request.headers.get("Range", ""), size)
    if wanted is None:
        response: HttpResponse = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        return response
    first, last = wanted
    opened = file.storage.open(file.name, "rb")
    if (first, last) == (0, size - 1):
        response = FileResponse(opened, content_type=kind)
    else:
        opened.seek(first)
        response = FileResponse(_Part(opened, last - first + 1), content_type=kind, status=206)
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = content_disposition_header(not is_inline, name) or "inline"
    return response


def _wanted(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte; the whole file when nothing, or nothing that is understood, is asked; None outside it."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or not size or not (found[1] or found[2]):
        return 0, size - 1
    if not found[1]:
        count = min(int(found[2]), size)
        return (size - count, size - 1) if count else None
    first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
    return (first, last) if first <= last else None


class _Part:
    """The next `length` bytes of an open file."""

    def __init__(self, file, length: int) -> None:
        self._file = file
        self._left = length

    def read(self, count: int = -1) -> bytes:
        count = self._left if count < 0 else min(count, self._left)
        data = self._file.read(count)
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()
