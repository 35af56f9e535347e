"""The page of an event: everything through the use cases, refused as it was typed, told to those who registered."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from events.models import Event, EventInvitation, Registration, Series
from tests.events.people import event, registration
from tests.funding.admin.pages import filled
from tests.territories.people import person
from ti_portal.core.models import OutboxMessage
from ti_portal.core.spreadsheets import read_table

ADD = "/administration/events/event/add/"


def change_url(where: Event) -> str:
    return reverse("admin:events_event_change", args=[where.pk])


def coming(**changes) -> Event:
    starts = timezone.now().replace(microsecond=0) + timedelta(days=7)
    return event(**{"starts_at": starts, "ends_at": starts + timedelta(hours=2), "summary": "Une heure.", **changes})


NEW = {
    "title": "Séminaire de Cayenne",
    "kind": "seminar",
    "summary": "Une heure pour comprendre.",
    "zone": "America/Cayenne",
    "starts_at": "2027-03-01T09:00",
    "ends_at": "2027-03-01T11:00",
    "place": "REG-03",
    "sequences-0-title": "Ouverture",
    "sequences-0-minutes": "20",
    "sequences-0-text": "Deux mots.\n\n<script>alert(1)</script>",
    "documents-0-label": "Dossier",
    "documents-0-url": "exemple.fr/dossier.pdf",
    "partners-0-name": "Région",
}


def test_an_event_is_written_with_its_lists_at_the_hour_of_its_place(office):
    response = office.post(ADD, {**filled(office, ADD), **NEW, "_move": "publish"})

    made = Event.objects.get(slug="seminaire-de-cayenne")
    assert response.url == change_url(made)
    assert (made.state, made.starts_at.isoformat()) == ("published", "2027-03-01T12:00:00+00:00")
    assert made.place.code == "REG-03"
    sequence = made.sequences.get()
    assert (sequence.title, sequence.minutes, sequence.text) == ("Ouverture", 20, "<p>Deux mots.</p>")
    assert made.documents.get().url == "https://exemple.fr/dossier.pdf"
    assert made.partners.get().name == "Région"


def test_a_change_is_told_and_saying_the_same_again_is_not(office):
    where = coming()
    registration(where)
    url = change_url(where)
    office.post(url, filled(office, url, title="Autre titre"))
    office.post(url, filled(office, url))

    where.refresh_from_db()
    assert (where.title, where.changes.count()) == ("Autre titre", 1)


def test_somebody_else_s_version_is_not_overwritten(office):
    where = coming()
    url = change_url(where)
    data = filled(office, url, title="Le mien")
    Event.objects.filter(pk=where.pk).update(version=9, title="Le leur")

    page = office.post(url, data).content.decode()

    assert "Une autre personne a modifié" in page
    assert 'value="Le mien"' in page
    assert Event.objects.get(pk=where.pk).title == "Le leur"


def test_what_is_refused_is_shown_with_what_was_typed(office):
    page = office.post(ADD, {**filled(office, ADD), **NEW, "ends_at": "2027-03-01T08:00"}).content.decode()

    assert "La rencontre finit avant de commencer" in page
    assert "Séminaire de Cayenne" in page
    assert not Event.objects.filter(slug="seminaire-de-cayenne").exists()


def test_a_speaker_of_a_sequence_that_goes_stays_without_it(office):
    where = coming()
    sequence = where.sequences.create(title="Ouverture", position=1)
    where.speakers.create(name="Claire", position=1, sequence=sequence)
    url = change_url(where)

    office.post(url, filled(office, url, **{"sequences-0-DELETE": "on"}))

    assert not where.sequences.exists()
    assert where.speakers.get().sequence_id is None


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("virus.exe", b"MZ", "pas accepté"),
        ("dossier.pdf", b"<html>", "pas celui d’un fichier PDF"),
        ("vide.pdf", b"", "vide"),
    ],
)
def test_a_bad_file_is_refused_at_its_field(office, name, content, words):
    where = coming()
    url = change_url(where)
    sent = {"documents-0-label": "Dossier", "documents-0-file": SimpleUploadedFile(name, content)}

    page = office.post(url, filled(office, url, **sent)).content.decode()

    assert words in page
    assert not where.documents.exists()


def test_cancelling_takes_a_reason_and_is_told(office):
    where = coming()
    registration(where)
    url = reverse("admin:events_event_cancel", args=[where.pk])

    assert "Dites pourquoi" in office.post(url, {"reason": " "}).content.decode()
    assert office.post(url, {"reason": "Salle inondée."}).url == change_url(where)

    where.refresh_from_db()
    assert (where.state, where.cancelled_because, where.changes.get().is_cancelled) == (
        "cancelled", "Salle inondée.", True,
    )  # fmt: skip


def test_the_list_publishes_and_says_what_is_missing(office):
    ready, bare = coming(state="draft"), coming(state="draft", summary="")
    url = reverse("admin:events_event_changelist")
    page = office.post(url, {"action": "publish", "_selected_action": [ready.pk, bare.pk]}, follow=True)

    assert "Dites la rencontre en une phrase" in page.content.decode()
    states = Event.objects.filter(pk__in=[ready.pk, bare.pk]).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["published", "draft"]


def test_only_a_draft_is_deleted(office):
    made, shown = coming(state="draft"), coming()
    for where in (made, shown):
        office.post(reverse("admin:events_event_delete", args=[where.pk]), {"post": "yes"})

    assert list(Event.objects.filter(pk__in=[made.pk, shown.pk])) == [shown]


def test_what_is_typed_of_a_series_is_shown_as_words_alone(office, client):
    url = reverse("admin:events_series_add")
    words = "<script>alert(1)</script><p onclick='x()'>Chaque mois.</p>"
    given = {"name": "Un cycle", "slug": "un-cycle", "kind": "seminar", "is_running": "on"}
    office.post(url, {**given, "description": words, "call_for_testimonies": "Écrivez-nous.\n\n- ici\n- là"})

    made = Series.objects.get(slug="un-cycle")
    assert (made.description, made.call_for_testimonies) == (
        "<p>Chaque mois.</p>", "<p>Écrivez-nous.</p><ul><li><p>ici</p></li><li><p>là</p></li></ul>",
    )  # fmt: skip
    page = client.get(made.get_absolute_url()).content.decode()
    assert "<p>Chaque mois.</p>" in page
    assert "alert(1)" not in page
    change = office.get(reverse("admin:events_series_change", args=[made.pk])).context["adminform"].form
    assert change["call_for_testimonies"].value() == "Écrivez-nous.\n\n- ici\n- là"


def test_texts_are_shown_to_be_typed_again_and_stay_when_nothing_is_changed(office):
    where = coming()
    text = "<p>Deux mots.</p><p>Et <strong>trois</strong>.</p>"
    where.sequences.create(title="Ouverture", text="<p>Un mot.</p><ul><li><p>ici</p></li></ul>")
    where.sequences.create(title="Suite", text=text, position=1)
    given = filled(office, change_url(where))
    assert given["sequences-0-text"] == "Un mot.\n\n- ici"
    assert given["sequences-1-text"] == "<p>Deux mots.</p>\n<p>Et <strong>trois</strong>.</p>"
    office.post(change_url(where), {name: str(value).replace("\n", "\r\n") for name, value in given.items()})
    assert list(where.sequences.order_by("position").values_list("text", flat=True))[1] == text
    assert not where.changes.exists()


def test_the_next_edition_of_a_series_overseas_is_named_by_its_own_day(office):
    starts = datetime(2027, 1, 13, 1, tzinfo=UTC)  # the evening of Tuesday 12 in Cayenne
    series = Series.objects.create(name="Séminaire du soir", slug="seminaire-du-soir", kind="seminar")
    event(series=series, zone="America/Cayenne", starts_at=starts, ends_at=starts + timedelta(hours=1))
    url = reverse("admin:events_series_changelist")

    page = office.post(url, {"action": "prepare_next", "_selected_action": [series.pk]}, follow=True).content.decode()

    assert "édition du 09/02/2027 préparée" in page
    labels = office.get(reverse("admin:events_poll_changelist")).content.decode()
    assert "(12/01/2027)" in labels


def test_the_next_edition_of_a_series_is_a_draft_a_month_later(office):
    series = Series.objects.create(name="Séminaire", slug="seminaire-essai", kind="seminar")
    last = coming(series=series)
    last.sequences.create(title="Ouverture", position=1, minutes=10)
    url = reverse("admin:events_series_changelist")

    office.post(url, {"action": "prepare_next", "_selected_action": [series.pk]})

    made = Event.objects.filter(series=series).exclude(pk=last.pk).get()
    weeks = (made.starts_at.date() - last.starts_at.date()).days
    assert (made.state, weeks in (28, 35), made.sequences.get().title) == ("draft", True, "Ouverture")


class TestAttendance:
    def test_one_button_a_person_and_saying_it_again_changes_nothing(self, office):
        where = coming()
        someone = registration(where, last_name="Élan", organisation="Usine")
        registration(where, last_name="Autre")
        registration(where, last_name="Attente", state="waiting")
        url = reverse("admin:events_event_attendance", args=[where.pk])

        page = office.get(url).content.decode()
        assert "Attente" not in page
        assert page.count("Est là") == 2
        assert "Autre" not in office.get(url, {"q": "elan usine"}).content.decode()

        sent = {"inscription": someone.pk, "venue": "oui", "q": "elan"}
        assert office.post(url, sent).url == f"{url}?q=elan#inscription-{someone.pk}"
        assert office.post(url, {**sent, "q": "R&D"}).url == f"{url}?q=R%26D#inscription-{someone.pk}"
        someone.refresh_from_db()
        first = someone.attended_at
        office.post(url, sent)
        someone.refresh_from_db()
        assert someone.attended_at == first
        office.post(url, {**sent, "venue": "non"})
        someone.refresh_from_db()
        assert someone.attended_at is None

    def test_somebody_of_another_event_is_not_there(self, office):
        url = reverse("admin:events_event_attendance", args=[coming().pk])
        other = registration(coming())

        assert office.post(url, {"inscription": other.pk, "venue": "oui"}).status_code == 404
        assert office.post(url, {"inscription": "x"}).status_code == 404

    def test_the_list_notes_many_at_once(self, office):
        where = coming()
        rows = [registration(where), registration(where, state="waiting")]
        url = reverse("admin:events_registration_changelist")

        office.post(url, {"action": "note_presence", "_selected_action": [row.pk for row in rows]})

        assert Registration.objects.filter(attended_at__isnull=False).count() == 1

    def test_the_list_gives_places_back_and_says_what_it_left(self, office):
        where, over = coming(), event(title="Hier", state="finished")
        rows = [registration(where), registration(where, state="cancelled"), registration(over)]
        url = reverse("admin:events_registration_changelist")

        page = office.post(
            url, {"action": "cancel_places", "_selected_action": [row.pk for row in rows]}, follow=True
        ).content.decode()

        assert "1 inscription annulée." in page
        assert "Hier : Cette rencontre est passée ou annulée" in page
        assert list(Registration.objects.order_by("pk").values_list("state", flat=True)) == [
            "cancelled", "cancelled", "registered",
        ]  # fmt: skip


class TestExport:
    @pytest.mark.parametrize("form", ["0", "1"])
    def test_the_list_is_exported_without_harm(self, office, form):
        where = coming()
        registration(where, last_name="=1+1", organisation="@usine")
        registration(coming(), last_name="Autre")
        url = f"{reverse('admin:events_registration_export')}?rencontre={where.pk}"
        fields = office.get(url).context["form"]
        data = {field.html_name: field.value() for field in fields if field.name != "format" and field.value()}

        content = office.post(url, {"format": form, **data}).content

        table = read_table(content)
        (row,) = [dict(zip(table.headers, one.cells, strict=True)) for one in table.rows]
        assert (row["Rencontre"], row["Nom"], row["Organisme"]) == (where.title, "=1+1", "@usine")
        if form == "1":
            assert b"'=1+1" in content
            assert b"'@usine" in content

    def test_it_is_for_the_delegation_and_nobody_is_imported(self, client, office):
        assert office.get("/administration/events/registration/import/").status_code == 403
        client.force_login(person())
        assert client.get("/administration/events/registration/export/").status_code in (302, 403)


class TestInvitations:
    def test_addresses_are_invited_once_and_each_gets_its_link(self, office):
        where = coming(visibility="invitation")
        url = reverse("admin:events_event_invite", args=[where.pk])
        sent = {"addresses": "Ana <Ana@Exemple.test>, bo@exemple.test\nana@exemple.test"}

        page = office.post(url, {"addresses": "ana@exemple.test\npas une adresse"}).content.decode()
        assert "« pas une adresse »" in page
        assert not where.invitations.exists()
        office.post(url, sent)
        office.post(url, sent)

        invited = {one.email: one.secret for one in EventInvitation.objects.filter(event=where)}
        assert set(invited) == {"ana@exemple.test", "bo@exemple.test"}
        messages = {message.recipient: message.text_body for message in OutboxMessage.objects.all()}
        assert {
            email: f"/rencontres/invitations/{invited[email]}/" in messages[email] for email in invited
        } == dict.fromkeys(invited, True)
        assert len(messages) == OutboxMessage.objects.count() == 2

    def test_an_event_that_is_not_published_invites_nobody(self, office):
        where = coming(state="draft")
        page = office.post(reverse("admin:events_event_invite", args=[where.pk]), {"addresses": "a@b.fr"})

        assert "publiée et à venir" in page.content.decode()

    def test_an_invitation_is_taken_back(self, office, client):
        where = coming(visibility="invitation")
        made = EventInvitation.objects.create(event=where, email="a@b.fr", secret="s" * 43, created_at=timezone.now())
        url = reverse("admin:events_eventinvitation_changelist")

        office.post(url, {"action": "send_again", "_selected_action": [made.pk]})
        office.post(url, {"action": "withdraw", "_selected_action": [made.pk]})

        assert OutboxMessage.objects.count() == 1
        assert client.get(f"/rencontres/invitations/{made.secret}/").status_code == 404


def test_no_place_at_all_is_refused_at_its_field(office):
    where = coming(capacity=3)
    answer = office.post(change_url(where), {**filled(office, change_url(where)), "capacity": "0"})
    assert "Une place au moins" in str(answer.context["adminform"].form.errors["capacity"])
    where.refresh_from_db()
    assert where.capacity == 3


@pytest.mark.parametrize(("capacity", "is_told"), [("1", True), ("2", False), ("", False)])
def test_fewer_places_than_people_is_said_and_nobody_is_sent_away(office, capacity, is_told):
    where = coming()
    for _ in range(2):
        registration(where)
    page = office.post(change_url(where), {**filled(office, change_url(where)), "capacity": capacity}, follow=True)
    assert ("2 personnes ont déjà une place" in page.content.decode()) is is_told
    assert where.registrations.registered().count() == 2
