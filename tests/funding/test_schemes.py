"""Writing schemes: everything through the use cases, with its effects, its refusals and no trace of nothing."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from funding import listing, rulebooks, schemes
from funding.editorial import MOVES
from funding.enums import EditorialState
from funding.models import Call, Criterion, Listing, Scheme
from tests.funding.drafts import AT, FIRMS, PERMANENT, draft, good_rows, organisation, published

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 11, 25, tzinfo=UTC)
HOLED = {"slug": "v", "included_codes": ["REG-28"], "excluded_codes": ["DEP-76"]}


def change(scheme, values=None, rows=None, **sent):
    return schemes.save_scheme(scheme_id=scheme.pk, values=values, rows=rows, actor=None, at=LATER, **sent)


def test_a_draft_is_kept_with_its_lists_and_shows_nowhere():
    scheme = draft(rows={"amounts": [{"kind": "flat", "amount": 4000}]})
    assert (scheme.state, scheme.version) == ("draft", 1)
    assert [row.values for row in scheme.criteria.all()] == [["firm"]]
    assert scheme.amounts.get().amount == Decimal(4000)
    assert Listing.objects.filter(scheme=scheme).count() == 0
    assert [(row.history_type, row.version) for row in scheme.history.all()] == [("+", 1)]


def test_saying_the_same_again_leaves_no_trace():
    rows = good_rows(amounts=[{"kind": "rate", "rate": "0.2", "upper": 1000}])
    scheme = published(rows=rows)
    version = rulebooks.version()
    again = change(scheme, {"summary": scheme.summary, "included_codes": ["PAYS-99100"]}, rows)
    assert (again.changed, again.is_new) == ((), False)
    assert rulebooks.version() == version
    assert scheme.history.count() == 3
    assert Criterion.history.filter(scheme_id=scheme.pk).count() == 1


def test_a_change_keeps_ids_signs_the_history_and_moves_the_version():
    scheme = published()
    version = rulebooks.version()
    kept = scheme.criteria.get().pk
    outcome = change(scheme, rows={"criteria": [FIRMS | {"text": "Les entreprises"}, {"kind": "naf", "values": ["C"]}]})
    assert outcome.changed == ("criteria",)
    assert next(row.pk for row in scheme.criteria.order_by("position")) == kept
    assert Criterion.history.filter(id=kept).count() == 2
    assert scheme.history.first().history_change_reason == "criteria"
    assert scheme.history.first().history_date == LATER
    assert rulebooks.version() > version


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"criteria": [FIRMS, {"kind": "naf", "values": ["25.6-2"]}]}, "Critère 2 : Cette valeur n’est pas reconnue"),
        ({"criteria": [{"kind": "staff_range"}]}, "Critère 1 : Indiquez un minimum, un maximum ou les deux."),
        ({"criteria": [{"kind": "audience"}]}, "Indiquez au moins une valeur admise ou exclue."),
        ({"criteria": [FIRMS | {"link": "javascript:alert(1)"}]}, "Saisissez une URL valide"),
        ({"amounts": [{"kind": "rate", "rate": 20}]}, "Un taux va de 0 à 1"),
        ({"amounts": [{"kind": "rate_bonus", "rate": "0.1", "condition_kind": "eu_size"}]}, "Montant 1"),
        ({"amounts": [{"kind": "flat"}]}, "Montant 1"),
        ({"calls": [PERMANENT | {"rounds": [{"label": "vide"}]}]}, "Donnez l’ouverture, la fermeture"),
        (
            {"calls": [PERMANENT | {"rounds": [{"opens_at": LATER, "closes_at": AT}]}]},
            "La relève ferme avant d’ouvrir.",
        ),
        ({"calls": [PERMANENT | {"variant_of": "absent", "included_codes": ["REG-28"]}]}, "pas d’appel « absent »"),
        ({"links": [{"kind": "official", "label": "x", "url": "pas une adresse"}]}, "Lien 1"),
    ],
)
def test_a_bad_row_is_refused_in_french_and_nothing_is_written(rows, words):
    scheme = draft()
    with pytest.raises(ValidationError) as refused:
        change(scheme, {"summary": "Autre"}, rows)
    assert words in " ".join(refused.value.messages)
    assert Scheme.objects.get(pk=scheme.pk).version == 1


def test_publication_tells_every_problem_at_once():
    scheme = schemes.save_scheme(values={"name": "Vide"}, actor=None, at=AT).scheme
    schemes.move_scheme(scheme_id=scheme.pk, to_state="to_validate", actor=None, at=AT)
    with pytest.raises(ValidationError) as refused:
        schemes.publish_scheme(scheme_id=scheme.pk, actor=None, at=AT)
    told = " ".join(refused.value.messages)
    for words in (
        "en une phrase",
        "nature de l’aide",
        "qui finance",
        "un contact",
        "page officielle",
        "où le",
        "public",
        "un appel",
    ):
        assert words in told
    assert Scheme.objects.get(pk=scheme.pk).state == "to_validate"


@pytest.mark.parametrize(
    ("values", "rows", "words"),
    [
        ({"included_codes": ["REG-99"]}, {}, "Aucun lieu n’a le code « REG-99 »"),
        ({}, {"calls": [{"slug": "a", "name": "Appel A"}]}, "« Appel A » : dites s’il est permanent"),
        (
            {},
            {
                "calls": [
                    PERMANENT,
                    PERMANENT | {"slug": "v", "included_codes": ["REG-28"], "excluded_codes": ["DEP-76"]},
                ]
            },
            "sans lieu exclu",
        ),
        (
            {},
            {"calls": [PERMANENT | {"slug": s, "included_codes": [c]} for s, c in (("a", "REG-28"), ("b", "DEP-76"))]},
            "s’appliquent au même lieu",
        ),
    ],
)
def test_what_would_be_ambiguous_is_not_published(values, rows, words):
    with pytest.raises(ValidationError) as refused:
        published(values, rows)
    assert words in " ".join(refused.value.messages)


def test_a_published_scheme_stays_publishable():
    scheme = published()
    with pytest.raises(ValidationError, match="critère de public"):
        change(scheme, rows={"criteria": []})
    with pytest.raises(ValidationError, match="ne change pas"):
        change(scheme, {"slug": "autre"})
    assert scheme.criteria.count() == 1


@pytest.mark.parametrize("from_state", EditorialState.values)
@pytest.mark.parametrize("to_state", EditorialState.values)
def test_only_the_moves_of_the_table_are_allowed(from_state, to_state):
    scheme = draft()
    Scheme.objects.filter(pk=scheme.pk).update(state=from_state)
    if (from_state, to_state) in MOVES or from_state == to_state:
        assert schemes.move_scheme(scheme_id=scheme.pk, to_state=to_state, actor=None, at=AT).state == to_state
    else:
        with pytest.raises(ValidationError, match="il peut devenir"):
            schemes.move_scheme(scheme_id=scheme.pk, to_state=to_state, actor=None, at=AT)


def test_archiving_takes_a_scheme_out_of_the_catalogue_and_of_the_check():
    scheme = published()
    assert Listing.objects.filter(scheme=scheme).count() == 1
    assert scheme.slug in rulebooks.current().amounts
    schemes.archive_scheme(scheme_id=scheme.pk, actor=None, at=AT)
    assert Listing.objects.filter(scheme=scheme).count() == 0
    assert scheme.slug not in rulebooks.current().amounts


def test_a_machine_leaves_alone_what_a_person_edited():
    scheme = published()
    change(scheme, {"summary": "Écrit à la main"}, {"criteria": [FIRMS | {"text": "à la main"}]})
    scheme.refresh_from_db()
    assert scheme.protected_fields == ["criteria", "summary"]
    outcome = change(scheme, {"summary": "De la source", "acronym": "AI"}, {"criteria": [FIRMS]}, by_hand=False)
    assert (outcome.changed, sorted(outcome.kept)) == (("acronym",), ["criteria", "summary"])
    scheme.refresh_from_db()
    assert (scheme.summary, scheme.acronym) == ("Écrit à la main", "AI")
    schemes.protect_fields(scheme_id=scheme.pk, names=[], actor=None, at=AT)
    assert change(scheme, {"summary": "De la source"}, by_hand=False).changed == ("summary",)


def test_the_second_of_two_people_is_told():
    scheme = draft()
    change(scheme, {"summary": "Première"}, based_on_version=1)
    with pytest.raises(ValidationError, match="Une autre personne"):
        change(scheme, {"summary": "Seconde"}, based_on_version=1)


def test_a_regional_variant_starts_from_the_national_call():
    rounds = [{"opens_at": AT, "closes_at": LATER, "label": "Relève 1"}]
    scheme = published(rows={"calls": [{"slug": "appel", "name": "Appel", "rounds": rounds}]})
    call = scheme.calls.get()
    variant = schemes.duplicate_as_variant(call_id=call.pk, region_code="REG-28", actor=None, at=LATER)
    assert (variant.slug, variant.name, variant.variant_of) == ("appel-normandie", "Appel – Normandie", call)
    assert variant.rounds.get().closes_at == LATER
    assert Listing.objects.get(call=call).excluded_codes == ["REG-28"]
    assert Listing.objects.get(call=variant).included_codes == ["REG-28"]
    for code, words in (("REG-28", "déjà une variante pour Normandie"), ("REG-0", "Aucun lieu")):
        with pytest.raises(ValidationError, match=words):
            schemes.duplicate_as_variant(call_id=call.pk, region_code=code, actor=None, at=LATER)
    with pytest.raises(ValidationError, match="partez de l’appel national"):
        schemes.duplicate_as_variant(call_id=variant.pk, region_code="REG-53", actor=None, at=LATER)
    schemes.delete_call(call_id=variant.pk, actor=None, at=LATER)
    assert Listing.objects.get(scheme=scheme).excluded_codes == []
    with pytest.raises(ValidationError, match="au moins un appel"):
        schemes.delete_call(call_id=call.pk, actor=None, at=LATER)
    assert Call.objects.filter(pk=call.pk).exists()


def test_one_call_can_be_saved_alone():
    scheme = published()
    call = scheme.calls.get()
    values = {"is_permanent": False, "rounds": [{"closes_at": LATER, "zone": "America/Cayenne"}]}
    schemes.save_call(scheme_id=scheme.pk, call_id=call.pk, values=values, actor=None, at=AT)
    assert call.rounds.get().zone == "America/Cayenne"
    scheme.refresh_from_db()
    assert (scheme.version, scheme.protected_fields) == (4, ["calls"])


def test_texts_are_cleaned_when_they_are_written():
    scheme = draft({"description": '<p onclick="x()">Bonjour<script>alert(1)</script></p>'})
    assert scheme.description == "<p>Bonjour</p>"


def test_an_exclusion_is_written_once_whatever_the_order():
    first, second = published(), published()
    once = schemes.save_exclusion(first_id=second.pk, second_id=first.pk, reason="Même objet")
    again = schemes.save_exclusion(first_id=first.pk, second_id=second.pk, reason="Même objet")
    assert once == again
    assert rulebooks.current().exclusions[0].schemes == {first.slug, second.slug}
    schemes.delete_exclusion(exclusion_id=once.pk)
    assert rulebooks.current().exclusions == ()


def test_the_search_learns_the_new_name_of_an_organisation():
    body = organisation("Ancien nom")
    scheme = published(rows={"roles": [{"organisation_id": body.pk, "role": r} for r in ("funder", "instructor")]})
    schemes.save_organisation(organisation_id=body.pk, values={"name": "Grand Ouest Initiative"})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT search @@ to_tsquery('french', 'initiative') FROM funding_listing WHERE scheme_id = %s", [scheme.pk]
        )
        assert cursor.fetchone() == (True,)


def test_only_a_draft_never_published_is_deleted():
    scheme = draft()
    schemes.delete_draft(scheme_id=scheme.pk, actor=None, at=AT)
    assert not Scheme.objects.filter(pk=scheme.pk).exists()
    scheme = published()
    for state in ("to_validate", "draft"):
        schemes.move_scheme(scheme_id=scheme.pk, to_state=state, actor=None, at=AT)
    with pytest.raises(ValidationError, match="archivez"):
        schemes.delete_draft(scheme_id=scheme.pk, actor=None, at=AT)


def test_a_version_never_serves_twice():
    first = listing.bump_version()
    assert [listing.bump_version() > first, rulebooks.version() > first] == [True, True]
