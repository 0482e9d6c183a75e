#!/usr/bin/env python3
"""Data that lives on the edges of the formulas: few people, many events at nasty instants.

    python3 generate.py --seed 7 --out DIR [--contested]

writes DIR/settings.json, DIR/activities.jsonl and DIR/people.jsonl, and prints times worth asking for
(--as-of), one a line. The same seed makes the same files, on every machine. The seed also picks the
variant of the settings: seed % 8 is the place in VARIANTS. The KPIs are a few of all that there are, by seed.

Most events lie on the two sides of a midnight, to the nanosecond: of a change of clocks, the leap day, the
end of a year, ISO week 53, the first date of a week or a period. What was said later (outcomes, edits,
retractions) may stand before what it speaks of in the file, lines are there twice, and clocks differ.

Every line is acceptable to a strict reader: it has only fields of its type, no text is empty, and what is there
twice says the same.

With --contested there is also what is seldom and intricate: aliases that are used again, people who are one,
activities that an edit moves out of or into the past, edits and retractions that are earlier than what they speak
of, results that an edit clears, two clocks for one duplicate, and a post on another channel than its activity.
"""

from __future__ import annotations

import argparse
import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Dict, List, Optional, Set, Tuple
from zoneinfo import ZoneInfo

from standings import EPOCH, METRICS, ORIGINS, SECOND, STYLES, WEEKDAYS, Calendar, Day, Instant, instant

Json = Dict[str, Any]

KINDS: Json = {
    "read": {"style": "listener", "role": None},
    "train": {"style": "listener", "role": "training"},
    "share": {"style": "curator", "role": "publishing"},
    "comment": {"style": "commenter", "role": "conversation"},
    "create": {"style": "creator", "role": "publishing"},
    "help": {"style": "supporter", "role": None},
    "mentor": {"style": "supporter", "role": "mentoring"},
    "kudos": {"style": "supporter", "role": "kudos"},
    "workshop": {"style": "supporter", "role": "training"},  # a training that is no listening
    "repost": {"style": "curator", "role": "nothing"},  # would be publishing by its style
    "answer": {"style": "commenter", "role": None},  # is conversation by its style
}

USUAL: Json = {
    "windows": [1, 7, 30, 90],
    "levels": {"seed": 20, "sprout": 60, "tree": 90},
    "kinds": KINDS,
    "points": {
        "read": 1, "train": 4, "share": 3, "comment": 2, "create": 8, "help": 2, "mentor": 5,
        "kudos": 1, "workshop": 0, "repost": 1, "answer": 2,
    },
    "teams": ["department", "country"],
    "minimum_group": 3,
    "refresher_days": 60,
    "action_days": 7,
    "pair_days": 30,
    "channels": ["blog", "linkedin"],
}

# Every figure that a KPI may be of: figures of windows, and some that look at none.
MEASURED = [
    "participants", "participation", "points", "activities", "average", "top_share", "without_top",
    "points_without_top", "absence_factor", "gini", "conversation", "posts", "engaged_posts", "push_only", "copies",
    "own_voice", "own_content", "company_content", "third_party_content", "unshared_content", "reach", "likes",
    "comments", "shares", "clicks", "leads", "conversions", "pipeline_value", "reach_outside", "emv", "closed_deals",
    "reach_per_deal", "share_of_voice", "audience_growth", "leaders_active", "leaders_own_voice", "trainings",
    "applied", "mentored", "mentoring_lift", "audience", "enrolled", "adoption",
]

# Of those, parts of a whole in percent: a goal beyond all of it is refused.
PERCENT = {
    "participation", "top_share", "without_top", "gini", "conversation", "engaged_posts", "push_only", "copies",
    "own_voice", "own_content", "company_content", "third_party_content", "share_of_voice", "leaders_active",
    "leaders_own_voice", "applied", "adoption",
}

SEASONS = {
    "before": ["2019-11-01", "2020-12-31"],
    "ice": ["2020-12-31", "2021-01-04"],
    "leap": ["2024-02-29", "2024-03-31"],
    "clocks": ["2024-03-31", "2024-10-27"],
    "turn": ["2024-12-30", "2025-01-06"],
    "late": ["2026-12-28", "2027-01-04"],
}

VARIANTS: List[Json] = [
    {"time_zone": "Europe/Berlin", "week_start": "monday", "period": "month"},
    {
        "time_zone": "America/New_York", "week_start": "sunday", "period": "quarter",
        "teams": ["department", "function", "country"],
        "cents_per_1000": {"impressions": 999, "clicks": 90_001},
    },
    {"time_zone": "Europe/Berlin", "week_start": "monday", "seasons": SEASONS},
    {
        "time_zone": "America/New_York", "week_start": "monday", "period": "week", "minimum_group": 2,
        "teams": ["function", "department"], "cents_per_1000": {"likes": 1, "pipeline_value": 0, "leads": 33_333},
        "waves": {"participation_percent": 100, "kept_percent": 100, "top_share_percent": 25},
    },
    {
        "time_zone": "Europe/Berlin", "week_start": "sunday", "period": "year", "minimum_group": 4,
        "teams": ["department", "function"], "people": 40,
    },
    {
        "time_zone": "America/New_York", "week_start": "saturday", "seasons": SEASONS,
        "teams": ["country", "function", "department", "level"], "people": 30,
    },
    {
        "time_zone": "Pacific/Auckland", "week_start": "wednesday", "period": "week",
        "cents_per_1000": {"impressions": 600, "clicks": 90_000, "shares": 7}, "people": 24,
        "teams": ["department", "function", "level"],
        "waves": {"participation_percent": 1, "kept_percent": 1, "top_share_percent": 60},
    },
    {
        "time_zone": "UTC", "week_start": "monday", "period": "quarter", "minimum_group": 1,
        "aggregate_only": True,
    },
]

# The time that the events of one seed lie in: most around a leap year, some around weeks 53.
ERAS = [
    (date(2023, 12, 25), date(2024, 5, 1)),
    (date(2024, 9, 20), date(2025, 1, 20)),
    (date(2020, 10, 1), date(2021, 4, 10)),
    (date(2026, 10, 1), date(2027, 4, 10)),
]

OFFSETS = ["Z", "+01:00", "+02:00", "-05:00", "-04:00", "+05:30", "+14:00", "-11:00"]
DEPARTMENTS = ["Sales", "Service", "Research", "Board"]
COUNTRIES = ["DE", "US", "AT"]
SKILLS = ["technical", "ideas", "analytics"]
# The same words, however they are written, and others that are nearly the same.
TEXTS = [
    "Bread again.", "bread  AGAIN.", " Bread\nagain. ", "Bread again. https://example.com/a",
    "https://example.com/b?c=d Bread \t again.", "Bread again, friends.", "Bread", "\u00c4PFEL und Brot",
    "\u00e4pfel und\u00a0brot", "https://example.com/only", "HTTPS://example.com/x http://example.com/y", " ",
    "Bread again. (https://example.com/d)", "www.example.com bread again.",
]
AUDIENCES = [0, 1, 3, 99, 100, 500, 1000]
MOTIVES = ["status", "recognition", "learning", "giving"]
NUDGES = [-SECOND, -1, 0, 0, 1, SECOND, 3600 * SECOND]


def stamp(at: Instant, offset: str) -> str:
    """An instant as a clock at this offset shows it, with as many digits as it takes."""
    away = 0
    if offset != "Z":
        away = (int(offset[1:3]) * 60 + int(offset[4:])) * (-60 if offset[0] == "-" else 60)
    wall = EPOCH + timedelta(seconds=at // SECOND + away)
    fraction = f"{at % SECOND:09}".rstrip("0")
    return wall.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "") + offset


class Maker:
    """One set of data."""

    def __init__(self, seed: int, contested: bool) -> None:
        self.dice = random.Random(seed)
        self.contested = contested
        self.settings: Json = {**USUAL, **VARIANTS[seed % len(VARIANTS)]}
        self.size = self.settings.pop("people", 13)
        self.leaders = self.dice.choice([10, 50])
        self.settings["kpis"] = {
            metric: {"goal": self.goal(metric), "window": self.dice.choice([1, 7, 10, 28, 45])}
            for metric in self.dice.sample(MEASURED, 12)
            if metric != "emv" or "cents_per_1000" in self.settings
        }
        zone = ZoneInfo(self.settings["time_zone"])
        self.calendar = Calendar(zone, WEEKDAYS.index(self.settings["week_start"]))
        era = ERAS[seed // len(VARIANTS) % len(ERAS)]
        self.first, self.last = era[0].toordinal(), era[1].toordinal()
        self.edges = self._edges()
        self.lines: List[Json] = []  # of the activities file
        self.people: List[Json] = []  # of the people file
        self.records: List[Tuple[Json, Instant]] = []  # those among the events, with their times
        self.stated: Set[Tuple[str, Optional[Instant]]] = set()  # a person's lines differ in their times
        self.claimed: Dict[str, str] = {}  # by alias, who has it
        self.numbers = 0
        self.asked: List[Instant] = []  # times that an edge makes worth asking for

    # Times

    def _edges(self) -> List[Day]:
        """Dates whose first instant is worth coming close to."""
        edges = []
        for day in range(self.first, self.last):
            local = date.fromordinal(day)
            long_day = self.calendar.begin(day + 1) - self.calendar.begin(day) != 86_400 * SECOND
            if local.day == 1 or long_day or (local.month, local.day) in ((2, 29), (3, 1), (12, 31), (1, 4)):
                edges += [day, day + 1, day, day + 1]
            elif self.calendar.week(day) == day:
                edges.append(day)
        return edges

    def when(self, after: Optional[Instant] = None) -> Instant:
        """An instant: two of three on an edge, and one anywhere; after another one, if there is need."""
        for _ in range(50):
            if self.chance(65):
                at = self.calendar.begin(self.dice.choice(self.edges)) + self.dice.choice(NUDGES)
            else:
                day = self.dice.randrange(self.first, self.last)
                at = self.calendar.begin(day) + self.dice.randrange(86_400) * SECOND
            if after is None or at > after:
                return at
        return (after or 0) + self.dice.choice([1, SECOND, 86_400 * SECOND])

    def stamp(self, at: Instant) -> str:
        return stamp(at, self.dice.choice(OFFSETS))

    def goal(self, metric: str) -> int:
        goal = self.dice.choice([1, 5, 20, 50, 100, 400])
        return min(goal, 100) if metric in PERCENT else goal

    def chance(self, percent: int) -> bool:
        return self.dice.randrange(100) < percent

    def new_id(self, letter: str) -> str:
        self.numbers += 1
        return f"{letter}{self.numbers:04}"

    # People

    def intervals(self) -> List[Json]:
        """Some stretches of time, open at an end now and then."""
        bounds = sorted({self.when() for _ in range(self.dice.choice([2, 2, 4]))})
        pairs = [{"from": self.stamp(a), "until": self.stamp(b)} for a, b in zip(bounds[::2], bounds[1::2])]
        if pairs and self.chance(30):
            del pairs[-1]["until"]
        if len(pairs) > 1 and self.chance(30):
            del pairs[0]["from"]
        return pairs

    def record(self, person: str, at: Optional[Instant], facts: Json) -> None:
        """State something of a person: in the people file, or as an event among the others."""
        for alias in list(facts.get("aliases", ())):
            taken = self.claimed.setdefault(alias, person) != person
            if taken and (at is None or not self.contested):
                facts["aliases"].remove(alias)
        if facts.get("aliases") == []:
            del facts["aliases"]
        if not facts:
            return
        if at is not None and self.chance(50):
            self.records.append((self.event("person", at, advocate=person, **facts), at))
        elif (person, at) not in self.stated:
            self.stated.add((person, at))
            dated = {} if at is None else {"at": self.stamp(at)}
            self.people.append({"id": person, **dated, **facts})

    def make_people(self) -> List[str]:
        """A dozen people or more with a past; returns the names that events may use, ids more often than aliases."""
        ids = [f"p{number:02}" for number in range(self.size)]
        handles = [f"@h{number}" for number in range(5)]
        for number, person in enumerate(ids):
            facts: Json = {"name": f"Person {number}"} if self.chance(50) else {}
            if self.chance(85):
                facts["department"] = self.dice.choice(DEPARTMENTS[: 3 if number % 4 else 4])
            # Nearly the same teams by another name, so that few people make the difference.
            if "department" in facts and self.chance(94):
                facts["function"] = facts["department"].lower()
            elif self.chance(60):
                facts["function"] = self.dice.choice(DEPARTMENTS).lower()
            if self.chance(50):
                facts["level"] = self.dice.choice(["junior", "senior"])
            if self.chance(self.leaders):
                facts["leader"] = self.chance(90)
            facts.update(self.audience(70))
            if self.chance(85):
                facts["country"] = self.dice.choice(COUNTRIES)
            if self.chance(60):
                facts["style"] = self.dice.choice(STYLES)
            if self.chance(90):
                facts["consent"] = self.intervals() if self.chance(15) else self.chance(95)
            if self.chance(30):
                facts["away"] = self.intervals()
            if self.chance(20):
                facts["mentor"] = self.dice.choice([other for other in ids if other != person])
            if self.chance(15):
                facts["leaderboard"] = False
            for field, words in (("needs", SKILLS), ("skilled_in", SKILLS), ("motivated_by", MOTIVES)):
                if self.chance(25):
                    facts[field] = self.some(words)
            if self.chance(10):
                facts.setdefault(self.dice.choice(["consent", "active", "department", "mentor"]), None)
            if self.chance(70) and number < len(handles):
                facts["aliases"] = [handles[number]]
            if facts and self.chance(94):
                self.record(person, None, facts)
            at = self.when()
            for _ in range(self.dice.randrange(7)):
                at = at if self.chance(15) else self.when()  # two records of one time now and then
                self.record(person, at, self.later_facts(person, ids, handles))
        # A leaver who returns, and one who opts out and in again.
        for field, person in (("active", "p01"), ("consent", "p02"), ("away", "p03")):
            gone = self.when()
            self.record(person, gone, {field: field == "away"})
            self.record(person, self.when(after=gone), {field: field != "away"})
        for record, at in self.records:
            if self.chance(8):
                self.retract(record, at)
        names = ids * 4 + handles + ["stranger"]
        return names + self.make_one_of_two() if self.contested else names

    def make_one_of_two(self) -> List[str]:
        """Two people who are one: a record under the old id, with a handle of its own (a chain)."""
        self.record("old-p04", None, {"department": "Service", "consent": True, "aliases": ["@old"]})
        self.record("old-p04", self.when(), {"department": "Board", "style": "listener"})
        line = next((line for line in self.people if line["id"] == "p04" and "at" not in line), None)
        if line is None or self.chance(50):
            self.record("p04", self.when(), {"aliases": ["old-p04"]})
        else:
            line["aliases"] = line.get("aliases", []) + ["old-p04"]
        return ["@old", "old-p04"]

    def audience(self, percent: int) -> Json:
        """Who follows somebody, as far as it is known; not all of them from outside, and never mind if more."""
        facts: Json = {}
        if self.chance(percent):
            facts["audience"] = self.dice.choice(AUDIENCES)
        if self.chance(percent):
            facts["audience_outside"] = self.dice.choice(AUDIENCES)
        return facts

    def some(self, words: List[str]) -> List[str]:
        """One or two of the words."""
        return self.dice.sample(words, self.dice.choice([1, 2]))

    def later_facts(self, person: str, ids: List[str], handles: List[str]) -> Json:
        """What may change in the course of time."""
        pick = self.dice.randrange(14)
        if pick == 10:
            return {"function": self.dice.choice(DEPARTMENTS).lower()}
        if pick == 11:
            return {"leader": self.dice.choice([True, False, None]), "level": "senior"}
        if pick == 12:
            count = self.dice.choice([*AUDIENCES, None])
            return {self.dice.choice(["audience", "audience_outside"]): count}
        if pick == 13:
            return self.audience(100)
        if pick == 0:
            return {"department": self.dice.choice(DEPARTMENTS + [None])}  # type: ignore[list-item]
        if pick == 1:
            return {"style": self.dice.choice(list(STYLES) + [None])}  # type: ignore[list-item]
        if pick == 2:
            return {"consent": self.intervals()}
        if pick == 3:
            return {"away": self.intervals() if self.chance(70) else []}
        if pick == 4:
            others = [other for other in ids if other != person]
            return {"mentor": self.dice.choice([None, *others, *handles])}
        if pick == 5:
            return {"leaderboard": self.chance(50)}
        if pick == 6:
            return {"aliases": [self.dice.choice(handles)]}
        if pick == 7:
            return {"active": self.intervals() if self.chance(50) else self.chance(60)}
        if pick == 8:
            return {"needs": self.some(SKILLS), "name": "A new name"}
        return {"country": self.dice.choice(COUNTRIES), "department": self.dice.choice(DEPARTMENTS)}

    # Events

    def event(self, type: str, at: Instant, **facts: Any) -> Json:
        line = {"type": type, "id": self.new_id(type[0]), "at": self.stamp(at), **facts}
        self.lines.append(line)
        return line

    def about(self, target: Json) -> Json:
        """How a later event names an activity; with its source, where not all is local."""
        own = self.dice.choice([{}, {}, {"source": "desk"}])
        said = {**own, "target": target["id"]}
        if "source" in own or "source" in target:
            said["target_source"] = target.get("source", "local")
        return said

    def activity(self, names: List[str], contents: List[str]) -> Tuple[Json, Instant]:
        at = self.when()
        kind = self.dice.choice(list(KINDS) * 3 + ["create", "share", "comment"] * 4 + ["dance"])
        line: Json = {"id": self.new_id("a"), "advocate": self.dice.choice(names), "kind": kind, "at": self.stamp(at)}
        if self.chance(15):
            line["source"] = "desk"
            if self.lines[-1].get("source") is None and self.lines[-1]["id"].startswith("a"):
                line["id"] = self.lines[-1]["id"]  # the same id, of another source
        if kind in ("create", "share", "comment", "repost", "answer"):
            line["channel"] = self.dice.choice(["blog", "linkedin", "linkedin", "linkedin", "blog", "fax"])
            if self.chance(30):
                line["customer"] = self.chance(80)
            if self.chance(60):
                line["own_words"] = self.dice.choice([0, 1, 29, 30, 50, 99, 100])
            if self.chance(15):
                line["ghostwritten"] = self.chance(80)
            if self.chance(50):
                self.dress(line)
            if self.chance(15):
                line["likes"] = self.dice.randrange(4)
        if kind in ("create", "share") and self.chance(20):
            line["origin"] = self.dice.choice(ORIGINS)
        if kind in ("kudos", "mentor", "help") and self.chance(92):
            line["counterpart"] = self.dice.choice(names)
        if contents and self.chance(30):
            # The first ones far more often than the last, which nearly nobody names.
            line["content"] = contents[self.dice.randrange(self.dice.randrange(len(contents)) + 1)]
        self.lines.append(line)
        return line, at

    def dress(self, line: Json) -> None:
        """A format, a photo, a post with media; what a text would tell is stated, so that none is read."""
        if self.chance(40):
            line["format"] = self.dice.choice(["text", "image", "video", "story", "document", "audio"])
        if self.chance(25):
            line["own_photo"] = self.chance(60)
        if self.chance(50):
            media = [
                {"kind": self.dice.choice(["image", "video", "story"]), "source": self.dice.choice(["own", "stock"])}
                for _ in range(self.dice.choice([1, 1, 2]))
            ]
            line["post"] = {"text": self.dice.choice(TEXTS), "media": media}
            if self.chance(30):
                line["post"]["channel"] = line["channel"]
                if self.contested:
                    line["post"]["channel"] = self.dice.choice(["blog", "linkedin", "fax"])
            line.setdefault("own_words", 40)
            if "ghostwritten" not in line and self.chance(20):
                line["post"]["ghostwritten"] = True

    def at_noon(self, day: Day, kind: str, who: str, **facts: Any) -> None:
        """An activity in the middle of a date."""
        at = self.calendar.begin(day) + 12 * 3600 * SECOND
        line = {"id": self.new_id("n"), "advocate": who, "kind": kind, "at": self.stamp(at), **facts}
        self.lines.append(line)

    def make_edges(self, first: Day) -> None:
        """What lies 28 or 84 dates, or the days to act, from something; the first date is that of the first event."""
        people = [f"p{number:02}" for number in range(self.size)]
        for day in (first + 27, first + 28, first + 55, first + 56, first + 83):
            for _ in range(2):
                self.at_noon(day, "comment", self.dice.choice(people))
        self.asked += [self.calendar.begin(first + days) for days in (27, 28, 83, 84)]
        for _ in range(6):
            mentor, newcomer = self.dice.sample(people, 2)
            day = self.dice.randrange(self.first, self.last - 30)
            self.at_noon(day, "mentor", mentor, counterpart=newcomer)
            for days in (-29, -28, -1, 0, 1, 28, 29):
                if self.chance(40):
                    self.at_noon(day + days, "help", newcomer)
            self.at_noon(day, "train", newcomer)
            self.at_noon(day + self.dice.choice([7, 8]), "share", newcomer)
        self.asked += [self.calendar.begin(day + days) for days in (7, 8, 28, 29)]

    def make_market(self) -> None:
        """What the company sells, and who speaks of it."""
        for _ in range(self.dice.randrange(5, 15)):
            facts = {}
            for name in ("closed_deals", "brand_mentions", "market_mentions"):
                if self.chance(70):
                    facts[name] = self.dice.choice([0, 0, 1, 7, 40, 90])
            if facts:
                at = self.when()
                market = self.event("market", at, **facts)
                if self.chance(20):
                    self.retract(market, at)

    def edit(self, target: Json, names: List[str], contents: List[str]) -> Json:
        """The fields that an update sets; never to where a text would have to be read."""
        pick = self.dice.randrange(9)
        if pick == 8:
            return {"origin": self.dice.choice([*ORIGINS, None])}
        if pick == 0:
            return {"advocate": self.dice.choice(names)}
        if pick == 1 and self.contested:
            return {"at": self.stamp(self.when())}
        if pick in (1, 7):
            value = None if self.contested and self.chance(20) else self.dice.randrange(120)
            return {self.dice.choice(METRICS): value}
        if pick == 2 and contents:
            return {"content": self.dice.choice(contents + [None])}  # type: ignore[list-item]
        if pick == 3:
            return {"counterpart": self.dice.choice(names + [None])}  # type: ignore[list-item]
        if pick == 4:
            return {"own_words": self.dice.choice([55 if "post" in target else None, 0, 77]), "ghostwritten": None}
        if pick == 5:
            return {"kind": self.dice.choice(list(KINDS)), "channel": self.dice.choice(["blog", None])}
        return {"customer": self.dice.choice([True, False, None])}

    def make_events(self, names: List[str]) -> None:
        contents = []
        for number in range(20):
            at = self.when()
            facts: Json = {"origin": self.dice.choice(ORIGINS)} if self.chance(80) else {}
            if self.chance(50):
                facts["embargo"] = self.stamp(self.when(after=at))
            line = {"type": "content", "id": f"content-{number}", "at": self.stamp(at), **facts}
            self.lines.append(line)
            contents.append(line["id"])
            if self.chance(15):
                self.retract(line, at)
        made = [self.activity(names, contents) for _ in range(self.dice.randrange(150, 350))]
        for target, at in made:
            for _ in range(self.dice.choice([0, 0, 0, 1, 2])):
                results = {metric: self.dice.randrange(120) for metric in METRICS if self.chance(40)}
                if results:
                    self.outcome(target, at, results)
            for _ in range(self.dice.choice([0] * 8 + [1, 2])):
                later = self.when() if self.contested else self.when(after=at)
                self.event("update", later, **self.about(target), set=self.edit(target, names, contents))
            if self.chance(8):
                self.retract(target, at)
        for _ in range(self.dice.randrange(4, 9)):
            team = self.dice.choice([{}, {"department": self.dice.choice(DEPARTMENTS)}, {"country": "DE"}])
            at = self.when()
            meeting = self.event("meeting", at, agenda=self.chance(75), **team)
            if self.chance(15):
                self.retract(meeting, at)
        self.make_edges(self.calendar.day(min(at for _, at in made)))
        self.make_market()
        people = [name for name in names if name.startswith("p")] + ["@h0", "guest"]
        for _ in range(self.dice.randrange(6, 12)):
            points = self.dice.choice([-60, -5, -1, 1, 7, 40])
            at = self.when()
            who = self.dice.choice(people)
            adjustment = self.event("adjustment", at, advocate=who, points=points, reason="worked out by hand")
            if self.chance(15):
                self.retract(adjustment, at)

    def outcome(self, target: Json, at: Instant, results: Json) -> None:
        """What came of an activity; taken back now and then, or with an edit, which has no effect."""
        at = self.when(after=at)
        outcome = self.event("outcome", at, **self.about(target), **results)
        if self.chance(6):
            self.retract(outcome, at)
        if self.chance(3):
            self.event("update", self.when(after=at), **self.about(outcome), set={"likes": 999})

    def retract(self, target: Json, at: Instant) -> None:
        """Take back; and sometimes take that back, and even that."""
        when = at
        for _ in range(self.dice.choice([1, 1, 2, 3])):
            when = self.when() if self.contested else self.when(after=when)
            target = self.event("retraction", when, **self.about(target))

    # Files

    def doubled(self, lines: List[Json]) -> List[Json]:
        """Some lines again, with their fields in another order."""
        again = [dict(sorted(line.items(), reverse=True)) for line in lines if self.chance(4)]
        for line in again:
            if "at" in line and self.contested:
                line["at"] = self.stamp(instant(line["at"]))
        both = lines + again
        self.dice.shuffle(both)
        return both

    def questions(self) -> List[str]:
        """Times to ask for: on edges, in the middle, and after everything."""
        edges = self.dice.sample(sorted(set(self.edges)), 5)
        asked = [self.calendar.begin(day) + nudge for day in edges for nudge in (0, 1)]
        asked += self.asked
        asked += [self.when(), self.calendar.begin(self.last + 1), self.calendar.begin(self.last + 120)]
        return [stamp(at, "Z") for at in sorted(asked)]

    def write(self, out: Path) -> List[str]:
        self.make_events(self.make_people())
        out.mkdir(parents=True, exist_ok=True)
        for name, lines in (("activities", self.lines), ("people", self.people)):
            text = "".join(json.dumps(line) + "\n" for line in self.doubled(lines))
            (out / f"{name}.jsonl").write_text(text, encoding="utf-8")
        settings = json.dumps(self.settings, indent=2) + "\n"
        (out / "settings.json").write_text(settings, encoding="utf-8")
        return self.questions()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--contested", action="store_true", help="also what is seldom and intricate")
    options = parser.parse_args()
    print("\n".join(Maker(options.seed, options.contested).write(options.out)))


if __name__ == "__main__":
    main()
