"""Why a document was not had: a stable code, and a French sentence for the page of the source."""

from http import HTTPStatus

SENTENCES = {
    "bad_url": "Cette adresse n’est pas une adresse http ou https sans identifiants.",
    "unknown_host": "Aucun serveur ne répond à ce nom : vérifiez l’adresse.",
    "private_address": "Cette adresse mène à un réseau privé ou à cette machine : elle n’est pas lue.",
    "connection": "Le serveur refuse la connexion ou l’a coupée.",
    "certificate": "Le certificat du serveur n’est pas valable : rien n’a été lu.",
    "timeout": "Le serveur n’a pas répondu dans le temps imparti.",
    "too_big": "La réponse dépasse la taille admise : rien n’en est gardé.",
    "truncated": "La réponse s’est arrêtée avant la fin : rien n’en est gardé.",
    "encoding": "La réponse est compressée d’une façon que le portail ne lit pas.",
    "protocol": "Le serveur ne répond pas comme un serveur web.",
    "redirect_insecure": "Le serveur renvoie d’une adresse protégée (https) vers une adresse qui ne l’est pas.",
    "redirect_elsewhere": "Le serveur renvoie vers un autre serveur une demande qui porte un secret.",
    "redirect_loop": "Le serveur renvoie d’adresse en adresse sans jamais répondre.",
    "redirect_bad": "Le serveur renvoie vers une adresse illisible.",
    "unauthorized": "Le serveur refuse l’accès : vérifiez le secret de la source.",
    "not_found": "Il n’y a plus de document à cette adresse.",
    "busy": "Le serveur demande d’attendre avant de l’interroger de nouveau.",
    "server_error": "Le serveur est en panne.",
    "refused": "Le serveur refuse la demande.",
    "out_of_time": "La lecture a dépassé le temps qui lui est accordé.",
}
# What may well succeed a moment later.
PASSING = frozenset({"connection", "timeout", "truncated", "busy", "server_error", "unknown_host"})


class FetchError(Exception):
    """`status` is the HTTP status when there is one, `retry_after` the seconds that the server asks to wait."""

    def __init__(self, code: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        self.code = code
        self.status = status
        self.retry_after = retry_after
        self.message = SENTENCES[code] if status is None else f"{SENTENCES[code]} (Réponse {status}.)"
        super().__init__(self.message)

    @property
    def may_pass(self) -> bool:
        """Asking again later may succeed."""
        return self.code in PASSING


def error_of(status: int, retry_after: float | None) -> FetchError:
    """The error of an HTTP status that is no answer."""
    codes = {
        HTTPStatus.UNAUTHORIZED: "unauthorized",
        HTTPStatus.FORBIDDEN: "unauthorized",
        HTTPStatus.NOT_FOUND: "not_found",
        HTTPStatus.GONE: "not_found",
        HTTPStatus.TOO_MANY_REQUESTS: "busy",
        HTTPStatus.SERVICE_UNAVAILABLE: "busy" if retry_after is not None else "server_error",
        HTTPStatus.REQUEST_TIMEOUT: "timeout",
    }
    fallback = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "refused"
    return FetchError(codes.get(status, fallback), status=status, retry_after=retry_after)
