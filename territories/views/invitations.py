"""The délégation invites; the invited person accepts."""

from datetime import timedelta

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from territories import invitations
from territories.forms.invitations import InvitationForm, NewAccountForm
from territories.models import Invitation
from ti_portal.accounts.permissions import is_delegation

PAGE_SIZE = 25
STATES = {
    "pending": "En attente",
    "expired": "Expirée",
    "accepted": "Acceptée",
    "revoked": "Retirée",
}


def state_of(invitation: Invitation, at) -> str:
    """A key of STATES."""
    if invitation.accepted_at:
        return "accepted"
    if invitation.revoked_at:
        return "revoked"
    return "pending" if invitation.expires_at > at else "expired"


def base_url(request: HttpRequest) -> str:
    return settings.SITE_URL or request.build_absolute_uri("/")


class DelegationOnly:
    """For anybody else these pages do not exist."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if not is_delegation(request.user):
            raise Http404


@method_decorator(never_cache, name="dispatch")
class InvitationListView(DelegationOnly, FormView):
    template_name = "territories/invitations/list.html"
    form_class = InvitationForm

    def get_initial(self):
        return {"mandate_from": timezone.localdate(), "territory": self.request.GET.get("territoire")}

    def get_context_data(self, **kwargs):
        at = timezone.now()
        rows = Invitation.objects.select_related("territory__place", "invited_by", "accepted_by")
        state = self.request.GET.get("etat", "")
        page = Paginator(self._in_state(rows, state, at).order_by("-created_at", "-pk"), PAGE_SIZE).get_page(
            self.request.GET.get("page")
        )
        page.elided = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        for invitation in page:
            invitation.state = state_of(invitation, at)
            invitation.state_label = STATES[invitation.state]
        return super().get_context_data(**kwargs, page=page, states=STATES, chosen_state=state)

    def form_valid(self, form):
        values = form.cleaned_data
        try:
            invitation = invitations.invite(
                email=values["email"],
                territory_id=values["territory"].pk,
                role=values["role"],
                mandate_from=values["mandate_from"],
                mandate_until=values["mandate_until"],
                actor=self.request.user,
                base_url=base_url(self.request),
                at=timezone.now(),
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.form_invalid(form)
        messages.success(self.request, f"Invitation envoyée à {invitation.email}.")
        return redirect("territories:invitations")

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    @staticmethod
    def _in_state(rows, state: str, at):
        waiting = rows.filter(accepted_at=None, revoked_at=None)
        return {
            "pending": waiting.filter(expires_at__gt=at),
            "expired": waiting.filter(expires_at__lte=at),
            "accepted": rows.exclude(accepted_at=None),
            "revoked": rows.exclude(revoked_at=None),
        }.get(state, rows)


class InvitationAction(DelegationOnly, View):
    """A button beside an invitation. POST only."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.invitation = get_object_or_404(Invitation, pk=kwargs["pk"])

    def post(self, request, *args, **kwargs):
        try:
            self.act()
        except invitations.AlreadyAccepted:
            messages.error(request, "Cette invitation vient d’être acceptée : il n’y a plus rien à y changer.")
        except invitations.Revoked:
            messages.error(request, "Cette invitation a été retirée : écrivez-en une nouvelle.")
        return redirect("territories:invitations")


class InvitationResendView(InvitationAction):
    def act(self) -> None:
        invitations.resend(invitation_id=self.invitation.pk, base_url=base_url(self.request), at=timezone.now())
        messages.success(self.request, "Un nouveau lien est parti ; l’ancien ne vaut plus.")


class InvitationRevokeView(InvitationAction):
    def act(self) -> None:
        invitations.revoke(invitation_id=self.invitation.pk, at=timezone.now())
        messages.success(self.request, "Invitation retirée : son lien ne vaut plus.")


REFUSALS = {
    invitations.UnknownInvitation: ("unknown", 404),
    invitations.AlreadyAccepted: ("accepted", 410),
    invitations.Revoked: ("revoked", 410),
    invitations.Expired: ("expired", 410),
    invitations.OtherPerson: ("other_person", 403),
    invitations.AccountClosed: ("closed", 403),
    invitations.MandateExists: ("mandate", 409),
}


@method_decorator([login_not_required, never_cache], name="dispatch")
class InvitationView(View):
    """What the link of the mail opens. Reading changes nothing; accepting is a button."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()
        self.secret = kwargs["secret"]

    def dispatch(self, request, *args, **kwargs):
        try:
            self.invitation = invitations.find(secret=self.secret, at=self.at)
            return super().dispatch(request, *args, **kwargs)
        except invitations.AccountExists:
            return redirect("territories:invitation", secret=self.secret)
        except invitations.InvitationRefused as refusal:
            return self.refuse(refusal)

    def get(self, request, *args, **kwargs):
        form = None if request.user.is_authenticated else NewAccountForm(email=self.invitation.email)
        return self.show(form)

    def post(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            invitations.accept(secret=self.secret, person=request.user, at=self.at, today=timezone.localdate())
            return self.welcome()
        if invitations.account_of(self.invitation) is not None:
            raise invitations.AccountExists
        form = NewAccountForm(request.POST, email=self.invitation.email)
        if not form.is_valid():
            return self.show(form, status=422)
        mandate = invitations.accept_with_new_account(
            secret=self.secret, at=self.at, today=timezone.localdate(), **form.cleaned_data
        )
        self.welcome()
        return perform_login(request, mandate.person, redirect_url=reverse("home:my_space"))

    def show(self, form: NewAccountForm | None, status: int = 200) -> HttpResponse:
        user = self.request.user
        context = {
            "invitation": self.invitation,
            "inviter": invitations.inviter_name(self.invitation),
            "form": form,
            "has_account": invitations.account_of(self.invitation) is not None,
            "is_other_person": user.is_authenticated and not self._owns_address(user),
        }
        return render(self.request, "territories/invitations/accept.html", context, status=status)

    def welcome(self) -> HttpResponse:
        name = self.invitation.territory.place.name
        messages.success(self.request, f"Bienvenue. Vous agissez maintenant pour le territoire « {name} ».")
        return redirect("home:my_space")

    def refuse(self, refusal: invitations.InvitationRefused) -> HttpResponse:
        reason, status = REFUSALS[type(refusal)]
        days = invitations.VALID_FOR // timedelta(days=1)
        context = {"reason": reason, "days": days}
        return render(self.request, "territories/invitations/refused.html", context, status=status)

    def _owns_address(self, user) -> bool:
        return user.emailaddress_set.filter(email=self.invitation.email, verified=True).exists()
