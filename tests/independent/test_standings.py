#!/usr/bin/env python3
"""Small situations whose right answers were worked out by hand. Run: python3 test_standings.py"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Dict, List, Optional, Sequence, Tuple

from generate import Maker
from standings import METRICS, TEAM_FIELDS, Conflict, Timeline, components, growth, instant, next_to_small_cuts
from standings import report, trend, written

SETTINGS: Dict[str, Any] = {
    "time_zone": "Europe/Berlin",
    "week_start": "monday",
    "windows": [7, 28],
    "period": "month",
    "levels": {"bronze": 10, "silver": 30},
    "kinds": {
        "create": {"style": "creator"},
        "share": {"style": "curator"},
        "comment": {"style": "commenter"},
        "read": {"style": "listener"},
        "train": {"style": "listener"},
        "mentor": {"style": "supporter"},
        "kudos": {"style": "supporter"},
    },
    "points": {"create": 10, "share": 5, "comment": 2, "read": 1, "train": 3, "mentor": 4, "kudos": 1},
    "teams": ["department"],
    "minimum_group": 3,
    "refresher_days": 90,
    "action_days": 14,
    "pair_days": 60,
    "channels": ["blog", "linkedin"],
}

Json = Dict[str, Any]
ANN: Json = {"id": "ann", "consent": True}


def document(
    events: List[Json], people: List[Json], as_of: str, assume_consent: bool = False, **settings: Any
) -> Json:
    return report({**SETTINGS, **settings}, map(json.dumps, events), map(json.dumps, people), as_of, assume_consent)


def refused(events: List[Json], people: List[Json], **settings: Any) -> bool:
    try:
        document(events, people, "2026-06-30T00:00:00Z", **settings)
    except (Conflict, ValueError):
        return True
    return False


def ann(events: List[Json], as_of: str, people: Optional[List[Json]] = None, **settings: Any) -> Json:
    return document(events, people or [ANN], as_of, **settings)["standings"]["ann"]


numbers = iter(range(10**9))


def did(at: str, kind: str = "share", who: str = "ann", **facts: Any) -> Json:
    """An activity; a date alone is noon in UTC."""
    stamp = at if "T" in at else at + "T12:00:00Z"
    return {"id": f"a{next(numbers)}", "advocate": who, "kind": kind, "at": stamp, **facts}


def event(type: str, id: str, at: str, **facts: Any) -> Json:
    return {"type": type, "id": id, "at": at if "T" in at else at + "T12:00:00Z", **facts}


def each(first: int, last: int, month: str, **facts: Any) -> List[Json]:
    return [did(f"{month}-{day:02}", **facts) for day in range(first, last + 1)]


def test_instants() -> None:
    # One instant in three clocks; and nine digits of a second count.
    assert instant("2024-03-31T01:00:00Z") == instant("2024-03-31T03:00:00+02:00")
    assert instant("2024-03-30T20:00:00-05:00") == instant("2024-03-31T01:00:00Z")
    assert instant("1970-01-01T00:00:00.000000001Z") == 1
    assert instant("1969-12-31T23:59:59.999999999Z") == -1


def test_a_streak_survives_a_frozen_week_and_the_running_week() -> None:
    # Weeks of June 2026 begin on the 1st, 8th, 15th, 22nd. Active: 1st, 15th. Away for one second of
    # the week of the 8th. As of Wednesday 24th the week of the 22nd is running and empty.
    events = [did("2026-06-02"), did("2026-06-16")]
    away = {**ANN, "away": [{"from": "2026-06-10T10:00:00Z", "until": "2026-06-10T10:00:01Z"}]}
    figures = ann(events, "2026-06-24T00:00:00Z", [away])
    assert (figures["streak"], figures["longest_streak"]) == (2, 2)
    # Active 2 of 2: the frozen and the running week don't count.
    assert figures["consistency"] == 100
    # Without being away the row is broken; 2 of 3 weeks count.
    figures = ann(events, "2026-06-24T00:00:00Z")
    assert (figures["streak"], figures["longest_streak"], figures["consistency"]) == (1, 1, 66)


def test_the_running_week_ends() -> None:
    # Active on Tuesday 16 June. Sunday 28 June 22:00 UTC is Monday the 29th in Berlin. An as-of on that
    # instant has its last instant on Sunday: the empty week of the 22nd is still running. One nanosecond
    # later it is over, and ends the row.
    events = [did("2026-06-16")]
    assert ann(events, "2026-06-28T22:00:00Z")["streak"] == 1
    assert ann(events, "2026-06-28T22:00:00.000000001Z")["streak"] == 0


def test_a_frozen_instant_on_the_edge_of_a_week() -> None:
    # Away until the first instant of the week of 8 June (7 June 22:00 UTC) does not touch that week;
    # a nanosecond longer does.
    events = [did("2026-06-02"), did("2026-06-16")]
    for until, streak in (("2026-06-07T22:00:00Z", 1), ("2026-06-07T22:00:00.000000001Z", 2)):
        away = {**ANN, "away": [{"from": "2026-06-05T00:00:00Z", "until": until}]}
        assert ann(events, "2026-06-22T00:00:00Z", [away])["streak"] == streak


def test_windows_over_a_change_of_clocks() -> None:
    # Berlin, 31 March 2024, has 23 hours. As of 3 April 00:00 local (2 April 22:00 UTC) the last date is
    # 2 April, and 7 dates begin on 27 March, 00:00 local, which is 26 March 23:00 UTC.
    inside, before = did("2024-03-26T23:00:00Z"), did("2024-03-26T22:59:59.999999999Z")
    figures = ann([inside, before], "2024-04-02T22:00:00Z")
    assert figures["points_in"]["7_days"] == 5
    assert figures["active_days"] == 2
    # New York, 3 November 2024, has 25 hours: 05:30 and 06:30 UTC are both 01:30 on the same date, and
    # 4 November begins at 05:00 UTC.
    events = [did("2024-11-03T05:30:00Z"), did("2024-11-03T06:30:00Z"), did("2024-11-04T04:59:59Z")]
    figures = ann(events, "2024-11-04T05:00:00Z", time_zone="America/New_York")
    assert (figures["active_days"], figures["days_since_last"]) == (1, 0)


def test_windows_over_a_leap_day() -> None:
    # 7 dates that end with 1 March: 24–29 February and 1 March in 2024, 23–28 and 1 March in 2023.
    assert ann([did("2024-02-23"), did("2024-02-24")], "2024-03-01T23:00:00Z")["activities_in"]["7_days"] == 1
    assert ann([did("2023-02-23"), did("2023-02-24")], "2023-03-01T23:00:00Z")["activities_in"]["7_days"] == 2


def test_periods_and_seasons() -> None:
    # 31 December 2024 23:00 UTC is already January in Berlin. As of exactly that instant it is still
    # December; one nanosecond later the activity exists, and its month is January.
    events = [did("2024-12-31T22:59:59.999999999Z"), did("2024-12-31T23:00:00Z")]
    assert ann(events, "2024-12-31T23:00:00Z")["points_this_period"] == 5
    later = ann(events, "2024-12-31T23:00:00.000000001Z")
    assert (later["points"], later["points_this_period"]) == (10, 5)
    # The first share was in December.
    assert later["first_this_period"]["share"] is False
    # A season ends before its second date; between seasons there is nothing.
    seasons = {"winter": ["2024-12-01", "2025-01-01"]}
    assert ann(events, "2024-12-31T23:00:00Z", period=None, seasons=seasons)["points_this_period"] == 5
    assert ann(events, "2025-01-01T12:00:00Z", period=None, seasons=seasons)["points_this_period"] == 0


def test_burst() -> None:
    # First active on 1 January 2026; the 84th date is 25 March (31 + 28 + 25).
    # 10 activities on 1–10 January, 2 in March: 10 of 12 in the busiest 28 dates, 83 %.
    events = each(1, 10, "2026-01") + each(1, 2, "2026-03")
    assert ann(events, "2026-03-24T23:00:00Z")["burst"] is None
    assert ann(events, "2026-03-25T23:00:00Z")["burst"] == 83
    # 180 dates that end with 9 July begin on 11 January (21+28+31+30+31+30+9): only the 2 of March are in.
    assert ann(events, "2026-07-09T12:00:00Z")["burst"] == 100
    assert ann(events, "2026-12-01T12:00:00Z")["burst"] is None


def test_launch_spike() -> None:
    # 9 of 12 at the start; 2 in the last 28 dates are less than a quarter of 9, and 3 are not.
    launch = each(1, 9, "2026-01")
    assert ann(launch + [did("2026-02-20")] + each(1, 2, "2026-04"), "2026-04-10T12:00:00Z")["launch_spike"]
    assert not ann(launch + each(1, 3, "2026-04"), "2026-04-10T12:00:00Z")["launch_spike"]
    # 2 of 8 are a quarter.
    assert not ann(each(1, 8, "2026-01") + each(1, 2, "2026-04"), "2026-04-10T12:00:00Z")["launch_spike"]
    # On the 83rd date it is too early to tell.
    assert not ann(launch, "2026-03-24T12:00:00Z")["launch_spike"]
    assert ann(launch, "2026-03-25T12:00:00Z")["launch_spike"]


def test_longest_gap() -> None:
    # Between 1 and 12 June lie 10 dates. Opted out from the 3rd at noon to the 5th at noon: 3 are frozen.
    events = [did("2026-06-01"), did("2026-06-12"), did("2026-06-18")]
    assert ann(events, "2026-06-30T12:00:00Z")["longest_gap"] == 10
    consent = [{"until": "2026-06-03T12:00:00+02:00"}, {"from": "2026-06-05T12:00:00+02:00"}]
    assert ann(events, "2026-06-30T12:00:00Z", [{"id": "ann", "consent": consent}])["longest_gap"] == 7
    assert ann(events[:1], "2026-06-30T12:00:00Z")["longest_gap"] == 0


def test_refresher() -> None:
    # 90 dates after 1 January 2026 is 1 April (30 + 28 + 31 + 1).
    events = [did("2026-01-01", "train")]
    for as_of, days, due in (("2026-03-31T12:00:00Z", 89, False), ("2026-04-01T12:00:00Z", 90, True)):
        figures = ann(events, as_of)
        assert (figures["days_since_training"], figures["refresher_due"]) == (days, due)
    assert ann([did("2026-01-01")], "2026-04-01T12:00:00Z")["refresher_due"] is False


def test_trainings_applied() -> None:
    # The training of 1 June is followed on the 15th, its 14th day: applied. That of 16 June only by reading:
    # not applied; its last day is the 30th. Before that it is too early to judge.
    events = [did("2026-06-01", "train"), did("2026-06-15"), did("2026-06-16", "train"), did("2026-06-17", "read")]
    early, late = ann(events, "2026-06-29T12:00:00Z"), ann(events, "2026-06-30T12:00:00Z")
    assert (early["trainings_applied"], early["applied"]) == (1, 100)
    assert (late["trainings_applied"], late["applied"]) == (1, 50)
    # The order of the fold decides on one day, even within one instant, by id.
    same = [{**did("2026-06-01", "train"), "id": "b"}, {**did("2026-06-01"), "id": "a"}]
    assert ann(same, "2026-06-30T12:00:00Z")["trainings_applied"] == 0
    same[1]["id"] = "c"
    assert ann(same, "2026-06-30T12:00:00Z")["trainings_applied"] == 1


def staff(**sizes: int) -> List[Json]:
    return [
        {"id": f"{team}{number}", "consent": True, "department": team}
        for team, size in sizes.items()
        for number in range(size)
    ]


def withheld(people: List[Json], events: Sequence[Json] = ()) -> List[Optional[str]]:
    """Departments that are withheld."""
    made = document(list(events), people, "2026-06-30T12:00:00Z")
    return [team["name"] for team in made["teams"] if team["withheld"]]


def test_small_groups() -> None:
    # 2 people alone could be found by subtraction, so the next smallest team goes, too: of the equals B
    # and C (3 each) the last by name. 2 + 3 are enough.
    assert withheld(staff(A=2, B=3, C=3, D=4)) == ["A", "C"]
    # 2 + 1 are 3 people: enough without another.
    assert withheld(staff(A=2, B=1, C=3)) == ["A", "B"]
    # Someone in no team is as easily found.
    assert withheld(staff(B=3, C=4) + [ANN]) == ["B"]
    # A team without enrolled people is withheld, but hides nobody.
    nobody = [{"id": "n", "department": "N"}]
    assert withheld(staff(B=3, C=3) + nobody) == ["N"]
    # Once one of them who has left is remembered by an activity, N is not empty but has no enrolled people,
    # so the next smallest team goes, too; C is the last by name, and its 3 are enough.
    left = [{"id": "n", "department": "N", "consent": True}]
    left += [{"id": "n", "at": "2026-06-10T00:00:00Z", "active": False}]
    assert withheld(staff(B=3, C=3) + left, [did("2026-06-09", who="n")]) == ["C", "N"]
    # So it is with an adjustment of someone who was in no team.
    given = event("adjustment", "j", "2026-06-09", advocate="n", points=1, reason="x")
    left[0]["department"] = None
    assert withheld(staff(B=3, C=3) + left, [given]) == ["C"]
    assert withheld(staff(B=3, C=3) + left) == []
    # The whole program may be too small.
    assert withheld(staff(B=2)) == ["B", None]


def test_boards() -> None:
    # Five people with 10, 5, 5, 2 and 0 points: ranks 1, 2, 2, 4; nothing is no place.
    people = staff(A=5)
    events = [did("2026-06-01", "create", "A3"), did("2026-06-01", "share", "A2"), did("2026-06-01", "share", "A1")]
    events += [did("2026-06-01", "comment", "A0")]
    board = document(events, people, "2026-06-02T12:00:00Z")["boards"]["people"]
    assert board["all_time"] == [[1, "A3", 10], [2, "A1", 5], [2, "A2", 5], [4, "A0", 2]]
    assert board["by_style"]["curator"] == [[1, "A1", 5], [1, "A2", 5]]
    # A3 keeps off: one is hidden, and two more must be. These are A0 and A2, and A1 has as many as A2.
    people[3]["leaderboard"] = False
    board = document(events, people, "2026-06-02T12:00:00Z")["boards"]["people"]
    assert board["all_time"] == []
    # 9, 5, 2 and 1 points: A0 and A4 are left out.
    more = events + [did("2026-06-01", "mentor", "A1", counterpart="A0"), did("2026-06-01", "read", "A4")]
    board = document(more, people, "2026-06-02T12:00:00Z")["boards"]["people"]
    assert board["all_time"] == [[1, "A1", 9], [2, "A2", 5]]
    # Opted out from the last instant on: not shown, and 4 enrolled people remain.
    people[3]["consent"] = [{"until": "2026-06-02T11:59:59.999999999Z"}]
    made = document(events, people, "2026-06-02T12:00:00Z")
    assert made["boards"]["people"]["all_time"] == [[1, "A1", 5], [1, "A2", 5], [3, "A0", 2]]
    assert "A3" not in made["standings"] and made["teams"][-1]["enrolled"] == 4
    # Of a withheld team there is no board; averages: A 22 ÷ 4 active.
    made = document(events + [did("2026-06-01", "read", "A4")], staff(A=5, B=2, C=3), "2026-06-02T12:00:00Z")
    assert made["boards"]["people"]["by_team"]["B"] is None
    assert made["boards"]["people"]["by_team"]["C"] is None  # goes with B, which is only two people
    assert made["boards"]["teams"]["department"]["7_days"] == [[1, "A", 4]]  # 23 ÷ 5


def test_an_alias_that_is_used_again() -> None:
    # ann had the handle from 1 June, bob from 10 June; before both it is ann's, the earliest after it.
    people: List[Json] = [
        ANN,
        {"id": "bob", "consent": True},
        {"id": "ann", "at": "2026-06-01T00:00:00Z", "aliases": ["@x"]},
        {"id": "bob", "at": "2026-06-10T00:00:00Z", "aliases": ["@x"]},
    ]
    instants = ["2026-05-01T00:00:00Z", "2026-06-09T23:59:59.999999999Z", "2026-06-10T00:00:00Z"]
    events = [did(at, who="@x") for at in instants]
    made = document(events, people, "2026-06-30T00:00:00Z")["standings"]
    assert (made["ann"]["activities"], made["bob"]["activities"]) == (2, 1)
    # As of 5 June nobody knew of bob's claim.
    made = document(events, people, "2026-06-05T00:00:00Z")["standings"]
    assert (made["ann"]["activities"], made["bob"]["activities"]) == (1, 0)


def test_people_who_are_one() -> None:
    # ann's old id a1 consented and was in Sales; ann, of the same time, states another department, and
    # her own record comes last. @a is an alias of a1, and so of ann.
    people: List[Json] = [
        {"id": "ann", "department": "Service", "aliases": ["a1"]},
        {"id": "a1", "department": "Sales", "consent": True, "aliases": ["@a"]},
        {"id": "a1", "at": "2026-06-10T00:00:00Z", "consent": False},
    ]
    events = [did("2026-06-02", who="a1"), did("2026-06-03", who="@a"), did("2026-06-04"), did("2026-06-11")]
    made = document(events, people, "2026-06-10T00:00:00Z", minimum_group=1)
    assert made["standings"]["ann"]["activities"] == 3
    assert [team["name"] for team in made["teams"]] == ["Service", None]
    # After a1 opted out ann is hidden.
    assert document(events, people, "2026-06-12T00:00:00Z")["standings"] == {}
    # Thanks to one's own alias are thanks to oneself.
    kudos = [did("2026-06-02", "kudos", counterpart="@a"), did("2026-06-02", "read")]
    assert ann(kudos, "2026-06-10T00:00:00Z", people)["kudos_given"] == 0


def test_late_outcomes_updates_and_retractions() -> None:
    post = {**did("2026-06-01"), "id": "p"}
    events = [
        event("retraction", "r", "2026-06-05", target="p"),  # before its target in the file
        event("outcome", "o2", "2026-06-03", target="p", likes=7),
        event("outcome", "o1", "2026-06-02", target="p", likes=3, impressions=100),
        event("update", "u", "2026-06-04", target="p", set={"kind": "create", "advocate": "bob"}),
        event("retraction", "rr", "2026-06-06", target="r"),
        post,
        dict(post),
    ]
    people = [ANN, {"id": "bob", "consent": True}]

    def at(as_of: str) -> Json:
        return document(events, people, as_of)["standings"]

    assert at("2026-06-03T12:00:00Z")["ann"]["result"]["likes"] == 3  # as-of is exclusive
    assert at("2026-06-03T12:00:01Z")["ann"]["engagement_per_1000"] == 70
    assert (at("2026-06-04T12:00:01Z")["ann"]["points"], at("2026-06-04T12:00:01Z")["bob"]["points"]) == (0, 10)
    assert at("2026-06-05T12:00:01Z")["bob"]["points"] == 0
    assert at("2026-06-06T12:00:01Z")["bob"]["points"] == 10
    assert refused([post, {**post, "kind": "create"}], people)


def test_intervals_replace_what_was_known() -> None:
    line = Timeline()
    line.state(5, True)
    line.replace([{"from": "1970-01-01T00:00:00.00000001Z", "until": "1970-01-01T00:00:00.00000002Z"}])
    assert [line.at(when) for when in (5, 9, 10, 19, 20)] == [False, False, True, True, False]
    line.state(15, False)
    assert [line.at(when) for when in (14, 15)] == [True, False]
    line.replace([{"until": "1970-01-01T00:00:00.00000002Z"}, {"from": "1970-01-01T00:00:00.00000001Z"}])
    assert line.at(-5) is True and line.at(10**12) is True


def test_teams_over_time() -> None:
    # ann brought 5 for A and 5 for B, where she is now; the B people brought nothing.
    people: List[Json] = staff(A=3, B=3) + [
        {"id": "ann", "consent": True, "department": "A"},
        {"id": "ann", "at": "2026-06-03T00:00:00Z", "department": "B"},
    ]
    events = [did("2026-06-02T23:59:59.999999999Z"), did("2026-06-03T00:00:00Z")]
    events.append(event("adjustment", "j", "2026-06-04", advocate="ann", points=-8, reason="a mistake"))
    a, b, everybody = document(events, people, "2026-06-05T12:00:00Z")["teams"]
    assert (a["points"], a["active_in"]["7_days"], a["average_in"]["7_days"], a["enrolled"]) == (5, 0, None, 3)
    # 5 - 8 = -3 for one active person of 4; no points above 0 that could have a top.
    assert (b["points"], b["average_in"]["7_days"], b["participation_in"]["7_days"]) == (-3, -3, 25)
    assert b["top_share_in"]["7_days"] is None and everybody["points"] == 2


def test_pairs() -> None:
    # ann mentored bob 60 dates before the last one: outside of 60 dates that end with it.
    people: List[Json] = [ANN, {"id": "bob", "consent": True}, {"id": "cem", "mentor": "ann"}]
    people[2]["consent"] = True
    events = [did("2026-06-01", "mentor", counterpart="bob"), did("2026-06-01", who="bob")]
    made = document(events, people, "2026-07-30T12:00:00Z")["standings"]
    assert (made["ann"]["mentees"], made["bob"]["has_mentor"], made["bob"]["mentoring_received"]) == (2, True, 1)
    made = document(events, people, "2026-07-31T12:00:00Z")["standings"]
    assert (made["ann"]["mentees"], made["bob"]["has_mentor"], made["ann"]["mentoring_given"]) == (1, False, 1)


def test_opting_out_hides_everything_and_leaving_does_not() -> None:
    # bob thanks and mentors ann, and gets 7 points by hand, before he opted in.
    people: List[Json] = staff(B=3) + [ANN, {"id": "bob", "consent": [{"from": "2026-06-01T00:00:00Z"}]}]
    events = [did("2026-06-02", kind, "bob", counterpart="ann") for kind in ("kudos", "mentor")]
    events.append(event("adjustment", "j", "2026-05-02", advocate="bob", points=7, reason="a talk"))

    def at(**facts: Any) -> Tuple[Any, ...]:
        later = {"id": "bob", "at": "2026-06-10T00:00:00Z", **facts}
        made = document(events, people + [later], "2026-06-11T00:00:00Z")
        ann, everybody = made["standings"]["ann"], made["teams"][-1]
        received = (ann["kudos_received"], ann["mentoring_received"], ann["has_mentor"])
        return received, everybody["points"], everybody["enrolled"], "bob" in made["standings"]

    assert at(consent=True) == ((1, 1, True), 12, 5, True)
    assert at(active=False) == ((1, 1, True), 12, 4, True)
    assert at(consent=False) == ((0, 0, False), 0, 4, False)


def test_who_is_not_listed() -> None:
    # 10, 5, 4, 3, 2 points. A0 has left; -1 is not nothing. Two are hidden, so one more is left out.
    people = staff(A=6) + [{"id": "A0", "at": "2026-06-02T00:00:00Z", "active": False}]
    kinds = ["create", "share", "mentor", "train", "comment"]
    events = [did("2026-06-01", kind, f"A{number}") for number, kind in enumerate(kinds)]
    events.append(event("adjustment", "j", "2026-06-01", advocate="A5", points=-1, reason="a mistake"))
    board = document(events, people, "2026-06-03T00:00:00Z")["boards"]["people"]
    assert board["all_time"] == [[1, "A1", 5], [2, "A2", 4], [3, "A3", 3]]
    # A1 moves to B: what was brought for A counts there, by somebody who is not listed. Three are enough.
    people.append({"id": "A1", "at": "2026-06-02T00:00:00Z", "department": "B"})
    board = document(events, people + staff(B=3), "2026-06-03T00:00:00Z")["boards"]["people"]
    assert board["by_team"] == {"A": [[1, "A2", 4], [2, "A3", 3], [3, "A4", 2]], "B": []}
    # Fewer than three enrolled people: no board of people at all.
    made = document(events, staff(A=2), "2026-06-03T00:00:00Z")["boards"]
    assert set(map(str, made["people"]["windows"].values())) == {"None"} and made["people"]["all_time"] is None
    assert made["people"]["by_style"]["creator"] is None and made["people"]["by_team"] == {"A": None}


def test_records_of_people_are_events() -> None:
    # Two events on one person at one time: they have ids of their own, and the later by source and id wins.
    # The line of the people file comes before both.
    at = "2026-06-05T00:00:00Z"
    first = event("person", "e1", at, advocate="ann", style="creator", mentor="B0")
    second = event("person", "e2", at, advocate="ann", style="curator")
    people = staff(B=3) + [ANN, {"id": "ann", "at": at, "style": "listener", "mentor": "B1", "leaderboard": False}]
    post = did("2026-06-04")

    def chosen(*more: Json) -> Tuple[Any, ...]:
        made = document([second, post, first, *more], people, "2026-06-10T00:00:00Z")["standings"]
        return made["ann"]["in_chosen_style"], made["B0"]["mentees"], made["B1"]["mentees"]

    assert chosen() == (100, 1, 0)
    # Without e2 it is creator; without both what the file says, which nothing takes back.
    back = [event("retraction", f"r{n}", "2026-06-06", target=f"e{n}") for n in (1, 2)]
    back.append(event("retraction", "r3", "2026-06-06", target="ann"))
    assert chosen(back[1]) == (0, 1, 0)
    assert chosen(*back) == (0, 0, 1)
    # The identity is that of any event.
    assert refused([first, {**first, "style": "listener"}], people)
    assert refused([first, did("2026-06-04") | {"id": "e1"}], people)
    assert not refused([first, {**first, "source": "desk", "style": "listener"}], people)


def test_what_is_refused() -> None:
    for name in ("consent", "active", "away"):
        assert refused([], [{"id": "ann", "at": "2026-06-01T00:00:00Z", name: None}])
        assert refused([event("person", "e", "2026-06-01", advocate="ann", **{name: None})], [])
        assert not refused([], [{"id": "ann", name: None}])
    assert refused([event("meeting", "m", "2026-06-01", agenda=True, department="A", country="DE")], [])
    assert refused([], [{"id": "ann", "style": "dancer"}])
    assert refused([], [ANN], kinds={"dance": {"style": "dancer"}})
    # In an undated line null says nothing: not even that an old id's answer no longer holds.
    people: List[Json] = [{"id": "ann", "aliases": ["a1"], "consent": None}, {"id": "a1", "consent": True}]
    assert ann([did("2026-06-02")], "2026-06-03T00:00:00Z", people)["activities"] == 1


def test_whatever_states_a_result_last_wins() -> None:
    post = {**did("2026-06-01"), "id": "p", "likes": 9, "shares": 9}
    events = [
        post,
        event("outcome", "o1", "2026-06-02", target="p", likes=1, clicks=1),
        event("update", "u1", "2026-06-03", target="p", set={"likes": 2}),
        event("outcome", "o2", "2026-06-04", target="p", clicks=3),
        event("update", "u2", "2026-06-05", target="o2", set={"clicks": 99}),  # of no activity: no effect
    ]
    result = ann(events, "2026-06-10T00:00:00Z")["result"]
    assert (result["likes"], result["clicks"], result["shares"]) == (2, 3, 9)
    # At one instant source and id decide, not the type.
    same = [post, event("outcome", "b", "2026-06-02", target="p", likes=1)]
    for id, likes in (("a", 1), ("c", 2)):
        changed = same + [event("update", id, "2026-06-02", target="p", set={"likes": 2})]
        assert ann(changed, "2026-06-10T00:00:00Z")["result"]["likes"] == likes
    # The date of content stays.
    content = event("content", "c", "2026-06-01", origin="own")
    update = event("update", "u", "2026-06-02", target="c", set={"at": "2020-01-01T00:00:00Z"})
    assert ann([content, update, did("2026-06-02")], "2026-06-10T00:00:00Z")["unshared_content"] == 1


def test_assumed_consent() -> None:
    # ann said yes on 5 June, so that before she had not opted in; cem never said a word; eve only has an
    # activity, of a kind that is not declared, gus only an adjustment; kim is only named.
    people: List[Json] = [{"id": "ann", "at": "2026-06-05T00:00:00Z", "consent": True}]
    people += [{"id": "cem", "department": "A", "mentor": "kim"}, {"id": "dan", "consent": False}]
    events = [did("2026-06-04"), did("2026-06-06"), did("2026-06-04", who="dan"), did("2026-06-04", "dance", "eve")]
    events.append(did("2026-06-04", "kudos", "cem", counterpart="kim"))
    events.append(event("adjustment", "j", "2026-06-04", advocate="gus", points=3, reason="a talk"))
    made = document(events, people, "2026-06-10T00:00:00Z", assume_consent=True)
    activities = {person: figures["activities"] for person, figures in made["standings"].items()}
    assert activities == {"ann": 1, "cem": 1, "eve": 0, "gus": 0}
    assert made["standings"]["gus"]["points"] == 3 and made["standings"]["cem"]["has_mentor"] is False
    everybody = made["teams"][-1]
    assert (everybody["eligible"], everybody["enrolled"], everybody["points"]) == (5, 4, 9)
    # Without it nobody is assumed, and only who is on record is eligible.
    made = document(events, people, "2026-06-10T00:00:00Z", minimum_group=1)
    assert list(made["standings"]) == ["ann"]
    assert (made["teams"][-1]["eligible"], made["teams"][-1]["enrolled"]) == (3, 1)


def test_a_standing_without_activity() -> None:
    figures = ann([], "2026-06-10T00:00:00Z", [{**ANN, "style": "creator"}], levels={"newcomer": 0})
    zeros = ("points", "activities", "active_weeks", "streak", "longest_streak", "longest_gap", "trainings")
    unknown = ("days_since_first", "consistency", "burst", "in_chosen_style", "main_style", "own_voice", "applied")
    assert all(figures[name] == 0 for name in zeros) and all(figures[name] is None for name in unknown)
    assert (figures["level"], figures["launch_spike"], figures["refresher_due"]) == ("newcomer", False, False)


def test_own_photos() -> None:
    own = {"post": {"text": "x", "media": [{"kind": "image", "source": "own"}]}}
    stock = {"post": {"text": "x", "media": [{"kind": "image", "source": "stock"}]}}
    stated = [({**own, "own_photo": False}, 0), ({**stock, "own_photo": True}, 1), ({"own_photo": True}, 1)]
    for facts, count in [(own, 1), (stock, 0), *stated]:
        assert ann([did("2026-06-01", **facts)], "2026-06-10T00:00:00Z")["own_photos"] == count


def test_declared_mentors() -> None:
    # bob names ann by an alias of hers; ann names herself by it; cem has not opted in; dan's mentor has left.
    people: List[Json] = [
        {**ANN, "aliases": ["@a"], "mentor": "@a"},
        {"id": "bob", "consent": True, "mentor": "@a"},
        {"id": "cem", "mentor": "ann"},
        {"id": "dan", "consent": True, "mentor": "eve"},
        {"id": "eve", "consent": True, "active": False},
    ]
    made = document([], people, "2026-06-10T00:00:00Z")["standings"]
    assert {person: figures["has_mentor"] for person, figures in made.items()} == {
        "ann": False, "bob": True, "dan": False, "eve": False
    }
    # dan names eve, and is enrolled: that eve has left is her own affair.
    assert (made["ann"]["mentees"], made["eve"]["mentees"]) == (1, 1)


def test_meetings() -> None:
    # The 1st was for everyone, the 3rd for A, and on the 5th advocacy was not on the agenda.
    events = [
        event("meeting", "m1", "2026-06-01", agenda=True),
        event("meeting", "m2", "2026-06-03", agenda=True, department="A"),
        event("meeting", "m3", "2026-06-05", agenda=False),
    ]
    made = document(events, staff(A=3, B=3), "2026-06-10T12:00:00Z")["teams"]
    assert [team["days_since_agenda"] for team in made] == [7, 9, 9]
    # That of A is taken back.
    events.append(event("retraction", "r", "2026-06-06", target="m2"))
    made = document(events, staff(A=3, B=3), "2026-06-10T12:00:00Z")["teams"]
    assert [team["days_since_agenda"] for team in made] == [9, 9, 9]


def test_roles_and_conversation() -> None:
    # A comment for a customer is one, and so is a share for a customer: 2 of 3, the repost has no role.
    curated = {"repost": {"style": "curator", "role": "nothing"}, "pin": {"style": "curator", "role": None}}
    events = [did("2026-06-01", kind, customer=True) for kind in ("comment", "share")]
    events += [did("2026-06-01", kind) for kind in curated]
    figures = ann(events, "2026-06-10T00:00:00Z", kinds={**SETTINGS["kinds"], **curated})
    assert (figures["conversation"], figures["published"]) == (66, 2)


def test_channels() -> None:
    posts = [{"text": "x", "channel": channel} for channel in ("blog", "fax")]
    events = [did("2026-06-01", channel="blog"), did("2026-06-01", channel="fax"), did("2026-06-01", post=posts[0])]
    events += [did("2026-06-01", channel="blog", post=posts[1]), did("2026-06-01", post=posts[1])]
    assert ann(events, "2026-06-10T00:00:00Z")["activities"] == 2


WINDOW = {"windows": [28]}


def team(events: List[Json], people: List[Json], as_of: str = "2026-06-30T12:00:00Z", **settings: Any) -> Json:
    """The figures of the whole program, those of windows over 28 days (3 to 30 June)."""
    figures = document(events, people, as_of, **{**WINDOW, **settings})["teams"][-1]
    return {name: value["28_days"] if name.endswith("_in") else value for name, value in figures.items()}


def by_hand(**points: int) -> List[Json]:
    """So many points for each person."""
    return [
        event("adjustment", f"by-hand-{who}", "2026-06-20", advocate=who, points=count, reason="x")
        for who, count in points.items()
    ]


def test_on_how_many_shoulders_it_rests() -> None:
    # The example that CHAOSS publishes: 433 and 1000 of 2475 are more than half, and 1000 alone is not.
    counts = (1000, 202, 90, 33, 332, 343, 42, 433)
    figures = team(by_hand(**{f"A{n}": count for n, count in enumerate(counts)}), staff(A=8))
    assert figures["absence_factor_in"] == 2
    assert (figures["top_share_in"], figures["without_top_in"], figures["points_without_top_in"]) == (40, 59, 1475)
    # One of four has it all: (4 - 1) ÷ 4; two have the same: (3 + 1) ÷ (4 × 2); all the same: 0.
    for brought, gini, factor in (([9], 75, 1), ([5, 5], 50, 1), ([5, 5, 5, 5], 0, 2), ([-3], None, None)):
        figures = team(by_hand(**{f"A{n}": count for n, count in enumerate(brought)}), staff(A=4))
        assert (figures["gini_in"], figures["absence_factor_in"]) == (gini, factor)
    # More people than are enrolled brought something: 3 + 1 - 1 - 3 ÷ 4 is 0, although two have left.
    left = [{"id": f"A{n}", "at": "2026-06-25T00:00:00Z", "active": False} for n in (0, 1)]
    assert team(by_hand(A0=1, A1=1, A2=1, A3=1), staff(A=5) + left)["gini_in"] == 0
    # In aggregate-only mode 45 % are 50, 55 % are 60, and points are not told.
    events = by_hand(A0=45, A1=30, A2=25)
    figures = team(events, staff(A=3), aggregate_only=True)
    assert (figures["top_share_in"], figures["without_top_in"], figures["points_without_top_in"]) == (50, 60, None)


def test_what_a_team_publishes() -> None:
    def post(day: int, who: str, text: str, **facts: Any) -> Json:
        return did(f"2026-06-{day:02}", who=who, post={"text": text}, **facts)

    events = [
        post(3, "A0", "Bread again."),
        post(4, "A1", "bread \n AGAIN. https://example.com/x"),
        post(5, "A2", "Bread again!"),  # not the same
        post(6, "A2", "https://example.com/x"),  # no text
        post(2, "A2", "Bread again."),  # before the window
        did("2026-06-07", "comment", "A2", post={"text": "Bread again."}),  # no post
    ]
    # 2 of 3; A0 and A1 only publish, A2 comments.
    figures = team(events, staff(A=3))
    assert (figures["posts_in"], figures["copies_in"], figures["push_only_in"]) == (4, 66, 66)
    # The same person twice is nobody's copy.
    assert team([post(3, "A0", "x"), post(4, "A0", "x")], staff(A=3))["copies_in"] == 0
    assert team([did("2026-06-03", who="A0")], staff(A=3))["copies_in"] is None
    # Talking with a customer is no pushing.
    assert team([did("2026-06-03", who="A0", customer=True)], staff(A=3))["push_only_in"] == 0

    events = [
        event("content", "c", "2026-06-03", origin="company"),
        did("2026-06-10", who="A0", content="c"),
        did("2026-06-10", who="A0", content="c", origin="own"),
        did("2026-06-10", who="A0", content="gone", own_words=51),
        did("2026-06-10", who="A0", ghostwritten=True, own_words=90),
    ]
    figures = team(events, staff(A=3))
    shares = [figures[f"{origin}_content_in"] for origin in ("own", "company", "third_party")]
    assert shares == [50, 50, 0] and figures["own_voice_in"] == 25


def test_content_that_nobody_of_a_team_shares() -> None:
    # d is still under embargo at the last instant, e no longer; f is older than the window.
    events = [
        event("content", "c", "2026-06-03", origin="own"),
        event("content", "d", "2026-06-03", embargo="2026-06-30T12:00:00Z"),
        event("content", "e", "2026-06-03", embargo="2026-06-30T11:59:59.999999999Z"),
        event("content", "f", "2026-06-02"),
    ]
    assert team(events, staff(A=3))["unshared_content_in"] == 2
    # It was named before the window; but nobody of B did anything.
    events.append(did("2026-06-01", who="A0", content="c"))
    made = document(events, staff(A=3, B=3), "2026-06-30T12:00:00Z", **WINDOW)["teams"]
    assert [figures["unshared_content_in"]["28_days"] for figures in made] == [1, 2, 1]


def test_results_audiences_and_the_market() -> None:
    people = [{**person, "audience": 300, "audience_outside": 100} for person in staff(A=3)]
    people[2].update(audience=50, audience_outside=90)  # as if it was 50
    events = [did("2026-06-10", who=f"A{n}", impressions=100, clicks=3) for n in range(3)]
    events += [
        event("market", "m1", "2026-06-10", closed_deals=4, brand_mentions=9),
        event("market", "m2", "2026-06-10", closed_deals=3, brand_mentions=1, market_mentions=3),
        event("market", "m3", "2026-06-10", closed_deals=9),
        event("market", "m4", "2026-06-02", closed_deals=9),
        event("retraction", "r", "2026-06-11", target="m3"),
    ]
    figures = team(events, people, cents_per_1000={"impressions": 999, "clicks": 90_000})
    # 33 + 33 + 100; (300 × 999 + 9 × 90,000) ÷ 100,000 is 11.097; 300 ÷ 7; 1 ÷ 3.
    assert (figures["reach_outside_in"], figures["emv_in"]) == (166, 11)
    assert (figures["closed_deals_in"], figures["reach_per_deal_in"], figures["share_of_voice_in"]) == (7, 42, 33)
    assert team(events, people)["emv_in"] is None
    none = team(events[:3], people)
    assert (none["closed_deals_in"], none["reach_per_deal_in"], none["share_of_voice_in"]) == (None, None, None)
    # Two authors are too few.
    assert team(events[1:], people)["reach_outside_in"] is None


def test_audiences_grow() -> None:
    people = [{**person, "audience": 10} for person in staff(A=4)]
    people += [
        {"id": "A0", "at": "2026-06-03T12:00:00Z", "audience": 15},
        {"id": "A1", "at": "2026-06-02T12:00:00Z", "audience": 99},  # before the window
        {"id": "A2", "at": "2026-06-20T12:00:00Z", "audience": 7},
        {"id": "A3", "at": "2026-06-20T12:00:00Z", "audience": None},
    ]
    # A0 5 more, A2 3 less, A1 as many; of A3 it is not known any more.
    figures = team([], people)
    assert (figures["audience"], figures["audience_growth_in"]) == (121, 2)
    people.append({"id": "A2", "at": "2026-06-21T12:00:00Z", "audience": None})
    figures = team([], people)
    assert (figures["audience"], figures["audience_growth_in"]) == (None, None)


def test_leaders() -> None:
    people = staff(A=6)
    events = [did("2026-06-10", who="A0", own_words=50), did("2026-06-10", who="A5", own_words=100)]

    def with_leaders(count: int) -> Tuple[Any, ...]:
        led = [{**person, "leader": number < count} for number, person in enumerate(people)]
        figures = team(events, led)
        return figures["leaders_active_in"], figures["leaders_own_voice_in"]

    # One of three; two are too few, and so are two others. All of six have no others, nobody nothing to tell.
    assert with_leaders(3) == (33, 50)
    assert with_leaders(2) == with_leaders(4) == (None, None)
    assert with_leaders(6) == (33, 75) and with_leaders(0) == (None, None)


def test_trainings_of_a_team() -> None:
    # As of noon of 30 June; the 14 days after the 16th are just over, those after the 17th are not.
    events = [did(f"2026-06-{day}", "train", who) for day, who in (("16", "A0"), ("17", "A1"), ("10", "A2"))]
    events += [did("2026-06-24", who="A2"), did("2026-06-02", "train", "A0")]
    figures = team(events, staff(A=3))
    assert (figures["trainings_in"], figures["applied_in"]) == (3, 50)


def test_mentoring_lifts() -> None:
    # Over 90 days. Three people are mentored on 2 June, the last day that counts; A3 on the 3rd.
    events = [did("2026-06-02", "mentor", "B0", counterpart=f"A{n}") for n in range(3)]
    events.append(did("2026-06-03", "mentor", "B0", counterpart="A3"))
    # In the 28 dates before: 5 May counts, the 4th doesn't; in those after: 3 to 30 June.
    events += [did(day, who="A0") for day in ("2026-05-04", "2026-05-05", "2026-06-02", "2026-06-03")]
    events.append(did("2026-06-30T11:59:59Z", who="A0"))
    events += [did("2026-06-05", who="A1")]
    people = staff(A=4, B=4)
    figures = document(events, people, "2026-06-30T12:00:00Z", windows=[90])["teams"][-1]
    # 2 - 1 and 1 more make 20 ÷ 3.
    assert (figures["mentored_in"]["90_days"], figures["mentoring_lift_in"]["90_days"]) == (3, 6)
    # Less than nothing is rounded towards zero, too.
    events += [did("2026-05-20", who="A2") for _ in range(4)]
    figures = document(events, people, "2026-06-30T12:00:00Z", windows=[90])["teams"][-1]
    assert figures["mentoring_lift_in"]["90_days"] == -6
    # Somebody mentored A2 long ago; two are too few.
    events.append(did("2026-01-01", "mentor", "B1", counterpart="A2"))
    figures = document(events, people, "2026-06-30T12:00:00Z", windows=[90])["teams"][-1]
    assert (figures["mentored_in"]["90_days"], figures["mentoring_lift_in"]["90_days"]) == (2, None)


def test_waves() -> None:
    # The first activity on 1 January; 28 January is the last early date, and the day after they are over.
    events = [did("2026-01-01", who="A0"), did("2026-01-28", who="A1"), did("2026-01-29", who="A2")]
    assert team(events, staff(A=4), "2026-01-28T22:00:00Z")["early_participation"] is None
    assert team(events, staff(A=4), "2026-01-29T12:00:00Z")["early_participation"] == 50
    # The 84th date is 25 March. A1 is still there, A0 is not.
    events += [did("2026-03-20", who=who) for who in ("A1", "A2", "A3")]
    early = team(events, staff(A=4), "2026-03-24T12:00:00Z")
    assert (early["days_since_first"], early["kept"], early["ready_to_widen"]) == (82, None, None)
    figures = team(events, staff(A=4), "2026-03-25T12:00:00Z")
    assert (figures["kept"], figures["ready_to_widen"]) == (50, True)
    # 75 % take part, half are kept, the top brought 33 %.
    for goal in ({"participation_percent": 76}, {"kept_percent": 51}, {"top_share_percent": 32}):
        waves = {"participation_percent": 75, "kept_percent": 50, "top_share_percent": 33}
        assert team(events, staff(A=4), "2026-03-25T12:00:00Z", waves=waves)["ready_to_widen"] is True
        waves.update(goal)
        assert team(events, staff(A=4), "2026-03-25T12:00:00Z", waves=waves)["ready_to_widen"] is False


def test_who_takes_part() -> None:
    def departments(people: List[Json], **settings: Any) -> Tuple[Any, Any]:
        figures = team([], people, **settings)
        return figures["covered"]["department"], figures["without_part"]["department"]

    # N and O have three employees, of whom one opted in; M is too small to be told of.
    people = staff(A=3, M=2)
    people += [{"id": f"{t}{n}", "department": t, "consent": n == 0} for t in "ON" for n in range(3)]
    assert departments(people) == (33, "N, O")
    assert departments(staff(A=3)) == (100, None)
    assert departments([{**ANN, "id": f"a{n}"} for n in range(3)]) == (None, None)


def both(*common: Tuple[str, str, int]) -> List[Json]:
    """So many people of a department and a country."""
    return [
        {"id": f"{one}{other}{number}", "consent": True, "department": one, "country": other}
        for one, other, count in common
        for number in range(count)
    ]


def withheld_countries(*common: Tuple[str, str, int]) -> List[str]:
    made = document([], both(*common), "2026-06-30T12:00:00Z", teams=["department", "country"])
    return [team["name"] for team in made["teams"] if team["withheld"] and team["by"] == "country"]


def test_teams_of_two_kinds() -> None:
    # The same by another name tell of nobody.
    assert withheld_countries(("A", "DE", 5), ("B", "US", 6)) == []
    # A less DE is one person: the smallest of those two sides gives way. Then US has to, which the rest tells of.
    assert withheld_countries(("A", "DE", 5), ("A", "US", 1), ("B", "US", 6)) == ["DE", "US"]
    # Three people are enough.
    assert withheld_countries(("A", "DE", 5), ("A", "US", 3), ("B", "US", 6)) == []
    # One here and one there are two.
    assert withheld_countries(("A", "DE", 5), ("A", "US", 1), ("B", "US", 6), ("B", "DE", 1)) == ["DE", "US"]
    assert withheld_countries(("A", "DE", 5), ("A", "US", 2), ("B", "US", 6), ("B", "DE", 1)) == []
    # Two countries together are a department but for one person. When AT and US have given way, A less DE are four.
    assert withheld_countries(("A", "DE", 5), ("A", "AT", 3), ("A", "US", 1), ("B", "US", 9)) == ["AT", "US"]
    # AT is withheld anyway, and so is CH, the smallest that is left. The side that has not those two is US.
    rest = [("A", "AT", 2), ("A", "CH", 3), ("B", "US", 6)]
    assert withheld_countries(*rest) == ["AT", "CH"]
    assert withheld_countries(*rest, ("A", "US", 1)) == ["AT", "CH", "US"]


def test_what_nobody_of_two_teams_did() -> None:
    # The same by another name; but somebody of A in US has left, and A less DE is what they brought.
    people = both(("A", "DE", 4), ("B", "US", 4), ("A", "US", 1))
    people.append({"id": "AUS0", "at": "2026-06-20T00:00:00Z", "active": False})

    def hidden(*events: Json) -> List[Any]:
        made = document(list(events), people, "2026-06-30T12:00:00Z", teams=["department", "country"])
        return [team["name"] for team in made["teams"] if team["withheld"]]

    assert hidden() == []
    assert hidden(did("2026-06-10", who="AUS0")) == ["DE", "US"]


def test_small_cuts_are_found_as_by_trying_all() -> None:
    # Every way to part the teams that are connected into two connected sides, for random teams.
    dice = Random(1)
    found_some = 0
    for _ in range(300):
        kinds = [(0, None), (0, "a"), (0, "b"), (0, "c")], [(1, None), (1, "x"), (1, "y")]
        common = Counter({(one, other): dice.choice([0, 0, 1, 2, 5]) for one in kinds[0] for other in kinds[1]})
        common = +common
        told_of = set()
        for component in components(common):
            for sides in range(1, 2 ** (len(component) - 1)):
                one = {node for place, node in enumerate(component) if sides >> place & 1}
                others = set(component) - one
                parts = [
                    len(components(Counter({link: n for link, n in common.items() if set(link) <= side}))) <= 1
                    and (len(side) == 1 or side <= {node for link in common if set(link) <= side for node in link})
                    for side in (one, others)
                ]
                weight = sum(count for link, count in common.items() if len(set(link) & one) == 1)
                if all(parts) and 0 < weight < 3:
                    for side in (one, others):
                        if (0, None) not in side:
                            told_of |= {name for kind, name in side if kind == 0}
        assert next_to_small_cuts(common, 3) == told_of
        found_some += bool(told_of)
    assert found_some > 50


def test_the_window_before() -> None:
    # 3 to 30 June, and 6 May to 2 June before it.
    people = staff(A=5) + [{"id": "A3", "at": "2026-06-10T00:00:00Z", "active": False}]
    events = [
        did("2026-05-06", who="A0", id="p"),
        did("2026-06-02", who="A3"),
        did("2026-05-05", who="A1"),
        did("2026-06-03", who="A1"),
        event("outcome", "late", "2026-06-20", target="p", likes=7),
    ]

    def before(*more: Json, assume: bool = False) -> Any:
        made = report(
            {**SETTINGS, **WINDOW}, map(json.dumps, events), map(json.dumps, [*people, *more]),
            "2026-06-30T12:00:00Z", assume, before=28,
        )
        return made["teams"][-1]["before"]

    figures = before()
    assert (figures["enrolled"], figures["eligible"], figures["points"]) == (5, 5, 15)
    assert (figures["active_in"], figures["likes_in"]) == ({"28_days": 2}, {"28_days": 7})
    assert figures["days_since_first"] == 28
    # Who has opted out since is in neither; who opted in later was not there then.
    figures = before({"id": "A0", "at": "2026-06-20T00:00:00Z", "consent": False})
    assert (figures["enrolled"], figures["eligible"], figures["points"]) == (4, 5, 10)
    assert figures["likes_in"] == {"28_days": 0}
    assert before({"id": "A6", "at": "2026-06-03T00:00:00Z", "consent": True})["enrolled"] == 5
    # Who is on record later was not there then, though what they did counts; where consent is assumed,
    # what they did puts them on record, unless they say that they took no part then.
    events.append(did("2026-05-20", who="A7"))
    late = {"id": "A7", "at": "2026-06-10T00:00:00Z"}
    figures = before({**late, "consent": [{"from": "2026-01-01T00:00:00Z"}]})
    assert (figures["enrolled"], figures["eligible"], figures["points"]) == (5, 5, 20)
    figures = before({**late, "country": "AT"}, assume=True)
    assert (figures["enrolled"], figures["eligible"], figures["points"]) == (6, 6, 20)
    figures = before({**late, "consent": [{"from": "2026-06-10T00:00:00Z"}]}, assume=True)
    assert (figures["enrolled"], figures["eligible"], figures["points"]) == (5, 5, 15)
    events.pop()
    # Too few were left then.
    assert before(*({"id": f"A{n}", "at": "2026-05-01T00:00:00Z", "active": False} for n in range(3)),
                  *({"id": f"A{n}", "at": "2026-06-20T00:00:00Z", "active": True} for n in range(3))) is None


def test_goals() -> None:
    people = staff(A=4)

    def goals(events: List[Json], **kpis: Json) -> Any:
        settings = {**SETTINGS, **WINDOW, "kpis": kpis}
        lines = map(json.dumps, events), map(json.dumps, people)
        made = report(settings, *lines, "2026-06-30T12:00:00Z", with_kpis=True)
        return [made["teams"][-1]["kpis"][name] for name in kpis]

    # The first activity is of the first date of the last 31: these are enough, 32 are not.
    events = [did("2026-05-31", who="A0", clicks=4), did("2026-06-01", who="A1", clicks=4)]
    enough, short = goals(events, clicks={"goal": 9, "window": 31}, c={"metric": "clicks", "goal": 9, "window": 32})
    assert (enough["value"], enough["reached"], enough["too_early"]) == (8, False, [])
    assert (short["value"], short["reached"], short["too_early"]) == (8, None, ["short_history"])
    # The window itself is in the series in any case, but then it has none before it.
    assert (short["series"], short["trend"]) == ([8], None)
    # What is reached is reached, however early; that it stays at most so much can't be told so early.
    early, limit, early_limit = goals(
        events,
        clicks={"goal": 8, "window": 32},
        top_share={"goal": 50, "window": 31},
        limit={"metric": "top_share", "goal": 50, "window": 32},
    )
    assert (early["reached"], limit["reached"], limit["value"], early_limit["reached"]) == (True, True, 50, None)
    # Half of the posts are of the last 7 dates (24 to 30 June): clicks may still come, participants not.
    events.append(did("2026-06-24", who="A2"))
    clicks, people_in = goals(
        events, clicks={"goal": 9, "window": 30}, participants={"goal": 9, "window": 30}
    )
    assert (clicks["too_early"], clicks["reached"]) == (["results_coming"], None)
    assert (people_in["too_early"], people_in["reached"]) == ([], False)


def test_series_growth_and_trend() -> None:
    assert growth([100, 50, 121]) == 10 and growth([100, 50, 120]) == 9
    assert growth([100, 7, 7, 133]) == 9  # 1.09³ is 1.295, 1.1³ is 1.331
    assert growth([10, 5, 0]) == -100 and growth([4, 1, 1]) == -50
    assert growth([1, 2]) is growth([0, 1, 2]) is growth([1, None, 3]) is None
    trends = [trend(10, 11), trend(10, 10), trend(100, 109), trend(100, 90), trend(0, 0), trend(0, 1), trend(None, 1)]
    assert trends == ["rising", "steady", "steady", "falling", "steady", "rising", None]
    # Windows of 10 days that end with 30 June; the second one begins on 11 June.
    events = [did("2026-06-11", who="A0"), did("2026-06-21", who="A0"), did("2026-06-29", who="A1")]
    settings = {**SETTINGS, "kpis": {"participants": {"goal": 1, "window": 10}}}
    lines = map(json.dumps, events), map(json.dumps, staff(A=3))
    made = report(settings, *lines, "2026-06-30T12:00:00Z", with_kpis=True)["teams"][-1]["kpis"]["participants"]
    assert (made["series"], made["trend"], made["growth"]) == ([1, 2], "rising", None)


def test_the_text_has_sorted_keys() -> None:
    made = document([did("2026-06-01")], [ANN], "2026-06-10T00:00:00Z")
    keys = [line.split('"')[1] for line in written(made).splitlines() if line.startswith(' "')]
    assert keys == ["boards", "standings", "teams"]


EVENT_FIELDS = {"type", "id", "source", "at"}
TARGET_FIELDS = {"target", "target_source"}
PERSON_FIELDS = {"name", "consent", "active", "away", "leaderboard", "style", "mentor", "aliases", *TEAM_FIELDS}
PERSON_FIELDS |= {"needs", "skilled_in", "motivated_by", "leader", "audience", "audience_outside"}
ACTIVITY_FIELDS = {"advocate", "kind", "channel", "counterpart", "content", "customer", "own_words", "ghostwritten"}
ACTIVITY_FIELDS |= {"origin", "format", "own_photo", "post", *METRICS}
FIELDS = {
    "activity": ACTIVITY_FIELDS,
    "person": {"advocate", *PERSON_FIELDS},
    "content": {"origin", "embargo"},
    "outcome": TARGET_FIELDS | set(METRICS),
    "update": TARGET_FIELDS | {"set"},
    "retraction": TARGET_FIELDS,
    "meeting": {"agenda", *TEAM_FIELDS},
    "market": {"closed_deals", "brand_mentions", "market_mentions"},
    "adjustment": {"advocate", "points", "reason"},
}


def test_what_is_generated_is_acceptable() -> None:
    for seed in range(16):
        for contested in (False, True):
            with TemporaryDirectory() as folder:
                Maker(seed, contested).write(Path(folder))
                activities = lines(folder, "activities")
                people = lines(folder, "people")
            for line in activities:
                type = line.get("type", "activity")
                assert line.keys() <= EVENT_FIELDS | FIELDS[type] and line.get("at"), line
                assert type != "update" or line["set"].keys() <= {"at", *ACTIVITY_FIELDS}, line
                assert type != "outcome" or line.keys() & set(METRICS), line
            for line in people:
                assert line.keys() - {"id", "at"} and line.keys() <= {"id", "at", *PERSON_FIELDS}, line
            for line in activities + people:
                assert "" not in line.values() and [] not in (line.get("aliases"), line.get("needs")), line
            check_aliases(people + activities, contested)


def lines(folder: str, name: str) -> List[Json]:
    text = (Path(folder) / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def check_aliases(said: List[Json], contested: bool) -> None:
    """Undated lines never give two people one alias; nor does any other, unless it's contested."""
    owners: Dict[str, str] = {}
    for line in said:
        if not contested or "at" not in line:
            for alias in line.get("aliases", []):
                person = line.get("advocate", line["id"])
                assert owners.setdefault(alias, person) == person, line


def main() -> None:
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    for _, test in tests:
        test()
    print(f"{len(tests)} situations as worked out by hand")


if __name__ == "__main__":
    main()
