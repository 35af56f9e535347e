"""A page of the administration as a browser sends it back: every field as it is shown, but for what is changed."""

from django.core.files import File
from django.test import Client


def filled(client: Client, url: str, **changes) -> dict:
    """What a browser would send from the page at `url`, with some fields changed."""
    context = client.get(url).context
    forms = [context["adminform"].form]
    data: dict = {}
    for inline in context["inline_admin_formsets"]:
        forms.append(inline.formset.management_form)
        if inline.has_change_permission:
            forms += inline.formset.forms
    for form in forms:
        for field in form:
            value = field.value()
            if isinstance(value, bool):
                if value:
                    data[field.html_name] = "on"
            elif value is not None and not isinstance(value, File):
                data[field.html_name] = form.fields[field.name].prepare_value(value)
    return data | changes
