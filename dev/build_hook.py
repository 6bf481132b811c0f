"""What a wheel carries beside the code: resources from the checkout's root. Run by hatchling, not by hand."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLED = ("templates", "migrations", "geodata", "translations", "fonts")


class BundleHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own configuration type does not matter
    """Adds the resources to a wheel; an editable install reads them from the checkout (regulator/resources.py)."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Refuses to build a wheel with pages without styles or in the wrong language, or paper without fonts."""
        if version == "editable":
            return
        root = Path(self.root)
        needed = ("regulator/static/vendor", "fonts/*.ttf", "translations/*/*/*.mo")
        if not all(list(root.glob(pattern)) for pattern in needed):
            raise RuntimeError("browser files, fonts or compiled translations are missing: build with `make wheel`")
        for name in BUNDLED:
            for path in sorted((root / name).rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
                    inside = path.relative_to(root).as_posix()
                    build_data["force_include"][str(path)] = f"regulator/_bundled/{inside}"
