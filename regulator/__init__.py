"""Regulator: how a city's housing bureau oversees property management."""

import gc
import sys

__version__ = "0.1.0"

gc.set_threshold(50_000, 20, 100)  # what is loaded stays; looking through it 500 times was a tenth of every start

# structlog takes rich for drawing tracebacks whenever it is there: 4 MB in each worker for what no log of ours shows
if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]  # an import of it fails, as if it were not installed
    import structlog as _structlog  # noqa: F401

    del sys.modules["rich"]
