"""Notices of the portal in pages: {% notice "redirection" %}."""

from django import template

from funding import rulebooks

register = template.Library()


@register.inclusion_tag("funding/fragments/_notice.html")
def notice(key: str) -> dict:
    """The notice of a key with its source; nothing when it was removed. Once rules are kept, no query."""
    return {"notice": rulebooks.last().notices.get(key)}
