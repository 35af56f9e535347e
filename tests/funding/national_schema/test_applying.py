from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from funding import schemes
from funding.models import Organisation, Round, Scheme
from funding.national_schema import wording
from funding.national_schema.applying import StaleImportError, apply, preview
from funding.national_schema.identifiers import Identifiers
from tests.funding.drafts import AT, organisation, published
from tests.funding.national_schema.files import file, key, row

SOURCE = "Essai national"


def imported(*rows, **sent):
    content = file(*rows)
    plan = preview(content, at=AT, source=SOURCE)
    return apply(plan, actor=None, at=AT, **sent)


def scheme(number: int = 1) -> Scheme:
    return Scheme.objects.get(source_name=SOURCE, source_key=key(number))


def test_a_new_row_waits_for_validation_with_all_that_it_says(db):
    applied = imported(row(1, eligibilite_effectif_minimal="10", date_cloture="2027-01-05"))
    found = scheme()
    assert (applied.created, found.state, found.included_codes) == (1, "to_validate", ["PAYS-99100"])
    assert [item.kind for item in found.criteria.order_by("position")] == ["audience", "staff_range", "free_text"]
    assert Organisation.objects.get(siren="552100554").acronym == "ADE"
    assert sorted(found.roles.values_list("role", flat=True)) == ["funder", "instructor"]
    assert Round.objects.get(call__scheme=found).closes_at.isoformat() == "2027-01-05T22:59:59+00:00"


def test_a_second_import_changes_nothing(db):
    rows = [
        row(1, types_aides="prêt|garantie", date_ouverture="2026-01-05"),
        row(2, ciblage_naf="C|25.6", ciblage_secteur_activite="industrie", ciblage_naf_exclusions="25.62B"),
        row(
            3,
            eligibilite_categorie_taille_entreprise="PME|ETI",
            chainage_paiement=key(1),
            eligibilite_forme_juridique="SA|Autre",
        ),
        row(4, eligibilite_geographique="REG-94|DEP-2A|COM-987", cibles="associations|secteur public"),
    ]
    assert imported(*rows).created == 4
    before = list(Scheme.objects.order_by("pk").values())
    plan = preview(file(*rows), at=AT + timedelta(days=1), source=SOURCE)
    assert {name: count for name, count in plan.counts.items() if count} == {"unchanged": 4}
    apply(plan, actor=None, at=AT + timedelta(days=1))
    assert list(Scheme.objects.order_by("pk").values()) == before


def test_only_what_changed_is_written(db):
    imported(row(1), row(2))
    found = scheme()
    schemes.save_scheme(
        scheme_id=found.pk,
        rows={"links": [*found.links.values("kind", "url", "label"), {"kind": "apply", "label": "Déposer", "url": "https://exemple.fr/depot"}]},
        by_hand=False, actor=None, at=AT,
    )  # fmt: skip
    imported(row(1, titre="Nouveau nom", url_source="https://exemple.fr/neuve"), row(2))
    found.refresh_from_db()
    assert (found.name, found.slug) == ("Nouveau nom", "aide-aux-essais-n-1")
    assert sorted(found.links.values_list("url", flat=True)) == ["https://exemple.fr/depot", "https://exemple.fr/neuve"]
    assert scheme(2).version == scheme(2).history.count()


def test_what_a_person_changed_is_proposed_and_never_overwritten(db):
    imported(row(1))
    schemes.save_scheme(scheme_id=scheme().pk, values={"summary": "À la main"}, actor=None, at=AT)
    plan = preview(file(row(1, titre="Nouveau nom")), at=AT, source=SOURCE)
    assert [field.name for field in plan.changed[0].fields] == ["name"]
    assert [field.name for field in plan.proposals[0].fields] == ["summary"]
    apply(plan, actor=None, at=AT)
    assert (scheme().name, scheme().summary) == ("Nouveau nom", "À la main")


def test_publication_is_tried_only_when_asked_and_says_what_is_missing(db):
    bare = '[{"nom":"CENTRE D’ESSAI","siren":"","roles":["instructeur"]}]'
    applied = imported(row(1), row(2, porteurs=bare), publish=True)
    assert (applied.published, scheme(1).state, scheme(2).state) == (1, "published", "to_validate")
    assert applied.unpublished == (("aide-aux-essais-n-2", ("Dites qui finance.",)),)
    assert any("reste à valider : Dites qui finance." in line for line in wording.outcome(applied))


def test_an_organisation_is_found_by_siren_then_by_name(db):
    known = organisation("Centre d’essai")
    imported(row(1, porteurs='[{"nom":"CENTRE D\'ESSAI","siren":"","roles":["financeur"]}]'))
    assert scheme().roles.get().organisation == known


def test_a_plan_that_is_stale_writes_nothing(db):
    imported(row(1))
    plan = preview(file(row(1, titre="Nouveau"), row(2)), at=AT, source=SOURCE)
    schemes.save_scheme(scheme_id=scheme().pk, values={"summary": "Entre-temps"}, actor=None, at=AT)
    with pytest.raises(StaleImportError) as error:
        apply(plan, actor=None, at=AT)
    assert "recalculez" in wording.refusal(error.value).casefold()
    assert Scheme.objects.filter(source_name=SOURCE).count() == 1


def test_a_row_that_a_use_case_refuses_undoes_the_whole_file(db):
    imported(row(1))
    schemes.move_scheme(scheme_id=scheme().pk, to_state="published", actor=None, at=AT)
    bare = '[{"nom":"CENTRE D’ESSAI","siren":"","roles":["diffuseur"]}]'
    plan = preview(file(row(2), row(1, porteurs=bare)), at=AT, source=SOURCE)
    with pytest.raises(ValidationError, match="Ligne 3 : Dites qui finance") as error:
        apply(plan, actor=None, at=AT)
    assert "rien n’est écrit" in wording.refusal(error.value)
    assert Scheme.objects.filter(source_name=SOURCE).count() == 1
    assert not Organisation.objects.filter(name="CENTRE D’ESSAI").exists()


def test_a_scheme_of_the_portal_is_only_proposed_changes(db):
    own = published({"source_name": "", "source_key": "", "slug": "aide-maison"})
    identifier = Identifiers().of(own.pk, own.slug, "")
    plan = preview(file(row(1, id=identifier)), at=AT, source=SOURCE)
    assert plan.is_empty
    assert plan.proposals[0].slug == "aide-maison"


def test_two_imports_at_once_make_each_scheme_once(committed_db):
    plan = preview(file(row(1), row(2)), at=AT, source=SOURCE)
    barrier, outcomes = Barrier(2), []

    def work():
        try:
            barrier.wait(timeout=60)
            apply(plan, actor=None, at=AT)
            outcomes.append("done")
        except StaleImportError:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["done", "stale"]
    assert Scheme.objects.filter(source_name=SOURCE).count() == 2


def test_hostile_texts_reach_the_base_clean(db):
    imported(
        row(
            1,
            titre="<b>Aide</b>",
            description="<p onclick=x>Bon</p><script>alert(1)</script>",
            promesse="'; DROP TABLE",
        )
    )
    assert scheme().description == "<p>Bon</p>"
    assert scheme().name == "<b>Aide</b>"
