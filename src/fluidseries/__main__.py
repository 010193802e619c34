"""The program: ``fluidseries``, or ``python -m fluidseries``."""

from __future__ import annotations

import os
import signal
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Load the commands and run the command line."""
    found = signal.getsignal(signal.SIGINT)
    # In the background of a script Ctrl-C is not for this program, and is left alone.
    if found is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)
    from .cli import main as run

    signal.signal(signal.SIGINT, found)
    run()


def _stop(*_: Any) -> None:
    # While modules load an exception may surface anywhere, and as another one. Nothing is lost yet.
    os.write(2, b"stopped by Ctrl-C\n")
    os._exit(130)


if __name__ == "__main__":
    main()
