"""`make bench-licensing`: every company held against every grade at once, beside the same one by one.

In the register of 300,000 companies, 1,000,000 estates and 3,000,000 people on SQLite (``--small``: three cities),
under the rules of 2007, which ask for everything, and those of today. 2,000 companies drawn at random are looked at one
by one: the answers must be equal. Exit 1 when they are not, or when a target is missed.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from datetime import date

import registers
import servers

from regulator.app import create_app
from regulator.features.licensing import rulesets
from regulator.features.licensing.queries.evaluating import CompanyOutcome, evaluate_all
from regulator.features.licensing.queries.facts import facts_of
from regulator.features.licensing.rules.conditions import judge_grade
from regulator.features.licensing.terms import RuleSet
from regulator.features.registry.models import Company
from regulator.foundation import clock
from regulator.foundation.database import session

MOST_SECONDS = 60.0
DRAWN = 2000


def one_by_one(rules: RuleSet, outcome: CompanyOutcome, day: date) -> bool:
    """Whether looking at a company alone says the same."""
    facts = facts_of(session().get_one(Company, outcome.company_id), day)
    alone = {
        grade.code: tuple(result.code for result in judge_grade(rules, grade, facts) if not result.passes)
        for grade in rules.grades
    }
    return alone == dict(outcome.failing)


def measure(rules: RuleSet, day: date) -> bool:
    """Print one line; whether all is well."""
    began = time.perf_counter()
    found = list(evaluate_all(rules, day))
    taken = time.perf_counter() - began
    drawn = random.Random(7).sample(found, min(DRAWN, len(found)))
    times, wrong = [], 0
    for outcome in drawn:
        began = time.perf_counter()
        wrong += not one_by_one(rules, outcome, day)
        times.append(time.perf_counter() - began)
    alone = statistics.mean(times) * len(found)
    grades = Counter(outcome.best or "none" for outcome in found)
    met = ", ".join(f"{grade}: {count:,}" for grade, count in sorted(grades.items()))
    cells = (
        rules.code, f"{len(found):,}", f"{taken:.1f}", f"{alone:.0f}", f"{alone / taken:.0f} ×",
        f"{wrong} of {len(drawn):,}", met,
    )  # fmt: skip
    print(f"| {' | '.join(cells)} |", flush=True)
    return taken <= MOST_SECONDS and not wrong


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="three cities, no targets of size")
    given = parser.parse_args()
    directory = registers.made(registers.SMALL if given.small else registers.NATIONAL)
    os.environ |= servers.environment_of(directory)
    subprocess.run([sys.executable, "-m", "regulator", "init"], check=True, stdout=sys.stderr)  # of an older version
    print("| rules | companies | at once, s | one by one, s (reckoned) | ratio | differ | best grade met |")
    print("|---|---|---|---|---|---|---|")
    with create_app().app_context():
        today = clock.today()
        sets = (rulesets.read(rulesets.shipped_source(code)) for code in ("licence-2007", rulesets.DEMO))
        kept = [measure(rules, today) for rules in sets]
    if not all(kept):
        sys.exit(1)


if __name__ == "__main__":
    main()
