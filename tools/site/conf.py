"""Settings of Sphinx."""

from pygments.lexers import JsonLexer

import proxyclip_geo
from proxyclip_geo.declare import Options

project = "proxyclip_geo"
author = copyright = "The proxyclip_geo developers"
version = release = proxyclip_geo.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
default_role = "code"
smartquotes = False
myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 600
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_use_ivar = True
html_theme = "pydata_sphinx_theme"
html_title = "proxyclip_geo"
html_show_sourcelink = False
html_theme_options = {
    "icon_links": [
        {"name": "GitHub", "url": "https://github.com/proxyclip-geo/proxyclip_geo", "icon": "fa-brands fa-github"}
    ],
    "header_links_before_dropdown": 7,
    "navigation_with_keys": False,
    "show_prev_next": False,
}


def setup(app):
    """Highlight JSON lines as JSON, and leave out the signatures of options, whose types hold their declarations."""
    app.add_lexer("jsonl", JsonLexer)
    app.connect("autodoc-process-signature", shorten_signature)


def shorten_signature(app, what, name, found, options, signature, returned):
    if what == "class" and issubclass(found, Options):
        return "(…)", None
    return None
