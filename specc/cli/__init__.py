"""The command line: one file per verb, loaded when it is called.

Imports stand inside the function: an interrupt while they run has to find somebody who handles it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

__all__ = ["main"]
_INTERRUPTED = 130


def main() -> None:
    """Runs the command line in a process of its own and ends it; with 130 after Ctrl-C, whatever was at work."""
    is_interrupted = False
    code = 0
    try:
        import signal
        import sys

        def interrupt(number: int, frame: "FrameType | None") -> None:
            nonlocal is_interrupted
            is_interrupted = True
            raise KeyboardInterrupt

        signal.signal(signal.SIGINT, interrupt)
        try:
            from specc.cli._main import run

            code = run()
        except BaseException:
            if not is_interrupted:  # a library may turn the interrupt into an error of its own
                raise
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing is left to clean up
        if is_interrupted:
            print("interrupted", file=sys.stderr)
    except KeyboardInterrupt:
        is_interrupted = True
    raise SystemExit(_INTERRUPTED if is_interrupted else code)
