#!/usr/bin/env python3
"""Small situations whose right answers were worked out by hand. Run: python3 test_standings.py"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional

from standings import Conflict, Timeline, instant, report

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


def document(events: List[Json], people: List[Json], as_of: str, **settings: Any) -> Json:
    return report(
        {**SETTINGS, **settings}, map(json.dumps, events), map(json.dumps, people), as_of, assume_consent=False
    )


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


def withheld(people: List[Json]) -> List[Optional[str]]:
    """Departments that are withheld."""
    made = document([], people, "2026-06-30T12:00:00Z")
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
    # A3 keeps off: one is missing, and two more must be (of three), so that only the first place stays.
    people[3]["leaderboard"] = False
    board = document(events, people, "2026-06-02T12:00:00Z")["boards"]["people"]
    assert board["all_time"] == [[1, "A1", 5]]
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
    assert list(document(events, people, "2026-06-05T00:00:00Z")["standings"]) == ["ann"]


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
    assert at("2026-06-04T12:00:01Z").keys() == {"bob"}
    assert at("2026-06-05T12:00:01Z") == {}
    assert at("2026-06-06T12:00:01Z")["bob"]["points"] == 10
    try:
        document([post, {**post, "kind": "create"}], people, "2026-06-30T00:00:00Z")
        assert False, "the same identity twice"
    except Conflict:
        pass


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
    events = [did("2026-06-01", "mentor", counterpart="bob"), did("2026-06-01", who="bob")]
    made = document(events, people, "2026-07-30T12:00:00Z")["standings"]
    assert (made["ann"]["mentees"], made["bob"]["has_mentor"], made["bob"]["mentoring_received"]) == (2, True, 1)
    made = document(events, people, "2026-07-31T12:00:00Z")["standings"]
    assert (made["ann"]["mentees"], made["bob"]["has_mentor"], made["ann"]["mentoring_given"]) == (1, False, 1)


def main() -> None:
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    for _, test in tests:
        test()
    print(f"{len(tests)} situations as worked out by hand")


if __name__ == "__main__":
    main()
