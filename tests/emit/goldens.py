"""Which emitted modules stand in tests/golden/modules: each spec of specs/ and each of the loops, for each target."""

from __future__ import annotations

from specc.targets import load
from tests.nets import EXTRA, ROOT, SPECS, TARGETS, Net

FOLDER = ROOT / "tests" / "golden" / "modules"


def nets() -> list[Net]:
    return [Net(path.stem, folder) for folder in (SPECS, EXTRA) for path in sorted(folder.glob("*.yaml"))]


def goldens() -> dict[str, str]:
    """The text of each golden, by file name."""
    return {
        f"{net.name}_{load(target).name}.py": net.module_text(target)
        for net in nets()
        for target in TARGETS
        if target in net.checked().lowered
    }
