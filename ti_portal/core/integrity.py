"""A broken constraint becomes a sentence at the edge, not a 500."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, models, transaction
from psycopg.errors import DeadlockDetected


@contextmanager
def refused_by_constraints(*model_classes: type[models.Model]) -> Iterator[None]:
    """Run the block in a savepoint; turn a violation of a named constraint of these models into ValidationError.

    The message is the constraint's own `violation_error_message`. Other integrity errors pass through. This is for the
    race that `full_clean` cannot see: two people saving at once. Two writers that break one exclusion constraint may
    also wait for each other: PostgreSQL then ends one as a deadlock, which is the same refusal.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        for model in model_classes:
            for constraint in model._meta.constraints:
                if constraint.name == name:
                    raise ValidationError(constraint.get_violation_error_message(), code=name) from error
        raise
    except OperationalError as error:
        cause = error.__cause__
        # « exclusion » in English and in French, whatever the language of the server.
        if not isinstance(cause, DeadlockDetected) or "exclusion" not in (cause.diag.context or ""):
            raise
        for model in model_classes:
            for constraint in model._meta.constraints:
                if isinstance(constraint, ExclusionConstraint) and f'"{model._meta.db_table}"' in cause.diag.context:
                    raise ValidationError(constraint.get_violation_error_message(), code=constraint.name) from error
        raise
