"""allauth's forms in the State's design system, with labels that say what to type."""

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.socialaccount import forms as social
from django import forms
from dsfr.forms import DsfrBaseForm

EMAIL_HINT = "Format attendu : nom@domaine.fr"
PASSWORD_HINT = "Au moins 12 caractères. Une phrase de quelques mots est facile à retenir et difficile à deviner."  # noqa: S105
CODE_HINT = "Les 6 chiffres affichés par votre application, ou un code de secours."


class PortalForm(DsfrBaseForm):
    """Replaces labels and hints by ours, and drops placeholders, which vanish as soon as one types."""

    wording: dict[str, tuple[str, str]] = {}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, hint) in self.wording.items():
            if name in self.fields:
                self.fields[name].label = label
                self.fields[name].help_text = hint
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        # DsfrBaseForm has already bound the fields, with the labels they had.
        self._bound_fields_cache.clear()


class LoginForm(PortalForm, account.LoginForm):
    wording = {"login": ("Adresse électronique", EMAIL_HINT), "password": ("Mot de passe", "")}


class SignupForm(PortalForm, account.SignupForm):
    wording = {
        "email": ("Adresse électronique", f"De préférence professionnelle. {EMAIL_HINT}"),
        "password1": ("Mot de passe", PASSWORD_HINT),
    }
    field_order = ["email", "password1", "first_name", "last_name"]


class SocialSignupForm(PortalForm, social.SignupForm):
    wording = {"email": ("Adresse électronique", EMAIL_HINT)}
    field_order = ["email", "first_name", "last_name"]


class AddEmailForm(PortalForm, account.AddEmailForm):
    wording = {"email": ("Nouvelle adresse électronique", f"Vous y recevrez un code. {EMAIL_HINT}")}


class ChangePasswordForm(PortalForm, account.ChangePasswordForm):
    wording = {
        "oldpassword": ("Mot de passe actuel", ""),
        "password1": ("Nouveau mot de passe", PASSWORD_HINT),
        "password2": ("Nouveau mot de passe, une seconde fois", ""),
    }


class SetPasswordForm(PortalForm, account.SetPasswordForm):
    wording = {
        "password1": ("Mot de passe", PASSWORD_HINT),
        "password2": ("Mot de passe, une seconde fois", ""),
    }


class ResetPasswordForm(PortalForm, account.ResetPasswordForm):
    wording = {"email": ("Adresse électronique de votre compte", EMAIL_HINT)}


class ResetPasswordKeyForm(PortalForm, account.ResetPasswordKeyForm):
    wording = {
        "password1": ("Nouveau mot de passe", PASSWORD_HINT),
        "password2": ("Nouveau mot de passe, une seconde fois", ""),
    }


class ReauthenticateForm(PortalForm, account.ReauthenticateForm):
    wording = {"password": ("Mot de passe", "")}


class ConfirmEmailVerificationCodeForm(PortalForm, account.ConfirmEmailVerificationCodeForm):
    wording = {"code": ("Code reçu", "Les lettres et les chiffres du courriel, sans tenir compte du tiret.")}


class AuthenticateForm(PortalForm, mfa.AuthenticateForm):
    wording = {"code": ("Code", CODE_HINT)}


class ReauthenticateByCodeForm(PortalForm, mfa.ReauthenticateForm):
    wording = {"code": ("Code", CODE_HINT)}


class ActivateTOTPForm(PortalForm, totp.ActivateTOTPForm):
    wording = {"code": ("Code affiché par l’application", "6 chiffres, renouvelés toutes les 30 secondes.")}


class AddWebAuthnForm(PortalForm, webauthn.AddWebAuthnForm):
    wording = {
        "name": ("Nom de la clé", "Pour la reconnaître, par exemple « Ordinateur du bureau »."),
        "passwordless": (
            "Me connecter avec cette clé seule, sans mot de passe",
            "La clé demandera un code PIN, une empreinte ou un visage.",
        ),
    }


class EditWebAuthnForm(PortalForm, webauthn.EditWebAuthnForm):
    wording = {"name": ("Nom de la clé", "")}


class DeleteAccountForm(PortalForm, forms.Form):
    understood = forms.BooleanField(
        label="Je demande la suppression définitive de mon compte",
        error_messages={"required": "Cochez la case pour confirmer."},
    )
