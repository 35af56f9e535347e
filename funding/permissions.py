"""Who may do what with schemes, calls and contested verdicts. Reading what is published is for everybody."""

from ti_portal.accounts.permissions import is_delegation


def sees_drafts(user) -> bool:
    """Schemes that are not published, and their versions."""
    return is_delegation(user)


def can_edit_schemes(user) -> bool:
    """Schemes with their calls, criteria, amounts, contacts and organisations; the directory of resources."""
    return is_delegation(user)


def can_publish_schemes(user) -> bool:
    """Move a scheme along the editorial flow. The same people as those who write: the flow is a second reading."""
    return is_delegation(user)


def can_answer_contests(user) -> bool:
    return is_delegation(user)


def can_run_sources(user) -> bool:
    """Set sources, read them, and decide what they propose."""
    return is_delegation(user)


def sees_kept_checks(user) -> bool:
    """Without their secret link; nothing in them names a person."""
    return is_delegation(user)


def can_stop_subscribers(user) -> bool:
    """Stop sending to somebody who asks for it by another way than the links of their mails."""
    return is_delegation(user)
