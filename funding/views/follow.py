"""« Suivre » : at once for a verified account, by a link to confirm for anybody else.

The form that takes an address has no CSRF token, whose cookie would be a visitor's only one: see `check_kept`. The
button of a signed-in person has one.
"""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView, TemplateView

from funding import follows
from funding.follows import FOLLOWED_PLACES, Target, link_of
from funding.forms.follows import AskForm
from funding.models import Call, Follow, KeptCheck, Scheme
from funding.presenters.follows import in_words
from funding.subscribers import VALID_FOR, AddressNotVerified, LinkRefused, is_verified
from funding.throttle import may, within
from funding.views.check_kept import HOUR, is_from_here, too_often
from territories.models import Place

ASKS_AN_HOUR = 10
ASKS_OF_AN_ADDRESS_A_DAY = 5
DAY = 24 * HOUR


def find_call(slug: str, call: str) -> Call | None:
    found = Call.objects.filter(scheme__slug=slug, slug=call, scheme__in=Scheme.objects.published())
    return found.select_related("scheme").order_by("pk").first()


def find_scheme(slug: str) -> Scheme | None:
    return Scheme.objects.published().filter(slug=slug).order_by("pk").first()


def find_place(code: str) -> Place | None:
    return Place.objects.in_force().of_kind(*FOLLOWED_PLACES).filter(code=code.upper()).order_by("pk").first()


def find_check(token: str) -> KeptCheck | None:
    return KeptCheck.objects.filter(token=token).defer("facts", "verdicts").order_by("pk").first()


FINDERS = {"call": find_call, "scheme": find_scheme, "place": find_place, "check": find_check}


class NotIndexed:
    """For whoever has the address; search engines keep out."""

    def dispatch(self, request, *args, **kwargs) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response


class FollowPage(NotIndexed, FormView):
    """One thing to follow, by its address; a thing that nobody follows has no such page."""

    kind = ""
    form_class = AskForm
    template_name = "funding/follows/follow.html"

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        target = FINDERS[self.kind](**kwargs)
        if target is None:
            raise Http404
        self.target: Target = target
        self.followed = in_words(target)

    def get_initial(self) -> dict:
        return {"email": self.request.user.email} if self.request.user.is_authenticated else {}

    def get_context_data(self, **kwargs):
        user = self.request.user
        is_known = user.is_authenticated and is_verified(user)
        mine = Follow.objects.confirmed().filter(subscriber__user=user, **link_of(self.target)) if is_known else None
        return super().get_context_data(
            followed=self.followed,
            is_known=is_known,
            is_followed=mine is not None and mine.exists(),
            is_asked=self.request.GET.get("demande") == "1",
            days=VALID_FOR.days,
            **kwargs,
        )


@method_decorator([login_not_required, never_cache], name="dispatch")
class FollowView(FollowPage):
    """GET: what following gives, and the form for this reader. POST: the button of a signed-in person."""

    def post(self, request, *args, **kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect(self.followed.follow_url)
        try:
            follows.follow_as_user(user=request.user, target=self.target, at=timezone.now())
        except AddressNotVerified:
            return redirect(self.followed.follow_url)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("funding:my_follows")
        return redirect(f"{reverse('funding:my_follows')}?fait=suivi")


@method_decorator([login_not_required, csrf_exempt, never_cache], name="dispatch")
class AskView(FollowPage):
    """POST: an address, to which a link goes. The answer is the same whether it is known here or not."""

    def get(self, request, *args, **kwargs) -> HttpResponse:
        return redirect(self.followed.follow_url)

    def post(self, request, *args, **kwargs) -> HttpResponse:
        if not is_from_here(request):
            return render(request, "403.html", status=HTTPStatus.FORBIDDEN)
        form = self.get_form()
        if not form.is_valid():
            return self.form_invalid(form)
        if not may(request, "follow", times=ASKS_AN_HOUR, seconds=HOUR):
            return too_often(request)
        email = form.cleaned_data["email"]
        # A mailbox that strangers fill is spared in silence: saying so would tell who is asked about.
        if within(email.lower(), "follow-address", times=ASKS_OF_AN_ADDRESS_A_DAY, seconds=DAY):
            follows.ask_to_follow(email=email, target=self.target, at=timezone.now())
        return redirect(f"{self.followed.follow_url}?demande=1")


@method_decorator([login_not_required, csrf_exempt, never_cache], name="dispatch")
class ConfirmFollowView(NotIndexed, TemplateView):
    """What the link of the mail opens. Reading changes nothing: scanners of mails read links. Confirming is a button.

    The token is the whole authority, whoever is signed in: no CSRF token is needed, and no cookie.
    """

    template_name = "funding/follows/confirm.html"

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()

    def dispatch(self, request, *args, **kwargs) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)
        except LinkRefused:
            return render(request, "funding/follows/refused.html", {"days": VALID_FOR.days}, status=HTTPStatus.GONE)

    def get_context_data(self, **kwargs):
        asked = follows.find(token=self.kwargs["token"], at=self.at)
        return super().get_context_data(
            followed=in_words(asked.follow.target),
            email=asked.subscriber.email,
            is_stopped=asked.subscriber.stopped_at is not None,
            **kwargs,
        )

    def post(self, request, *args, **kwargs) -> HttpResponse:
        follow = follows.confirm(token=self.kwargs["token"], at=self.at)
        return redirect(f"{reverse('funding:preferences', args=[follow.subscriber.secret])}?fait=suivi")
