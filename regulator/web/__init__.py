"""What every portal shares: access, transaction, forms, errors; Flask begins here."""

from collections.abc import Callable

from regulator.web import access, headers, pages, remembered, sessions
from regulator.web.templates import Application


def install(app: Application, site: Callable[[], pages.Site]) -> None:
    """Put what the rooms of this floor have to say into the application; ``site`` tells whose register this is."""
    headers.install(app)
    sessions.install(app)
    pages.furnish(app, site=site, actor=access.current_actor_or_none, permissions=access.current_permissions)
    access.install(app)
    remembered.install(app)
