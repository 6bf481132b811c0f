"""`make bench-licensing`, its second part: certificates printed and signed, the same facts giving the same bytes.

`MOST` holds what the figures may be at most; ``--small`` prints fewer. Exit 1 when a target is missed.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from regulator.features.licensing import rulesets
from regulator.features.licensing.certificate_terms import CertificateLanguage
from regulator.features.licensing.printing import certificate_pdf
from regulator.features.licensing.rules.certificates import content_hash, number_of
from regulator.foundation import signing

AT = datetime(2026, 11, 27, 3, tzinfo=UTC)
SINGLE, SMALL = 100, 20
MOST = {
    "certificate printed and signed, median ms": 150.0,
    "certificate in both languages, median ms": 150.0,
    "certificates whose bytes differ when made again": 0.0,
    "certificates not intact": 0.0,
}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--small", action="store_true")
    missed = []
    for figure, value in certificates(small=arguments.parse_args().small):
        most = MOST.get(figure)
        is_missed = most is not None and value > most
        bound = "" if most is None else f"(at most {most:g}{', MISSED' if is_missed else ''})"
        print(f"{figure:<56}{value:>12,.1f} {bound}", flush=True)
        missed += [figure] if is_missed else []
    return 1 if missed else 0


def certificates(*, small: bool) -> Iterator[tuple[str, float]]:
    """As the worker makes them: in one process, with one key, each of another company."""
    count = SMALL if small else SINGLE
    with tempfile.TemporaryDirectory() as directory:
        signing.configure(None, "", directory=Path(directory), may_demonstrate=True)
        began = time.perf_counter()
        made(0, CertificateLanguage.CHINESE)
        yield "the first certificate of a process, ms", 1000 * (time.perf_counter() - began)
        singles = [milliseconds(lambda n=n: made(n, CertificateLanguage.CHINESE)) for n in range(count)]  # type: ignore[misc]
        both = [milliseconds(lambda n=n: made(n, CertificateLanguage.BILINGUAL)) for n in range(count)]  # type: ignore[misc]
        yield "certificate printed and signed, median ms", statistics.median(singles)
        yield "certificate printed and signed, 95 % ms", statistics.quantiles(singles, n=20)[-1]
        yield "certificate in both languages, median ms", statistics.median(both)
        files = {(n, language): made(n, language) for n in range(0, count, 10) for language in CertificateLanguage}
        yield "mean size of a certificate, KB", statistics.mean(map(len, files.values())) / 1024
        yield "certificates whose bytes differ when made again", sum(made(*key) != file for key, file in files.items())
        yield "certificates not intact", sum(not signing.validate(file).intact for file in files.values())


def made(number: int, language: CertificateLanguage) -> bytes:
    facts = told(number)
    return certificate_pdf(facts, content_hash(facts), language, made_at=AT)


def told(number: int) -> dict[str, Any]:
    """What a certificate of the demo city's evaluation says."""
    rules = rulesets.read(rulesets.shipped_source(rulesets.DEMO))
    grade = rules.grades[number % len(rules.grades)]
    words = rules.words
    assert words is not None
    name = number_of(rules.nature, "210100", "", 2026, number + 1)
    pairs = {"rule_set_name": rules.name, "grade_name": grade.name, "grade_word": words.grade}
    pairs["certificate_word"] = words.certificate
    return {key: {"zh": pair.zh, "en": pair.en} for key, pair in pairs.items()} | {
        "number": name,
        "company": f"示例第{number}物业服务有限公司",
        "credit_code": f"91210100MA{number:08}",
        "legal_representative": "王建国",
        "registered_address": f"示例市示例路{number}号",
        "nature": rules.nature.value,
        "rule_set": rules.code,
        "instrument": rules.instrument,
        "grade": grade.code,
        "authority": "示例市住房和城乡建设局",
        "address": f"https://register.example/verify/{name}",
        "is_demo": True,
        "is_provisional": number % 2 == 0,
        "issued_on": "2026-11-20",
        "valid_until": "2029-11-19",
    }


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    sys.exit(main())
