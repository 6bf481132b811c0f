"""Copies the browser files a page needs from node_modules/ to regulator/static/vendor/; nothing else goes there."""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "regulator" / "static" / "vendor"

# from (below node_modules/) -> to (below static/vendor/); a directory is copied whole
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "@alpinejs/csp/dist/cdn.min.js": "alpine-csp.min.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/images": "leaflet/images",
    "@fontsource-variable/noto-sans-sc/index.css": "noto-sans-sc/noto-sans-sc.css",
    "@fontsource-variable/noto-sans-sc/files": "noto-sans-sc/files",
}

_SOURCE_MAP = re.compile(r"/[/*]#\s*sourceMappingURL=\S*(\s*\*/)?")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")


def main() -> int:
    """Exit 0 when everything lies in place; 1 with a sentence when npm has not run or a file reaches outside."""
    missing = [name for name in FILES if not (MODULES / name).exists()]
    if missing:
        print(f"vendor: not in node_modules: {', '.join(missing)} (run npm ci first)", file=sys.stderr)
        return 1
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for source, target in FILES.items():
        copy(MODULES / source, fresh / target)
    complaints = [complaint for css in sorted(fresh.rglob("*.css")) for complaint in unresolved(css)]
    if complaints:
        print("vendor: " + "\nvendor: ".join(complaints), file=sys.stderr)
        return 1
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)
    return 0


def copy(source: Path, target: Path) -> None:
    """One file or directory; source-map comments are cut, since the maps stay behind."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.suffix in {".css", ".js"}:
        target.write_text(_SOURCE_MAP.sub("", source.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        shutil.copyfile(source, target)


def unresolved(css: Path) -> list[str]:
    """One sentence for each address in `css` that is neither inline data nor a vendored file."""
    text = _COMMENT.sub("", css.read_text(encoding="utf-8"))
    addresses = {first or second for first, second in _CSS_URL.findall(text)}
    return [
        f"{css.name} points to {address}"
        for address in sorted(addresses)
        if not address.startswith(("data:", "#")) and not (css.parent / address.partition("?")[0]).is_file()
    ]


if __name__ == "__main__":
    sys.exit(main())
