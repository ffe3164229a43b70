"""Which emitted modules stand in tests/golden/modules: those of specs/ and some of the tests' own, for each target."""

from __future__ import annotations

from specc.targets import load
from tests.nets import EXTRA, ROOT, SPECS, Net

FOLDER = ROOT / "tests" / "golden" / "modules"
# Long, and of a kind with band_mobilenetv2, which is here.
PUBLISHED = ("densenet121", "efficientnetb0", "mobilenetv3small", "resnet50", "vgg16")


def nets() -> list[Net]:
    networks = [Net(path.stem) for path in sorted(SPECS.glob("*.yaml")) if path.stem not in PUBLISHED]
    loops = [Net(name, EXTRA) for name in ("elman", "nested", "renamed", "ring", "scanned", "shared")]
    return [
        *networks,
        *loops,
        *(Net(name, ROOT / "tests" / "emit" / "specs") for name in ("blocks", "carried", "settling", "squeeze")),
        Net("heads", ROOT / "tests" / "training" / "specs"),
    ]


def sources() -> dict[str, tuple[Net, str]]:
    """The network and the target of each golden, by file name."""
    return {f"{net.name}_{load(target).name}.py": (net, target) for net in nets() for target in net.targets}


def goldens() -> dict[str, str]:
    """The text of each golden, by file name."""
    return {name: net.module_text(target) for name, (net, target) in sources().items()}
