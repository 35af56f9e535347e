"""One's own entry in the directory, and the directory of the community."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from territories import contacts
from territories.contacts import Details, EntryConflict
from territories.forms.contact import ContactForm, DirectoryFilters
from territories.forms.profile import version_number
from territories.models import ContactEntry, Place, Territory
from territories.permissions import can_export_directory, can_see_contacts, has_contact_entry
from territories.presenters.people import Person
from ti_portal.core.spreadsheets import write_csv

PEOPLE_PER_PAGE = 30


class MyContactView(View):
    """GET shows the entry; POST saves it, or confirms it as it is (button « confirm »)."""

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.today = timezone.localdate()

    def dispatch(self, request, *args, **kwargs):
        if not has_contact_entry(request.user, self.today):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request) -> HttpResponse:
        entry = ContactEntry.objects.filter(person=request.user).first()
        return self.show(self.form_of(Details.of(entry) if entry else Details()), entry.version if entry else 0)

    def post(self, request) -> HttpResponse:
        version = version_number(request.POST.get("version", ""))
        if "confirm" in request.POST:
            return self.confirm(version)
        form = ContactForm(request.POST)
        if not form.is_valid():
            return self.show(form, version)
        try:
            _, changed = contacts.update_entry(
                person_id=request.user.pk, changes=form.cleaned_data, based_on_version=version, today=self.today
            )
        except EntryConflict as conflict:
            return self.show(self.form_of(conflict.mine), conflict.version, conflict=conflict)
        said = "Vos coordonnées sont enregistrées et confirmées pour un an." if changed else "Rien n’avait changé."
        messages.success(request, said)
        return redirect("territories:my_contact")

    def confirm(self, version: int) -> HttpResponse:
        try:
            contacts.confirm_entry(person_id=self.request.user.pk, based_on_version=version, today=self.today)
        except EntryConflict as conflict:
            messages.warning(
                self.request,
                "Vos coordonnées ont été modifiées dans une autre fenêtre : relisez-les avant de les confirmer.",
            )
            return self.show(self.form_of(conflict.current), conflict.version)
        messages.success(self.request, "Merci. Vos coordonnées sont confirmées pour un an.")
        return redirect("territories:my_contact")

    def form_of(self, details: Details) -> ContactForm:
        return ContactForm(initial={name: getattr(details, name) for name in contacts.FIELDS})

    def show(self, form, version: int, conflict: EntryConflict | None = None) -> HttpResponse:
        entry = ContactEntry.objects.filter(person=self.request.user).first()
        context = {
            "form": form,
            "version": version,
            "entry": entry,
            "due_on": contacts.due_on(entry),
            "is_due": contacts.is_due(entry, self.today),
            "conflict": conflict,
            "disputes": [(form.fields[name].label, getattr(conflict.current, name)) for name in conflict.fields]
            if conflict
            else [],
        }
        return render(self.request, "territories/contribution/my_contact.html", context)


class DirectoryView(View):
    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.today = timezone.localdate()

    def dispatch(self, request, *args, **kwargs):
        if not can_see_contacts(request.user, self.today):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def filters(self) -> DirectoryFilters:
        regions = Place.objects.in_force().regions().order_by("slug", "pk").values_list("code", "name")
        territories = (
            Territory.objects.current().order_by("place__slug", "pk").values_list("place__code", "place__name")
        )
        form = DirectoryFilters(self.request.GET, regions=list(regions), territories=list(territories))
        form.is_valid()
        return form

    def lines(self, form: DirectoryFilters):
        chosen = form.cleaned_data
        return contacts.directory(
            self.today,
            text=chosen.get("q") or "",
            role=chosen.get("role") or "",
            region_code=chosen.get("region") or "",
            territory_code=chosen.get("territoire") or "",
        )

    def get(self, request) -> HttpResponse:
        form = self.filters()
        paginator = Paginator(self.lines(form), PEOPLE_PER_PAGE)
        page = paginator.get_page(request.GET.get("page"))
        page.elided = paginator.get_elided_page_range(page.number)
        page.object_list = [Person.of(mandate, self.today) for mandate in page.object_list]
        context = {
            "form": form,
            "page": page,
            "is_filtered": any(form.cleaned_data.values()),
            "can_export": can_export_directory(request.user),
        }
        return render(request, "territories/contribution/directory.html", context)


class DirectoryExportView(DirectoryView):
    def dispatch(self, request, *args, **kwargs):
        if not can_export_directory(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request) -> HttpResponse:
        headers = [
            "Nom", "Prénom", "Rôle", "Territoire", "Code du territoire", "Région", "Fonction", "Organisme",
            "Adresse électronique", "Téléphone", "Confirmées le", "À confirmer",
        ]  # fmt: skip
        rows = [Person.of(mandate, self.today).as_row() for mandate in self.lines(self.filters())]
        response = HttpResponse(write_csv(headers, rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="annuaire.csv"'
        return response
