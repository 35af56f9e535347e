"""The national schema of aids to firms (« dispositif-aide-professionnels », v0.2.0): files in, files out.

plan = preview(file, at=timezone.now(), source="Mission Transition écologique")
apply(plan, actor=request.user, at=timezone.now())
"""

from funding.national_schema import wording
from funding.national_schema.applying import DEFAULT_SOURCE, Applied, StaleImportError, apply, preview
from funding.national_schema.exporting import Exporter
from funding.national_schema.plan import Change, FieldChange, NewScheme, Plan, Proposal, Refused, Unchanged

__all__ = [
    "DEFAULT_SOURCE",
    "Applied",
    "Change",
    "Exporter",
    "FieldChange",
    "NewScheme",
    "Plan",
    "Proposal",
    "Refused",
    "StaleImportError",
    "Unchanged",
    "apply",
    "preview",
    "wording",
]
