"""Logs: one JSON object a line in production. No personal data: e-mail addresses are masked by a filter."""


def json_logging(*, level: str) -> dict:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"mask": {"()": "ti_portal.core.logs.MaskPersonalData"}},
        "formatters": {
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "{asctime}{levelname}{name}{message}{request_id}",
                "style": "{",
                "defaults": {"request_id": None},
            }
        },
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "json",
                "filters": ["mask"],
            }
        },
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {"django.server": {"level": "WARNING"}},
    }
