"""A web worker starts without what draws maps, charts and documents, nor with what only `init` needs."""

import json
import os
import subprocess
import sys
from pathlib import Path

HEAVY = (
    "PIL", "altair", "boto3", "botocore", "chinese_calendar", "cryptography", "docx", "folium", "geopandas", "lxml",
    "matplotlib", "narwhals", "numpy", "pandas", "pikepdf", "pyhanko", "pyogrio", "pyproj", "shapely", "typst",
    "vl_convert",
)  # fmt: skip
MOST_MEGABYTES = 120
SCRIPT = r"""
import json, re, sys
from pathlib import Path
from regulator.app import create_app
import regulator.foundation.charts, regulator.foundation.documents, regulator.foundation.signing
import regulator.foundation.uploads
import regulator.features.papers.templating
create_app()
kilobytes = int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1])
print(json.dumps({"modules": sorted(sys.modules), "megabytes": kilobytes / 1024}))
"""


def test_the_application_starts_small_and_without_heavy_libraries(tmp_path: Path) -> None:
    environment = os.environ | {"REGULATOR_ENV": "embedded", "REGULATOR_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    loaded = set(found["modules"])
    assert "regulator.portals" in loaded
    assert sorted(loaded & set(HEAVY)) == [], "import it in the worker's handler or the command that needs it"
    assert found["megabytes"] < MOST_MEGABYTES
