"""Mandates as a table. Key: address, code of the territory, role, first day."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from territories.enums import MandateRole
from territories.mandates import end_mandate, grant_mandate
from territories.models import Mandate, Territory
from ti_portal.accounts.models import User
from ti_portal.core.table_resources import Column, TableResource, read_date
from ti_portal.core.text import fold

EMAIL, CODE, ROLE, SINCE, UNTIL = "Adresse électronique", "Code du territoire", "Rôle", "Depuis le", "Jusqu’au"
_ROLES = {fold(word): value for value, label in MandateRole.choices for word in (value, label)}


class MandateResource(TableResource):
    title = "Mandats"
    file_name = "mandats"
    key_columns = (EMAIL, CODE, ROLE, SINCE)

    email = Column(column_name=EMAIL)
    name = Column(column_name="Nom", readonly=True)
    code = Column(column_name=CODE)
    territory = Column(column_name="Territoire", readonly=True)
    role = Column(column_name=ROLE)
    since = Column(column_name=SINCE)
    until = Column(column_name=UNTIL)

    class Meta(TableResource.Meta):
        model = Mandate

    def dehydrate_email(self, mandate: Mandate) -> str:
        return mandate.person.email if mandate.person_id else ""

    def dehydrate_name(self, mandate: Mandate) -> str:
        return mandate.person.get_full_name()

    def dehydrate_code(self, mandate: Mandate) -> str:
        return mandate.territory.place.code if mandate.territory_id else ""

    def dehydrate_territory(self, mandate: Mandate) -> str:
        return mandate.territory.place.name

    def dehydrate_role(self, mandate: Mandate) -> str:
        return mandate.get_role_display()

    def dehydrate_since(self, mandate: Mandate):
        return mandate.valid_from

    def dehydrate_until(self, mandate: Mandate):
        return mandate.valid_until

    def before_import(self, dataset, **kwargs: Any) -> None:
        """Read at once the people, territories and mandates that the file names: three queries, whatever its length."""
        emails = {User.objects.normalize_email(email) for email in dataset[EMAIL]}
        codes = {code.strip().upper() for code in dataset[CODE]}
        self.people = {person.email: person for person in User.objects.filter(email__in=emails)}
        territories = Territory.objects.filter(place__code__in=codes).select_related("place")
        self.territories = {territory.place.code: territory for territory in territories}
        known = Mandate.objects.filter(person__in=self.people.values()).select_related("person", "territory__place")
        self.known = {(m.person_id, m.territory_id, m.role, m.valid_from): m for m in known}

    def find(self, row: Mapping[str, Any]) -> Mandate | None:
        person = self.people.get(User.objects.normalize_email(row[EMAIL]))
        territory = self.territories.get(row[CODE].strip().upper())
        role = _ROLES.get(fold(row[ROLE]), "")
        errors = {}
        if person is None:
            errors[EMAIL] = f"Aucun compte n’a l’adresse « {row[EMAIL][:80]} » : invitez d’abord la personne."
        if territory is None:
            errors[CODE] = f"Aucun territoire n’a le code « {row[CODE][:40]} » (forme attendue : TI-2023-7606)."
        if not role:
            labels = ", ".join(MandateRole.labels)
            errors[ROLE] = f"« {row[ROLE][:40]} » n’est pas un rôle. Les rôles sont : {labels}."
        since = None
        try:
            since = read_date(row[SINCE])
        except ValidationError as error:
            errors[SINCE] = error
        else:
            if since is None:
                errors[SINCE] = "Donnez le premier jour du mandat."
        if errors:
            raise ValidationError(errors)
        self.found = {"person": person, "territory": territory, "role": role, "valid_from": since}
        return self.known.get((person.pk, territory.pk, role, since))

    def fill(self, instance: Mandate, row: Mapping[str, Any]) -> None:
        for name, value in self.found.items():
            setattr(instance, name, value)
        if UNTIL not in row:
            return
        try:
            last_day = read_date(row[UNTIL])
        except ValidationError as error:
            raise ValidationError({UNTIL: error}) from error
        if instance.pk and last_day is None and instance.valid_until is not None:
            raise ValidationError({UNTIL: "Ce mandat a une fin : la case ne peut pas être vide."})
        instance.valid_until = last_day

    def write(self, instance: Mandate, *, is_create: bool) -> None:
        if not is_create:
            end_mandate(mandate_id=instance.pk, last_day=instance.valid_until, actor=self.actor, at=self.at)
            return
        granted = grant_mandate(
            person_id=instance.person_id,
            territory_id=instance.territory_id,
            role=instance.role,
            valid_from=instance.valid_from,
            valid_until=instance.valid_until,
            actor=self.actor,
            at=self.at,
        )
        instance.pk = granted.pk
