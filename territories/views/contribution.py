"""The people of a territory change its page, read its versions, compare and restore them."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from territories import profiles, rich_text
from territories.forms.profile import JOINED, ProfileEditing
from territories.models import Territory, TerritoryProfile
from territories.permissions import can_edit_profile, can_restore_profile, can_see_history
from territories.presenters.versions import (
    LABELS,
    FieldComparison,
    compare_documents,
    compare_field,
    labels_of,
    lines_of,
    person_name,
    version_lines,
)
from territories.profiles import Document, EditConflict

VERSIONS_PER_PAGE = 20
SAVED_DRAFT = "saved_draft"  # key in the session
MAX_DRAFT_MARK = 40


class TerritoryOfOnes(View):
    """A page about a territory of one's own mandates (any, for the délégation); elsewhere it does not exist."""

    may = staticmethod(can_see_history)

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.today = timezone.localdate()
        territories = Territory.objects.editable_by(request.user, on=self.today).select_related("place", "profile")
        self.territory = get_object_or_404(territories, place__code=kwargs["code"].upper())
        self.code = self.territory.place.code.lower()

    def dispatch(self, request, *args, **kwargs):
        if not self.may(request.user, self.territory, self.today):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def profile(self) -> TerritoryProfile:
        """The profile as it stands; version 0, empty, when nobody wrote anything yet."""
        return getattr(self.territory, "profile", None) or TerritoryProfile(territory=self.territory, version=0)

    def url(self, name: str, **kwargs) -> str:
        return reverse(f"territories:{name}", kwargs={"code": self.code, **kwargs})

    def page(self, template: str, *, trail: tuple[tuple[str, str], ...] = (), **context) -> HttpResponse:
        place = self.territory.place
        context |= {
            "territory": self.territory,
            "code": self.code,
            "links": [
                ("Territoires d’industrie", reverse("territories:list")),
                (place.name, place.get_absolute_url()),
                *trail,
            ],
        }
        return render(self.request, f"territories/contribution/{template}", context)

    def document_at(self, version: int) -> Document:
        """Raises Http404 for a version that was never written."""
        if version == 0:
            return Document()
        row = TerritoryProfile.history.filter(territory=self.territory, version=version)
        row = row.order_by("-history_date", "-history_id").first()
        if row is None:
            raise Http404
        return Document.of(row)


@dataclass(frozen=True)
class Dispute:
    """One field of a conflict: what each of the two changed since the version both started from."""

    name: str
    label: str
    theirs: FieldComparison
    mine: FieldComparison
    choice: str
    may_join: bool


class ProfileEditView(TerritoryOfOnes):
    may = staticmethod(can_edit_profile)

    def get(self, request, code: str) -> HttpResponse:
        profile = self.profile
        return self.show(ProfileEditing(document=Document.of(profile), version=profile.version))

    def post(self, request, code: str) -> HttpResponse:
        editing = ProfileEditing(request.POST, document_at=self.document_at)
        if not editing.is_valid():
            return self.show(editing)
        try:
            outcome = profiles.update_profile(
                territory_id=self.territory.pk,
                changes=editing.changes,
                based_on_version=editing.version,
                actor=request.user,
                at=timezone.now(),
            )
        except EditConflict as conflict:
            return self.show_conflict(conflict)
        # Tells the browser's own copy of the text (drafts.js) that it is of no more use.
        request.session[SAVED_DRAFT] = request.POST.get("draft", "")[:MAX_DRAFT_MARK]
        messages.success(request, _said(outcome))
        return redirect(self.territory.place.get_absolute_url())

    def show(self, editing: ProfileEditing) -> HttpResponse:
        saved_draft = self.request.session.get(SAVED_DRAFT, "")
        return self.page("edit.html", editing=editing, version=editing.version, saved_draft=saved_draft)

    def show_conflict(self, conflict: EditConflict) -> HttpResponse:
        """Both versions side by side; the person's own text stays in the form, which now starts from the newest."""
        editing = ProfileEditing(document=conflict.mine, version=conflict.version)
        base = conflict.base if conflict.base is not None else conflict.current
        disputes = [
            Dispute(
                name=name,
                label=LABELS[name],
                theirs=compare_field(base, conflict.current, name),
                mine=compare_field(base, conflict.mine, name),
                choice=f"choice-{name}",
                may_join=name in JOINED,
            )
            for name in conflict.fields
        ]
        return self.page(
            "conflict.html",
            trail=(("Modifier la page", self.url("edit_profile")),),
            editing=editing,
            version=conflict.version,
            disputes=disputes,
            disputed=[dispute.name for dispute in disputes],
            merged=labels_of(conflict.merged),
            other=person_name(conflict.by) or "une autre personne",
            at=conflict.at,
        )


def _said(outcome: profiles.Outcome) -> str:
    if not outcome.changed:
        return "La page disait déjà cela : rien n’a changé."
    if outcome.merged:
        kept = labels_of(outcome.merged).lower()
        return (
            "La page est à jour. Quelqu’un d’autre l’avait modifiée en même temps que vous : "
            f"vos changements et les siens ({kept}) sont tous gardés."
        )
    return "La page est à jour. Vos changements sont publiés."


class VersionListView(TerritoryOfOnes):
    def get(self, request, code: str) -> HttpResponse:
        history = TerritoryProfile.history.filter(territory=self.territory).select_related("history_user")
        history = history.order_by("-version", "-history_id")
        paginator = Paginator(history, VERSIONS_PER_PAGE)
        page = paginator.get_page(request.GET.get("page"))
        # One more than the page shows: the oldest line is compared with it.
        start = page.start_index() - 1 if paginator.count else 0
        lines = version_lines(list(history[start : start + VERSIONS_PER_PAGE + 1]))[:VERSIONS_PER_PAGE]
        page.elided = paginator.get_elided_page_range(page.number)
        return self.page("versions.html", page=page, lines=lines, current=self.profile.version)


class VersionView(TerritoryOfOnes):
    """One older version, what has changed since, and the button that brings it back."""

    def get(self, request, code: str, version: int) -> HttpResponse:
        row = TerritoryProfile.history.filter(territory=self.territory, version=version)
        row = row.select_related("history_user").order_by("-history_date", "-history_id").first()
        if row is None:
            raise Http404
        current = self.profile
        return self.page(
            "version.html",
            trail=(("Versions", self.url("versions")),),
            here=f"Version {version}",
            version=version,
            current=current.version,
            document=Document.of(row),
            presentation=rich_text.sanitise(row.presentation),
            sectors=lines_of(Document.of(row), "sectors"),
            at=row.history_date,
            author=person_name(row.history_user),
            comparisons=compare_documents(Document.of(current), Document.of(row)),
            is_same=Document.of(current) == Document.of(row),
        )


class CompareView(TerritoryOfOnes):
    def get(self, request, code: str) -> HttpResponse:
        before, after = (_number(request.GET.get(name, "")) for name in ("de", "a"))
        if before is None or after is None:
            messages.warning(request, "Choisissez deux versions à comparer.")
            return redirect(self.url("versions"))
        before, after = sorted((before, after))
        return self.page(
            "compare.html",
            trail=(("Versions", self.url("versions")),),
            before=before,
            after=after,
            current=self.profile.version,
            comparisons=compare_documents(self.document_at(before), self.document_at(after)),
        )


class RestoreView(TerritoryOfOnes):
    may = staticmethod(can_restore_profile)

    def post(self, request, code: str, version: int) -> HttpResponse:
        based_on = _number(request.POST.get("version", ""))
        try:
            outcome = profiles.restore_version(
                territory_id=self.territory.pk,
                version=version,
                based_on_version=profiles.UNKNOWN_VERSION if based_on is None else based_on,
                actor=request.user,
                at=timezone.now(),
            )
        except TerritoryProfile.DoesNotExist:
            raise Http404 from None
        except EditConflict as conflict:
            by = person_name(conflict.by) or "une autre personne"
            messages.warning(
                request,
                f"La page a été modifiée entre-temps par {by} : rien n’a été rétabli. "
                "Voici ce qui diffère maintenant ; vous pouvez rétablir cette version ou garder la page.",
            )
            return redirect(self.url("version", version=version))
        if outcome.changed:
            messages.success(
                request, f"La page est revenue à la version {version}. C’est la version {outcome.version}."
            )
        else:
            messages.info(request, "La page disait déjà cela : rien n’a changé.")
        return redirect(self.territory.place.get_absolute_url())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
