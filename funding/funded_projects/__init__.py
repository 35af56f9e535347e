"""Lists of funded projects: what a file would change, and writing it.

plan = preview(content, project_list=row)
apply(plan, project_list=row, at=timezone.now(), confirms_gone=False)
"""

from funding.funded_projects import wording
from funding.funded_projects.applying import Applied, StalePlanError, apply, preview
from funding.funded_projects.plan import Plan
from funding.funded_projects.reading import MAX_BYTES, MAX_ROWS

__all__ = ["MAX_BYTES", "MAX_ROWS", "Applied", "Plan", "StalePlanError", "apply", "preview", "wording"]
