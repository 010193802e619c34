"""Draw the pictures of docs/pictures.md anew: run its code in docs/pictures/."""

from __future__ import annotations

import os
import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "pictures.md"
CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main() -> None:
    folder = PAGE.with_suffix("")
    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    code = "\n".join(CODE.findall(PAGE.read_text(encoding="utf-8")))
    exec(compile(code, str(PAGE), "exec"), {"__name__": "page"})
    # The page's last example, which shows no picture.
    Path("own.pdf").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
