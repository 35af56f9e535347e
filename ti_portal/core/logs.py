"""No personal data in logs, nor secret that opens a page."""

import logging
import re

_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
# A part of a path that was drawn or signed: long, with capitals, which no slug has, or a digest.
_SECRET = re.compile(r"(?<=/)(?:(?=[a-z0-9_:.-]*[A-Z])[\w:.-]{20,}|[\w:.-]*[0-9a-f]{32}[\w:.-]*)", re.ASCII)


class MaskPersonalData(logging.Filter):
    """Replace e-mail addresses, and secrets of paths, by a mark in the finished message and in the traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _masked(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _masked(logging.Formatter().formatException(record.exc_info))
        return True


def _masked(text: str) -> str:
    return _SECRET.sub("[secret]", _EMAIL.sub("[adresse]", text))
