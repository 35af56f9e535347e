"""A broken constraint becomes a sentence at the edge, not a 500."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction


@contextmanager
def refused_by_constraints(*model_classes: type[models.Model]) -> Iterator[None]:
    """Run the block in a savepoint; turn a violation of a named constraint of these models into ValidationError.

    The message is the constraint's own `violation_error_message`. Other integrity errors pass through. This is for the
    race that `full_clean` cannot see: two people saving at once.
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
