"""Copies what npm brought: browser files to regulator/static/vendor/, fonts for paper to fonts/, and nothing else."""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "regulator" / "static" / "vendor"
FONTS_DIR = ROOT / "fonts"

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
    "vega/build/vega.min.js": "vega/vega.min.js",
    "vega-lite/build/vega-lite.min.js": "vega/vega-lite.min.js",
    "vega-embed/build/vega-embed.min.js": "vega/vega-embed.min.js",
    "vega-interpreter/build/vega-interpreter.js": "vega/vega-interpreter.js",
}

# from (below node_modules/) -> to (below fonts/): whole fonts, for documents and charts on paper; never served
FONTS = {
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
    "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": "NotoSansSC-LICENSE.txt",
    "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf": "NotoSerifSC-Regular.ttf",
    "@expo-google-fonts/noto-serif-sc/600SemiBold/NotoSerifSC_600SemiBold.ttf": "NotoSerifSC-SemiBold.ttf",
    "@expo-google-fonts/noto-serif-sc/LICENSE_FONT": "NotoSerifSC-LICENSE.txt",
}

_SOURCE_MAP = re.compile(r"/[/*]#\s*sourceMappingURL=\S*(\s*\*/)?")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_IMPORT = re.compile(r"^import (\{[^}]*\}) from 'vega-util';$", re.MULTILINE)
_EXPORT = re.compile(r"^export \{ (\w+) as (\w+) \};$", re.MULTILINE)
_CSS_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")


def main() -> int:
    """Exit 0 when everything lies in place; 1 with a sentence when npm has not run or a file reaches outside."""
    missing = [name for name in FILES | FONTS if not (MODULES / name).exists()]
    if missing:
        print(f"vendor: not in node_modules: {', '.join(missing)} (run npm ci first)", file=sys.stderr)
        return 1
    fresh, fonts = VENDOR.with_name("vendor.new"), FONTS_DIR.with_name("fonts.new")
    gather(FILES, fresh)
    gather(FONTS, fonts)
    complaints = [complaint for css in sorted(fresh.rglob("*.css")) for complaint in unresolved(css)]
    if complaints:
        print("vendor: " + "\nvendor: ".join(complaints), file=sys.stderr)
        return 1
    for new, place in ((fresh, VENDOR), (fonts, FONTS_DIR)):
        shutil.rmtree(place, ignore_errors=True)
        new.rename(place)
    return 0


def gather(files: dict[str, str], directory: Path) -> None:
    """Copy `files` into an empty `directory`."""
    shutil.rmtree(directory, ignore_errors=True)
    for source, target in files.items():
        copy(MODULES / source, directory / target)


def copy(source: Path, target: Path) -> None:
    """One file or directory; source-map comments are cut, since the maps stay behind."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.suffix in {".css", ".js"}:
        text = _SOURCE_MAP.sub("", source.read_text(encoding="utf-8"))
        target.write_text(classic(text) if source.name == "vega-interpreter.js" else text, encoding="utf-8")
    else:
        shutil.copyfile(source, target)


def classic(module: str) -> str:
    """A module that imports from vega-util as a script: vega carries all of vega-util, a bare specifier finds nothing.

    Raises ValueError when the module is no longer of that shape.
    """
    text, imports = _IMPORT.subn(r"const \1 = globalThis.vega;", module)
    text, exports = _EXPORT.subn(r"globalThis.\2 = \1;", text)
    if (imports, exports) != (1, 1):
        raise ValueError(f"{imports} imports and {exports} exports, not one of each: look at the new vega-interpreter")
    return f'"use strict";\n(() => {{\n{text}\n}})();\n'


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
