from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ti_portal.accounts"
    label = "accounts"
    verbose_name = "Comptes"
