"""Accounts as a table. Key: address. Passwords and the délégation's rights never come from a file."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ti_portal.accounts.models import User
from ti_portal.core.table_resources import Column, TableResource

EMAIL, FIRST_NAME, LAST_NAME = "Adresse électronique", "Prénom", "Nom"
MAX_NAME = 100


class UserResource(TableResource):
    title = "Comptes"
    file_name = "comptes"
    key_columns = (EMAIL,)

    email = Column(column_name=EMAIL)
    first_name = Column(column_name=FIRST_NAME)
    last_name = Column(column_name=LAST_NAME)
    is_active = Column(column_name="Compte ouvert", readonly=True)
    is_staff = Column(column_name="Membre de la délégation", readonly=True)
    has_second_factor = Column(column_name="Double authentification", readonly=True)
    date_joined = Column(column_name="Inscription le", readonly=True)
    last_login = Column(column_name="Dernière connexion", readonly=True)

    class Meta(TableResource.Meta):
        model = User

    def dehydrate_email(self, user: User) -> str:
        return user.email

    def dehydrate_first_name(self, user: User) -> str:
        return user.first_name

    def dehydrate_last_name(self, user: User) -> str:
        return user.last_name

    def dehydrate_is_active(self, user: User) -> bool:
        return user.is_active

    def dehydrate_is_staff(self, user: User) -> bool:
        return user.is_staff

    def dehydrate_has_second_factor(self, user: User) -> bool:
        return getattr(user, "has_second_factor", False)

    def dehydrate_date_joined(self, user: User):
        return user.date_joined

    def dehydrate_last_login(self, user: User):
        return user.last_login

    def before_import(self, dataset, **kwargs: Any) -> None:
        emails = {User.objects.normalize_email(email) for email in dataset[EMAIL]}
        self.known = {user.email: user for user in User.objects.filter(email__in=emails)}

    def find(self, row: Mapping[str, Any]) -> User | None:
        return self.known.get(User.objects.normalize_email(row[EMAIL]))

    def fill(self, instance: User, row: Mapping[str, Any]) -> None:
        before = (instance.first_name, instance.last_name)
        errors = {}
        email = User.objects.normalize_email(row[EMAIL])
        try:
            validate_email(email)
        except ValidationError:
            errors[EMAIL] = f"« {row[EMAIL][:80]} » n’est pas une adresse électronique."
        if len(email) > User._meta.get_field("email").max_length:
            errors[EMAIL] = "Cette adresse est trop longue."
        for column, name in ((FIRST_NAME, "first_name"), (LAST_NAME, "last_name")):
            if column not in row:
                continue
            value = " ".join(row[column].split())
            if len(value) > MAX_NAME:
                errors[column] = f"{MAX_NAME} signes au plus."
            setattr(instance, name, value)
        if errors:
            raise ValidationError(errors)
        if (instance.is_staff or instance.is_superuser) and before != (instance.first_name, instance.last_name):
            raise ValidationError("Le compte d’un membre de la délégation ne se modifie pas par import.")
        instance.email = email

    def write(self, instance: User, *, is_create: bool) -> None:
        if is_create:
            instance.set_unusable_password()
            instance.date_joined = self.at
            instance.save(force_insert=True)
        else:
            instance.save(update_fields=["first_name", "last_name"])
