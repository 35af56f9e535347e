"""What is the same on every page, or on all of a part of the portal."""

from functools import cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from ti_portal.home.context import FOOTER, THEMES, MenuEntry, addresses

register = template.Library()


@register.simple_tag
@cache
def constant(name: str) -> SafeString:
    """A fragment that depends on no request, rendered once by each process: together they were a fourth of most pages.

    Pages of errors, which are rendered without a request, have them too.
    """
    context = {"SITE_NAME": settings.SITE_NAME, "footer_links": addresses(FOOTER), "themes": THEMES}
    return render_to_string(f"fragments/_{name}.html", context)


@register.simple_tag
@cache
def navigation_menu(entries: tuple[MenuEntry, ...]) -> SafeString:
    """The main menu, rendered once by each process for each entry that may be the current one."""
    return render_to_string("fragments/_navigation.html", {"navigation": entries})
