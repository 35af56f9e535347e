"""Pages by which a territory is kept up to date: who gets in, what is said, that nothing is lost."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from territories.models import TerritoryProfile
from territories.profiles import Document
from tests.territories.contribution import filled, stored, url, write
from tests.territories.people import NOW, TODAY, delegation, mandate, person, territory

pytestmark = pytest.mark.django_db

LINK = ("Pôle verre", "https://pole.example/")


@pytest.fixture(autouse=True)
def _at_nine(time_machine_today):
    """The pages ask the clock; it says the day of the tests."""


@pytest.fixture
def time_machine_today():
    import time_machine

    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def where():
    return territory()


@pytest.fixture
def referent(where):
    who = person()
    mandate(who, where)
    return who


@pytest.fixture
def signed_in(client, referent):
    client.force_login(referent)
    return client


PAGES = [
    ("edit_profile", {}),
    ("versions", {}),
    ("version", {"version": 1}),
    ("compare_versions", {}),
    ("territory_changes", {}),
]


@pytest.mark.parametrize(("name", "kwargs"), PAGES)
def test_outside_ones_perimeter_the_page_does_not_exist(client, where, name, kwargs):
    """The outsider has a page, versions and a mandate next door, and an expired mandate here."""
    write(where, 0, presentation="Secret de fabrication")
    neighbour = territory("Nevers")
    write(neighbour, 0, presentation="Public")
    outsider = person("luc.petit@nevers.test")
    mandate(outsider, neighbour)
    mandate(outsider, where, until=TODAY - timedelta(days=1))
    client.force_login(outsider)

    query = {"de": "0", "a": "1"} if name == "compare_versions" else {}
    answer = client.get(url(name, where, **kwargs), query)
    assert answer.status_code == 404
    assert "Secret de fabrication" not in answer.text
    assert client.get(url(name, neighbour, **kwargs), query).status_code == 200


@pytest.mark.parametrize(("name", "kwargs"), PAGES)
def test_signed_out_one_is_asked_to_sign_in(client, where, name, kwargs):
    write(where, 0, presentation="A")
    answer = client.get(url(name, where, **kwargs))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["edit_profile", "restore_version"])
def test_outsiders_write_nothing(client, where, name):
    write(where, 0, presentation="A")
    write(where, 1, presentation="B")
    outsider = person("luc.petit@nevers.test")
    mandate(outsider, territory("Nevers"))
    client.force_login(outsider)
    kwargs = {"version": 1} if name == "restore_version" else {}
    assert client.post(url(name, where, **kwargs), filled(2, "C")).status_code == 404
    assert stored(where).presentation == "<p>B</p>"


def test_the_delegation_edits_any_territory(client, where):
    client.force_login(delegation())
    assert client.get(url("edit_profile", where)).status_code == 200


def test_saving_publishes_and_says_so(signed_in, referent, where):
    answer = signed_in.post(
        url("edit_profile", where), filled(0, "Le verre\n\n- creux\n- plat", ["glass"], [LINK]), follow=True
    )
    assert answer.redirect_chain == [(where.get_absolute_url(), 302)]
    assert "La page est à jour. Vos changements sont publiés." in answer.text
    assert "<li><p>creux</p></li>" in answer.text
    assert "Verre et céramique" in answer.text
    assert 'href="https://pole.example/"' in answer.text
    assert stored(where) == Document(
        "<p>Le verre</p><ul><li><p>creux</p></li><li><p>plat</p></li></ul>", ("glass",), (LINK,)
    )
    assert TerritoryProfile.history.get(territory=where).history_user == referent


def test_the_form_shows_what_is_published_and_saving_it_unchanged_makes_no_version(signed_in, where):
    write(where, 0, presentation="<p>A</p><p>B</p>", sectors=["glass"], links=[LINK])
    page = signed_in.get(url("edit_profile", where))
    editing = page.context["editing"]
    same = filled(1, editing.form.initial["presentation"], editing.form.initial["sectors"], [LINK])
    answer = signed_in.post(url("edit_profile", where), same, follow=True)
    assert "rien n’a changé" in answer.text
    assert TerritoryProfile.history.filter(territory=where).count() == 1


def test_a_double_click_makes_one_version(signed_in, where):
    for said in ("Vos changements sont publiés", "rien n’a changé"):
        assert said in signed_in.post(url("edit_profile", where), filled(0, "A"), follow=True).text
    assert TerritoryProfile.history.filter(territory=where).count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            filled(0, "Gardé" + "x" * 1_000_000),
            "Le texte compte 1 000 005 signes, mise en forme comprise ; la limite est de 30 000.",
        ),
        (filled(0, "Gardé \x00"), "Le caractère nul n’est pas autorisé."),
        (filled(0, "Gardé", ["magic"]), "Une des filières n’existe pas."),
        (filled(0, "Gardé", ["gl\x00ass"]), "Une des filières n’existe pas."),
        (
            filled(0, "Gardé", [], [("Site", "javascript:alert(1)")]),
            "L’adresse commence par https:// et mène à un site.",
        ),
        (filled(0, "Gardé", [], [("Site", "http://a.example")]), "L’adresse commence par https:// et mène à un site."),
        (filled(0, "Gardé", [], [("", "https://a.example")]), "Donnez un intitulé à cette adresse."),
        (filled(0, "Gardé", [], [("Site", "")]), "Donnez l’adresse de ce lien, ou videz son intitulé."),
        (filled(0, "Gardé", [], [("x" * 200, "https://a.example")]), "120 signes au plus ; il y en a 200."),
        (filled(0, "Gardé", [], [(f"L{n}", f"https://a.example/{n}") for n in range(11)]), "10 liens au plus."),
        (filled(0, "Gardé", **{"links-TOTAL_FORMS": "x"}), "puis rechargez la page"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_what_was_typed_is_kept(signed_in, where, data, sentence):
    answer = signed_in.post(url("edit_profile", where), data)
    assert answer.status_code == 200
    assert sentence in answer.text.replace("\u202f", " ")
    assert "Gardé" in answer.text
    assert "Rien n’est encore enregistré" in answer.text
    assert not TerritoryProfile.objects.exists()


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        (
            "<p>A &amp; B</p><ul><li><p>un</p></li><li><p>deux</p></li></ul><p>C<br>D</p>",
            "A & B\n\n- un\n- deux\n\nC\nD",
        ),
        ("<p>A <strong>B</strong></p><p>C</p>", "<p>A <strong>B</strong></p>\n<p>C</p>"),
    ],
)
def test_without_script_the_text_shows_as_one_types_it(signed_in, where, html, shown):
    write(where, 0, presentation=html)
    form = signed_in.get(url("edit_profile", where)).context["editing"].form
    assert form.initial["presentation"] == shown
    signed_in.post(url("edit_profile", where), filled(1, shown))
    assert stored(where).presentation == html
    assert TerritoryProfile.history.filter(territory=where).count() == 1


def test_a_form_sent_after_the_session_ended_says_so(client, signed_in, where):
    signed_in.logout()
    answer = signed_in.post(url("edit_profile", where), filled(0, "Perdu ?"), follow=True)
    assert "Votre session était terminée : rien n’a été enregistré." in answer.text
    assert answer.redirect_chain[0][0].endswith(f"next={url('edit_profile', where)}")
    assert "Votre session était terminée" not in client.get(url("edit_profile", where), follow=True).text
    assert not TerritoryProfile.objects.exists()


def test_a_form_from_before_a_new_sign_in_is_refused_without_bad_advice(referent, where):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(referent)
    answer = strict.post(url("edit_profile", where), filled(0, "Perdu ?"))
    assert answer.status_code == 403
    assert "Rien n’a été enregistré." in answer.text
    assert "Copiez-le d’abord" in answer.text


def test_the_browser_learns_which_of_its_drafts_was_saved(signed_in, where):
    page = signed_in.get(url("edit_profile", where))
    assert 'data-saved=""' in page.text
    assert re.search(rf'data-draft="\d+:{where.place.code.lower()}"', page.text)
    signed_in.post(url("edit_profile", where), filled(0, "A", draft="12-34-56" + "x" * 1000))
    assert 'data-saved="12-34-56xxx' in signed_in.get(url("edit_profile", where)).text


class TestTwoPeopleAtOnce:
    @pytest.fixture(autouse=True)
    def _other_saved(self, where):
        self.other = person("luc.petit@ales.test")
        mandate(self.other, where, "region")
        write(where, 0, presentation="<p>Le verre et le bois.</p>", sectors=["glass"])
        write(where, 1, presentation="<p>Le verre et l’acier.</p>", actor=self.other, minutes=5)

    def conflict(self, signed_in, where):
        return signed_in.post(url("edit_profile", where), filled(1, "Le verre et le papier.", ["glass", "wood"]))

    def test_the_second_sees_both_versions_and_keeps_their_text(self, signed_in, where):
        answer = self.conflict(signed_in, where)
        assert answer.status_code == 200
        assert "Luc Petit a enregistré une autre version le 24 novembre 2026 à 10:05" in answer.text
        theirs, mine = answer.text.split("Votre version", 1)
        assert "<ins>" in theirs
        assert "l’acier." in theirs
        assert "papier." in mine
        assert answer.context["editing"].form.initial["presentation"] == "Le verre et le papier."
        assert answer.context["editing"].form.initial["sectors"] == ["wood", "glass"]
        assert [dispute.name for dispute in answer.context["disputes"]] == ["presentation"]
        assert stored(where).presentation == "<p>Le verre et l’acier.</p>"

    @pytest.mark.parametrize(
        ("choice", "kept"),
        [("mine", "<p>Le verre, l’acier et le papier.</p>"), ("theirs", "<p>Le verre et l’acier.</p>")],
    )
    def test_one_takes_ones_own_the_others_or_a_mix(self, signed_in, where, choice, kept):
        version = self.conflict(signed_in, where).context["version"]
        mixed = filled(version, "Le verre, l’acier et le papier.", ["glass", "wood"], **{"choice-presentation": choice})
        answer = signed_in.post(url("edit_profile", where), mixed, follow=True)
        assert "La page est à jour" in answer.text
        assert stored(where) == Document(kept, ("wood", "glass"))

    def test_an_error_elsewhere_keeps_the_choice_that_was_made(self, signed_in, where):
        version = self.conflict(signed_in, where).context["version"]
        wrong = filled(version, "Le mien.", [], [("Site", "http://a.example")], **{"choice-presentation": "theirs"})
        answer = signed_in.post(url("edit_profile", where), wrong)
        assert "Rien n’est encore enregistré" in answer.text
        assert answer.context["editing"].form["presentation"].value() == "Le verre et l’acier."

    def test_links_of_the_other_are_taken_whole(self, signed_in, where):
        write(where, 2, links=[LINK, ("Autre", "https://autre.example/")], minutes=7)
        write(where, 3, links=[("Tiers", "https://tiers.example/")], minutes=8)
        mine = filled(3, "<p>Le verre et l’acier.</p>", ["glass"], [LINK])
        version = signed_in.post(url("edit_profile", where), mine).context["version"]
        signed_in.post(url("edit_profile", where), {**mine, "version": version, "choice-links": "theirs"})
        assert stored(where).links == (("Tiers", "https://tiers.example/"),)

    def test_filieres_and_links_of_both_are_proposed_and_kept(self, signed_in, where):
        other = ("Autre", "https://autre.example/")
        write(where, 2, sectors=["glass", "wood"], links=[LINK], minutes=7)
        mine = filled(3, "<p>Le verre et l’acier.</p>", ["glass", "agrifood"], [LINK, other])
        write(where, 3, sectors=["glass", "wood", "rail"], links=[LINK, ("Tiers", "https://tiers.example/")], minutes=8)
        page = signed_in.post(url("edit_profile", where), mine)
        for name in ("sectors", "links"):
            assert f'name="choice-{name}" value="both" id="choice-{name}-both" checked' in page.text
        both = {"version": page.context["version"], "choice-links": "both", "choice-sectors": "both"}
        signed_in.post(url("edit_profile", where), {**mine, **both})
        assert set(stored(where).sectors) == {"glass", "wood", "rail", "agrifood"}
        assert stored(where).links == (LINK, ("Tiers", "https://tiers.example/"), other)

    def test_links_of_both_beyond_ten_are_refused_and_none_is_lost(self, signed_in, where):
        theirs = [(f"L{n}", f"https://l.example/{n}") for n in range(6)]
        mine = [(f"M{n}", f"https://m.example/{n}") for n in range(6)]
        write(where, 2, links=theirs, minutes=7)
        data = filled(3, "<p>Le verre et l’acier.</p>", ["glass"], mine, **{"choice-links": "both"})
        answer = signed_in.post(url("edit_profile", where), data)
        assert "10 liens au plus." in answer.text
        for label, address in theirs + mine:
            assert f'value="{label}"' in answer.text
            assert address in answer.text

    def test_a_third_change_meanwhile_shows_the_choice_again(self, signed_in, where):
        version = self.conflict(signed_in, where).context["version"]
        write(where, 2, presentation="<p>Encore autre chose.</p>", minutes=9)
        answer = signed_in.post(url("edit_profile", where), filled(version, "Le mien."))
        assert answer.status_code == 200
        assert "Encore autre chose" in answer.text
        assert "Le mien." in answer.text

    def test_changes_of_other_fields_are_merged_and_said(self, signed_in, where):
        answer = signed_in.post(
            url("edit_profile", where), filled(1, "<p>Le verre et le bois.</p>", ["glass", "wood"]), follow=True
        )
        assert "vos changements et les siens (présentation) sont tous gardés" in answer.text
        assert stored(where) == Document("<p>Le verre et l’acier.</p>", ("wood", "glass"))

    @pytest.mark.parametrize("version", ["", "x", "-1", "999", "9" * 30, "١"])
    def test_a_spoiled_version_loses_nothing(self, signed_in, where, version):
        answer = signed_in.post(url("edit_profile", where), filled(version, "Le mien."))
        assert answer.status_code == 200
        assert "Le mien." in answer.text
        assert stored(where).presentation == "<p>Le verre et l’acier.</p>"


class TestVersions:
    @pytest.fixture(autouse=True)
    def _three_versions(self, where, referent):
        write(where, 0, presentation="Le verre.", actor=referent)
        write(where, 1, sectors=["glass"], actor=referent, minutes=1)
        write(where, 2, presentation="L’acier.", minutes=2)

    def test_the_list_says_who_when_and_what(self, signed_in, where):
        lines = signed_in.get(url("versions", where)).context["lines"]
        assert [(line.version, line.author, line.changed) for line in lines] == [
            (3, "", "Présentation"),
            (2, "Claire Martin", "Filières"),
            (1, "Claire Martin", "Présentation"),
        ]

    def test_two_versions_are_compared_in_words(self, signed_in, where):
        text = signed_in.get(url("compare_versions", where), {"de": "3", "a": "1"}).text
        assert "De la version 1 à la version 3" in text
        assert '<del><span class="fr-sr-only">[retiré : </span>Le verre.<span class="fr-sr-only">]</span></del>' in text
        assert "L’acier." in text
        assert "Verre et céramique" in text

    def test_a_change_of_formatting_alone_is_said(self, signed_in, where):
        write(where, 3, presentation="<p><strong>L’acier.</strong></p>", minutes=3)
        assert (
            "seule leur mise en forme change"
            in signed_in.get(url("compare_versions", where), {"de": "3", "a": "4"}).text
        )

    @pytest.mark.parametrize("query", [{}, {"de": "1"}, {"de": "x", "a": "1"}, {"de": "-1", "a": "1"}])
    def test_a_comparison_without_two_versions_asks_for_them(self, signed_in, where, query):
        answer = signed_in.get(url("compare_versions", where), query, follow=True)
        assert "Choisissez deux versions à comparer." in answer.text

    def test_an_unknown_version_does_not_exist(self, signed_in, where):
        assert signed_in.get(url("compare_versions", where), {"de": "1", "a": "9"}).status_code == 404
        assert signed_in.get(url("version", where, version=9)).status_code == 404
        assert signed_in.post(url("restore_version", where, version=9), {"version": "3"}).status_code == 404

    def test_restoring_makes_a_new_version_that_says_so(self, signed_in, where):
        answer = signed_in.post(url("restore_version", where, version=1), {"version": "3"}, follow=True)
        assert "La page est revenue à la version 1. C’est la version 4." in answer.text
        assert stored(where) == Document("<p>Le verre.</p>")
        assert signed_in.get(url("versions", where)).context["lines"][0].note == "Retour à la version 1"

    def test_restoring_what_changed_meanwhile_is_refused_and_explained(self, signed_in, where):
        answer = signed_in.post(url("restore_version", where, version=1), {"version": "2"}, follow=True)
        assert "rien n’a été rétabli" in answer.text
        assert stored(where).presentation == "<p>L’acier.</p>"

    def test_restoring_is_not_possible_by_get(self, signed_in, where):
        assert signed_in.get(url("restore_version", where, version=1)).status_code == 405

    @pytest.mark.parametrize("size", [4, 30])
    def test_the_list_asks_the_same_whatever_its_length(self, signed_in, where, size, django_assert_num_queries):
        for version in range(3, size):
            write(where, version, presentation=f"Texte {version}", minutes=version)
        with django_assert_num_queries(6):
            signed_in.get(url("versions", where))

    def test_an_older_page_compares_its_last_line_with_the_next_page(self, signed_in, where):
        for version in range(3, 30):
            write(where, version, presentation=f"Texte {version}", minutes=version)
        lines = signed_in.get(url("versions", where)).context["lines"]
        assert len(lines) == 20
        assert lines[-1].changed == "Présentation"
