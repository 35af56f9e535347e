"""The délégation reads which published addresses no longer answer, and where to mend them."""

from datetime import UTC, date, datetime

from django.urls import reverse

from funding.models import LinkProbe
from tests.funding.drafts import published

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
DEAD = {"state": "dead", "first_failed_on": date(2026, 11, 3), "last_failed_on": date(2026, 11, 10), "next_at": NOW}


def test_dead_pages_are_listed_with_their_first_day_and_where_they_are_published(office):
    scheme = published(rows={"links": [{"kind": "official", "label": "Page", "url": "https://exemple.fr/partie"}]})
    probe = LinkProbe.objects.create(url="https://exemple.fr/partie", reason="not_found", status=404, **DEAD)
    LinkProbe.objects.create(url="https://exemple.fr/vivante", state="alive", next_at=NOW)
    listed = reverse("admin:funding_linkprobe_changelist")

    page = office.get(listed).content.decode()

    assert "3 novembre 2026" in page
    assert "Il n’y a plus de document à cette adresse. (Réponse 404.)" in page
    assert reverse("admin:funding_scheme_change", args=[scheme.pk]) in page
    assert "exemple.fr/vivante" not in page
    assert "exemple.fr/vivante" in office.get(listed, {"etat": "all"}).content.decode()
    assert "exemple.fr/partie" not in office.get(listed, {"etat": "alive"}).content.decode()
    change = office.get(reverse("admin:funding_linkprobe_change", args=[probe.pk])).content.decode()
    assert scheme.name in change


def test_the_home_counts_dead_pages(office):
    assert "ne répond plus" not in office.get("/administration/").content.decode()
    LinkProbe.objects.create(url="https://exemple.fr/partie", **DEAD)
    assert "1 page publiée ne répond plus" in office.get("/administration/").content.decode()
