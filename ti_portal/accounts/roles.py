"""Rights as code: the group of the délégation is rebuilt after each `migrate`.

An app says what the délégation may do with its models by an attribute of its AppConfig, so that nothing is imported
upwards:

    delegation_permissions = {"mandate": "view add change delete", "place": "view"}
"""

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.db import DEFAULT_DB_ALIAS

DELEGATION_GROUP = "Délégation"


def rebuild_delegation_group(*, using: str = DEFAULT_DB_ALIAS) -> int:
    """Give the group of the délégation exactly the declared permissions; return how many. Safe to run twice.

    Raises LookupError when a declaration names a model or an action that does not exist.
    """
    from django.contrib.auth.models import Group

    wanted = [permission for config in apps.get_app_configs() for permission in _declared(config, using)]
    group, _ = Group.objects.using(using).get_or_create(name=DELEGATION_GROUP)
    group.permissions.set(wanted)
    return len(wanted)


def rebuild_after_migrate(sender: AppConfig, using: str, **_: object) -> None:
    rebuild_delegation_group(using=using)


def _declared(config: AppConfig, using: str) -> list:
    from django.contrib.auth.models import Permission

    declared = getattr(config, "delegation_permissions", {})
    if not declared:
        return []
    # Django creates them in the same signal, perhaps later than this one.
    create_permissions(config, verbosity=0, using=using)
    codenames = {f"{action}_{name.lower()}" for name, actions in declared.items() for action in actions.split()}
    found = Permission.objects.using(using).filter(content_type__app_label=config.label, codename__in=codenames)
    missing = codenames - {permission.codename for permission in found}
    if missing:
        raise LookupError(f"{config.label} : {', '.join(sorted(missing))}")
    return list(found)
