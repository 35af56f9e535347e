"""« Mes suivis » : in one's own space, or by the secret address that is in each mail.

The secret is the whole authority of these addresses, whoever is signed in: what they change needs no CSRF token, and
no cookie. Forms answer by a redirect to the page with `?fait=…`, which says what was done.
"""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView, View

from funding import follows, subscribers
from funding.enums import StopReason
from funding.forms.follows import NewAddressForm, PreferencesForm
from funding.models import Subscriber
from funding.presenters.follows import in_words, shown_follows
from funding.subscribers import VALID_FOR, LinkRefused
from funding.throttle import may, within
from funding.views.check_kept import HOUR, too_often
from funding.views.follow import ASKS_AN_HOUR, ASKS_OF_AN_ADDRESS_A_DAY, DAY, NotIndexed

DONE = {
    "suivi": "C’est noté : vous serez au courant de ce qui change.",
    "retire": "C’est retiré de vos suivis.",
    "enregistre": "Vos préférences sont enregistrées.",
    "repris": "Les envois reprennent, à partir de maintenant.",
    "arrete": "Plus aucun courriel ne partira. Vos suivis restent là si vous voulez reprendre.",
    "demande": "Un lien de confirmation part vers la nouvelle adresse. Jusque-là, rien ne change.",
    "adresse": "Vos suivis ont maintenant cette adresse.",
}


def page_of(subscriber: Subscriber | None, request, **forms) -> dict:
    """What the page of somebody's follows shows."""
    context = {"subscriber": subscriber, "done": DONE.get(request.GET.get("fait", "")), **forms}
    if subscriber is None:
        return context
    initial = {"frequency": subscriber.frequency, "kinds": subscriber.kinds, "zone": subscriber.zone}
    return {
        "follows": shown_follows(subscriber),
        "form": PreferencesForm(initial=initial),
        "address_form": NewAddressForm(prefix="nouvelle"),
        "is_bounced": subscriber.stop_reason == StopReason.BOUNCED,
        "token": subscriber.secret,
        **context,
    }


@method_decorator(never_cache, name="dispatch")
class MyFollowsView(TemplateView):
    """The same page, in one's own space."""

    template_name = "funding/follows/mine.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        subscriber = Subscriber.objects.filter(user=user).select_related("user").order_by("pk").first()
        return super().get_context_data(**page_of(subscriber, self.request), **kwargs)


@method_decorator([login_not_required, csrf_exempt, never_cache], name="dispatch")
class BySecret(NotIndexed, View):
    """Whoever has the secret address; anybody else finds nothing."""

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        rows = Subscriber.objects.select_related("user")
        self.subscriber = get_object_or_404(rows, secret=kwargs["token"])

    def done(self, what: str) -> HttpResponse:
        """To the page, in one's own space for whoever is signed in as this person."""
        is_own = self.request.user.is_authenticated and self.request.user.pk == self.subscriber.user_id
        page = reverse("funding:my_follows" if is_own else "funding:preferences", args=[] if is_own else [self.secret])
        return redirect(f"{page}?fait={what}")

    @property
    def secret(self) -> str:
        return self.subscriber.secret

    def show(self, template: str, **context) -> HttpResponse:
        context = {"subscriber": self.subscriber, "token": self.secret, **context}
        return render(self.request, f"funding/follows/{template}", context)


class PreferencesView(BySecret):
    """GET: what one follows and wants. POST: what one wants from now on."""

    def get(self, request, *args, **kwargs) -> HttpResponse:
        return self.show("preferences.html", **page_of(self.subscriber, request))

    def post(self, request, *args, **kwargs) -> HttpResponse:
        form = PreferencesForm(request.POST)
        if form.is_valid():
            try:
                subscribers.save_preferences(subscriber_id=self.subscriber.pk, at=timezone.now(), **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return self.done("enregistre")
        shown = page_of(self.subscriber, request, form=form)
        return self.show("preferences.html", **shown)


class NewAddressView(BySecret):
    """POST: another address, to which a link goes; the answer tells nothing of it."""

    def get(self, request, *args, **kwargs) -> HttpResponse:
        return redirect("funding:preferences", self.secret)

    def post(self, request, *args, **kwargs) -> HttpResponse:
        form = NewAddressForm(request.POST, prefix="nouvelle")
        if form.is_valid():
            if not may(request, "follow", times=ASKS_AN_HOUR, seconds=HOUR):
                return too_often(request)
            email = form.cleaned_data["email"]
            try:
                if within(email.lower(), "follow-address", times=ASKS_OF_AN_ADDRESS_A_DAY, seconds=DAY):
                    subscribers.ask_new_address(subscriber_id=self.subscriber.pk, email=email, at=timezone.now())
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return self.done("demande")
        shown = page_of(self.subscriber, request, address_form=form)
        return self.show("preferences.html", **shown)


class UnfollowView(BySecret):
    """One thing no more. GET, from a mail: a page with a button."""

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        rows = self.subscriber.follows.with_targets()
        self.follow = rows.filter(pk=kwargs["follow"]).order_by("pk").first()

    def get(self, request, *args, **kwargs) -> HttpResponse:
        followed = in_words(self.follow.target) if self.follow else None
        return self.show("unfollow.html", followed=followed)

    def post(self, request, *args, **kwargs) -> HttpResponse:
        follows.unfollow(subscriber_id=self.subscriber.pk, follow_id=kwargs["follow"])
        return self.done("retire")


class ConfirmPendingView(BySecret):
    """POST: count a follow that waits for its confirmation."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs) -> HttpResponse:
        try:
            follows.confirm_follow(subscriber_id=self.subscriber.pk, follow_id=kwargs["follow"], at=timezone.now())
        except LinkRefused as error:
            raise Http404 from error
        return self.done("suivi")


class UnsubscribeView(BySecret):
    """Everything no more. GET: a page with a button. POST: done, at once, without cookie nor redirect (RFC 8058)."""

    def get(self, request, *args, **kwargs) -> HttpResponse:
        return self.show("unsubscribe.html", is_stopped=self.subscriber.stopped_at is not None)

    def post(self, request, *args, **kwargs) -> HttpResponse:
        subscribers.stop(subscriber_id=self.subscriber.pk, reason=StopReason.UNSUBSCRIBED, at=timezone.now())
        return self.show("unsubscribe.html", is_stopped=True)


class ResumeView(BySecret):
    http_method_names = ["post"]

    def post(self, request, *args, **kwargs) -> HttpResponse:
        subscribers.resume(subscriber_id=self.subscriber.pk)
        return self.done("repris")


class ForgetView(BySecret):
    """Delete the address and what it follows. GET: a page with a button. Accounts are deleted elsewhere."""

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        if self.subscriber.user_id:
            raise Http404

    def get(self, request, *args, **kwargs) -> HttpResponse:
        return self.show("forget.html")

    def post(self, request, *args, **kwargs) -> HttpResponse:
        subscribers.forget(subscriber_id=self.subscriber.pk)
        return render(request, "funding/follows/forgotten.html")


@method_decorator([login_not_required, csrf_exempt, never_cache], name="dispatch")
class ConfirmAddressView(NotIndexed, TemplateView):
    """What the link sent to a new address opens: a page with a button."""

    template_name = "funding/follows/confirm_address.html"

    def dispatch(self, request, *args, **kwargs) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)
        except LinkRefused:
            return render(request, "funding/follows/refused.html", {"days": VALID_FOR.days}, status=HTTPStatus.GONE)

    def get_context_data(self, **kwargs):
        _, email = subscribers.find_address(token=self.kwargs["token"], at=timezone.now())
        return super().get_context_data(email=email, **kwargs)

    def post(self, request, *args, **kwargs) -> HttpResponse:
        subscriber = subscribers.confirm_new_address(token=self.kwargs["token"], at=timezone.now())
        return redirect(f"{reverse('funding:preferences', args=[subscriber.secret])}?fait=adresse")
