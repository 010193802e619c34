"""What the shell offers when Tab is pressed: the files that fit at this place."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from typer import _completion_shared

__all__ = ["data", "mend_scripts", "models", "models_and_data"]

# Lines of typer's script for a shell, and what becomes of them. Bash must know that words are names
# of files, else a space in one stays bare and a folder is closed by a space. So does zsh close it;
# and it loads the script at the first Tab, which only registered the function and did nothing.
_MENDED = {
    "bash": (("complete -o default -F", "complete -o default -o filenames -F"),),
    "zsh": (
        ("  eval $(env ", "  local -a open; local offered=$(env "),
        (
            "complete_zsh %(prog_name)s)\n",
            "complete_zsh %(prog_name)s)\n"
            "  [[ $offered == *'/\"'* ]] && open=(-S '')\n"
            "  eval ${offered/_arguments/_arguments -O open}\n",
        ),
        (
            "compdef %(complete_func)s %(prog_name)s\n",
            "compdef %(complete_func)s %(prog_name)s\n"
            "[[ $zsh_eval_context[-1] == loadautofunc ]] && %(complete_func)s\n",
        ),
    ),
}

# A model's file says what it is in its first line of content; so few bytes are read of each.
_HEAD, _MODEL_MARK = 200, b'"fluidseries"'


def mend_scripts() -> None:
    """Let what ``--install-completion`` writes treat names of files as the shell's own commands do.

    A typer whose scripts are others keeps them: they complete, if not as well.
    """
    scripts: dict[str, str] = getattr(_completion_shared, "_completion_scripts", {})
    for shell, changes in _MENDED.items():
        script = scripts.get(shell, "")
        if all(line in script and mended not in script for line, mended in changes):
            for line, mended in changes:
                script = script.replace(line, mended)
            scripts[shell] = script


def models(incomplete: str) -> list[str]:
    """Offer model files, and folders to go on into."""
    return _offer(incomplete, lambda path: path.suffix == ".json" and _is_model(path))


def data(incomplete: str) -> list[str]:
    """Offer files of data, and folders to go on into."""
    return _offer(incomplete, lambda path: _is_known(path) and not _is_model(path))


def models_and_data(incomplete: str) -> list[str]:
    """Offer both."""
    return _offer(incomplete, _is_known)


def _offer(incomplete: str, fits: Callable[[Path], bool]) -> list[str]:
    return sorted(_candidates(incomplete, fits))


def _candidates(incomplete: str, fits: Callable[[Path], bool]) -> Iterator[str]:
    folder, start = os.path.split(incomplete)
    try:
        entries = list(os.scandir(os.path.expanduser(folder) or "."))
    except OSError:
        return
    for entry in entries:
        if not entry.name.startswith(start) or (entry.name[0] == "." and not start):
            continue
        if entry.is_dir():
            yield os.path.join(folder, entry.name, "")
        elif fits(Path(entry.path)):
            yield os.path.join(folder, entry.name)


def _is_known(path: Path) -> bool:
    from .formats.table import has_suffix

    return has_suffix(path)


def _is_model(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _MODEL_MARK in file.read(_HEAD)
    except OSError:
        return False
