"""How long, how large and how often a document may be asked for. Times are seconds, sizes bytes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """connect, read    to open a connection; between two pieces of an answer
    total             one attempt, from the name look-up to the last byte
    max_bytes         of the content, once decompressed
    attempts          how often one document is asked for, failures that may pass included
    backoff           the first pause between two attempts is drawn from zero to this, then twice as much, and so on
    longest_pause     the longest of these pauses, and the longest `Retry-After` that is waited for on the spot
    max_redirects     hops to another address
    pace              between two requests to the same host
    budget            everything that one client does, pauses included
    """

    connect: float = 5.0
    read: float = 15.0
    total: float = 60.0
    max_bytes: int = 20 * 1024 * 1024
    attempts: int = 3
    backoff: float = 2.0
    longest_pause: float = 30.0
    max_redirects: int = 5
    pace: float = 0.2
    budget: float = 240.0
