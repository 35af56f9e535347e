"""No personal data in logs."""

import logging
import re

_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")


class MaskPersonalData(logging.Filter):
    """Replace e-mail addresses by a mark in the finished message and in the traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _EMAIL.sub("[adresse]", record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _EMAIL.sub("[adresse]", logging.Formatter().formatException(record.exc_info))
        return True
