"""A scheme's page, and the pages of its calls."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from funding.calendars.scopes import links_of_scheme
from funding.catalogue.loading import data_key
from funding.catalogue.places import TYPED, read_place
from funding.dates import PARAMETER, as_of
from funding.enums import EditorialState
from funding.models import Call, Scheme
from funding.presenters.places import kept_query, place_proposals
from funding.presenters.scheme_page import body_of, public_body
from funding.presenters.scheme_page import contacts as shown_contacts
from funding.presenters.timeline import shown_call
from territories.models import Place
from territories.presenters.pages import Link


class AtAPlace:
    """Pages that read otherwise at a place: `?lieu=COM-30007`, chosen by the field `ou`."""

    def get(self, request, *args, **kwargs):
        self.at = as_of(request)
        self.place_choice = read_place(request.GET)
        if TYPED in request.GET and not self.place_choice.error:
            return redirect(f"{request.path}{kept_query(request.GET, self.place_choice.place)}")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        choice = self.place_choice
        return super().get_context_data(
            place=choice,
            proposals=place_proposals(self.request.GET, choice),
            suffix=kept_query(self.request.GET, choice.place),
            others=[(PARAMETER, value)] if (value := self.request.GET.get(PARAMETER)) else [],
            **kwargs,
        )


@method_decorator(login_not_required, name="dispatch")
class SchemeView(AtAPlace, TemplateView):
    template_name = "funding/scheme.html"

    def get_context_data(self, **kwargs):
        body = self._body(self.place_choice.place)
        if body is None:
            raise Http404
        return super().get_context_data(
            body=body,
            scope=links_of_scheme(self.kwargs["slug"], body.name) if body.is_public else None,
            links=[Link("Aides et appels", reverse("funding:catalogue") + kept_query(self.request.GET, None))],
            **kwargs,
        )

    def _body(self, place: Place | None):
        """Kept for visitors; made at each visit at a place, and for drafts, which are for the délégation only."""
        slug = self.kwargs["slug"]
        if place is None and (body := public_body(data_key(), slug, self.at)) is not None:
            return body
        scheme = Scheme.objects.visible_to(self.request.user).filter(slug=slug).order_by("pk").first()
        return None if scheme is None else body_of(scheme, self.at, place)


@method_decorator(login_not_required, name="dispatch")
class CallView(AtAPlace, TemplateView):
    template_name = "funding/call.html"

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        schemes = Scheme.objects.visible_to(request.user)
        self.call = (
            Call.objects.filter(scheme__slug=kwargs["slug"], slug=kwargs["call"], scheme__in=schemes)
            .select_related("scheme", "variant_of")
            .prefetch_related("rounds", "variants", "scheme__contacts__organisation")
            .order_by("pk")
            .first()
        )
        if self.call is None:
            raise Http404

    def get_context_data(self, **kwargs):
        call, scheme, place = self.call, self.call.scheme, self.place_choice.place
        variants = sorted(call.variants.all(), key=lambda row: (row.name, row.pk))
        contacts = sorted(scheme.contacts.all(), key=lambda row: row.pk)
        codes = {code for row in (call, *contacts, *variants) for code in (*row.included_codes, *row.excluded_codes)}
        names = Place.objects.names_by_code(codes)
        for variant in variants:
            variant.scheme = scheme
        variant_of = call.variant_of.name if call.variant_of else ""
        kwargs["call"] = shown_call(call, self.at, names, variant_of=variant_of, is_hidden=False)
        return super().get_context_data(
            national=self._national(),
            variants=variants,
            scheme=scheme,
            follow_url=self._follow_url(),
            scope=links_of_scheme(scheme.slug, scheme.name) if scheme.state in EditorialState.public else None,
            contacts=shown_contacts(contacts, names, place),
            links=[
                Link("Aides et appels", reverse("funding:catalogue")),
                Link(scheme.name, scheme.get_absolute_url() + kept_query(self.request.GET, place)),
            ],
            **kwargs,
        )

    def _follow_url(self) -> str:
        if self.call.scheme.state != EditorialState.PUBLISHED:
            return ""
        return reverse("funding:follow_call", args=[self.call.scheme.slug, self.call.slug])

    def _national(self) -> Call | None:
        national = self.call.variant_of
        if national is not None:
            national.scheme = self.call.scheme
        return national
