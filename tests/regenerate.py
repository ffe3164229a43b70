"""Writes the golden emitted modules anew: `python -m tests.regenerate`, from the repository's root.

Read the difference before it is committed: it is what users of specc will see change in their own builds.
"""

from __future__ import annotations

from tests.emit.goldens import FOLDER, goldens


def main() -> None:
    wanted = goldens()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for stale in {path.name for path in FOLDER.glob("*.py")} - set(wanted):
        (FOLDER / stale).unlink()
        print(f"removed {stale}")
    for name, text in wanted.items():
        path = FOLDER / name
        before = path.read_text(encoding="utf-8") if path.exists() else None
        path.write_text(text, encoding="utf-8")
        if text != before:
            print(f"wrote {name}")


if __name__ == "__main__":
    main()
