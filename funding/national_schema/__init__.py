"""The national schema of aids to firms (« dispositif-aide-professionnels », v0.2.0): files in, files out.

from funding.national_schema.applying import apply, preview

plan = preview(file, at=timezone.now(), source="Mission Transition écologique")
apply(plan, actor=request.user, at=timezone.now())

The form of the file is this package's; comparing with what the portal holds and writing are those of `funding.sync`.
"""
