"""Where each table comes from: the notice shown on the page "Sources et licences" (French, for readers)."""

from dataclasses import dataclass

from territories.reference_tables.tables import Row

# Day the open data was downloaded and read. Change it with the files.
READ_ON = "2026-11-24"

OPEN_LICENCE = "Licence Ouverte 2.0"


@dataclass(frozen=True)
class Source:
    """One source, in words for the reader; `tables` are the reference tables that take something from it."""

    code: str
    title: str
    producer: str
    licence: str
    vintage: str
    tables: tuple[str, ...]
    note: str


SOURCES = (
    Source(
        "ti-2024-07",
        "Liste des 183 Territoires d’industrie 2023-2027 et de leurs membres",
        "Agence nationale de la cohésion des territoires (ANCT)",
        OPEN_LICENCE,
        "4 juillet 2024",
        ("territories", "territory_members"),
        "Au 4 juillet 2024, 641 membres : 626 intercommunalités, 3 établissements publics territoriaux, 12 communes"
        " seules. La liste ne donne qu’une région par territoire, lue dans son identifiant, alors que certains"
        " territoires en touchent plusieurs. 26 intercommunalités membres ont changé de communes entre 2024 et 2026 en"
        " gardant leur numéro SIREN : le portail montre leurs communes de 2026.",
    ),
    Source(
        "ti-2023-11",
        "Liste des 183 Territoires d’industrie 2023-2027 à leur annonce",
        "Agence nationale de la cohésion des territoires (ANCT)",
        OPEN_LICENCE,
        "Novembre 2023",
        ("territories", "territory_members"),
        "630 membres. Conservée pour montrer ce qui a changé jusqu’à juillet 2024.",
    ),
    Source(
        "ti-2018",
        "Liste des 149 Territoires d’industrie de la première vague (2018-2022)",
        "Agence nationale de la cohésion des territoires (ANCT), publiée sur data.gouv.fr",
        OPEN_LICENCE,
        "2018-2022",
        ("territories", "territory_members"),
        "588 membres. Les numéros ne sont pas stables d’une vague à l’autre : un même numéro peut désigner deux"
        " territoires différents. Les membres sont rattachés aux intercommunalités et communes d’aujourd’hui.",
    ),
    Source(
        "ti-contours",
        "Contours des Territoires d’industrie 2023-2027",
        "Agence nationale de la cohésion des territoires (ANCT)",
        OPEN_LICENCE,
        "Juillet 2024",
        ("outlines_national", "outlines_detailed", "territory_neighbours"),
        "Contours généralisés (points distants d’environ 1 km), puis simplifiés pour la carte nationale : ils"
        " servent à situer un territoire, pas à dire de quel côté d’une limite se trouve une adresse. Deux"
        " territoires sont dits voisins s’ils ont une ligne de contour en commun.",
    ),
    Source(
        "decoupage-administratif",
        "Communes, intercommunalités, départements et régions (@etalab/decoupage-administratif 6.0.0)",
        "Etalab, d’après l’Insee, la DGCL et La Poste",
        f"{OPEN_LICENCE} (données), MIT (programme)",
        "Géographie au 1er janvier 2026 ; populations municipales 2023",
        ("regions", "departements", "communes", "former_communes", "intercommunalites"),
        "34 969 communes actuelles, dont 94 des collectivités d’outre-mer (sans SIREN ni intercommunalité ; leur"
        " population peut venir d’un autre recensement, 6 n’en ont pas). La population d’une"
        " intercommunalité, d’un département ou d’un territoire est la somme des populations municipales 2023 de"
        " ses communes : le chiffre publié avec les intercommunalités, d’une autre année, n’est pas repris. Les"
        " anciens codes de communes y sont sans nom quand ils ne sont plus ceux d’une commune déléguée.",
    ),
    Source(
        "communes-points",
        "Point intérieur de chaque commune",
        "Fichier dérivé de la géographie communale 2026",
        "Non précisée dans le fichier reçu",
        "2026",
        ("communes",),
        "Un point à l’intérieur de la commune, à 0,001 degré près, pour la placer sur une carte ou chercher le"
        " territoire le plus proche. Manque pour 11 communes rétablies ou récentes et pour les 94 communes des"
        " collectivités d’outre-mer.",
    ),
    Source(
        "contours-administratifs",
        "Contours des intercommunalités, départements et régions",
        "Etalab, d’après IGN Admin Express",
        OPEN_LICENCE,
        "2026",
        ("outlines_national", "outlines_detailed"),
        "Contours généralisés à 1 000 m, simplifiés encore pour la carte nationale. Les collectivités d’outre-mer,"
        " les établissements publics territoriaux et les communes n’ont pas de contour ici.",
    ),
    Source(
        "naf-rev2",
        "Nomenclature d’activités française (NAF rév. 2)",
        "Insee",
        "Réutilisation libre avec mention de la source",
        "NAF rév. 2, 2008",
        ("naf",),
        "732 sous-classes et leurs niveaux supérieurs. L’industrie y correspond aux sections B, C, D et E.",
    ),
    Source(
        "categories-juridiques",
        "Catégories juridiques des unités légales",
        "Insee",
        "Réutilisation libre avec mention de la source",
        "Nomenclature en vigueur à la date de lecture",
        ("legal_categories",),
        "Trois niveaux : codes à un, deux et quatre chiffres.",
    ),
    Source(
        "tranches-effectif",
        "Tranches d’effectif salarié",
        "Insee",
        "Réutilisation libre avec mention de la source",
        "Nomenclature en vigueur à la date de lecture",
        ("staff_bands",),
        "Le fichier ne donne que la borne basse de chaque tranche ; la borne haute est déduite de la tranche"
        " suivante. La tranche NN (unités non employeuses) n’a pas de bornes.",
    ),
)


def source_rows() -> list[Row]:
    """One row a source, in the order they are shown."""
    return [
        {
            "code": source.code,
            "title": source.title,
            "producer": source.producer,
            "licence": source.licence,
            "vintage": source.vintage,
            "read_on": READ_ON,
            "tables": " ".join(source.tables),
            "note": source.note,
        }
        for source in SOURCES
    ]
