"""What this build of the compiled core is and what it uses of this machine."""

from __future__ import annotations

from typing import Any

from . import __version__

__all__ = ["build_info"]


def build_info() -> dict[str, Any]:
    """Tell which version runs and with which instructions.

    The environment variable FLUIDSERIES_INSTRUCTION_SET, read when the core is loaded, chooses a
    lower instruction set than the best.

    Returns
    -------
    dict
        ``version``, ``compiler``, ``instruction_set`` (the one in use), ``usable`` (all that run
        here, lowest first) and ``cores`` (how many this process may use).

    Examples
    --------
    >>> import fluidseries as fs
    >>> info = fs.build_info()
    >>> info["instruction_set"] in info["usable"]
    True
    """
    from . import _core
    from .engines.native import usable_cores

    return {
        "version": __version__,
        "compiler": _core.compiler(),
        "instruction_set": _core.instruction_set(),
        "usable": _core.usable_instruction_sets(),
        "cores": usable_cores(),
    }
