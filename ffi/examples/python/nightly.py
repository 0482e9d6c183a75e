"""The nightly run of a marketing department: who is employed comes from an HR system, what they
published from a social tool, both as the tables that these export. The drafts that are planned are
checked, and the award run of the month is shown; with --grant it is done.

    nightly.py --library libplaudit.so --rules DIR --journal FILE --as-of 2026-07-01 \\
        --people hr.csv --people-map hr.toml --people-at 2026-06-30 \\
        --posts social.csv --posts-map social.toml --drafts drafts.jsonl

Running it again changes nothing: what is on record is known, and nothing is granted twice.
"""

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

from plaudit import Library, PlauditError


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--library", required=True, help="the path of libplaudit.so")
    parser.add_argument("--rules", required=True, help="the program directory")
    parser.add_argument("--journal", required=True, help="the journal file; made where it is not there")
    parser.add_argument("--as-of", required=True, help="the end of the month to look at, exclusive")
    parser.add_argument("--people", required=True, help="the complete list of people (CSV)")
    parser.add_argument("--people-map", required=True, help="what its columns mean")
    parser.add_argument("--people-at", required=True, help="when the list was made")
    parser.add_argument("--posts", required=True, help="what was published (CSV)")
    parser.add_argument("--posts-map", required=True, help="what its columns mean")
    parser.add_argument("--drafts", required=True, help="posts to check, one JSON object a line")
    parser.add_argument("--grant", action="store_true", help="grant, do not only show")
    parser.add_argument("--threads", type=int, default=4)
    return parser.parse_args()


def sync(ledger, given):
    """People as the complete list says. Half a list is a broken export, not half a company leaving."""
    answer = ledger.sync(
        {"source": "hr", "at": given.people_at, "at_most_leave_percent": 20},
        Path(given.people).read_bytes(),
        name=given.people,
        columns=Path(given.people_map).read_text(encoding="utf-8"),
    )
    joined, left = len(answer["joined"]), len(answer["left"])
    print(f"people: {joined} joined, {left} left, {answer['unchanged']} as before")


def load(ledger, given):
    answer = ledger.load(
        Path(given.posts).read_bytes(),
        name=given.posts,
        columns=Path(given.posts_map).read_text(encoding="utf-8"),
    )
    print(f"posts: {answer['recorded']} events recorded, {answer['known']} known")
    for refused in answer["refused"]:
        print(f"  refused: {refused}", file=sys.stderr)


def check(program, given):
    """Checks every draft, several at once: all threads ask one program, and none waits for another."""
    drafts = list(map(json.loads, Path(given.drafts).read_text(encoding="utf-8").splitlines()))

    def verdict(draft):
        return program.ask("check", {"post": draft, "at": given.as_of})

    with ThreadPoolExecutor(given.threads) as threads:
        for draft, answer in zip(drafts, threads.map(verdict, drafts)):
            print(f"draft {draft['id']} of {draft['author']}: {answer['verdict']}")
            for finding in answer["findings"]:
                print(f"  {finding['severity']}: {finding['message']} ({finding['rule']})")


def close(ledger, given):
    now = datetime.now(timezone.utc).isoformat()
    run = {"as_of": given.as_of, "at": now, "by": "nightly", "preview": not given.grant}
    answer = ledger.ask("close", run)
    done = "made" if given.grant else "would be made"
    print(f"awards: {len(answer['granted'])} grants {done}, {answer['kept']} before")
    for grant in answer["granted"]:
        print(f"  {grant['advocate']} {grant['kind']} {grant['id']}: {grant['state']}")
    listed = ledger.ask("grants", {"as_of": given.as_of, "state": "proposed"})["grants"]
    print(f"to be decided: {len(listed)}")
    for grant in listed:
        print(f"  {grant['grant']} {grant['advocate']}: {grant['message']}")


def main():
    given = arguments()
    try:
        with Library(given.library) as library, library.load(given.rules) as program:
            with program.open(given.journal) as ledger:
                sync(ledger, given)
                load(ledger, given)
                check(program, given)
                close(ledger, given)
    except PlauditError as error:
        for problem in error.problems:
            print(f"error: {problem}", file=sys.stderr)
            if problem.help:
                print(f"  help: {problem.help}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
