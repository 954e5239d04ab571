"""Acknowledgements and maintenance windows with the store, as the worker uses them: nothing is lost behind them, nothing is told twice."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtriage.correlate import correlate, seen_at
from mailtriage.correlate.ack import acknowledgement
from mailtriage.service import quieting
from mailtriage.store.main import Store
from mailtriage.types import Change, ChangeType, OpenEvent, Recovery, Severity, Window
from tests.store.build import DAY, HOST, NOW, alarm, event, judged, outcome

HOUR = timedelta(hours=1)
OTHER = "db01.example.org"
SEVERITIES = list(Severity)


class Site:
    """A worker without its daemon: one store, one sink, a clock that is told."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOW
        self._n = 0

    def mail(
        self,
        *items: str,
        severity: Severity = Severity.HIGH,
        host: str = HOST,
        recovery: Recovery = Recovery.STATE,
        percent: int = 97,
    ) -> None:
        """A report in which these items are in trouble, and no others."""
        self._n += 1
        summary = f"{percent} % full"
        events = tuple(event(item=item, severity=severity, host=host, recovery=recovery, summary=summary) for item in items)
        mail = outcome(f"m{self._n}", alarm(*events) if events else judged(), at=self.now, host=host)
        quiet = quieting.of_mail(self.store, correlate(mail, self.store.open_events({host}), self.store), self.now, groups_of)
        if self.store.record(mail, self._n, quiet.changes, seen_at=seen_at(mail), now=self.now, sinks_for=lambda _: ("hook",)):
            quieting.write_down(self.store, quiet, self.now)

    def tick(self, after: timedelta = timedelta()) -> None:
        self.now += after
        quiet = quieting.of_clock(self.store, (), self.store.open_events(), self.now, groups_of)
        self.store.apply(quiet.changes, now=self.now, sinks_for=lambda _: ("hook",))
        quieting.write_down(self.store, quiet, self.now)

    def window(self, *, hours: float, host: str = HOST, group: str = "", starts: float = 0, unless: Severity | None = None) -> int:
        start = self.now + starts * HOUR
        until = start + hours * HOUR
        wanted = Window(n=0, host="" if group else host, group=group, starts_at=start, until=until, unless=unless, comment="c", who="ann")
        return self.store.maintenance.add(wanted).n

    def ack(self, of: OpenEvent, *, hours: float, above: float | None = None) -> None:
        until = self.now + hours * HOUR
        self.store.acks.add(acknowledgement(of, comment="known", who="ann", at=self.now, until=until, above=above))

    def told(self) -> list[Change]:
        """What the sink was given, in order for each event."""
        found: list[Change] = []
        while deliveries := self.store.outbox.claim("hook", self.now + 9999 * DAY, 999):
            for delivery in deliveries:
                assert delivery.change is not None
                found.append(delivery.change)
                self.store.outbox.done(delivery, self.now)
        return found

    def said(self) -> list[str]:
        return ["closed" if change.type is ChangeType.CLOSED else "problem" for change in self.told()]


def groups_of(host: str) -> frozenset[str]:
    return frozenset({"web"}) if host == HOST else frozenset()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(Store(tmp_path / "main.sqlite3"))


def counts(site: Site) -> tuple[int, int, int, int]:
    (one,) = site.store.maintenance.counts(NOW)
    return one.n_held, one.n_waiting, one.n_over, one.n_told


def test_what_lasts_is_told_at_the_end_of_the_window_and_what_did_not_is_counted(site: Site) -> None:
    site.window(hours=2)
    site.mail("/var", "/usr")
    site.now += HOUR
    site.mail("/var")
    site.tick()
    assert (site.said(), counts(site)) == ([], (2, 1, 1, 0))
    site.tick(HOUR)
    site.tick(HOUR)
    (told,) = site.told()
    assert (told.event.item, told.comment) == ("/var", "held back until the maintenance was over")
    assert counts(site) == (2, 0, 1, 1)
    site.mail()
    assert site.said() == ["closed"]


def test_the_end_of_what_was_told_before_the_window_is_told_in_it(site: Site) -> None:
    site.mail("/var")
    site.window(hours=2)
    site.now += HOUR
    site.mail()
    assert site.said() == ["problem", "closed"]
    site.tick(2 * HOUR)
    assert site.said() == []


def test_what_gets_worse_in_a_window_is_told_at_its_end(site: Site) -> None:
    site.mail("/var")
    site.window(hours=2)
    site.mail("/var", severity=Severity.CRITICAL)
    assert site.said() == ["problem"]
    site.tick(2 * HOUR)
    (told,) = site.told()
    assert told.event.severity is Severity.CRITICAL


def test_what_becomes_as_bad_as_the_exception_is_told_at_once_and_not_again(site: Site) -> None:
    site.window(hours=2, unless=Severity.CRITICAL)
    site.mail("/var")
    site.mail("/var", severity=Severity.CRITICAL)
    assert site.said() == ["problem"]
    site.tick(2 * HOUR)
    assert (site.said(), counts(site)) == ([], (1, 0, 0, 1))


def test_a_window_ended_by_hand_and_another_that_lasts(site: Site) -> None:
    first, _ = site.window(hours=2), site.window(hours=3, host="", group="web")
    site.mail("/var")
    site.store.maintenance.end(first, site.now)
    site.tick()
    assert site.said() == []
    site.tick(3 * HOUR)
    assert site.said() == ["problem"]


def test_a_clock_that_was_wrong_for_a_tick_opens_no_window_again(site: Site) -> None:
    site.window(hours=2)
    site.mail("/var")
    site.tick(400 * DAY)
    site.now = NOW + HOUR
    site.mail("/var", "/usr")
    site.tick()
    assert site.said() == ["problem", "problem"]


def test_an_event_that_is_acknowledged_in_a_window_is_told_when_both_are_over(site: Site) -> None:
    site.window(hours=1)
    site.mail("/var")
    site.ack(site.store.open_events()[0], hours=3)
    site.tick(2 * HOUR)
    assert site.said() == []
    site.tick(HOUR)
    (told,) = site.told()
    assert "no longer acknowledged" in told.comment
    site.tick(HOUR)
    assert site.said() == []


def test_an_acknowledgement_taken_back_is_told_and_lets_out_what_a_window_held(site: Site) -> None:
    site.window(hours=1)
    site.mail("/var")
    (opened,) = site.store.open_events()
    site.ack(opened, hours=30)
    site.tick(2 * HOUR)
    site.store.acks.take_back(opened.id, site.now)
    site.tick()
    assert site.said() == ["problem"]
    site.tick(40 * HOUR)
    assert (site.said(), site.store.acks.all()) == ([], ())


def test_what_is_held_again_in_the_same_window_is_told_at_its_end(site: Site) -> None:
    site.window(hours=2)
    site.mail("/var")
    site.tick(-HOUR)  # a clock that is wrong
    site.tick(HOUR)
    site.mail("/var", severity=Severity.CRITICAL)
    assert site.said() == ["problem"]
    site.tick(2 * HOUR)
    (told,) = site.told()
    assert told.event.severity is Severity.CRITICAL


def test_an_acknowledged_number_is_quiet_up_to_its_bound_and_told_once_beyond(site: Site) -> None:
    site.mail("/var")
    site.ack(site.store.open_events()[0], hours=100, above=98)
    site.told()
    site.mail("/var", percent=98)
    assert site.told() == []
    site.mail("/var", percent=99)
    (told,) = site.told()
    assert told.comment == "no longer acknowledged: above 98 (now 99)"
    assert site.store.acks.all() == ()
    site.mail("/var", percent=99)
    site.tick(200 * HOUR)
    assert site.told() == []


def test_an_acknowledged_one_shot_event_is_closed_by_the_clock_and_comes_back(site: Site) -> None:
    site.mail("/etc/passwd", recovery=Recovery.ONE_SHOT)
    site.ack(site.store.open_events()[0], hours=3)
    site.tick()
    assert (site.store.open_events(), site.store.acks.all(), site.said()) == ((), (), ["problem", "closed"])
    site.mail("/etc/passwd", recovery=Recovery.ONE_SHOT)
    assert site.said() == ["problem"]


def test_windows_and_their_counts_are_forgotten_after_a_year(site: Site) -> None:
    site.window(hours=2)
    site.mail("/var")
    site.tick(2 * HOUR)
    assert len(site.store.maintenance.counts(NOW)) == 1
    site.tick(366 * DAY)
    assert site.store.maintenance.counts(NOW) == ()


def test_the_end_of_an_event_and_of_its_window_in_one_tick_is_told_to_nobody_and_counted(site: Site) -> None:
    site.window(hours=2)
    site.mail("/var")
    (opened,) = site.store.open_events()
    site.now += 2 * HOUR
    closed = Change(type=ChangeType.CLOSED, event=opened, mail_id="", at=site.now)
    quiet = quieting.of_clock(site.store, [closed], [opened], site.now, groups_of)
    assert quiet.changes == (closed,)
    site.store.apply(quiet.changes, now=site.now, sinks_for=lambda _: ("hook",))
    quieting.write_down(site.store, quiet, site.now)
    site.tick()
    assert (site.said(), counts(site)) == ([], (1, 0, 1, 0))


def test_a_digest_shows_what_is_quiet_apart(site: Site) -> None:
    site.mail("/known", "/told")
    known = next(event for event in site.store.open_events() if event.item == "/known")
    site.ack(known, hours=48, above=98)
    site.window(hours=2)
    site.mail("/known", "/told", "/held", "/short")
    site.mail("/known", "/told", "/held")
    site.tick(HOUR)
    closed = [one.event for one in site.store.closed_events()]
    shown = quieting.apart(site.store, site.store.open_events(), closed, NOW, site.now)
    assert sorted(event.item for event in shown.events) == ["/held", "/known", "/short"]
    ack, window = shown.remarks
    assert (ack.heading, ack.head) == ("Acknowledged", f"{HOST}/filesystem//known until 2026-11-25 03:01 UTC, or above 98 (now 97)")
    assert (ack.lines, ack.command) == (("97 % full", "ann: known"), f"mailtriage ack {HOST}/filesystem//known --end")
    assert (window.heading, window.head) == ("Maintenance", f"{HOST}, until 2026-11-23 05:01 UTC: c")
    assert window.lines == ("2 events held back; 1 not told yet; 1 over before anybody was told",)
    site.tick(HOUR)
    shown = quieting.apart(site.store, site.store.open_events(), closed, site.now, site.now + DAY)
    assert sorted(event.item for event in shown.events) == ["/known", "/short"]
    assert shown.remarks[-1].lines == ("2 events held back; 1 over before anybody was told; 1 told afterwards",)


def test_what_was_told_before_a_window_is_shown_as_ever_though_worse_news_of_it_are_held(site: Site) -> None:
    site.mail("/told")
    site.window(hours=2)
    site.mail("/told", severity=Severity.CRITICAL)
    assert counts(site)[0] == 1
    assert quieting.apart(site.store, site.store.open_events(), (), NOW, site.now).events == ()


hosts = st.sampled_from([HOST, OTHER])
STEPS = st.one_of(
    st.tuples(st.just("mail"), hosts, st.sets(st.sampled_from(["/a", "/b"])), st.sampled_from(SEVERITIES)),
    st.tuples(st.just("tick")),
    st.tuples(st.just("pass"), st.integers(min_value=-3, max_value=6)),
    st.tuples(
        st.just("window"),
        st.sampled_from(["*", HOST, OTHER, ""]),
        st.integers(min_value=-1, max_value=4),
        st.integers(min_value=1, max_value=6),
        st.sampled_from([None, Severity.CRITICAL, Severity.HIGH]),
    ),
    st.tuples(st.just("end"), st.integers(min_value=0, max_value=3)),
)
ACK = st.tuples(st.sampled_from(["ack", "take back"]), st.integers(min_value=0, max_value=3), st.integers(min_value=1, max_value=8))


def step(site: Site, what: str, *more: object) -> None:
    match what, *more:
        case "mail", str(host), set(items), Severity() as severity:
            site.now += timedelta(minutes=1)
            site.mail(*sorted(items), severity=severity, host=host)
        case "tick", *_:
            site.tick(timedelta(minutes=1))
        case "pass", int(hours):
            site.now += hours * HOUR
        case "window", str(host), int(starts), int(hours), unless:
            assert unless is None or isinstance(unless, Severity)
            site.window(hours=hours, host=host, group="" if host else "web", starts=starts, unless=unless)
        case "end", int(n):
            windows = site.store.maintenance.windows()
            if n < len(windows):
                site.store.maintenance.end(windows[n].n, site.now)
        case "ack", int(n), int(hours):
            events = site.store.open_events()
            if n < len(events):
                site.ack(events[n], hours=hours)
        case "take back", int(n), int(_):
            acks = site.store.acks.all()
            if n < len(acks):
                site.store.acks.take_back(acks[n].event_id, site.now)


class _TakenBackError(Exception):
    """Ends the transaction of one example."""


def run(store: Store, steps: list[tuple[object, ...]]) -> tuple[list[OpenEvent], dict[str, list[Change]]]:
    """What is open after the last window and acknowledgement is over and the clock ticked once, and what was told of each event."""
    site = Site(store)
    told: dict[str, list[Change]] = {}
    with suppress(_TakenBackError), store.transaction():
        for what, *more in steps:
            step(site, str(what), *more)
        site.now = _last_end(store, site.now)
        site.tick()
        for change in site.told():
            told.setdefault(change.event.id, []).append(change)
        still_open = list(store.open_events())
        site.tick(DAY)
        assert site.told() == []
        raise _TakenBackError
    return still_open, told


def _last_end(store: Store, now: datetime) -> datetime:
    ends = [window.until for window in store.maintenance.windows()] + [ack.until for ack in store.acks.all()]
    return max([now, *ends])


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("blank") / "main.sqlite3")


@given(st.lists(STEPS, max_size=30))
@settings(max_examples=400, deadline=None)
def test_whatever_happens_what_lasts_is_told_once_and_no_end_of_what_nobody_was_told_of(
    blank: Store, steps: list[tuple[object, ...]]
) -> None:
    still_open, told = run(blank, steps)
    for one in still_open:
        assert told[one.id][-1].event.severity is one.severity
    for changes in told.values():
        problems = [change for change in changes if change.type is not ChangeType.CLOSED]
        ranks = [change.event.severity.rank for change in problems]
        assert ranks
        assert ranks == sorted(set(ranks)), "told again although it was not worse"
        assert changes == [*problems, *changes[len(problems) :]]
        assert len(changes) - len(problems) <= 1


@given(st.lists(st.one_of(STEPS, ACK), max_size=30))
@settings(max_examples=300, deadline=None)
def test_an_acknowledgement_loses_nothing_either(blank: Store, steps: list[tuple[object, ...]]) -> None:
    still_open, told = run(blank, steps)
    for one in still_open:
        assert told[one.id][-1].event.severity is one.severity
    for changes in told.values():
        assert changes[0].type is not ChangeType.CLOSED
        assert all(change.type is not ChangeType.CLOSED for change in changes[:-1])
