from datetime import UTC, datetime, timedelta

import pytest

from funding import schemes
from funding.alerts import running
from funding.alerts.messages import MOST_LINES, MOST_WHOLE
from funding.alerts.spreading import spread
from funding.alerts.writing import MOST_AT_ONCE, slot, write
from funding.models import Alert, Call, CallNews, Follow, Round, Subscriber
from territories.models import Place
from tests.funding.alerts.people import follow, person
from tests.funding.drafts import published
from ti_portal.core.models import OutboxMessage

SITE = "https://portail.example"
START = datetime(2027, 3, 1, 9, tzinfo=UTC)
CLOSES = datetime(2027, 4, 15, 10, tzinfo=UTC)  # noon in Paris
ROUND = {"opens_at": datetime(2027, 2, 1, tzinfo=UTC), "closes_at": CLOSES, "label": "Printemps"}


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = SITE


def make_call(name: str = "Fonds friches", **values) -> Call:
    call = {"slug": "appel", "name": "Appel à projets", "rounds": [ROUND], "url": "https://exemple.fr/appel", **values}
    return published({"name": name}, {"calls": [call]}).calls.get()


@pytest.fixture
def call(db) -> Call:
    call = make_call()
    assert running.tell_news(at=START) == {"facts": 0, "alerts": 0, "messages": 0}
    return call


def move(call: Call, closes_at: datetime = CLOSES + timedelta(days=15)) -> None:
    Round.objects.filter(call=call).update(closes_at=closes_at)


def plain(text: str) -> str:
    """Without the non-breaking spaces."""
    return text.replace("\xa0", " ")


def run(at: datetime) -> list[OutboxMessage]:
    """One run; gives the messages it wrote."""
    known = set(OutboxMessage.objects.values_list("pk", flat=True))
    written = running.tell_news(at=at)["messages"]
    found = list(OutboxMessage.objects.exclude(pk__in=known).order_by("pk"))
    assert len(found) == written
    return found


def test_a_message_says_what_changed_from_what_to_what_why_and_what_to_do(call):
    somebody = follow(call=call).subscriber
    move(call)

    message = run(START + timedelta(hours=1))[0]

    assert (
        plain(message.subject)
        == "Clôture repoussée au 30 avril 2027 à 12 h : Fonds friches – Appel à projets (Printemps)"
    )
    assert message.recipient == somebody.email
    for body in (plain(message.text_body), plain(message.html_body)):
        assert "Clôture : le 30 avril 2027 à 12 h, au lieu de : le 15 avril 2027 à 12 h." in body
        assert "Pourquoi ce message : vous suivez cet appel." in body
        assert f"{SITE}{call.get_absolute_url()}" in body
        assert "https://exemple.fr/appel" in body
        assert f"{SITE}/eligibilite/" in body
        assert f"{SITE}/suivis/{somebody.secret}/" in body
        assert "\ue000" not in body
    one_click = f"{SITE}/suivis/{somebody.secret}/desinscription/"
    assert message.headers == {
        "List-Unsubscribe": f"<{one_click}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert one_click in message.text_body
    assert message.key == f"alert:{CallNews.objects.get().pk}:{somebody.pk}"
    assert run(START + timedelta(hours=2)) == []


def test_each_follow_gives_its_reason(call):
    region, somebody = Place.objects.get(code="REG-27"), person()
    lost = follow(somebody, call=call)
    follow(scheme=call.scheme)
    follow(place=region)
    move(call)
    sum(running.record(at=START + timedelta(hours=1)))
    sum(spread(at=START + timedelta(hours=1)))
    lost.delete()  # its alert stays: another follow wants it, says `follows.unfollow`

    messages = run(START + timedelta(hours=2))

    why = [plain(message.text_body).split("Pourquoi ce message : ")[1].split("\n")[0] for message in messages]
    assert sorted(why) == [
        "vous suivez la région « Bourgogne-Franche-Comté », où cet appel s’applique.",
        "vous suivez l’aide « Fonds friches ».",
        "vous suivez quelque chose que ce fait concerne.",
    ]


def test_times_are_also_told_on_the_reader_s_clock(call):
    follow(person(zone="Indian/Reunion"), call=call)
    move(call)

    message = run(START + timedelta(hours=1))[0]

    assert "le 30 avril 2027 à 12 h (heure de Paris), soit 14 h (heure de La Réunion)" in plain(message.text_body)


def test_names_that_hold_signs_are_written_as_they_are(db):
    call = make_call("Aide <b>« A & B »</b>")
    running.tell_news(at=START)
    follow(scheme=call.scheme)
    move(call)

    message = run(START + timedelta(hours=1))[0]

    assert "Aide <b>« A & B »</b>" in plain(message.text_body)
    assert "<b>" not in message.html_body
    assert "Aide &lt;b&gt;« A &amp; B »&lt;/b&gt;" in plain(message.html_body)


@pytest.mark.parametrize(
    ("frequency", "zone", "at", "last"),
    [
        ("daily", "Europe/Paris", "2027-03-10T07:29+01:00", "2027-03-09T07:30+01:00"),
        ("daily", "Europe/Paris", "2027-03-10T07:30+01:00", "2027-03-10T07:30+01:00"),
        ("daily", "Pacific/Tahiti", "2027-03-10T07:30+01:00", "2027-03-09T07:30-10:00"),
        ("weekly", "Europe/Paris", "2027-03-10T07:30+01:00", "2027-03-08T07:30+01:00"),
        ("weekly", "Europe/Paris", "2027-03-08T07:00+01:00", "2027-03-01T07:30+01:00"),
        ("weekly", "Europe/Paris", "2027-03-29T09:00+02:00", "2027-03-29T07:30+02:00"),
    ],
)
def test_mornings_are_those_of_the_person(frequency, zone, at, last):
    assert slot(frequency, zone, datetime.fromisoformat(at)) == datetime.fromisoformat(last)


@pytest.mark.parametrize(("frequency", "days"), [("daily", 1), ("weekly", 7)])
def test_a_day_or_a_week_makes_one_message(call, frequency, days):
    other = make_call("Prêt vert")
    monday = datetime(2027, 3, 8, 9, tzinfo=UTC)
    assert run(monday - timedelta(minutes=5)) == []
    somebody = person(frequency=frequency)
    follow(somebody, call=call)
    follow(somebody, scheme=other.scheme)
    move(call)
    move(other, CLOSES + timedelta(days=3))
    assert run(monday) == []
    assert run(monday + timedelta(hours=21)) == []

    message = run(monday + timedelta(days=days))[0]

    assert message.subject.startswith("2 nouvelles des aides que vous suivez ; clôture repoussée au")
    assert message.text_body.count("Pourquoi ce message") == 2
    assert message.key == f"alerts:{somebody.pk}:{Alert.objects.order_by('-pk')[0].pk}"
    assert {alert.message_key for alert in Alert.objects.all()} == {message.key}
    somebody.refresh_from_db()
    assert somebody.last_digest_at == monday + timedelta(days=days)
    assert run(monday + timedelta(days=days + 7)) == []


def test_a_grouped_message_tells_only_the_nearest_reminder_and_what_still_holds(call):
    somebody = person(frequency="weekly")
    follow(somebody, call=call)
    for days in (30, 15):  # each found at its time, while the messages of the week are stopped
        sum(running.record(at=CLOSES - timedelta(days=days)))
        sum(spread(at=CLOSES - timedelta(days=days)))

    message = run(datetime(2027, 4, 12, 6, tzinfo=UTC))[0]  # Monday

    assert plain(message.subject).startswith("Ferme dans 3 jours, le 15 avril 2027 à 12 h : Fonds friches")
    assert set(Alert.objects.values_list("news__kind", "state")) == {
        ("j30", "dropped"), ("j15", "dropped"), ("j3", "written")
    }  # fmt: skip


def test_what_waited_for_a_morning_after_the_closing_is_dropped(call):
    follow(person(frequency="weekly"), call=call)
    assert run(CLOSES - timedelta(hours=2)) == []

    assert run(CLOSES + timedelta(days=7)) == []

    assert Alert.objects.get().state == "dropped"


def test_a_reminder_of_a_date_that_moved_meanwhile_gives_way_to_the_move(call):
    follow(person(frequency="weekly"), call=call)
    assert run(CLOSES - timedelta(days=3)) == []  # Monday 12 April, at noon: after this week's morning
    move(call, CLOSES + timedelta(days=90))

    assert run(CLOSES - timedelta(days=2)) == []

    message = run(CLOSES + timedelta(days=5))[0]

    assert message.subject.startswith("Clôture repoussée")
    assert dict(Alert.objects.values_list("news__kind", "state")) == {"j3": "dropped", "moved": "written"}


@pytest.mark.parametrize(
    "change",
    [
        {"stopped_at": START, "stop_reason": "bounced"},
        {"confirmed_at": None},
        {"email": "pas une adresse"},
    ],
)
def test_whoever_is_not_reached_any_more_gets_nothing(call, change):
    bait, gone = follow(call=call).subscriber, follow(call=call).subscriber
    move(call)
    sum(running.record(at=START + timedelta(hours=1)))
    sum(spread(at=START + timedelta(hours=1)))
    Subscriber.objects.filter(pk=gone.pk).update(**change)

    assert [message.recipient for message in run(START + timedelta(hours=2))] == [bait.email]
    assert gone.alerts.get().state == "dropped"


def test_many_facts_at_once_make_one_message(call):
    somebody = person()
    others = [make_call(f"Aide {number}") for number in range(MOST_AT_ONCE)]
    run(START + timedelta(minutes=5))
    for other in (call, *others):
        follow(somebody, call=other)
        move(other)

    message = run(START + timedelta(hours=1))

    assert len(message) == 1
    assert message[0].subject.startswith(f"{MOST_AT_ONCE + 1} nouvelles des aides que vous suivez")


def test_a_flood_is_one_message_whose_end_is_in_short(call):
    somebody = person()
    many = [make_call(f"Aide {number}") for number in range(2)]
    run(START + timedelta(minutes=5))
    follow(somebody, call=call)
    news = [
        CallNews(call=many[number % 2], kind="exhausted", key=str(number), due_at=START, recorded_at=START)
        for number in range(MOST_WHOLE + MOST_LINES + 3)
    ]
    CallNews.objects.bulk_create(news)
    CallNews.objects.update(spread_at=START)
    Alert.objects.bulk_create(Alert(subscriber=somebody, news=fact, created_at=START) for fact in news)

    message = run(START + timedelta(hours=1))[0]

    text = plain(message.text_body)
    assert text.count("Pourquoi ce message") == MOST_WHOLE
    assert text.count("- Enveloppe épuisée : Aide") == MOST_LINES
    assert "Et 3 autres nouvelles, que vous lirez sur le portail" in text
    assert message.html_body.count("Enveloppe épuisée") == MOST_WHOLE + MOST_LINES
    assert len(message.html_body) < 60_000


def test_what_is_taken_back_from_the_catalogue_waits(call):
    follow(call=call)
    move(call)
    sum(running.record(at=START + timedelta(hours=1)))
    sum(spread(at=START + timedelta(hours=1)))
    call.scheme.state = "to_validate"
    call.scheme.save()
    assert run(START + timedelta(hours=2)) == []

    call.scheme.state = "published"
    call.scheme.save()

    assert len(run(START + timedelta(hours=3))) == 1


def test_small_batches_write_the_same(call):
    for _ in range(5):
        follow(call=call)
    move(call)
    sum(running.record(at=START + timedelta(hours=1)))
    sum(spread(at=START + timedelta(hours=1)))

    assert list(write(at=START + timedelta(hours=1), batch=2)) == [2, 2, 1]
    assert list(write(at=START + timedelta(hours=1), batch=2)) == []
    assert OutboxMessage.objects.filter(key__startswith="alert:").count() == 5


def test_people_who_are_told_by_day_are_shared_out_in_small_batches(call):
    other = make_call("Prêt vert")
    run(START + timedelta(minutes=5))
    for number in range(5):
        somebody = person(frequency="daily")
        follow(somebody, call=call)
        if number % 2:
            follow(somebody, call=other)
    move(call)
    move(other)
    assert run(START + timedelta(hours=1)) == []

    tomorrow = START + timedelta(days=1)
    # One, two, one, two, one alerts.
    assert list(write(at=tomorrow, batch=3)) == [2, 2, 1]
    assert list(write(at=tomorrow, batch=3)) == []
    assert OutboxMessage.objects.filter(key__startswith="alerts:").count() == 5


def test_two_days_without_beat_over_three_deadlines_and_a_move(db):
    """After the restart each fact goes out once, late and saying so; nothing of the call that closed meanwhile."""
    stop, restart = datetime(2027, 4, 11, 20, tzinfo=UTC), datetime(2027, 4, 13, 20, tzinfo=UTC)
    opens_at = datetime(2027, 2, 1, tzinfo=UTC)

    def closing(name: str, closes_at: datetime) -> Call:
        return make_call(name, rounds=[{"opens_at": opens_at, "closes_at": closes_at}])

    three_days = closing("À trois jours", datetime(2027, 4, 15, 10, tzinfo=UTC))
    fortnight = closing("À quinze jours", datetime(2027, 4, 27, 10, tzinfo=UTC))
    closed = closing("Fermé entre-temps", datetime(2027, 4, 13, 10, tzinfo=UTC))
    moved = closing("Déplacé", datetime(2027, 5, 30, 10, tzinfo=UTC))
    running.tell_news(at=datetime(2027, 4, 10, 20, tzinfo=UTC))
    for call in (three_days, fortnight, closed, moved):
        follow(call=call)
    assert run(stop) == []
    round_ = moved.rounds.get()
    rounds = [{"id": round_.pk, "closes_at": datetime(2027, 6, 30, 10, tzinfo=UTC)}]
    values = {"slug": moved.slug, "rounds": rounds}
    schemes.save_call(
        scheme_id=moved.scheme_id, call_id=moved.pk, values=values, actor=None, at=stop + timedelta(days=1)
    )

    messages = run(restart)

    late = "Ce message vous parvient en retard : il aurait dû partir le"
    assert sorted(plain(message.subject) for message in messages) == [
        "Clôture repoussée au 30 juin 2027 à 12 h : Déplacé – Appel à projets",
        "Ferme dans 14 jours, le 27 avril 2027 à 12 h : À quinze jours – Appel à projets",
        "Ferme dans 2 jours, le 15 avril 2027 à 12 h : À trois jours – Appel à projets",
    ]
    assert all(late in plain(message.text_body) for message in messages)
    assert run(restart) == run(restart + timedelta(minutes=10)) == []


def test_the_same_number_of_queries_writes_one_and_many(call, django_assert_num_queries):
    for size in (1, 6):
        for _ in range(size):
            follow(call=call)
        move(call, CLOSES + timedelta(days=size))
        at = START + timedelta(hours=size)
        sum(running.record(at=at))
        sum(spread(at=at))
        with django_assert_num_queries(QUERIES):
            list(write(at=at))
        Follow.objects.all().delete()


# Zones, people, a batch of alerts, their facts, official pages, known keys, messages, states; the savepoints.
QUERIES = 13
