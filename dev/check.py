"""What `make check` proves without running the tests; prints one line per check and the output of failures."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS: dict[str, list[str | Path]] = {
    "style": [BIN / "ruff", "check", "--quiet", "."],
    "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "types": [BIN / "mypy", "--no-error-summary"],
    "types of tests": [
        BIN / "mypy",
        "--no-error-summary",
        "--cache-dir",
        ".mypy_cache/tests",
        *(name for name in ("tests", "dev", "benchmarks") if (ROOT / name).is_dir()),
    ],
    "floors and ranks": [BIN / "lint-imports", "--no-cache"],
    "templates": [BIN / "djlint", "--lint", "--quiet", "templates"],
    "translations": [sys.executable, "dev/translations.py", "check"],
    "migrations": [sys.executable, "dev/migrations.py"],
}


def main() -> int:
    """Exit 0 when all hold. Arguments choose checks by name."""
    chosen = sys.argv[1:] or list(CHECKS)
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(run, chosen))
    return 0 if all(results) else 1


def run(name: str) -> bool:
    """Whether the check holds; two run at a time, since mypy alone takes most of the time."""
    began = time.monotonic()
    command = [str(part) for part in CHECKS[name]]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    report = f"{name:<18}{verdict} ({time.monotonic() - began:.1f} s)"
    if done.returncode != 0:
        report += f"\n$ {' '.join(command)}\n{done.stdout}{done.stderr}"
    print(report, flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
