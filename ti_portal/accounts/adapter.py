"""How allauth behaves here: its sentences in French, its mails from our settings, its secrets encrypted."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import get_random_string

from ti_portal.accounts.links import absolute_url


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "Ce compte est fermé.",
        "duplicate_email": "Cette adresse est déjà celle de votre compte.",
        "email_password_mismatch": "L’adresse électronique ou le mot de passe ne conviennent pas.",
        "email_taken": "Un compte existe déjà avec cette adresse.",
        "enter_current_password": "Ce n’est pas votre mot de passe actuel.",
        "incorrect_code": "Ce code n’est pas le bon, ou il n’est plus valable.",
        "incorrect_password": "Ce n’est pas votre mot de passe.",
        "invalid_or_expired_key": "Ce lien n’est plus valable.",
        "invalid_login": "Cette adresse ne convient pas.",
        "invalid_password_reset": "Ce lien n’est plus valable.",
        "max_email_addresses": "Vous ne pouvez pas avoir plus de %d adresses.",
        "too_many_login_attempts": "Trop d’essais. Attendez quelques minutes avant de recommencer.",
        "unverified_primary_email": "Votre adresse doit d’abord être vérifiée.",
        "rate_limited": "Trop de demandes en peu de temps. Attendez un peu avant de recommencer.",
    }

    def render_mail(self, template_prefix, email, context, headers=None):
        return super().render_mail(template_prefix, email, {**context, "SITE_NAME": settings.SITE_NAME}, headers)

    def get_reset_password_from_key_url(self, key: str) -> str:
        return absolute_url(super().get_reset_password_from_key_url(key))

    def send_notification_mail(self, template_prefix, user, context=None, email=None) -> None:
        """Also tell the person where to go if it was not them."""
        context = {**(context or {}), "password_reset_url": absolute_url("account_reset_password")}
        super().send_notification_mail(template_prefix, user, context, email)

    def get_reauthentication_methods(self, user) -> list[dict]:
        words = {
            "reauthenticate": "Donner mon mot de passe",
            "mfa_reauthenticate": "Donner un code",
            "mfa_reauthenticate:webauthn": "Utiliser ma clé d’accès",
        }
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": words[method["id"]]} for method in methods]


class MfaAdapter(DefaultMFAAdapter):
    """Second factors. Secrets are encrypted with keys made from SECRET_KEY: a copy of the database is not enough."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": (
            "La délégation garde toujours une double authentification : ajoutez d’abord un autre moyen."
        ),
        "cannot_generate_recovery_codes": "Activez d’abord une application ou une clé.",
        "incorrect_code": "Ce code n’est pas le bon, ou il a déjà servi.",
        "unverified_email": "Vérifiez d’abord votre adresse électronique.",
    }

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user, type) -> str:
        return f"Clé {user.authenticator_set.filter(type=type).count() + 1}"

    def _get_site_name(self) -> str:
        return settings.SITE_NAME

    def can_delete_authenticator(self, authenticator) -> bool:
        """A member of the délégation keeps at least one second factor."""
        user = authenticator.user
        if not user.is_staff or authenticator.type == "recovery_codes":
            return True
        others = user.authenticator_set.exclude(pk=authenticator.pk).exclude(type="recovery_codes")
        return others.exists()


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "email_taken": (
            "Un compte existe déjà avec cette adresse. Connectez-vous d’abord à ce compte, "
            "puis rattachez-y %s depuis « Mon espace »."
        ),
        "no_password": "Choisissez d’abord un mot de passe : sans lui vous ne pourriez plus vous connecter.",
        "no_verified_email": "Vérifiez d’abord votre adresse électronique.",
        "disconnect_last": "C’est votre seul moyen de connexion : choisissez d’abord un mot de passe.",
        "connected_other": "Cette identité est déjà rattachée à un autre compte.",
    }

    def authenticate_by_email(self, sociallogin):
        """Match an existing account only when both sides have verified the same address."""
        for address in sociallogin.email_addresses:
            if not address.verified or not self.can_authenticate_by_email(sociallogin, address.email):
                continue
            for user in filter_users_by_email(address.email, is_active=True, prefer_verified=True, for_login=True):
                if EmailAddress.objects.filter(user=user, email__iexact=address.email, verified=True).exists():
                    return user, address.email
        return None

    def generate_state_param(self, state: dict) -> str:
        # ProConnect refuses a state of less than 32 characters.
        return get_random_string(43)


def _fernet() -> MultiFernet:
    """Encrypts with SECRET_KEY, still reads what the keys of SECRET_KEY_FALLBACKS wrote."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"mfa:{secret}".encode()).digest())) for secret in secrets]
    )
