#!/usr/bin/env python3
"""Standings, teams and boards of an advocacy program, worked out a second time.

This program was written from the page of formulas (engine/FORMULAS.md) and the design alone, without a
look at the engine, so that the two can be compared. It prefers being plain to being fast.

    python3 standings.py --settings settings.json --activities a.jsonl --people p.jsonl --as-of TIME

It prints one JSON document, its keys sorted, so that two of them can be compared line by line:
{"boards": {...}, "standings": {ADVOCATE: {FIGURE: VALUE}}, "teams": [...]}. With --before DAYS each team has the
figures of the window before, too, and with --kpis the KPIs of the settings.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cached_property, lru_cache
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Set, Tuple
from zoneinfo import ZoneInfo

STYLES = ("listener", "curator", "commenter", "creator", "supporter")
TELLING = ["story", "video", "audio", "image", "document"]
FORMATS = ("text", "image", "video", "story", "document", "audio")
METRICS = ("impressions", "likes", "comments", "shares", "clicks", "leads", "conversions", "pipeline_value")
ENGAGEMENTS = ("likes", "comments", "shares", "clicks")
ORIGINS = ("own", "company", "third_party")
TEAM_FIELDS = ("department", "function", "country", "level", "cohort")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# ---------------------------------------------------------------------------------------------
# Time
# ---------------------------------------------------------------------------------------------

Instant = int  # nanoseconds since 1970-01-01T00:00:00Z
Day = int  # a local date, counted as Python counts them: the first of January of the year 1 is day 1

SECOND = 1_000_000_000
EVER: Instant = -(10**30)  # before anything that was ever recorded
NEVER: Instant = 10**30

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))"
)


def instant(text: str) -> Instant:
    """The instant that an RFC 3339 timestamp names, to the nanosecond."""
    parts = RFC3339.fullmatch(text)
    if parts is None:
        raise ValueError(f"not a timestamp with an offset: {text!r}")
    year, month, day, hour, minute, second = (int(part) for part in parts.groups()[:6])
    fraction, sign, hours, minutes = parts.groups()[6:]
    offset = 0 if sign is None else (int(hours) * 3600 + int(minutes) * 60) * (-1 if sign == "-" else 1)
    wall = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc) - EPOCH
    seconds = wall.days * 86_400 + wall.seconds - offset
    return seconds * SECOND + int((fraction or "").ljust(9, "0"))


class Span(NamedTuple):
    """Dates in a row, from the first to the last, both included."""

    first: Day
    last: Day

    def __contains__(self, day: object) -> bool:
        return isinstance(day, int) and self.first <= day <= self.last


NO_DATES = Span(0, -1)


@dataclass(frozen=True)
class Calendar:
    """What day and week it is, in the program's zone."""

    zone: ZoneInfo
    week_start: int  # 0 is Monday

    def day(self, at: Instant) -> Day:
        """The local date of an instant."""
        return (EPOCH + timedelta(seconds=at // SECOND)).astimezone(self.zone).toordinal()

    def week(self, day: Day) -> Day:
        """The week of a date, named by its first date."""
        return day - (weekday(day) - self.week_start) % 7

    def begin(self, day: Day) -> Instant:
        """The first instant of a date (where midnight is skipped, the one that stands in for it)."""
        return begin_of(self.zone, day)


def weekday(day: Day) -> int:
    """0 for a Monday."""
    return date.fromordinal(day).weekday()


@lru_cache(maxsize=None)
def begin_of(zone: ZoneInfo, day: Day) -> Instant:
    """The first instant of a date in a zone."""
    midnight = datetime.combine(date.fromordinal(day), datetime.min.time(), tzinfo=zone)
    passed = midnight.astimezone(timezone.utc) - EPOCH
    return (passed.days * 86_400 + passed.seconds) * SECOND


# ---------------------------------------------------------------------------------------------
# Settings
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A kind of activity, as the program declares it."""

    style: str
    role: Optional[str]


def role_of(name: str, style: str, counts_as: Optional[str]) -> Optional[str]:
    """The role of a kind: what it counts as, or else what its name or its style says."""
    if counts_as is not None:
        return None if counts_as == "nothing" else counts_as
    by_name = {
        "create": "publishing",
        "share": "publishing",
        "comment": "conversation",
        "train": "training",
        "mentor": "mentoring",
        "kudos": "kudos",
    }
    by_style = {"creator": "publishing", "curator": "publishing", "commenter": "conversation"}
    return by_name.get(name) or by_style.get(style)


def known_style(style: str) -> str:
    """The style, if it is one of the five."""
    if style not in STYLES:
        raise ValueError(f"not a style: {style!r}")
    return style


@dataclass(frozen=True)
class Kpi:
    """A figure of a team that has a goal."""

    metric: str
    goal: int
    days: int


WAVES = {"participation_percent": 50, "kept_percent": 50, "top_share_percent": 40}


@dataclass(frozen=True)
class Settings:
    """What `program.toml` would say."""

    calendar: Calendar
    windows: List[int]
    period: Optional[str]
    seasons: Dict[str, Tuple[Day, Day]]  # the first date, and the first date that is over
    levels: Dict[str, int]
    kinds: Dict[str, Kind]
    points: Dict[str, int]
    teams: List[str]
    minimum_group: int
    refresher_days: int
    action_days: int
    pair_days: int
    channels: Set[str]
    aggregate_only: bool
    cents_per_1000: Optional[Dict[str, int]]  # by result; none without a formula
    waves: Dict[str, int]
    kpis: Dict[str, "Kpi"]

    @staticmethod
    def read(stated: Dict[str, Any]) -> "Settings":
        def first_day(text: str) -> Day:
            return date.fromisoformat(text).toordinal()

        seasons = stated.get("seasons") or {}
        kinds = {
            name: Kind(known_style(kind["style"]), role_of(name, kind["style"], kind.get("role")))
            for name, kind in stated["kinds"].items()
        }
        return Settings(
            calendar=Calendar(ZoneInfo(stated["time_zone"]), WEEKDAYS.index(stated["week_start"])),
            windows=stated["windows"],
            period=stated.get("period"),
            seasons={name: (first_day(begin), first_day(end)) for name, (begin, end) in seasons.items()},
            levels=stated.get("levels", {}),
            kinds=kinds,
            points=stated.get("points", {}),
            teams=stated.get("teams", []),
            minimum_group=stated["minimum_group"],
            refresher_days=stated["refresher_days"],
            action_days=stated["action_days"],
            pair_days=stated["pair_days"],
            channels=set(stated["channels"]),
            aggregate_only=stated.get("aggregate_only", False),
            cents_per_1000=stated.get("cents_per_1000"),
            waves=stated.get("waves") or WAVES,
            kpis={
                name: Kpi(kpi.get("metric", name), kpi["goal"], kpi["window"])
                for name, kpi in (stated.get("kpis") or {}).items()
            },
        )

    def period_of(self, day: Day) -> Span:
        """The period that a date falls into; no dates between seasons."""
        if self.seasons:
            for begin, end in self.seasons.values():
                if begin <= day < end:
                    return Span(begin, end - 1)
            return NO_DATES
        if self.period == "week":
            first = self.calendar.week(day)
            return Span(first, first + 6)
        length = {"month": 1, "quarter": 3, "year": 12}.get(self.period or "")
        if length is None:
            return NO_DATES
        today = date.fromordinal(day)
        months = today.year * 12 + (today.month - 1) // length * length
        return Span(first_of_month(months), first_of_month(months + length) - 1)


def first_of_month(months: int) -> Day:
    """The first date of a month, which is counted from the year 0."""
    return date(months // 12, months % 12 + 1, 1).toordinal()


# ---------------------------------------------------------------------------------------------
# Events
# ---------------------------------------------------------------------------------------------

Identity = Tuple[str, str]  # source, id
Order = Tuple[Instant, str, str]  # time, source, id: the order of the fold

# The lines of the people file have no source. An empty one is none that an event could have, and comes
# before all others; what stands there cannot be the target of a retraction.
PEOPLE_FILE = ""


@dataclass(frozen=True)
class Event:
    """One accepted line."""

    type: str
    source: str
    id: str
    at: Instant
    said: Dict[str, Any]

    @property
    def identity(self) -> Identity:
        return (self.source, self.id)

    @property
    def order(self) -> Order:
        return (self.at, self.source, self.id)

    @property
    def target(self) -> Identity:
        """What it speaks of; of its own source, unless it says otherwise."""
        return (self.said.get("target_source") or self.source, self.said["target"])


class Conflict(Exception):
    """Two lines with one identity that say different things."""


def read_events(lines: Iterable[str]) -> Iterator[Tuple[str, Event]]:
    """The events of the activities file, each with the place where it stands."""
    for place, said in read_lines(lines, "activities", "activity"):
        at = instant(said["at"])
        yield place, checked(Event(said.get("type", "activity"), said.get("source", "local"), said["id"], at, said))


def read_people(lines: Iterable[str]) -> Iterator[Tuple[str, Event]]:
    """The lines of the people file, as records of a person; those without a time hold ever since."""
    for place, said in read_lines(lines, "people", "person"):
        at = instant(said["at"]) if "at" in said else EVER
        yield place, checked(Event("person", PEOPLE_FILE, said["id"], at, {**said, "advocate": said["id"]}))


def read_lines(lines: Iterable[str], name: str, usual_type: str) -> Iterator[Tuple[str, Dict[str, Any]]]:
    """What the lines of a file say, each with the place where it stands.

    A field that is null is as good as none, but for what a dated record of a person clears.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            said = json.loads(line)
            dated_record = said.get("type", usual_type) == "person" and said.get("at") is not None
            clears = PROFILE if dated_record else ()
            yield f"{name}:{number}", {
                field: value for field, value in said.items() if value is not None or field in clears
            }


def checked(event: Event) -> Event:
    """The event, unless it says what must not be said."""
    said = event.said
    if event.type == "person":
        for name in ("consent", "active", "away"):
            if name in said and said[name] is None:
                raise ValueError(f"{event.id}: from a time on, `{name}` cannot be unknown")
        if said.get("style") is not None:
            known_style(said["style"])
    if event.type == "meeting" and sum(name in said for name in TEAM_FIELDS) > 1:
        raise ValueError(f"{event.id}: a meeting is of one team, or of everyone")
    if event.type == "adjustment" and said["points"] == 0:
        raise ValueError(f"{event.id}: an adjustment by 0 points")
    return event


def once(placed: Iterable[Tuple[str, Event]]) -> List[Event]:
    """The events without their duplicates.

    The lines of the people file share the person's id, and are told apart by their time.
    """
    known: Dict[Tuple[Any, ...], Tuple[str, Event]] = {}
    for place, event in placed:
        key = event.identity + ((event.at,) if event.source == PEOPLE_FILE else ())
        first_place, first = known.setdefault(key, (place, event))
        if normal(first) != normal(event):
            raise Conflict(f"{first_place} and {place} are both {event.source}/{event.id}, and differ")
    return [event for _, event in known.values()]


def normal(event: Event) -> Tuple[Any, ...]:
    """An event with all that can be written in several ways written in one."""
    rest = {key: value for key, value in event.said.items() if key not in ("type", "source", "at")}
    return (event.type, event.source, event.at, json.dumps(rest, sort_keys=True))


def standing_retractions(retractions: List[Event]) -> Set[Identity]:
    """What is retracted: a retraction stands unless a later one that stands takes it back."""
    taken_back: Dict[Identity, Order] = {}
    for retraction in sorted(retractions, key=lambda event: event.order, reverse=True):
        if retraction.identity not in taken_back:
            taken_back[retraction.target] = retraction.order
    return set(taken_back)


@dataclass
class Log:
    """All events as of a time: what exists, edited and without what was retracted."""

    as_of: Instant
    people: List[Event] = field(default_factory=list)
    activities: List[Event] = field(default_factory=list)
    contents: List[Event] = field(default_factory=list)
    meetings: List[Event] = field(default_factory=list)
    adjustments: List[Event] = field(default_factory=list)
    market: List[Event] = field(default_factory=list)

    @staticmethod
    def read(events: List[Event], as_of: Instant) -> "Log":
        log = Log(as_of)
        of_type: Dict[str, List[Event]] = defaultdict(list)
        for event in events:
            # The time of an activity is what its last update says, so it's looked at when edited.
            if event.at < as_of or event.type == "activity":
                of_type[event.type].append(event)

        retracted = standing_retractions(of_type["retraction"])

        def standing(*types: str) -> List[Event]:
            return in_order(
                event for type in types for event in of_type[type] if event.identity not in retracted
            )

        changes: Dict[Identity, List[Event]] = defaultdict(list)
        for change in standing("update", "outcome"):
            changes[change.target].append(change)
        edited = (edit(event, changes[event.identity]) for event in standing("activity"))

        log.people = standing("person")
        log.activities = in_order(event for event in edited if event.at < as_of)
        # Of contents with one id, the first is meant.
        log.contents = list({content.id: content for content in reversed(standing("content"))}.values())
        log.meetings = standing("meeting")
        log.adjustments = standing("adjustment")
        log.market = standing("market")
        return log

    def back_at(self, then: Instant) -> "Log":
        """What was done by an earlier time, as it is on record now."""

        def by_then(events: List[Event]) -> List[Event]:
            return [event for event in events if event.at < then]

        return Log(
            then,
            self.people,
            by_then(self.activities),
            by_then(self.contents),
            by_then(self.meetings),
            by_then(self.adjustments),
            by_then(self.market),
        )


def in_order(events: Iterable[Event]) -> List[Event]:
    return sorted(events, key=lambda event: event.order)


def edit(activity: Event, changes: List[Event]) -> Event:
    """An activity as its updates and outcomes, in their one order, left it; an update clears by null."""
    said = dict(activity.said)
    for change in changes:
        said.update(change.said["set"] if change.type == "update" else metrics(change.said))
    said = {key: value for key, value in said.items() if value is not None}
    at = instant(said["at"])
    return Event(activity.type, activity.source, activity.id, at, said)


def metrics(said: Dict[str, Any]) -> Dict[str, int]:
    """The results that are stated."""
    return {metric: said[metric] for metric in METRICS if said.get(metric) is not None}


# ---------------------------------------------------------------------------------------------
# People
# ---------------------------------------------------------------------------------------------

FLAGS = ("consent", "active", "away", "leaderboard")
FACTS = TEAM_FIELDS + ("style", "mentor", "leader", "audience", "audience_outside")
PROFILE = FLAGS + FACTS


class Timeline:
    """What is known of one field of a profile: a value, from an instant on, until the next."""

    def __init__(self) -> None:
        self.starts: List[Instant] = [EVER]
        self.values: List[Any] = [None]

    def state(self, at: Instant, value: Any) -> None:
        """From an instant on it is so, whatever was known of the time after."""
        keep = bisect_left(self.starts, at)
        self.starts[keep:] = [at]
        self.values[keep:] = [value]

    def replace(self, intervals: List[Dict[str, Any]]) -> None:
        """It is so within these intervals and at no other time, whatever was known."""
        bounds = sorted(
            (
                instant(interval["from"]) if interval.get("from") else EVER,
                instant(interval["until"]) if interval.get("until") else NEVER,
            )
            for interval in intervals
        )
        merged: List[Tuple[Instant, Instant]] = []
        for begin, until in bounds:
            if merged and begin <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
            elif begin < until:
                merged.append((begin, until))
        self.starts, self.values = [EVER], [False]
        for begin, until in merged:
            self.state(begin, True)
            self.state(until, False)

    def at(self, when: Instant) -> Any:
        return self.values[bisect_right(self.starts, when) - 1]


class Profile:
    """What is on record of one person, over time."""

    def __init__(self, person: str, assume_consent: bool) -> None:
        self.person = person
        self.on_record_since = NEVER
        self.done_since = NEVER  # where consent is assumed: since when there are activities or adjustments
        self.described = False
        self.assume_consent = assume_consent
        self.fields: Dict[str, Timeline] = defaultdict(Timeline)
        self._frozen: Optional[List[Tuple[Instant, Instant]]] = None

    def lay(self, record: Event) -> None:
        """Add a record that is not earlier than those before it."""
        self.on_record_since = min(self.on_record_since, record.at)
        self.described = True
        for name in PROFILE:
            if name in record.said:
                value = record.said[name]
                if isinstance(value, list):
                    self.fields[name].replace(value)
                else:
                    self.fields[name].state(record.at, value)

    def fact(self, name: str, at: Instant) -> Any:
        return self.fields[name].at(at) if name in self.fields else None

    def _flag(self, name: str, at: Instant, unstated: bool) -> bool:
        stated = self.fact(name, at)
        return unstated if stated is None else bool(stated)

    def opted_in(self, at: Instant) -> bool:
        """No consent on record means out; it is assumed only of those who never said a word on it."""
        return self._flag("consent", at, unstated=self.assume_consent and "consent" not in self.fields)

    def employed(self, at: Instant) -> bool:
        return self._flag("active", at, unstated=True)

    def takes_part(self, at: Instant) -> bool:
        return self.opted_in(at) and self.employed(at)

    def on_boards(self, at: Instant) -> bool:
        return self._flag("leaderboard", at, unstated=True)

    def frozen(self, begin: Instant, end: Instant) -> bool:
        """Whether the person was away, opted out or no employee at some instant of a stretch of time."""
        if self._frozen is None:
            lines = (self.fields[name] for name in ("consent", "active", "away") if name in self.fields)
            turns = sorted({EVER, *(start for line in lines for start in line.starts)})
            stretches = zip(turns, turns[1:] + [NEVER])
            self._frozen = [
                (start, stop)
                for start, stop in stretches
                if not self.takes_part(start) or self._flag("away", start, unstated=False)
            ]
        return any(start < end and begin < stop for start, stop in self._frozen)


class People:
    """Everybody on record, under one id each."""

    def __init__(self, records: List[Event], last: Instant, assume_consent: bool) -> None:
        self.assume_consent = assume_consent
        self.profiles: Dict[str, Profile] = {}
        self.claims: Dict[str, List[Tuple[Instant, str]]] = defaultdict(list)
        for record in records:
            person = record.said["advocate"]
            for alias in record.said.get("aliases") or []:
                if alias != person:
                    self.claims[alias].append((record.at, person))

        # The records of people who are one are laid together: in order of time, and of the same time the
        # owner's own come last.
        def place(record: Event) -> Tuple[Instant, bool, Order]:
            person = record.said["advocate"]
            return (record.at, self.owner(person, last) == person, record.order)

        for record in sorted(records, key=place):
            self.profile(self.owner(record.said["advocate"], last)).lay(record)

    def profile(self, person: str) -> Profile:
        if person not in self.profiles:
            self.profiles[person] = Profile(person, self.assume_consent)
        return self.profiles[person]

    def claimed_by(self, alias: str, at: Instant) -> Optional[str]:
        """Who has an alias at a time: the latest claim by then, or else the earliest one after."""
        claims = self.claims.get(alias)
        if not claims:
            return None
        by_then = [owner for since, owner in claims if since <= at]
        return by_then[-1] if by_then else claims[0][1]

    def way(self, name: str, at: Instant) -> List[str]:
        """From a name to its owner, alias by alias. Of names in a circle the first by name owns all."""
        way = [name]
        while True:
            owner = self.claimed_by(way[-1], at)
            if owner is None:
                return way
            if owner in way:
                return way + [min(way[way.index(owner) :])]
            way.append(owner)

    def owner(self, name: str, at: Instant) -> str:
        return self.way(name, at)[-1]


# ---------------------------------------------------------------------------------------------
# The program as of a time
# ---------------------------------------------------------------------------------------------


@dataclass
class Activity:
    """A counted activity."""

    order: Order
    day: Day
    person: str
    counterpart: Optional[str]
    name: str
    kind: Kind
    points: int
    said: Dict[str, Any]
    results: Dict[str, int]
    teams: Dict[str, Optional[str]]  # what the person held then

    @property
    def style(self) -> str:
        return self.kind.style

    @property
    def role(self) -> Optional[str]:
        return self.kind.role

    @property
    def post(self) -> Dict[str, Any]:
        return self.said.get("post") or {}

    @property
    def media(self) -> List[Dict[str, Any]]:
        return self.post.get("media") or []

    @property
    def customer(self) -> bool:
        return bool(self.said.get("customer"))

    @property
    def ghostwritten(self) -> bool:
        stated = self.said.get("ghostwritten")
        return bool(self.post.get("ghostwritten") if stated is None else stated)

    @property
    def format(self) -> Optional[str]:
        if self.said.get("format") or not self.post:
            return self.said.get("format")
        media = [medium.get("kind") for medium in self.media]
        return next((kind for kind in TELLING if kind in media), "text")

    @property
    def own_photo(self) -> bool:
        stated = self.said.get("own_photo")
        of_media = any(medium.get("kind") == "image" and medium.get("source") == "own" for medium in self.media)
        return of_media if stated is None else bool(stated)

    @property
    def published(self) -> bool:
        return self.role == "publishing"

    @property
    def talks(self) -> bool:
        return self.role == "conversation" or self.customer

    @property
    def engagements(self) -> int:
        return sum(self.results.get(metric, 0) for metric in ENGAGEMENTS)


@dataclass
class Adjustment:
    """Points given or taken by hand."""

    day: Day
    person: str
    points: int
    teams: Dict[str, Optional[str]]


Scored = List[Tuple[Day, str, int]]  # date, person, points


class Program:
    """Everything that figures are worked out from, as of a time."""

    def __init__(
        self,
        settings: Settings,
        events: List[Event],
        as_of: Instant,
        assume_consent: bool,
        now: Optional["Program"] = None,
    ) -> None:
        """With `now`, it is looked back from there: what was done, and was so, by then is as it is on record now."""
        self.settings = settings
        self.events = events
        self.assume_consent = assume_consent
        self.now = now
        self.looked_back: Dict[Instant, "Program"] = {}
        self.calendar = settings.calendar
        self.as_of = as_of
        self.last = as_of - 1
        self.today = self.calendar.day(self.last)
        self.running_week = self.calendar.week(self.today)
        self.period = settings.period_of(self.today)
        self.log = Log.read(events, as_of) if now is None else now.log.back_at(as_of)
        self.people = People(self.log.people, self.last, assume_consent) if now is None else now.people

        if assume_consent and now is None:
            for event in self.log.activities + self.log.adjustments:
                profile = self.people.profile(self.people.owner(event.said["advocate"], event.at))
                profile.done_since = min(profile.done_since, event.at)

        contents = (now or self).log.contents  # what an activity is about is as it is on record now
        self.origins: Dict[str, Optional[str]] = {content.id: content.said.get("origin") for content in contents}
        self.activities = [activity for event in self.log.activities for activity in self._counted(event)]
        self.adjustments = [each for event in self.log.adjustments for each in self._adjustment(event)]
        self.by_person: Dict[str, List[Activity]] = defaultdict(list)
        self.by_counterpart: Dict[str, List[Activity]] = defaultdict(list)
        for activity in self.activities:
            self.by_person[activity.person].append(activity)
            if activity.counterpart is not None:
                self.by_counterpart[activity.counterpart].append(activity)
        self.adjusted: Dict[str, List[Adjustment]] = defaultdict(list)
        for adjustment in self.adjustments:
            self.adjusted[adjustment.person].append(adjustment)
        self.newcomers: Dict[str, Set[str]] = defaultdict(set)  # by the mentor that their profiles name
        for person in list(self.people.profiles):
            mentor = self.declared_mentor(person)
            if mentor is not None and self.enrolled(person):
                self.newcomers[mentor].add(person)

    def _counted(self, event: Event) -> Iterator[Activity]:
        """The activity, if it counts."""
        kind = self.settings.kinds.get(event.said["kind"])
        post = event.said.get("post") or {}
        channels = {channel for channel in (event.said.get("channel"), post.get("channel")) if channel is not None}
        if kind is None or not channels <= self.settings.channels:
            return
        person = self.people.owner(event.said["advocate"], event.at)
        other = event.said.get("counterpart")
        counterpart = None if other is None else self.people.owner(other, event.at)
        took_part = self.people.profile(person).takes_part(event.at)
        if counterpart == person or not took_part or not self.shown(person):
            return
        yield Activity(
            order=event.order,
            day=self.calendar.day(event.at),
            person=person,
            counterpart=counterpart,
            name=event.said["kind"],
            kind=kind,
            points=self.settings.points.get(event.said["kind"], 0),
            said=event.said,
            results=metrics(event.said),
            teams=self._teams(person, event.at),
        )

    def _adjustment(self, event: Event) -> Iterator[Adjustment]:
        """The adjustment, if it counts: whether or not the person had opted in at its time."""
        person = self.people.owner(event.said["advocate"], event.at)
        if self.shown(person):
            day = self.calendar.day(event.at)
            yield Adjustment(day, person, event.said["points"], self._teams(person, event.at))

    def origin(self, activity: Activity) -> Optional[str]:
        """Where what was published comes from: as the record states it, or its content, or its post's."""
        in_post = activity.post.get("content")
        named = self.origins.get(activity.said.get("content", ""))
        of_post = in_post.get("origin") if isinstance(in_post, dict) else self.origins.get(in_post or "")
        return activity.said.get("origin") or named or of_post

    def _teams(self, person: str, at: Instant) -> Dict[str, Optional[str]]:
        profile = self.people.profile(person)
        return {by: profile.fact(by, at) for by in self.settings.teams}

    def window(self, days: int) -> Span:
        """The local dates that end with the last one."""
        return Span(self.today - days + 1, self.today)

    def back_at(self, day: Day) -> "Program":
        """The program as of the beginning of a date, seen from now."""
        then = self.calendar.begin(day)
        if then not in self.looked_back:
            self.looked_back[then] = Program(self.settings, self.events, then, self.assume_consent, now=self)
        return self.looked_back[then]

    def shown(self, person: str) -> bool:
        """Opting out hides everything while it lasts; leaving doesn't."""
        if self.now is not None and not self.now.shown(person):
            return False
        return self.people.profile(person).opted_in(self.last)

    def eligible(self, person: str) -> bool:
        """An active employee on record: by what they did alone only where it can be seen."""
        profile = self.people.profile(person)
        by_deeds = profile.done_since <= self.last and self.shown(person)
        return (profile.on_record_since <= self.last or by_deeds) and profile.employed(self.last)

    def enrolled(self, person: str) -> bool:
        return self.eligible(person) and self.shown(person)

    @cached_property
    def teams(self) -> List["Team"]:
        return teams(self)

    def declared_mentor(self, person: str) -> Optional[str]:
        """The mentor that the profile names, if it is somebody else."""
        named = self.people.profile(person).fact("mentor", self.last)
        mentor = None if named is None else self.people.owner(named, self.last)
        return None if mentor == person else mentor


def percent(part: int, whole: int) -> Optional[int]:
    """A whole number from 0 to 100, rounded down; not known of nothing."""
    return None if whole == 0 else part * 100 // whole


# ---------------------------------------------------------------------------------------------
# A standing
# ---------------------------------------------------------------------------------------------


def standing(program: Program, person: str) -> Dict[str, Any]:
    """All figures of one person."""
    mine = program.by_person[person]
    figures: Dict[str, Any] = {}
    figures.update(points_and_level(program, person, mine))
    figures.update(presence(program, person, mine))
    figures.update(rhythm(program, mine))
    figures.update(styles(program, person, mine))
    figures.update(posts(mine))
    figures.update(learning(program, mine))
    figures.update(colleagues(program, person, mine))
    figures["unshared_content"] = unshared_content(program, mine)
    return figures


def points_and_level(program: Program, person: str, mine: List[Activity]) -> Dict[str, Any]:
    """Points never decay, and levels look at all of them."""
    scored = [(activity.day, activity.points) for activity in mine]
    scored += [(adjustment.day, adjustment.points) for adjustment in program.adjusted[person]]

    def points_in(span: Span) -> int:
        return sum(points for day, points in scored if day in span)

    points = sum(points for _, points in scored)
    levels = sorted((needed, name) for name, needed in program.settings.levels.items())
    reached = [name for needed, name in levels if needed <= points]
    above = [(needed, name) for needed, name in levels if needed > points]
    return {
        "points": points,
        "points_in": {f"{days}_days": points_in(program.window(days)) for days in program.settings.windows},
        "points_this_period": points_in(program.period),
        "points_in_style": {
            style: sum(activity.points for activity in mine if activity.style == style) for style in STYLES
        },
        "level": reached[-1] if reached else None,
        "next_level": above[0][1] if above else None,
        "points_to_next": above[0][0] - points if above else None,
    }


def presence(program: Program, person: str, mine: List[Activity]) -> Dict[str, Any]:
    """How often, since when, and how steadily."""
    days = sorted({activity.day for activity in mine})
    weeks = sorted({program.calendar.week(day) for day in days})
    first_of_kind: Dict[str, Day] = {}
    for activity in mine:
        first_of_kind.setdefault(activity.name, activity.day)
    kinds = Counter(activity.name for activity in mine)
    streak, longest = streaks(program, person, set(weeks))
    return {
        "activities": len(mine),
        "activities_in": {
            f"{length}_days": sum(activity.day in program.window(length) for activity in mine)
            for length in program.settings.windows
        },
        "activities_this_period": sum(activity.day in program.period for activity in mine),
        "count": {name: kinds[name] for name in program.settings.kinds},
        "first_this_period": {
            name: name in first_of_kind and first_of_kind[name] in program.period
            for name in program.settings.kinds
        },
        "active_days": len(days),
        "active_weeks": len(weeks),
        "days_since_first": program.today - days[0] if days else None,
        "days_since_last": program.today - days[-1] if days else None,
        "streak": streak,
        "longest_streak": longest,
        "consistency": consistency(program, person, set(weeks)),
        "longest_gap": longest_gap(program, person, days),
    }


def frozen_week(program: Program, person: str, week: Day) -> bool:
    begin, end = program.calendar.begin(week), program.calendar.begin(week + 7)
    return program.people.profile(person).frozen(begin, end)


def streaks(program: Program, person: str, active: Set[Day]) -> Tuple[int, int]:
    """The row of active weeks that leads up to now, and the longest there ever was.

    A week without activity ends a row, unless it is frozen or still running.
    """
    row = longest = 0
    for week in range(min(active), program.running_week + 1, 7) if active else ():
        if week in active:
            row += 1
            longest = max(longest, row)
        elif week != program.running_week and not frozen_week(program, person, week):
            row = 0
    return row, longest


def consistency(program: Program, person: str, active: Set[Day]) -> Optional[int]:
    """Active weeks of the weeks that count, of the last 26."""
    if not active:
        return None
    begin = max(min(active), program.running_week - 25 * 7)
    weeks = range(begin, program.running_week + 1, 7)
    counted = [
        week
        for week in weeks
        if week in active
        or (week != program.running_week and not frozen_week(program, person, week))
    ]
    return percent(sum(week in active for week in counted), len(counted))


def longest_gap(program: Program, person: str, days: List[Day]) -> int:
    """The most dates between two active dates, frozen ones left out."""
    profile, begin = program.people.profile(person), program.calendar.begin
    longest = 0
    for before, after in zip(days, days[1:]):
        if after - before - 1 > longest:
            between = range(before + 1, after)
            longest = max(longest, sum(not profile.frozen(begin(day), begin(day + 1)) for day in between))
    return longest


def rhythm(program: Program, activities: List[Activity]) -> Dict[str, Any]:
    """Whether people go on, or drop off after a burst."""
    days = sorted(activity.day for activity in activities)
    old_enough = bool(days) and program.today - days[0] + 1 >= 84

    half_year = [day for day in days if day in program.window(180)]
    busiest = max(
        (bisect_left(half_year, day + 28) - bisect_left(half_year, day) for day in half_year), default=0
    )
    spike = False
    if old_enough:
        at_first = sum(day < days[0] + 28 for day in days)
        of_late = sum(day in program.window(28) for day in days)
        spike = at_first * 2 >= len(days) and of_late * 4 < at_first
    return {"burst": percent(busiest, len(half_year)) if old_enough else None, "launch_spike": spike}


def styles(program: Program, person: str, mine: List[Activity]) -> Dict[str, Any]:
    """The style mix."""
    counts = Counter(activity.style for activity in mine)
    chosen = program.people.profile(person).fact("style", program.last)
    most = max((counts[style] for style in STYLES), default=0)
    return {
        "in_style": {style: percent(counts[style], len(mine)) for style in STYLES},
        "in_chosen_style": None if chosen is None else percent(counts[chosen], len(mine)),
        "main_style": next((style for style in STYLES if counts[style] == most), None) if most else None,
    }


def conversation(activities: List[Activity]) -> Optional[int]:
    """The share of talking with people, next to publishing."""
    talking = publishing_or_talking = 0
    for activity in activities:
        talking += activity.talks
        publishing_or_talking += activity.talks or activity.published
    return percent(talking, publishing_or_talking)


def posts(mine: List[Activity]) -> Dict[str, Any]:
    """What was published, and what came of it."""
    published = [activity for activity in mine if activity.published]
    result = {metric: sum(activity.results.get(metric, 0) for activity in mine) for metric in METRICS}
    seen = [activity for activity in mine if activity.results.get("impressions", 0) > 0]
    impressions = sum(activity.results["impressions"] for activity in seen)
    engagements_of_seen = sum(activity.engagements for activity in seen)
    return {
        "published": len(published),
        "own_voice": own_voice(published),
        "ghostwritten": sum(activity.ghostwritten for activity in published),
        "of_format": {name: sum(activity.format == name for activity in published) for name in FORMATS},
        "own_photos": sum(activity.own_photo for activity in published),
        "conversation": conversation(mine),
        "customers": sum(activity.customer for activity in mine),
        "result": result,
        "engagements": sum(activity.engagements for activity in mine),
        "engagement_per_1000": engagements_of_seen * 1000 // impressions if impressions else None,
        "engaged_posts": engaged_posts(published),
    }


def own_voice(published: List[Activity]) -> Optional[int]:
    """The mean of what is known of one's own words; what somebody else wrote has none."""
    own_words = [
        0 if activity.ghostwritten else activity.said["own_words"]
        for activity in published
        if activity.ghostwritten or activity.said.get("own_words") is not None
    ]
    return sum(own_words) // len(own_words) if own_words else None


def engaged_posts(published: List[Activity]) -> Optional[int]:
    """Of the posts with a result on record, those that moved somebody to do something."""
    measured = [activity for activity in published if activity.results]
    return percent(sum(activity.engagements > 0 for activity in measured), len(measured))


def learning(program: Program, mine: List[Activity]) -> Dict[str, Any]:
    """Trainings, and whether something came after them."""
    trainings = [activity for activity in mine if activity.role == "training"]
    since = program.today - trainings[-1].day if trainings else None
    return {
        "trainings": len(trainings),
        "days_since_training": since,
        "refresher_due": since is not None and since >= program.settings.refresher_days,
        "trainings_applied": sum(was_applied(program, training) for training in trainings),
        "applied": applied(program, trainings),
    }


def was_applied(program: Program, training: Activity) -> bool:
    """Whether the person did something with a training in time."""
    last_day = training.day + program.settings.action_days
    return any(
        activity.order > training.order
        and activity.day <= last_day
        and activity.role != "training"
        and activity.style != "listener"
        for activity in program.by_person[training.person]
    )


def applied(program: Program, trainings: List[Activity]) -> Optional[int]:
    """The share of trainings that were applied, where it is not too early to tell."""
    count = whole = 0
    for training in trainings:
        well = was_applied(program, training)
        too_early = training.day + program.settings.action_days > program.today
        count += well
        whole += well or not too_early
    return percent(count, whole)


def colleagues(program: Program, person: str, mine: List[Activity]) -> Dict[str, Any]:
    """Mentoring and thanks, both ways."""
    lately = program.window(program.settings.pair_days)
    received = program.by_counterpart[person]
    mentoring = [activity for activity in mine if activity.role == "mentoring"]
    mentored = [activity for activity in received if activity.role == "mentoring"]
    thanks = [activity for activity in received if activity.role == "kudos"]
    mentees = {
        activity.counterpart
        for activity in mentoring
        if activity.counterpart is not None and activity.day in lately and program.shown(activity.counterpart)
    }
    mentor = program.declared_mentor(person)
    has_mentor = mentor is not None and program.people.profile(mentor).described and program.enrolled(mentor)
    return {
        "mentoring_given": len(mentoring),
        "mentoring_received": len(mentored),
        "mentees": len(mentees | program.newcomers[person]),
        "has_mentor": has_mentor or any(activity.day in lately for activity in mentored),
        "kudos_given": sum(activity.role == "kudos" and activity.counterpart is not None for activity in mine),
        "kudos_received": len(thanks),
        "kudos_received_this_period": sum(activity.day in program.period for activity in thanks),
        "kudos_from": len({activity.person for activity in thanks}),
        "kudos_from_this_period": len({activity.person for activity in thanks if activity.day in program.period}),
    }


def unshared_content(program: Program, mine: List[Activity]) -> int:
    """Content of the last 30 dates that may be shared by now, and that the person did not name."""
    return unnamed_content(program, program.window(30), mine)


def unnamed_content(program: Program, span: Span, activities: Iterable[Activity]) -> int:
    """Content of some dates that may be shared by now, and that none of the activities names."""
    named = {activity.said.get("content") for activity in activities}
    count = 0
    for content in program.log.contents:
        embargo = content.said.get("embargo")
        free = embargo is None or instant(embargo) <= program.last
        if content.at > EVER and program.calendar.day(content.at) in span and free:
            count += content.id not in named
    return count


# ---------------------------------------------------------------------------------------------
# Teams
# ---------------------------------------------------------------------------------------------


@dataclass
class Team:
    """A group of people that figures are shown of; `by` is "program" for all of them."""

    by: str
    name: Optional[str]
    eligible: Set[str] = field(default_factory=set)
    enrolled: Set[str] = field(default_factory=set)
    activities: List[Activity] = field(default_factory=list)
    scored: Scored = field(default_factory=list)
    counted_for: List[Dict[str, Optional[str]]] = field(default_factory=list)  # the teams of what was brought
    withheld: bool = False


def teams(program: Program) -> List[Team]:
    """All teams: those of each field, by name, and the whole program."""
    found: Dict[Tuple[str, Optional[str]], Team] = {("program", None): Team("program", None)}

    def of(holding: Dict[str, Optional[str]]) -> Iterator[Team]:
        yield found["program", None]
        for by in program.settings.teams:
            if holding.get(by) is not None:
                yield found.setdefault((by, holding[by]), Team(by, holding[by]))

    for person, profile in program.people.profiles.items():
        if program.eligible(person):
            for team in of({by: profile.fact(by, program.last) for by in program.settings.teams}):
                team.eligible.add(person)
                if program.enrolled(person):
                    team.enrolled.add(person)
    for activity in program.activities:
        for team in of(activity.teams):
            team.activities.append(activity)
            team.scored.append((activity.day, activity.person, activity.points))
            team.counted_for.append(activity.teams)
    for adjustment in program.adjustments:
        for team in of(adjustment.teams):
            team.scored.append((adjustment.day, adjustment.person, adjustment.points))
            team.counted_for.append(adjustment.teams)

    withhold(found, program)
    place = {by: number for number, by in enumerate(program.settings.teams + ["program"])}
    return sorted(found.values(), key=lambda team: (place[team.by], team.name or ""))


Links = Counter  # of pairs of a team of one kind and a team of another: how many people are in both
REST = None  # those who are in no team of a kind that is shown, taken as one team


def withhold(found: Dict[Tuple[str, Optional[str]], Team], program: Program) -> None:
    """Withhold small teams, and as many others as it takes that no sums give so few away."""
    minimum = program.settings.minimum_group
    everybody = found["program", None]
    for team in found.values():
        team.withheld = len(team.enrolled) < minimum
    decided: List[List[Team]] = []
    for by in program.settings.teams:
        kind = [team for team in found.values() if team.by == by]
        in_none = len(everybody.enrolled - {person for team in kind for person in team.enrolled})
        scored_in_none = len(everybody.scored) - sum(len(team.scored) for team in kind)
        while True:
            hidden = in_none + sum(len(team.enrolled) for team in kind if team.withheld)
            scored = scored_in_none + sum(len(team.scored) for team in kind if team.withheld)
            empty = hidden == 0 and scored == 0
            shown = [team for team in kind if not team.withheld]
            if empty or hidden >= minimum or not shown:
                break
            give_way(shown)
        for earlier in decided if kind else []:
            while earlier:
                told_of = next_to_small_cuts(links(everybody, kind, earlier), minimum)
                if not told_of:
                    break
                give_way([team for team in kind if team.name in told_of])
        decided.append(kind)


def give_way(teams_of_kind: List[Team]) -> None:
    """The smallest is withheld; of equals the last by name."""
    by_name = sorted(teams_of_kind, key=lambda team: team.name or "", reverse=True)
    min(by_name, key=lambda team: len(team.enrolled)).withheld = True


def links(everybody: Team, kind: List[Team], earlier: List[Team]) -> Links:
    """How many people each team of one kind and each of another have in common; what is withheld is the rest.

    Two teams are linked, too, if only something that nobody of them did counts for both.
    """

    def node(number: int, teams_of_kind: List[Team], name: Optional[str]) -> Node:
        return (number, name if any(team.name == name and not team.withheld for team in teams_of_kind) else REST)

    def of_people(teams_of_kind: List[Team]) -> Dict[str, Optional[str]]:
        return {person: team.name for team in teams_of_kind for person in team.enrolled}

    here, there = of_people(kind), of_people(earlier)
    by, earlier_by = kind[0].by, earlier[0].by
    common: Links = Counter()
    for person in everybody.enrolled:
        common[node(0, kind, here.get(person)), node(1, earlier, there.get(person))] += 1
    for teams_then in everybody.counted_for:
        common[node(0, kind, teams_then.get(by)), node(1, earlier, teams_then.get(earlier_by))] += 0
    return common


def next_to_small_cuts(common: Links, minimum: int) -> Set[str]:
    """The teams of the first kind on that side of a small cut that has not the rest of their kind.

    A cut parts teams that are connected into two sides; so many people as are in a team of each side tell of
    themselves. Where the rest is not among those teams, neither side has it.
    """
    told_of: Set[str] = set()
    for component in components(common):
        names = {name for kind, name in component if kind == 0 and name is not REST}
        if (0, REST) in component:
            told_of |= {name for name in names if flow(common, (0, name), (0, REST), minimum) < minimum}
        elif len(component) > 1:
            first, *others = component
            if any(flow(common, first, other, minimum) < minimum for other in others):
                told_of |= names
    return told_of


Node = Tuple[int, Optional[str]]  # which of two kinds, and a team's name


def neighbours(common: Links) -> Dict[Node, Dict[Node, int]]:
    """Each team with those that it has people in common with, and how many."""
    found: Dict[Node, Dict[Node, int]] = defaultdict(dict)
    for (one, other), count in common.items():
        found[one][other] = found[other][one] = count
    return found


def components(common: Links) -> List[List[Node]]:
    """The teams that are connected by common people."""
    around = neighbours(common)
    seen: Set[Node] = set()
    found = []
    for start in around:
        if start not in seen:
            component = [start]
            seen.add(start)
            for node in component:
                fresh = [other for other in around[node] if other not in seen]
                seen.update(fresh)
                component += fresh
            found.append(component)
    return found


def flow(common: Links, start: Node, end: Node, enough: int) -> int:
    """How many ways without a common person lead from one team to another, up to so many.

    As many people are on the smallest cut between the two (Ford and Fulkerson).
    """
    free = {node: dict(around) for node, around in neighbours(common).items()}
    for ways in range(enough):
        came_from: Dict[Node, Node] = {}
        queue = [start]
        for node in queue:
            for other, count in free[node].items():
                if count > 0 and other != start and other not in came_from:
                    came_from[other] = node
                    queue.append(other)
        if end not in came_from:
            return ways
        node = end
        while node != start:
            before = came_from[node]
            free[before][node] -= 1
            free[node][before] += 1
            node = before
    return enough


def points_by_person(scored: Scored, span: Optional[Span] = None) -> Dict[str, int]:
    """What each person brought, at any time or within some dates."""
    brought: Dict[str, int] = defaultdict(int)
    for day, person, points in scored:
        if span is None or day in span:
            brought[person] += points
    return brought


def team_report(program: Program, team: Team, before: Optional[int], with_kpis: bool) -> Dict[str, Any]:
    """All figures of a team, or that they are withheld."""
    report: Dict[str, Any] = {"by": team.by, "name": team.name, "withheld": team.withheld}
    if team.withheld:
        return report
    report.update(team_figures(program, team, program.settings.windows))
    if before is not None:
        then = program.back_at(program.window(before).first)
        same = same_team(then, team)
        report["before"] = None if same is None else team_figures(then, same, [before])
    if with_kpis:
        kpis = program.settings.kpis.items()
        report["kpis"] = {name: kpi_report(program, team, kpi) for name, kpi in kpis}
    return report


def same_team(then: Program, team: Team) -> Optional[Team]:
    """The team at another time; none where it was not there, or too small to show."""
    same = (other for other in then.teams if (other.by, other.name) == (team.by, team.name))
    return next((other for other in same if not other.withheld), None)


def team_figures(program: Program, team: Team, windows: List[int]) -> Dict[str, Any]:
    """The figures of a team as of a time, those of windows by window."""
    by_window: Dict[str, Dict[str, Any]] = defaultdict(dict)
    for days in windows:
        for name, value in team_in_window(program, team, program.window(days)).items():
            by_window[name][f"{days}_days"] = value
    return {**team_at_all(program, team), **by_window}


def team_at_all(program: Program, team: Team) -> Dict[str, Any]:
    """The figures of a team that look at no window."""
    return {
        "eligible": len(team.eligible),
        "enrolled": len(team.enrolled),
        "adoption": percent(len(team.enrolled), len(team.eligible)),
        "points": sum(points for _, _, points in team.scored),
        "points_this_period": sum(points for day, _, points in team.scored if day in program.period),
        **taking_part(program, team),
        "audience": audience(program, team),
        **rhythm(program, team.activities),
        **wave(program, team),
        "days_since_agenda": days_since_agenda(program, team),
    }


def taking_part(program: Program, team: Team) -> Dict[str, Any]:
    """Which groups of each kind take part, of the whole program."""
    minimum = program.settings.minimum_group
    covered: Dict[str, Optional[int]] = dict.fromkeys(TEAM_FIELDS)
    without_part: Dict[str, Optional[str]] = dict.fromkeys(TEAM_FIELDS)
    if team.by == "program":
        for by in TEAM_FIELDS:
            groups: Dict[str, Set[str]] = defaultdict(set)
            for person in team.eligible:
                groups[program.people.profile(person).fact(by, program.last)].add(person)
            large = [name for name, group in groups.items() if name is not None and len(group) >= minimum]
            missing = sorted(name for name in large if len(groups[name] & team.enrolled) < minimum)
            covered[by] = percent(len(large) - len(missing), len(large))
            without_part[by] = ", ".join(missing) or None
    return {"covered": covered, "without_part": without_part}


def active_in(program: Program, people: Iterable[str], span: Span) -> Set[str]:
    """Those of the people who have an activity, whichever team it counts for."""
    return {person for person in people if any(activity.day in span for activity in program.by_person[person])}


def towards_zero(number: int, by: int) -> int:
    return number // by if number >= 0 else -(-number // by)


def too_few(program: Program, count: int) -> bool:
    """Some, but so few that a figure would tell of them."""
    return 0 < count < program.settings.minimum_group


def team_in_window(program: Program, team: Team, span: Span) -> Dict[str, Any]:
    """The figures of a team that look at a window."""
    activities = [activity for activity in team.activities if activity.day in span]
    published = [activity for activity in activities if activity.published]
    points = sum(points for day, _, points in team.scored if day in span)
    active = active_in(program, team.enrolled, span)
    return {
        "active_in": len(active),
        "participation_in": percent(len(active), len(team.enrolled)),
        "points_in": points,
        "activities_in": len(activities),
        "average_in": towards_zero(points, len(active)) if active else None,
        **shoulders(program, team, span),
        "conversation_in": conversation(activities),
        **posts_of_team(program, published),
        "push_only_in": push_only(activities),
        "unshared_content_in": unshared_by_team(program, team, span),
        **results_of_team(program, team, activities),
        **market(program, team, activities, span),
        "audience_growth_in": audience_growth(program, team, span),
        **leaders(program, team, published, span),
        "trainings_in": sum(activity.role == "training" for activity in activities),
        "applied_in": applied(program, [activity for activity in activities if activity.role == "training"]),
        **mentored(program, team, span),
    }


def shoulders(program: Program, team: Team, span: Span) -> Dict[str, Any]:
    """On how many people it rests."""
    brought = sorted((x for x in points_by_person(team.scored, span).values() if x > 0), reverse=True)
    whole, top = sum(brought), max(brought, default=0)
    share, without = percent(top, whole), percent(whole - top, whole)
    points_without: Optional[int] = whole - top if brought else None
    if program.settings.aggregate_only:
        share, without, points_without = in_tens(share), in_tens(without), None

    fewest = next((n for n in range(len(brought) + 1) if sum(brought[:n]) * 2 >= whole), 0)
    n = max(len(team.enrolled), len(brought))
    unevenness = sum((n - 1 - 2 * i) * x for i, x in enumerate(brought))
    return {
        "top_share_in": share,
        "without_top_in": without,
        "points_without_top_in": points_without,
        "absence_factor_in": fewest if brought else None,
        "gini_in": percent(unevenness, n * whole),
    }


def in_tens(value: Optional[int]) -> Optional[int]:
    """Halves go up."""
    return None if value is None else (value + 5) // 10 * 10


def posts_of_team(program: Program, published: List[Activity]) -> Dict[str, Any]:
    """What the team published."""
    origins = [origin for origin in (program.origin(activity) for activity in published) if origin is not None]
    return {
        "posts_in": len(published),
        "engaged_posts_in": engaged_posts(published),
        "copies_in": copies(published),
        "own_voice_in": own_voice(published),
        **{f"{origin}_content_in": percent(origins.count(origin), len(origins)) for origin in ORIGINS},
    }


def words(text: str) -> Tuple[str, ...]:
    """The words of a post, those with a link left out, whatever the case and the white space."""
    return tuple(word for word in text.lower().split() if "://" not in word and not word.startswith("www."))


def copies(published: List[Activity]) -> Optional[int]:
    """Posts that say what somebody else says, too."""
    texts = [(activity.person, words(activity.post.get("text", ""))) for activity in published]
    texts = [(person, text) for person, text in texts if text]
    authors: Dict[Tuple[str, ...], Set[str]] = defaultdict(set)
    for person, text in texts:
        authors[text].add(person)
    return percent(sum(len(authors[text]) > 1 for _, text in texts), len(texts))


def push_only(activities: List[Activity]) -> Optional[int]:
    """People who publish and talk with nobody."""
    publishers = {activity.person for activity in activities if activity.published}
    talkers = {activity.person for activity in activities if activity.talks}
    return percent(len(publishers - talkers), len(publishers))


def unshared_by_team(program: Program, team: Team, span: Span) -> int:
    """Content that nobody of those names who brought something to the team."""
    brought_something = {person for _, person, _ in team.scored}
    theirs = (activity for person in brought_something for activity in program.by_person[person])
    return unnamed_content(program, span, theirs)


def results_of_team(program: Program, team: Team, activities: List[Activity]) -> Dict[str, Any]:
    """What came of it."""
    sums = {metric: sum(activity.results.get(metric, 0) for activity in activities) for metric in METRICS}
    cents = program.settings.cents_per_1000
    emv = None if cents is None else sum(sums[metric] * rate for metric, rate in cents.items()) // 100_000
    return {
        **{f"{metric}_in": value for metric, value in sums.items()},
        "reach_outside_in": reach_outside(program, team, activities),
        "emv_in": emv,
    }


def of_enough(program: Program, team: Team, people: int) -> bool:
    """Whether a figure of so many of the people is told: of the whole program, where they are enough."""
    return team.by == "program" and people >= program.settings.minimum_group


def reach_outside(program: Program, team: Team, activities: List[Activity]) -> Optional[int]:
    """The part of the impressions that people outside the brand's own network have, of the whole program."""
    authors = set()
    reach = 0
    for activity in activities:
        profile, (at, _, _) = program.people.profile(activity.person), activity.order
        whole, outside = profile.fact("audience", at), profile.fact("audience_outside", at)
        impressions = activity.results.get("impressions", 0)
        if impressions and whole and outside is not None:
            authors.add(activity.person)
            reach += impressions * min(outside, whole) // whole
    return reach if of_enough(program, team, len(authors)) else None


def market(program: Program, team: Team, activities: List[Activity], span: Span) -> Dict[str, Any]:
    """Deals and mentions, of the whole program."""
    deals = reach_per_deal = share_of_voice = None
    if team.by == "program":
        figures = [event.said for event in program.log.market if program.calendar.day(event.at) in span]
        stated = [said["closed_deals"] for said in figures if "closed_deals" in said]
        deals = sum(stated) if stated else None
        impressions = sum(activity.results.get("impressions", 0) for activity in activities)
        reach_per_deal = impressions // deals if deals else None
        both = [said for said in figures if "brand_mentions" in said and "market_mentions" in said]
        brand, of_all = (sum(said[name] for said in both) for name in ("brand_mentions", "market_mentions"))
        share_of_voice = None if of_all == 0 else min(100, brand * 100 // of_all)
    return {"closed_deals_in": deals, "reach_per_deal_in": reach_per_deal, "share_of_voice_in": share_of_voice}


def audience(program: Program, team: Team) -> Optional[int]:
    """Who follows the enrolled people."""
    stated = [program.people.profile(person).fact("audience", program.last) for person in team.enrolled]
    known = [count for count in stated if count is not None]
    return sum(known) if of_enough(program, team, len(known)) else None


def audience_growth(program: Program, team: Team, span: Span) -> Optional[int]:
    """What the audiences grew by from the beginning of a window."""
    profiles = [program.people.profile(person) for person in team.enrolled]
    begin = program.calendar.begin(span.first) - 1
    ends = [(profile.fact("audience", begin), profile.fact("audience", program.last)) for profile in profiles]
    known = [now - before for before, now in ends if before is not None and now is not None]
    return sum(known) if of_enough(program, team, len(known)) else None


def leaders(program: Program, team: Team, published: List[Activity], span: Span) -> Dict[str, Any]:
    """Whether leaders lead by example, where neither they nor the others are too few."""
    theirs = {person for person in team.eligible if program.people.profile(person).fact("leader", program.last)}
    if team.by != "program" or too_few(program, len(theirs)) or too_few(program, len(team.eligible - theirs)):
        return {"leaders_active_in": None, "leaders_own_voice_in": None}
    active = active_in(program, theirs & team.enrolled, span)
    return {
        "leaders_active_in": percent(len(active), len(theirs)),
        "leaders_own_voice_in": own_voice([activity for activity in published if activity.person in theirs]),
    }


def mentored(program: Program, team: Team, span: Span) -> Dict[str, Any]:
    """What people do before and after they are mentored for the first time."""
    first_day: Dict[str, Day] = {}
    for person in team.enrolled:
        days = [activity.day for activity in program.by_counterpart[person] if activity.role == "mentoring"]
        if days and min(days) in span and min(days) <= program.today - 28:
            first_day[person] = min(days)
    lift = 0
    for person, day in first_day.items():
        for activity in program.by_person[person]:
            lift += activity.day in Span(day + 1, day + 28)
            lift -= activity.day in Span(day - 28, day - 1)
    count = len(first_day)
    unknown = team.by != "program" or count == 0 or too_few(program, count) or too_few(program, len(team.enrolled) - count)
    return {"mentored_in": count, "mentoring_lift_in": None if unknown else towards_zero(lift * 10, count)}


def wave(program: Program, team: Team) -> Dict[str, Any]:
    """Whether those who began early are still there, and the next wave can begin."""
    figures: Dict[str, Any] = dict.fromkeys(("days_since_first", "early_participation", "kept", "ready_to_widen"))
    if not team.activities:
        return figures
    first = min(activity.day for activity in team.activities)
    lately = program.window(28)
    figures["days_since_first"] = program.today - first
    early = {activity.person for activity in team.activities if activity.day < first + 28} & team.enrolled
    if program.today >= first + 28:
        figures["early_participation"] = percent(len(early), len(team.enrolled))
    if program.today - first + 1 >= 84:
        figures["kept"] = percent(len(active_in(program, early, lately)), len(early))
        goals, now = program.settings.waves, team_in_window(program, team, lately)
        figures["ready_to_widen"] = (
            now["participation_in"] is not None
            and now["participation_in"] >= goals["participation_percent"]
            and figures["kept"] is not None
            and figures["kept"] >= goals["kept_percent"]
            and now["top_share_in"] is not None
            and now["top_share_in"] <= goals["top_share_percent"]
            and not rhythm(program, team.activities)["launch_spike"]
        )
    return figures


def days_since_agenda(program: Program, team: Team) -> Optional[int]:
    """Dates since advocacy was last on the agenda of the team, or of everybody."""
    days = []
    for meeting in program.log.meetings:
        of_somebody = {by: meeting.said[by] for by in TEAM_FIELDS if by in meeting.said}
        if meeting.said.get("agenda") is True and of_somebody in ({}, {team.by: team.name}):
            days.append(program.calendar.day(meeting.at))
    return program.today - max(days) if days else None


# ---------------------------------------------------------------------------------------------
# Goals
# ---------------------------------------------------------------------------------------------

OTHER_NAMES = {"participants": "active", "reach": "impressions"}
AT_MOST = {"top_share", "gini", "copies", "push_only", "unshared_content"}
RESULTS = {*METRICS, "reach", "engaged_posts", "reach_outside", "emv", "reach_per_deal"}


def measure(program: Program, team: Team, kpi: Kpi) -> Optional[int]:
    """The figure over the KPI's own days."""
    name = OTHER_NAMES.get(kpi.metric, kpi.metric)
    in_window = team_in_window(program, team, program.window(kpi.days))
    figure: Optional[int] = in_window[f"{name}_in"] if f"{name}_in" in in_window else team_at_all(program, team)[name]
    return figure


def measure_back(program: Program, team: Team, kpi: Kpi, windows: int) -> Optional[int]:
    """The figure so many windows ago."""
    if windows == 0:
        return measure(program, team, kpi)
    then = program.back_at(program.today + 1 - windows * kpi.days)
    same = same_team(then, team)
    return None if same is None else measure(then, same, kpi)


def kpi_report(program: Program, team: Team, kpi: Kpi) -> Dict[str, Any]:
    """How far a goal is, where it goes, and whether it is too early to judge."""
    value = measure(program, team, kpi)
    first = min((activity.day for activity in team.activities), default=None)
    begins = [program.today + 1 - (back + 1) * kpi.days for back in range(6)]
    whole = [back for back, begin in enumerate(begins) if first is not None and begin >= first]
    too_early = []
    if not whole:
        too_early.append("short_history")
    published = [activity.day for activity in team.activities if activity.published]
    posts = sum(day in program.window(kpi.days) for day in published)
    late_posts = sum(day in program.window(min(7, kpi.days)) for day in published)
    if kpi.metric in RESULTS and posts > 0 and late_posts * 2 >= posts:
        too_early.append("results_coming")

    reached: Optional[bool] = None
    if value is not None and team.by == "program":
        reached = value <= kpi.goal if kpi.metric in AT_MOST else value >= kpi.goal
        if too_early and (kpi.metric in AT_MOST or not reached):
            reached = None

    series = [measure_back(program, team, kpi, back) for back in reversed(whole or [0])]
    return {
        "metric": kpi.metric,
        "days": kpi.days,
        "goal": kpi.goal,
        "at_most": kpi.metric in AT_MOST,
        "value": value,
        "reached": reached,
        "too_early": too_early,
        "series": series,
        "growth": growth(series),
        "trend": trend(series[-2], value) if len(series) > 1 else None,
    }


def growth(series: List[Optional[int]]) -> Optional[int]:
    """The largest percentage that does not lead beyond the last value."""
    known = [value for value in series if value is not None]
    if len(series) < 3 or len(known) < len(series) or known[0] <= 0 or known[-1] < 0:
        return None
    steps = len(known) - 1

    def beyond(percentage: int) -> bool:
        return known[0] * (100 + percentage) ** steps > known[-1] * 100**steps

    low, high = -100, 1
    while not beyond(high):
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if beyond(middle) else (middle, high)
    return low


def trend(before: Optional[int], value: Optional[int]) -> Optional[str]:
    """Where a figure goes from one window to the next."""
    if before is None or value is None:
        return None
    if value == before or abs(value - before) * 10 < abs(before):
        return "steady"
    return "rising" if value > before else "falling"


# ---------------------------------------------------------------------------------------------
# Boards
# ---------------------------------------------------------------------------------------------

Board = Optional[List[List[Any]]]  # places of [rank, name, points]; none where the board is withheld


def ranked(entries: Dict[str, int]) -> List[List[Any]]:
    """From the most to the least; equals share a rank, and stand in the order of their names."""
    places: List[List[Any]] = []
    for number, (name, points) in enumerate(sorted(entries.items(), key=lambda entry: (-entry[1], entry[0])), 1):
        rank = places[-1][0] if places and places[-1][2] == points else number
        places.append([rank, name, points])
    return places


def board_of_people(program: Program, members: Set[str], brought: Dict[str, int]) -> List[List[Any]]:
    """A board of members, so short that nobody can work out the points of those who are not listed."""
    listed = {
        person: points
        for person, points in brought.items()
        if points > 0 and person in members and program.people.profile(person).on_boards(program.last)
    }
    places = ranked(listed)
    hidden = sum(points != 0 and person not in listed for person, points in brought.items())
    if not 0 < hidden < program.settings.minimum_group:
        return places
    kept = len(places) - (program.settings.minimum_group - hidden)
    if kept <= 0:
        return []
    last_left_out = places[kept][2]
    return [place for place in places[:kept] if place[2] > last_left_out]


def boards(program: Program, all_teams: List[Team]) -> Dict[str, Any]:
    """All boards of people and of teams."""
    everybody = next(team for team in all_teams if team.by == "program")

    def of(team: Team, scored: Scored, span: Optional[Span] = None) -> Board:
        if team.withheld or everybody.withheld or program.settings.aggregate_only:
            return None
        return board_of_people(program, team.enrolled, points_by_person(scored, span))

    def in_style(style: str) -> Scored:
        return [(act.day, act.person, act.points) for act in program.activities if act.style == style]

    first_field = program.settings.teams[0] if program.settings.teams else None
    windows = {f"{days}_days": program.window(days) for days in program.settings.windows}
    return {
        "people": {
            "windows": {name: of(everybody, everybody.scored, span) for name, span in windows.items()},
            "period": of(everybody, everybody.scored, program.period),
            "all_time": of(everybody, everybody.scored),
            "by_style": {style: of(everybody, in_style(style)) for style in STYLES},
            "by_team": {str(team.name): of(team, team.scored) for team in all_teams if team.by == first_field},
        },
        "teams": {
            by: {name: board_of_teams(program, all_teams, by, span) for name, span in windows.items()}
            for by in program.settings.teams
        },
    }


def board_of_teams(program: Program, all_teams: List[Team], by: str, span: Span) -> List[List[Any]]:
    """Teams by what an active member brought on average; those without figures are not listed."""
    averages: Dict[str, int] = {}
    for team in all_teams:
        if team.by == by and not team.withheld:
            points = sum(points for day, _, points in team.scored if day in span)
            active = active_in(program, team.enrolled, span)
            figure = towards_zero(points, len(active)) if active else None
            if figure is not None:
                averages[str(team.name)] = figure
    return ranked(averages)


# ---------------------------------------------------------------------------------------------
# The command
# ---------------------------------------------------------------------------------------------


def report(
    settings: Dict[str, Any],
    activities: Iterable[str],
    people: Iterable[str],
    as_of: str,
    assume_consent: bool = False,
    before: Optional[int] = None,
    with_kpis: bool = False,
) -> Dict[str, Any]:
    """The whole document."""
    placed = [*read_people(people), *read_events(activities)]
    program = Program(Settings.read(settings), once(placed), instant(as_of), assume_consent)
    profiles = program.people.profiles.items()
    known = {person for person, profile in profiles if min(profile.on_record_since, profile.done_since) < NEVER}
    shown = sorted(person for person in known if program.shown(person))
    if program.settings.aggregate_only:
        shown = []
    return {
        "standings": {person: standing(program, person) for person in shown},
        "teams": [team_report(program, team, before, with_kpis) for team in program.teams],
        "boards": boards(program, program.teams),
    }


def written(document: Dict[str, Any]) -> str:
    """The document as text, with sorted keys."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--settings", required=True)
    parser.add_argument("--activities", required=True)
    parser.add_argument("--people", required=True)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--assume-consent", action="store_true")
    parser.add_argument("--before", type=int, help="also the window before of so many days")
    parser.add_argument("--kpis", action="store_true", help="also the goals of the settings")
    options = parser.parse_args()
    with open(options.settings, encoding="utf-8") as file:
        settings = json.load(file)
    with open(options.activities, encoding="utf-8") as activities, open(options.people, encoding="utf-8") as people:
        try:
            document = report(
                settings, activities, people, options.as_of, options.assume_consent, options.before, options.kpis
            )
        except (Conflict, ValueError) as problem:
            sys.exit(f"standings: {problem}")
    print(written(document))


if __name__ == "__main__":
    main()
