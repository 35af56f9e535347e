"""Template vocabulary that every page may use without loading it."""

from datetime import date
from urllib.parse import urlencode

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template import defaultfilters
from django.utils.formats import date_format

register = template.Library()


@register.filter
def number(value: float | None) -> str:
    """Write a number the French way: 1 234 567, with a non-breaking space. Empty when there is none."""
    return "" if value is None else intcomma(value, use_l10n=True)


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """Write a date in full: 24 novembre 2026, and 1er janvier 2026 as French wants. Empty when there is none."""
    if not value:
        return ""
    return f"{'1er' if value.day == 1 else value.day} {date_format(value, 'F Y')}"


@register.filter(is_safe=False)
def pluralize(value, forms: str = "s") -> str:
    """Django's filter with the French rule: nothing, or less than two, is singular (« 0 territoire »)."""
    try:
        count = abs(float(value))
    except (TypeError, ValueError):
        try:
            count = len(value)
        except TypeError:
            return ""
    return defaultfilters.pluralize(1 if count < 2 else 2, forms)


@register.simple_tag(takes_context=True)
def query(context, **changes) -> str:
    """Return the current query string with `changes`; a None or empty value removes the parameter.

    {% query page=2 %} keeps the filters and gives « ?q=alès&amp;page=2 ».
    """
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = value
    encoded = urlencode([(name, value) for name, values in parameters.lists() for value in values])
    return f"?{encoded}" if encoded else context["request"].path
