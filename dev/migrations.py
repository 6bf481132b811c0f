"""Checks the migrations: serially numbered, one head named in .current-head, equal to the models, and reversible."""

import ast
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ROOT / "migrations"
VERSIONS = MIGRATIONS / "versions"


def main() -> int:
    """Exit 0 when all holds; otherwise says what to do in which file."""
    complaints = [*numbering(), *current_head()]
    for complaint in complaints:
        print(f"migrations: {complaint}", file=sys.stderr)
    if complaints:
        return 1
    with tempfile.TemporaryDirectory() as directory:
        build_and_compare(Path(directory))
    return 0


def numbering() -> list[str]:
    """0001_what.py, 0002_what.py, …, each naming itself and the one before."""
    complaints: list[str] = []
    before: str | None = None
    for number, path in enumerate(sorted(VERSIONS.glob("*.py")), start=1):
        expected = f"{number:04d}"
        if not path.name.startswith(f"{expected}_"):
            return [*complaints, f"versions/{path.name} should begin with {expected}_: numbers are serial"]
        named = assigned(path)
        if named.get("revision") != expected or named.get("down_revision") != before:
            complaints.append(f"versions/{path.name}: revision should be {expected!r}, down_revision {before!r}")
        before = expected
    return complaints


def current_head() -> list[str]:
    """The file that makes two branches with a new migration conflict."""
    path = MIGRATIONS / ".current-head"
    last = max(VERSIONS.glob("*.py")).stem[:4]
    found = path.read_text(encoding="utf-8").strip() if path.exists() else "nothing"
    return [] if found == last else [f".current-head says {found}; write {last} there"]


def assigned(path: Path) -> dict[str, object]:
    """The constants a migration assigns at its top."""
    found: dict[str, object] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        if isinstance(value, ast.Constant):
            found.update({target.id: value.value for target in targets if isinstance(target, ast.Name)})
    return found


def build_and_compare(directory: Path) -> None:
    """Upgrades an empty SQLite register, compares it with the models, takes everything back."""
    os.environ.update(
        REGULATOR_ENV="test",
        REGULATOR_DATA_DIR=str(directory),
        REGULATOR_DATABASE_URL=f"sqlite:///{directory}/check.sqlite",
        REGULATOR_SECRET_KEY="check-" * 8,
        REGULATOR_DATA_KEY="check-" * 8,
    )
    import flask_migrate  # noqa: PLC0415  # the settings above are read when the application is made

    from regulator.app import create_app  # noqa: PLC0415
    from regulator.foundation.extensions import enable_migrations  # noqa: PLC0415
    from regulator.resources import resource_dir  # noqa: PLC0415

    app = create_app()
    enable_migrations(app, resource_dir("migrations"))
    with app.app_context():
        flask_migrate.upgrade()
        flask_migrate.check()
        flask_migrate.downgrade(revision="base")


if __name__ == "__main__":
    sys.exit(main())
