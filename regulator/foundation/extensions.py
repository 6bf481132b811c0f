"""The Flask extensions, made once; the only file of the foundation that knows Flask."""

from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_compress import Compress
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session

from regulator.foundation.database import Base, bind_session

db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
babel = Babel()
compress = Compress()
csrf = CSRFProtect()


def _current_session() -> Session:
    registered: Any = db.session
    session: Session = registered()
    return session


bind_session(_current_session)


def enable_migrations(app: Flask, directory: Path) -> None:
    """Let this process change the tables; loads Alembic, which a web worker never needs."""
    from flask_migrate import Migrate  # noqa: PLC0415  # 15 MB and 0.1 s

    if "migrate" not in app.extensions:
        Migrate(app, db, directory=str(directory), render_as_batch=True, compare_type=True)
