"""Both generations of the API of aides-territoires, asked for real over HTTP."""

import json
from dataclasses import replace

import pytest

from funding.enums import LineOutcome
from funding.fetching import Client, FetchError
from funding.sources.kinds import kind_of
from funding.sources.reading import UnreadableSource
from tests.funding.fetching.servers import LIMITS, Answer, serving
from tests.funding.sources.api import KEY, Api, aid
from tests.funding.sources.makers import source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.SOURCES_ALLOW_PRIVATE_ADDRESSES = True
    settings.SOURCE_CREDENTIALS = {"aides": KEY}


@pytest.fixture
def server():
    with serving() as served:
        yield served


def reading(server, api, kind="aides_territoires", limits=LIMITS, **values):
    api.base, server.respond = server.url, api
    row = source(kind, url=f"{server.url}/api/", credential="aides", **values)
    with Client(limits) as client:
        content = kind_of(row).fetch(row, client)
    return kind_of(row).read(content.data, row), content


def test_the_successor_is_read_page_after_page_with_one_token(server):
    api = Api([aid(number) for number in range(250, 0, -1)])
    found, content = reading(server, api)
    assert [item.key for item in found.entries][:3] == ["1", "10", "100"]
    assert len(found.entries) == 250
    assert api.tokens == 1
    assert [path for path in server.paths if "aids" in path] == [
        "/api/aids/all/?itemsPerPage=100",
        "/api/aids/all/?itemsPerPage=100&page=2",
        "/api/aids/all/?itemsPerPage=100&page=3",
    ]
    # The same aids in another order are the same answer.
    again, kept = reading(server, Api(list(reversed(api.aids))))
    assert kept.data == content.data
    assert again.items == found.items


def test_an_expired_token_is_asked_again_once(server):
    api = Api([aid(number) for number in range(1, 151)])
    api.expires_after = 1
    found, _ = reading(server, api)
    assert (len(found.entries), api.tokens) == (150, 2)
    api.expires_after = 0
    api.connected = lambda request: Answer(b'{"token": "un-autre"}')
    with pytest.raises(FetchError) as caught:
        reading(server, api)
    assert caught.value.code == "unauthorized"


def test_a_key_that_is_refused_or_missing_says_so(server, settings):
    settings.SOURCE_CREDENTIALS = {"aides": "une-autre"}
    with pytest.raises(FetchError) as caught:
        reading(server, Api([aid()]))
    assert caught.value.code == "unauthorized"
    settings.SOURCE_CREDENTIALS = {}
    with pytest.raises(UnreadableSource) as lost:
        reading(server, Api([aid()]))
    assert (lost.value.code, "aides" in lost.value.message) == ("no_secret", True)
    settings.SOURCE_CREDENTIALS = {"aides": KEY}
    api = Api([aid()])
    api.connected = lambda request: Answer(b'{"token": {"a": 1}}')
    with pytest.raises(UnreadableSource) as lost:
        reading(server, api)
    assert lost.value.code == "no_token"


def test_the_older_generation_needs_no_key(server):
    labels = [
        "France",
        "Occitanie (Région)",
        "Alès (Commune – 30100)",
        "Sainte-Colombe (Commune – 17210)",
        "Massif des essais",
    ]
    aids = [aid(number, perimeter=label, perimeter_scale=...) for number, label in enumerate(labels, start=1)]
    found, _ = reading(server, Api(aids, generation=1), kind="aides_territoires_1")
    assert [entry.draft.included_codes for entry in found.entries] == [
        ("PAYS-99100",), ("REG-76",), ("COM-30007",), ("COM-17319",),
    ]  # fmt: skip
    (lost,) = found.problems
    assert (lost.outcome, lost.key, "Massif des essais" in lost.reasons[0]) == (LineOutcome.UNPLACED, "5", True)
    assert server.paths[0] == "/api/aids/?version=1.6&size=200"


def test_perimeters_are_resolved_through_the_source_s_own_list(server):
    named = [
        ("France", "Pays", ("PAYS-99100",), ""),
        ("Gard", "Département", ("DEP-30",), ""),
        ("Occitanie", "Région", ("REG-76",), ""),
        ("CA Alès Agglomération", "EPCI", ("EPCI-200066918",), ""),
        ("Alès", "commune", ("COM-30007",), ""),
        ("Europe", "Continent", ("PAYS-99100",), ""),
        ("Sainte-Colombe", "commune", (), "plusieurs périmètres portent ce nom"),
        ("Communes forestières", "Ad-hoc", (), "sur mesure"),
        ("Adour-Garonne", "Bassin hydrographique", (), "bassin"),
        ("Ancienne", "commune", (), "aucun lieu d’aujourd’hui n’a le code 99999"),
        ("Nulle-Part", "commune", (), "n’est pas dans la liste"),
        ("Allemagne", "Pays", (), "ne connaît pas"),
        ("Gard", None, (), "de quelle sorte"),
        (None, None, (), "ne dit pas où"),
    ]
    aids = [aid(100 + rank, perimeter=name, perimeter_scale=scale) for rank, (name, scale, _, _) in enumerate(named)]
    found, _ = reading(server, Api(aids))
    for item, (_, _, codes, why) in zip(found.items, named, strict=True):
        if codes:
            assert item.draft.included_codes == codes
        else:
            assert item.outcome == LineOutcome.UNPLACED
            assert why in item.reasons[0]
    # Only what is needed of the list is asked: whole scales, and communes by name.
    asked = [path for path in server.paths if "perimeters" in path]
    assert [path for path in asked if "scale=commune" not in path] == [
        f"/api/perimeters/?scale={scale}&itemsPerPage=100" for scale in ("epci", "department", "region")
    ]
    assert len([path for path in asked if "scale=commune" in path]) == 4


def test_mainland_leaves_overseas_out_and_a_person_s_word_wins(server):
    aids = [
        aid(1, perimeter="France métropolitaine", perimeter_scale="Métropole"),
        aid(2, perimeter="Outre-mer", perimeter_scale="Outre-mer"),
        aid(3, perimeter="Communes forestières", perimeter_scale="Ad-hoc"),
        aid(4, perimeter="Autre", perimeter_scale="Ad-hoc"),
    ]
    decided = {"communes forestières": "DEP-58, REG-76", "Autre": "DEP-999"}
    found, _ = reading(server, Api(aids), mapping=decided)
    mainland, overseas, placed = (entry.draft for entry in found.entries)
    assert mainland.included_codes == ("PAYS-99100",)
    assert {"REG-01", "REG-06", "REG-987"} <= set(mainland.excluded_codes) == set(overseas.included_codes)
    assert placed.included_codes == ("DEP-58", "REG-76")
    assert "DEP-999" in found.problems[0].reasons[0]


def test_a_list_cut_short_is_not_trusted_about_homonyms(server):
    """The portal knows twelve Sainte-Colombe: one answer from the list is not enough to choose."""
    api = Api([aid(1, perimeter="Sainte-Colombe", perimeter_scale="commune")])
    api.twist = lambda page, query: {**page, "results": page["results"][:1]} if "q" in query else page
    found, _ = reading(server, api)
    assert "plusieurs communes portent ce nom" in found.problems[0].reasons[0]


@pytest.mark.parametrize(
    ("following", "code"),
    [
        (lambda here: "https://exemple.fr/api/aids/all/?page=2", "next_elsewhere"),
        (lambda here: f"{here}/ailleurs/?page=2", "next_elsewhere"),
        (lambda here: f"{here}/api/aids/all/?itemsPerPage=100", "page_loop"),
        (lambda here: 7, "malformed"),
        (lambda here: "http://[::1", "malformed"),
    ],
)
def test_a_next_page_that_leads_astray_stops_all(server, following, code):
    api = Api([aid()])
    api.twist = lambda page, query: {**page, "next": following(server.url)}
    with pytest.raises(UnreadableSource) as caught:
        reading(server, api)
    assert caught.value.code == code


def test_pages_that_never_end_stop(server, monkeypatch):
    monkeypatch.setattr("funding.sources.aides_territoires.client.MAX_PAGES", 5)
    api = Api([aid()])
    api.twist = lambda page, query: {
        **page,
        "next": f"{server.url}/api/aids/all/?page={int(query.get('page', ['1'])[0]) + 1}",
    }
    with pytest.raises(UnreadableSource) as caught:
        reading(server, api)
    assert caught.value.code == "page_loop"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(b"<!DOCTYPE html><p>Bienvenue", headers={"Content-Type": "text/html; charset=utf-8"}), "web_page"),
        (Answer(b'{"results": ['), "malformed"),
        (Answer(b"[]"), "malformed"),
        (Answer(b'{"results": {"1": 2}}'), "malformed"),
        (Answer(b"[" * 100_000), "malformed"),
        (Answer(b"\xff\xfe"), "malformed"),
        (Answer(b""), "malformed"),
    ],
)
def test_what_is_not_a_page_of_aids(server, answer, code):
    server.respond = lambda request: answer
    row = source("aides_territoires_1", url=f"{server.url}/api/")
    with Client(LIMITS) as client, pytest.raises(UnreadableSource) as caught:
        kind_of(row).fetch(row, client)
    assert caught.value.code == code


def test_a_page_that_fails_in_the_middle_fails_the_reading(server):
    api = Api([aid(number) for number in range(1, 151)])
    api.base = server.url
    server.respond = lambda request: Answer(status=500) if "page=2" in request.path else api(request)
    row = source("aides_territoires", url=f"{server.url}/api/", credential="aides")
    with Client(replace(LIMITS, attempts=2)) as client, pytest.raises(FetchError) as caught:
        kind_of(row).fetch(row, client)
    assert caught.value.code == "server_error"


def test_aids_that_move_between_pages_are_read_once(server):
    api = Api([aid(number) for number in range(1, 102)])
    api.twist = lambda page, query: {**page, "results": [*page["results"], aid(1), "rien", None]}
    found, _ = reading(server, api)
    assert len(found.entries) == 101


def test_a_filter_is_passed_on(server):
    reading(server, Api([aid()]), options={"query": "targeted_audiences=private_sector"})
    assert "/api/aids/?targeted_audiences=private_sector&itemsPerPage=100" in server.paths


def test_a_kept_page_can_be_read_again():
    row = source("aides_territoires", url="https://exemple.fr/api/")
    page = json.dumps({"count": 2, "results": [aid(), aid()]}).encode()
    found = kind_of(row).read(page, row)
    assert len(found.entries) == 1
    assert "deux fois" in found.warnings[0]


def test_halves_of_signs_are_no_text():
    row = source("aides_territoires", url="https://exemple.fr/api/")
    data = json.dumps([aid(name="a\ud800b 😀", perimeter="Là\udfff")]).encode()
    (lost,) = kind_of(row).read(data, row).items
    assert (lost.title, "« Là? »" in lost.reasons[0]) == ("a?b 😀", True)


def test_the_form_takes_filters_and_places():
    form_class = kind_of(source("aides_territoires")).form_class
    form = form_class({"query": "?a=1&b=", "mapping": "Massif = DEP-15, DEP-43\n\nA = B = REG-76"})
    assert form.is_valid(), form.errors
    options, mapping = kind_of(source("aides_territoires")).settings(form.cleaned_data)
    assert options == {"query": "a=1&b="}
    assert mapping == {"Massif": "DEP-15, DEP-43", "A = B": "REG-76"}
    shown = str(
        form_class(initial=kind_of(source("aides_territoires")).initial(source("x", options=options, mapping=mapping)))
    )
    assert "Massif = DEP-15, DEP-43" in shown
    for bad in ({"query": "page=2"}, {"query": "n'importe quoi"}, {"mapping": "Massif"}, {"mapping": "Massif = là-bas"},
                {"mapping": "A = DEP-15\nA = DEP-43"}):  # fmt: skip
        assert not form_class(bad).is_valid(), bad
