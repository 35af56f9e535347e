"""Accounts. Only a superuser says who belongs to the délégation; nobody sees or sets a password here."""

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from ti_portal.accounts.middleware import SECOND_FACTORS
from ti_portal.accounts.models import User
from ti_portal.accounts.resources import UserResource
from ti_portal.core.admin_bases import ChoiceFilter, PortalAdmin, log_rows
from ti_portal.core.table_admin import TableAdminMixin


class SecondFactorFilter(ChoiceFilter):
    title = "double authentification"
    parameter_name = "double_authentification"
    choices_in_words = [("oui", "Oui"), ("non", "Non")]

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(has_second_factor=value == "oui")


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "is_active", "is_staff", "is_superuser"]
        labels = {"is_superuser": "administration du portail"}
        help_texts = {
            "is_active": "Décochez plutôt que de supprimer : la personne ne peut plus se connecter.",
            "is_superuser": "Donne tous les droits, dont celui de dire qui est membre de la délégation.",
        }

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"])


@admin.register(User)
class UserAdmin(TableAdminMixin, PortalAdmin):
    form = UserForm
    resource_classes = [UserResource]
    import_notice = (
        "Une adresse connue voit son prénom et son nom mis à jour ; une adresse nouvelle reçoit un compte sans mot de "
        "passe (la personne le choisit par « mot de passe oublié »). Aucun courriel ne part. Pour donner un mandat à "
        "quelqu’un qui n’a pas de compte, préférez l’invitation."
    )
    list_display = ["email", "full_name", "is_active", "is_staff", "second_factor", "last_login"]
    list_filter = ["is_active", "is_staff", SecondFactorFilter]
    search_fields = ["email", "first_name", "last_name"]
    search_help_text = "Nom ou adresse."
    ordering = ["email", "pk"]
    actions = ["close_accounts", "open_accounts"]
    fieldsets = [
        (None, {"fields": ["email", "first_name", "last_name"]}),
        ("Droits", {"fields": ["is_active", "is_staff", "is_superuser", "second_factor"]}),
        ("Dates", {"fields": ["date_joined", "last_login"]}),
    ]

    def label_of(self, user: User) -> str:
        return user.email

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
        return super().get_queryset(request).annotate(has_second_factor=Exists(factors))

    @admin.display(description="nom", ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description="double authentification", boolean=True, ordering="has_second_factor")
    def second_factor(self, user: User) -> bool:
        return user.has_second_factor

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fields = ["second_factor", "date_joined", "last_login"]
        if obj is not None:
            # The address is also allauth's proof of identity: its owner changes it, with a code sent to the new one.
            fields.append("email")
        if obj == request.user:
            fields += ["is_active", "is_staff", "is_superuser"]
        elif not request.user.is_superuser:
            fields += ["is_staff", "is_superuser"]
        return fields

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None):
        if obj is not None:
            return self.fieldsets
        rights = ["is_staff", "is_superuser"] if request.user.is_superuser else []
        return [self.fieldsets[0], *([("Droits", {"fields": rights})] if rights else [])]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Accounts of the délégation are changed by a superuser only; one's own name by oneself."""
        if not super().has_change_permission(request, obj):
            return False
        if obj is None or request.user.is_superuser or obj == request.user:
            return True
        return not (obj.is_staff or obj.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    @admin.action(description="Fermer les comptes choisis", permissions=["change"])
    def close_accounts(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._set_active(request, queryset, is_active=False)

    @admin.action(description="Rouvrir les comptes choisis", permissions=["change"])
    def open_accounts(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._set_active(request, queryset, is_active=True)

    def _set_active(self, request: HttpRequest, queryset: QuerySet, *, is_active: bool) -> None:
        chosen = list(queryset.filter(is_active=not is_active).order_by("pk"))
        allowed = [user for user in chosen if user != request.user and self.has_change_permission(request, user)]
        User.objects.filter(pk__in=[user.pk for user in allowed]).update(is_active=is_active)
        word = "rouvert" if is_active else "fermé"
        log_rows(request.user, [(user, user.email) for user in allowed], CHANGE, f"Compte {word}.")
        self.message_user(request, f"{len(allowed)} compte(s) {word}(s).", messages.SUCCESS)
        if refused := len(chosen) - len(allowed):
            self.message_user(
                request,
                f"{refused} compte(s) laissé(s) en l’état : le vôtre, ou ceux de la délégation.",
                messages.WARNING,
            )
