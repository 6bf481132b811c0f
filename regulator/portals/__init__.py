"""One package per audience; portals do not import each other."""

from importlib import import_module, util

from flask import Flask

_PORTALS = ("entrance", "office", "window", "company", "admin", "public", "api", "ogc")


def install(app: Flask) -> None:
    """Open every portal: each package carries its blueprint as ``blueprint``."""
    for name in _PORTALS:
        spec = util.find_spec(f"regulator.portals.{name}")
        if spec and spec.origin:  # a folder without a module of its own is no portal yet
            app.register_blueprint(import_module(f"regulator.portals.{name}").blueprint)
