"""Who may do what, as far as the account alone decides."""


def is_delegation(user) -> bool:
    """A member of the délégation whose account is open."""
    return user.is_authenticated and user.is_active and user.is_staff
