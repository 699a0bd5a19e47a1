"""Write the README's map from concepts.toml: `python -m tools.readme_map`; `--check` only says if it is current."""

import sys
import tomllib
from pathlib import Path

from tools.commands import keeping

ROOT = Path(__file__).resolve().parents[1]
BEGIN = "<!-- map: made from concepts.toml by `python -m tools.readme_map` -->"
END = "<!-- end of map -->"


def lesson(name: str, entry: dict) -> str:
    """A lesson's entry in the map: linked where it is written."""
    title = f"{name[:2]} {entry['title']}"
    return f"[{title}](notebooks/{name}.ipynb)" if (ROOT / "notebooks" / f"{name}.ipynb").exists() else title


def table() -> str:
    """The map: one row a part, its lessons and its hours; what has no link is planned."""
    lessons = tomllib.loads((ROOT / "concepts.toml").read_text(encoding="utf-8"))
    parts: dict[str, list[tuple[str, dict]]] = {}
    for name, entry in lessons.items():
        parts.setdefault(entry["part"], []).append((name, entry))
    rows = ["| part | lessons (without a link: planned) | hours |", "|---|---|---|"]
    for part, entries in parts.items():
        hours = sum(entry["minutes"] for _, entry in entries) / 60
        rows.append(f"| {part} | {' · '.join(lesson(*entry) for entry in entries)} | {hours:.0f} |")
    return "\n".join(rows)


def current(readme: str) -> str:
    """The README's text with the map as concepts.toml has it now."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main(arguments: list[str]) -> int:
    """Write the map, or with --check return 1 where it is out of date."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    if "--check" in arguments:
        return int(current(text) != text)
    keeping.renew(path, current(text).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
