"""How many SQL statements a public page takes, by the number of rows on it; asked inside one process."""

import os
from pathlib import Path
from urllib.parse import quote

from registers import Samples
from servers import environment_of
from sqlalchemy import event


def statements_per_page(directory: Path, found: Samples) -> dict[str, list[int]]:
    """By page: the statements at 1, 20 and 200 rows. The second look counts, so that what a worker keeps is kept."""
    os.environ.update(environment_of(directory) | {"REGULATOR_REMEMBER_ANSWERS": "0"})
    from regulator.app import create_app  # noqa: PLC0415  # after the environment is set
    from regulator.foundation.extensions import db  # noqa: PLC0415

    app = create_app()
    counted = [0]

    def count(*_arguments: object) -> None:
        counted[0] += 1

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", count)

    def asked(path: str) -> int:
        visitor = app.test_client()
        for _ in range(2):
            counted[0] = 0
            answer = visitor.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path}: {answer.status}")
        return counted[0]

    company, estate = quote(found.two[0]), quote(found.estate_two[0])
    counts = {
        "API companies": [asked(f"/api/v1/companies?q={company}&limit={limit}") for limit in (1, 20, 200)],
        "API estates": [asked(f"/api/v1/estates?q={estate}&limit={limit}") for limit in (1, 20, 200)],
    }
    with app.app_context():
        db.engine.dispose()
    return counts
