"""The délégation's pages on `funding`, one module per table."""

from funding.admin import (  # noqa: F401 - each registers its page
    call,
    contact,
    contest,
    criterion,
    funded_projects,
    kept_check,
    link_probe,
    organisation,
    proposal,
    resource,
    round,
    scheme,
    source,
    subscriber,
    sync_run,
)
