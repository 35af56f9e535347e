"""Files of the national schema made here, with the difficulties of real ones: new lines, quotes, nested JSON, `|`."""

import csv
import io
from uuid import NAMESPACE_URL, uuid5

from funding.national_schema.columns import NAMES

COUNTRY = "PAYS-99100"
BODIES = '[{"nom":"AGENCE DES ESSAIS (ADE)","siren":"552100554","roles":["instructeur","financeur"]}]'


def key(number: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"essai-{number}"))


def row(number: int = 1, **cells: str) -> dict[str, str]:
    """A row that is accepted; `cells` replaces some of its cells."""
    return {
        **dict.fromkeys(NAMES, ""),
        "id": key(number),
        "titre": f"Aide aux essais n° {number}",
        "promesse": "Essayez, votre entreprise y gagne",
        "description": 'Un texte\n\n- un « premier » point, "entre guillemets" ;\n- un second | avec une barre.',
        "eligibilite": "• Avoir un projet d’essai\n• Ne pas l’avoir commencé",
        "types_aides": "financement|étude",
        "porteurs": BODIES,
        "url_source": f"https://exemple.fr/aides/{number}",
        "cibles": "professionnels",
        "eligibilite_geographique": COUNTRY,
        "date_mise_a_jour": "2026-10-06T13:54:53.602Z",
        "ciblage_secteur_activite": "tous secteurs d’activité",
        **cells,
    }


def file(*rows: dict[str, str], columns=NAMES) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
