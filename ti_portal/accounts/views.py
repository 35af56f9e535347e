"""Signing out, and one's own data: seeing it, taking it away, deleting it."""

from allauth.account.decorators import reauthentication_required
from allauth.account.views import LogoutView as BaseLogoutView
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView

from ti_portal.accounts.erasure import LastDelegationAccount, delete_account
from ti_portal.accounts.forms import DeleteAccountForm
from ti_portal.accounts.personal_data import contributions, export_of
from ti_portal.accounts.proconnect.provider import end_session_url
from ti_portal.accounts.proconnect.views import leave_for
from ti_portal.accounts.receivers import ID_TOKEN_KEY


@method_decorator(login_not_required, name="dispatch")
class LogoutView(BaseLogoutView):
    """Signs out here, and from ProConnect for whoever came from there."""

    def post(self, *args, **kwargs) -> HttpResponse:
        id_token = self.request.session.get(ID_TOKEN_KEY)
        response = super().post(*args, **kwargs)
        if id_token and (address := end_session_url(self.request, id_token)):
            return leave_for(self.request, address)
        return response


@method_decorator(never_cache, name="dispatch")
class PersonalDataView(TemplateView):
    template_name = "accounts/personal_data.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        sections = [(entry.title, entry.export(user)) for entry in contributions()]
        return super().get_context_data(**kwargs, sections=sections)


@method_decorator(never_cache, name="dispatch")
class PersonalDataFileView(View):
    def get(self, request):
        data = export_of(request.user, at=timezone.now())
        response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
        response["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
        return response


@method_decorator([never_cache, reauthentication_required], name="dispatch")
class DeleteAccountView(FormView):
    template_name = "accounts/delete.html"
    form_class = DeleteAccountForm

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, kept=[entry.kept for entry in contributions() if entry.kept])

    def form_valid(self, form):
        try:
            delete_account(user_id=self.request.user.pk, at=timezone.now())
        except LastDelegationAccount:
            form.add_error(
                None,
                "Vous êtes le dernier membre de la délégation : donnez d’abord ce rôle à une autre personne "
                "dans l’administration.",
            )
            return self.form_invalid(form)
        logout(self.request)
        return redirect("account_deleted")


@method_decorator(login_not_required, name="dispatch")
class AccountDeletedView(TemplateView):
    template_name = "accounts/deleted.html"
