"""What an engine says when it cannot start: one French sentence, meant for the person at the keyboard."""

import errno

REASONS = {
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le quota de disque est atteint",
    errno.EROFS: "le disque est en lecture seule",
    errno.EACCES: "les droits d'accès manquent",
    errno.EPERM: "les droits d'accès manquent",
    errno.ENOTDIR: "un fichier occupe la place d'un dossier",
    errno.EEXIST: "un fichier occupe la place d'un dossier",
    errno.ENAMETOOLONG: "le chemin est trop long",
}

# Engines run with LC_ALL=C, so their messages are the English ones of the C library.
PHRASES = {
    "No space left on device": REASONS[errno.ENOSPC],
    "Check free disk space": REASONS[errno.ENOSPC],
    "Disk quota exceeded": REASONS[errno.EDQUOT],
    "Read-only file system": REASONS[errno.EROFS],
    "Permission denied": REASONS[errno.EACCES],
    "Cannot allocate memory": "la mémoire manque",
}


class EngineError(Exception):
    """An engine refused to start or stop; `message` is a French sentence to show as it is."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def reason_of(error: OSError) -> str:
    return REASONS.get(error.errno or 0, error.strerror or str(error))


def reason_in(output: str) -> str | None:
    """The French reason behind an engine's own output, when it is one of the usual ones."""
    return next((reason for phrase, reason in PHRASES.items() if phrase in output), None)
