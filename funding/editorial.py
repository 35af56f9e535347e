"""The life of a scheme's page: brouillon → à valider → publié → archivé, and what must be there to be published."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from funding import cells, terms
from funding.eligibility.codes import CriterionKind
from funding.eligibility.errors import RuleError
from funding.eligibility.refusals import refusal_text
from funding.enums import EditorialState, LinkKind, Role
from funding.models import Call, Scheme
from territories.models import Place

DRAFT, TO_VALIDATE = EditorialState.DRAFT, EditorialState.TO_VALIDATE
PUBLISHED, ARCHIVED = EditorialState.PUBLISHED, EditorialState.ARCHIVED

# From one state to another; a scheme is read by a second person before it is published.
MOVES = frozenset(
    {
        (DRAFT, TO_VALIDATE),
        (TO_VALIDATE, DRAFT),
        (TO_VALIDATE, PUBLISHED),
        (PUBLISHED, TO_VALIDATE),
        (PUBLISHED, ARCHIVED),
        (ARCHIVED, TO_VALIDATE),
    }
)


def check_move(from_state: str, to_state: str) -> None:
    """Raise ValidationError, in French, unless the move is allowed."""
    if (from_state, to_state) in MOVES:
        return
    labels = dict(EditorialState.choices)
    next_states = [labels[state] for state in EditorialState.values if (from_state, state) in MOVES]
    raise ValidationError(
        f"Un dispositif « {labels[from_state]} » ne peut pas devenir « {labels.get(to_state, to_state)} » ; "
        f"il peut devenir : {', '.join(next_states)}.",
        code="forbidden_move",
    )


def publication_problems(scheme: Scheme) -> list[str]:
    """Everything that keeps a scheme from being published, at once, in French; empty when nothing does."""
    calls = list(scheme.calls.order_by("slug", "pk").prefetch_related("rounds"))
    found = [*_words(scheme), *_people(scheme), *_places(scheme, calls), *_rules(scheme)]
    if not calls:
        found.append("Ajoutez au moins un appel : sans lui, personne ne sait si le dispositif est ouvert.")
    found += [problem for call in calls for problem in _call_problems(call)]
    return found


def _words(scheme: Scheme) -> Iterable[str]:
    if not scheme.summary.strip():
        yield "Écrivez en une phrase ce qu’est le dispositif."
    if not scheme.help_kinds:
        yield "Dites la nature de l’aide : subvention, prêt, ingénierie…"
    if scheme.successor_id is not None and _succeeds_itself(scheme):
        yield "Des dispositifs se remplacent l’un l’autre en cercle."


def _people(scheme: Scheme) -> Iterable[str]:
    roles = set(scheme.roles.values_list("role", flat=True))
    if Role.FUNDER not in roles:
        yield "Dites qui finance."
    if Role.INSTRUCTOR not in roles and not scheme.contacts.exists():
        yield "Donnez un contact, ou l’organisme qui instruit les dossiers."
    if not scheme.source_name and not scheme.links.filter(kind__in=(LinkKind.OFFICIAL, LinkKind.LEGAL)).exists():
        yield "Donnez la page officielle, le texte de référence ou la source."


def _places(scheme: Scheme, calls: list[Call]) -> Iterable[str]:
    if not scheme.included_codes:
        yield "Dites où le dispositif s’applique : un périmètre vide ne couvre aucun lieu."
    rows = [scheme, *calls, *scheme.contacts.all()]
    named = {code for row in rows for code in (*row.included_codes, *row.excluded_codes)}
    known = set(Place.objects.filter(code__in=named).values_list("code", flat=True))
    if unknown := sorted(named - known):
        yield f"Aucun lieu n’a le code {', '.join(f'« {code} »' for code in unknown[:5])}."
    both = sorted(set(scheme.included_codes) & set(scheme.excluded_codes))
    if both:
        yield f"Un même lieu est à la fois compris et exclu : « {both[0]} »."


def _rules(scheme: Scheme) -> Iterable[str]:
    criteria = list(scheme.criteria.order_by("position", "pk"))
    if not any(row.kind == CriterionKind.AUDIENCE and row.is_hard for row in criteria):
        yield "Dites à qui le dispositif s’adresse : ajoutez un critère de public."
    for rank, row in enumerate(criteria, start=1):
        try:
            terms.criterion_of(row)
        except RuleError as error:
            yield f"Critère {rank} : {refusal_text(error)}"
    try:
        terms.amount_rules(scheme.amounts.order_by("position", "pk"))
    except RuleError as error:
        yield f"Montants : {refusal_text(error)}"
    try:
        calls = [terms.call_of(call, scheme) for call in scheme.calls.order_by("slug").prefetch_related("rounds")]
    except RuleError as error:
        yield f"Appels : {refusal_text(error)}"
    else:
        yield from cells.problems(calls)


def _call_problems(call: Call) -> Iterable[str]:
    if not call.is_permanent and not call.rounds.all() and call.exhausted_from is None and call.suspended_from is None:
        yield f"« {call.name} » : dites s’il est permanent, ses dates, ou pour quand il est annoncé."


def _succeeds_itself(scheme: Scheme) -> bool:
    seen = {scheme.pk}
    following = scheme.successor_id
    while following is not None and following not in seen:
        seen.add(following)
        following = Scheme.objects.filter(pk=following).values_list("successor_id", flat=True).first()
    return following is not None
