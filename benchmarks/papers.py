"""`make bench-papers`: papers printed and signed, one by one and a thousand in a batch; the same facts, the same bytes.

Each part is a function that gives its figures; `PARTS` names them and `MOST` holds what they may be at most.
``--small`` prints a tenth of the batch. Exit 1 when a target is missed.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from regulator.features.papers import templating
from regulator.features.papers.templating import Facts, Frame
from regulator.features.papers.terms import PaperKind
from regulator.foundation import signing

AT = datetime(2026, 11, 27, 3, tzinfo=UTC)
SINGLE = 40
BATCH = 1000
SMALL = 10
ONE_PAGE = PaperKind.ACCEPTANCE
MOST = {
    "one-page paper printed and signed, median ms": 150.0,
    "1,000 papers in a batch, s": 60.0,
    "papers whose bytes differ when made again": 0.0,
}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--small", action="store_true")
    small = arguments.parse_args().small
    missed = []
    for part in PARTS:
        for name, figure in part(small=small):
            most = MOST.get(name)
            is_missed = most is not None and figure > most
            bound = "" if most is None else f"(at most {most:g}{', MISSED' if is_missed else ''})"
            print(f"{name:<56}{figure:>12,.1f} {bound}", flush=True)
            missed += [name] if is_missed else []
    return 1 if missed else 0


# --- printing and signing --------------------------------------------------------------------------------------------


def printing(*, small: bool) -> Iterator[tuple[str, float]]:
    """As the worker does it: in one process, with one key, each paper with facts and a number of its own."""
    with tempfile.TemporaryDirectory() as directory:
        signing.configure(None, "", directory=Path(directory), may_demonstrate=True)
        signer = signing.office_signer()
        began = time.perf_counter()
        made(signer, ONE_PAGE, 0)
        yield "the first paper of a process, ms", 1000 * (time.perf_counter() - began)
        singles = [milliseconds(lambda n=n: made(signer, ONE_PAGE, n)) for n in range(1, SINGLE + 1)]  # type: ignore[misc]
        yield "one-page paper printed and signed, median ms", statistics.median(singles)
        yield "one-page paper printed and signed, 95 % ms", statistics.quantiles(singles, n=20)[-1]
        yield "signing alone, median ms", statistics.median(signing_alone(signer))
        count = BATCH // SMALL if small else BATCH
        began, used = time.perf_counter(), time.process_time()
        kinds = itertools.cycle(PaperKind)
        batch = [made(signer, kind, number) for number, kind in zip(range(count), kinds, strict=False)]
        yield "1,000 papers in a batch, s", (time.perf_counter() - began) * BATCH / count
        yield "of it processor time, s", (time.process_time() - used) * BATCH / count
        yield "mean size of a signed paper, KB", statistics.mean(map(len, batch)) / 1024
        kinds = itertools.cycle(PaperKind)
        again = zip(range(0, count, 17), itertools.islice(kinds, 0, None, 17), strict=False)
        yield "papers whose bytes differ when made again", sum(made(signer, kind, n) != batch[n] for n, kind in again)
        yield "papers not intact", sum(not signing.validate(paper).intact for paper in batch[:: len(batch) // 20])


def made(signer: signing.Signer, kind: PaperKind, number: int) -> bytes:
    template = templating.shipped(kind)
    facts = templating.judge_facts(template, told(kind, number))
    frame = templating.with_digest(template, facts, framed(number))
    pdf = templating.render(template, facts, frame, made_at=AT)
    return signer.sign(pdf, at=AT, reason="文书签发")


def told(kind: PaperKind, number: int) -> Facts:
    """The samples with another text in one of them, so that nothing is simply remembered."""
    template = templating.shipped(kind)
    facts = templating.sample_facts(template)
    first = next(field.name for field in template.fields if field.kind in ("text", "long_text"))
    return facts | {first: f"{facts[first]}（第{number}件）"}


def framed(number: int) -> Frame:
    return Frame(
        "示例市住房和城乡建设局",
        number=f"示房物〔2026〕{number + 1}号",
        issued_on=date(2026, 11, 27),
        addressee=f"示例物业服务有限公司第{number}分公司",
        qr=f"https://register.example/papers/{number + 1}",
        is_draft=False,
        is_demo=True,
    )


def signing_alone(signer: signing.Signer) -> list[float]:
    template = templating.shipped(ONE_PAGE)
    facts = templating.judge_facts(template, told(ONE_PAGE, 0))
    frame = templating.with_digest(template, facts, replace(framed(0), addressee="甲"))
    pdf = templating.render(template, facts, frame, made_at=AT)
    return [milliseconds(lambda: signer.sign(pdf, at=AT, reason="文书签发")) for _ in range(SINGLE)]


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


# --- the desk: a further part stands here and in PARTS ---------------------------------------------------------------

PARTS = (printing,)

if __name__ == "__main__":
    sys.exit(main())
