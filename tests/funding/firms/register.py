"""A local server that behaves like « Recherche d'entreprises », well or badly."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SIRET = "55208131766522"
GOOD = {
    "siren": "552081317",
    "nom_complet": "ELECTRICITE DE FRANCE (EDF)",
    "nature_juridique": "5710",
    "activite_principale": "25.62B",
    "categorie_entreprise": "PME",
    "tranche_effectif_salarie": "12",
    "date_creation": "2001-04-05",
    "etat_administratif": "A",
    "statut_diffusion": "O",
    "finances": {"2022": {"ca": 5_000_000, "resultat_net": 1}, "2023": {"ca": 6_200_000, "resultat_net": 1}},
    "siege": {"siret": "55208131700019", "commune": "75102", "etat_administratif": "A"},
    "matching_etablissements": [{"siret": SIRET, "commune": "30007", "etat_administratif": "A"}],
    "dirigeants": [{"nom": "SECRET", "prenoms": "PERSONNE"}],
}


def answer(**changes) -> bytes:
    return json.dumps({"results": [{**GOOD, **changes}], "total_results": 1, "page": 1, "per_page": 1}).encode()


class Register:
    """What to answer next, and what was asked. `body` of bytes; `behaviour` among « hang », « drip », « half »."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body = answer()
        self.behaviour = ""
        self.url = ""
        self.leaving = threading.Event()


@contextmanager
def serving() -> Iterator[Register]:
    register = Register()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            register.asked.append(self.path)
            if register.behaviour == "hang":
                register.leaving.wait(60)
                return
            self.send_response(register.status)
            for name, value in register.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(register.body)))
            self.end_headers()
            self._write(register)

        def _write(self, register: Register) -> None:
            if register.behaviour == "half":
                self.wfile.write(register.body[: len(register.body) // 2])
                return
            if register.behaviour == "drip":
                for byte in register.body:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    if register.leaving.is_set():
                        return
                    time.sleep(0.2)
                return
            with suppress(OSError):  # the client had enough
                self.wfile.write(register.body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    register.url = f"http://127.0.0.1:{server.server_port}/search"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield register
    finally:
        register.leaving.set()
        server.shutdown()
        server.server_close()
        thread.join(60)
