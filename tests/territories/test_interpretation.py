import pytest
from hypothesis import given
from hypothesis import strategies as st

from territories.interpretation import QueryKind, interpret, split_departement


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("", "empty", ""),
        ("   \u00a0\t\n ", "empty", ""),
        ("\0\0", "empty", ""),
        ("’'-…!", "empty", ""),
        (" " * 10_000, "empty", ""),
        ("x" * 201, "too_long", ""),
        ("x" * 10_000, "too_long", ""),
        ("58000", "postcode", "58000"),
        (" 58 000 ", "postcode", "58000"),
        ("200023414", "siren", "200023414"),
        ("200 023 414", "siren", "200023414"),
        ("SIREN : 200 023 414", "siren", "200023414"),
        ("217 601 400 00011", "bad_siret", "21760140000011"),
        ("732 829 320 00074", "siret", "732829320"),
        ("siret 73282932000074", "siret", "732829320"),
        # La Poste: the sum of the digits is a multiple of five.
        ("35600000000048", "siret", "356000000"),
        ("35600000049837", "siret", "356000000"),
        ("35600000049838", "bad_siret", "35600000049838"),
        ("200023415", "bad_siren", "200023415"),
        ("2000234", "bad_siren", "2000234"),
        ("20002341400", "bad_siret", "20002341400"),
        ("9" * 60, "bad_siret", "9" * 60),
        ("COM-76540", "code", "COM-76540"),
        ("com-76540", "code", "COM-76540"),
        ("epci-200023414", "code", "EPCI-200023414"),
        ("TI-2018-2706", "code", "TI-2018-2706"),
        ("ti-2707", "code", "TI-2023-2707"),
        ("TI 2707", "code", "TI-2023-2707"),
        ("2707", "code", "TI-2023-2707"),
        ("2a004", "code", "COM-2A004"),
        ("2B", "code", "DEP-2B"),
        ("30", "code", "DEP-30"),
        ("971", "code", "DEP-971"),
        ("Nevers", "name", ""),
        ("Saint-Étienne", "name", ""),
        ("4 routes", "name", ""),
        # Full-width digits, as a phone may type them.
        ("５８０００", "postcode", "58000"),
    ],
)
def test_what_was_typed_is_understood(text, kind, code):
    query = interpret(text)

    assert (query.kind, query.code) == (kind, code)


@pytest.mark.parametrize(
    ("text", "starts", "kinds"),
    [
        ("Le Havre", ("le havre",), ()),
        ("st etienne", ("saint etienne",), ()),
        ("ste", ("sainte", "ste"), ()),
        ("CC du Pays de Conches", ("cc du pays de conches", "pays de conches"), ("epci", "ept")),
        (
            "Communauté d'agglomération de Nevers",
            ("communaute d agglomeration de nevers", "nevers"),
            ("epci", "ept"),
        ),
        ("Nevers Agglomération", ("nevers agglomeration", "nevers"), ("epci", "ept")),
        ("NEVERS agglo", ("nevers agglo", "nevers"), ("epci", "ept")),
        ("Rouen métropole", ("rouen metropole", "rouen"), ("epci", "ept")),
        ("metropole", ("metropole",), ()),
        ("Territoire d’industrie Nevers", ("territoire d industrie nevers", "nevers"), ("territory",)),
        ("ville de Rouen", ("ville de rouen", "rouen"), ("commune",)),
        ("ca", ("ca",), ()),
    ],
)
def test_a_name_gives_the_beginnings_to_look_for(text, starts, kinds):
    query = interpret(text)

    assert (query.starts, query.kinds) == (starts, kinds)


DEPARTEMENTS = [
    ("30", "gard"),
    ("974", "la reunion"),
    ("2A", "corse du sud"),
    ("42", "loire"),
    ("44", "loire atlantique"),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ales", ("", ())),
        ("ales gard", ("ales", ("DEP-30",))),
        ("ales gar", ("ales", ("DEP-30",))),
        ("ales 30", ("ales", ("DEP-30",))),
        ("ales gard 30", ("ales", ("DEP-30",))),
        ("saint denis reunion", ("saint denis", ("DEP-974",))),
        ("saint denis la reunion", ("saint denis", ("DEP-974",))),
        ("sartene 2a", ("sartene", ("DEP-2A",))),
        ("saint etienne loire", ("saint etienne", ("DEP-42", "DEP-44"))),
        ("ales ga", ("", ())),
    ],
)
def test_a_name_may_end_on_its_département(text, expected):
    assert split_departement(tuple(text.split()), DEPARTEMENTS) == expected


@given(st.text())
def test_any_text_is_understood_as_something(text):
    query = interpret(text)

    assert query.kind in QueryKind
    assert len(query.text) <= 200
    assert "\0" not in query.text
    assert query.kind != QueryKind.NAME or query.folded


@given(st.text(alphabet="0123456789 .-\u00a0", max_size=40))
def test_any_number_is_understood_as_something(text):
    assert interpret(text).kind in QueryKind
