"""django-allauth: e-mail login, verified addresses, second factor, ProConnect when configured."""

from ti_portal.settings.environment import Environment

_environment = Environment()

AUTHENTICATION_BACKENDS = ["ti_portal.accounts.backends.PortalBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:my_space"
LOGOUT_REDIRECT_URL = "home:home"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

ACCOUNT_ADAPTER = "ti_portal.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "ti_portal.accounts.names.NamesForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A message at each change of password, address or second factor: what a thief would do first.
ACCOUNT_EMAIL_NOTIFICATIONS = True
# A code to type rather than a link: mail scanners open links, and a person protected by a second factor may then
# change address (allauth refuses it with links).
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_TIMEOUT = 30 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_FORMS = {
    "login": "ti_portal.accounts.forms.LoginForm",
    "signup": "ti_portal.accounts.forms.SignupForm",
    "add_email": "ti_portal.accounts.forms.AddEmailForm",
    "change_password": "ti_portal.accounts.forms.ChangePasswordForm",
    "set_password": "ti_portal.accounts.forms.SetPasswordForm",
    "reset_password": "ti_portal.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "ti_portal.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "ti_portal.accounts.forms.ReauthenticateForm",
    "confirm_email_verification_code": "ti_portal.accounts.forms.ConfirmEmailVerificationCodeForm",
}
# allauth's own limits (sign-in, sign-up, reset, codes) hold in the cache, by account and by visitor's address; the
# latter is that of the connection, except behind proxies (see ALLAUTH_TRUSTED_PROXY_COUNT in production).

MFA_ADAPTER = "ti_portal.accounts.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Territoires d’industrie"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "ti_portal.accounts.forms.AuthenticateForm",
    "reauthenticate": "ti_portal.accounts.forms.ReauthenticateByCodeForm",
    "activate_totp": "ti_portal.accounts.forms.ActivateTOTPForm",
    "add_webauthn": "ti_portal.accounts.forms.AddWebAuthnForm",
    "edit_webauthn": "ti_portal.accounts.forms.EditWebAuthnForm",
}

SOCIALACCOUNT_ADAPTER = "ti_portal.accounts.adapter.SocialAccountAdapter"
SOCIALACCOUNT_FORMS = {"signup": "ti_portal.accounts.forms.SocialSignupForm"}
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
# The three are needed together; without them there is no ProConnect button.
PROCONNECT = {
    "client_id": _environment.text("PROCONNECT_CLIENT_ID", ""),
    "secret": _environment.text("PROCONNECT_CLIENT_SECRET", ""),
    "server_url": _environment.url("PROCONNECT_SERVER_URL", ("https", "http"), ""),
}
if any(PROCONNECT.values()):
    for _name, _value in zip(("CLIENT_ID", "CLIENT_SECRET", "SERVER_URL"), PROCONNECT.values(), strict=True):
        if not _value:
            _environment.problems.append(f"PROCONNECT_{_name} manque : les trois réglages de ProConnect vont ensemble.")
_environment.check()
SOCIALACCOUNT_PROVIDERS = {
    "proconnect": {
        "APPS": [
            {
                "provider_id": "proconnect",
                "name": "ProConnect",
                "client_id": PROCONNECT["client_id"],
                "secret": PROCONNECT["secret"],
                "settings": {
                    "server_url": PROCONNECT["server_url"],
                    # Lets a person in by a verified address; `SocialAccountAdapter` asks that both sides verified it.
                    "email_authentication": True,
                },
            }
        ]
        if PROCONNECT["client_id"]
        else []
    }
}
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
