"""The site: `make docs` builds it from the pages and docstrings, without the network."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "site_tools"))

import fluidseries  # noqa: E402

project = "fluidseries"
author = "the fluidseries contributors"
copyright = "the fluidseries contributors"
release = version = fluidseries.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "numpydoc",
    "navigation",
    "public_names",
]
exclude_patterns = ["figures", "site_tools"]

# Every reference leads somewhere, else `make docs` fails (it turns warnings into errors).
nitpicky = True
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
default_role = "name-or-code"

# Types stand in the docstrings, with shapes; signatures show names and defaults alone.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_attributes_as_param_list = True

html_theme = "furo"
html_title = "fluidseries"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["site_tools/static"]
html_css_files = ["site.css"]
