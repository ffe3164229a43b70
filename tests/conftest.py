"""Settings that all tests share."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import settings

from specc.analysis import keras_version
from specc.emit import runtime

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Generated tests are not judged by the clock: they share the machine with others. CI draws the same examples each time.
settings.register_profile("specc", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True)
settings.load_profile("specc")


@pytest.fixture(autouse=True)
def any_keras(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not run Keras is checked as if there were none: an older one must not change what is said."""
    if not request.node.get_closest_marker("keras"):
        monkeypatch.setattr(keras_version, "installed", lambda: None)


@pytest.fixture(autouse=True, scope="module")
def heap_at_rest(request: pytest.FixtureRequest) -> None:
    """Sets aside what stays for good: Keras collects garbage whenever it forgets a model, over all of TensorFlow."""
    own = [item for item in request.session.items if item.path == request.path]
    if any(item.get_closest_marker("keras") for item in own):
        runtime.keras()
        gc.collect()
        gc.freeze()
