"""The site: Sphinx with furo and MyST; what is particular to it stands in docs/extension."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import microgradnn  # noqa: E402
from microgradnn import typed  # noqa: E402

project = "microgradnn"
author = "The microgradnn authors"
copyright = author
release = version = microgradnn.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "extension"]
exclude_patterns = ["playground/**", "pictures/**"]
suppress_warnings = ["myst.header", "myst.strikethrough"]

# Formulas as GitHub takes them: displayed in a fence ```math, where Markdown changes nothing; in a
# line between $ and $, with no space inside and no digit beside, so that prices are no formulas.
myst_enable_extensions = ["dollarmath"]
myst_fence_as_directive = ["math"]
myst_dmath_allow_space = myst_dmath_allow_digits = False
myst_heading_anchors = 4  # as GitHub names them

html_theme = "furo"
html_title = "microgradnn"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_favicon = "static/icon.svg"
html_math_renderer = "mathml"
html_copy_source = html_show_sourcelink = html_show_copyright = False
html_domain_indices = False
html_theme_options = {"navigation_with_keys": False}

python_use_unqualified_type_names = True
add_module_names = False
autodoc_class_signature = "mixed"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
# What means nothing while programs run is shown by its name, and so are NumPy's long unions.
autodoc_type_aliases = {name: name for name, thing in vars(typed).items() if thing is object}
autodoc_type_aliases |= {name: name for name in ("ArrayLike", "NDArray")}

# The chapters of the navigation, and the pages in them; what is in none stands under About.
chapters = {
    "lessons/README": ["lessons/*"],
    "howto/README": ["howto/*", "derivatives", "estimators", "micrograd"],
    "gallery": [],
    "playground": [],
    "reference/README": ["reference/*", "reference"],
}
about = ["architecture", "compiler", "scaling", "accuracy", "left_out", "glossary", "changes"]

# Pages whose programs the build does not run, and why.
not_run = {"scaling": "asks for eight devices; tests/examples/test_scaling_page.py has them"}

# Annotations name what other libraries have, whose sites are elsewhere, and aliases of ours; mypy
# checks these. Names that pages and docstrings link to are of the kind `py:obj`: none is ignored.
nitpick_ignore_regex = [("py:class", ".*")]
