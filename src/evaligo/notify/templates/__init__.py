"""The part of Handlebars that notifications are written in: mappings and lists in, bounded text out, and nothing is called."""

from evaligo.notify.templates.errors import TemplateError
from evaligo.notify.templates.escapes import escape_html, escape_markdown, escape_nothing
from evaligo.notify.templates.gaps import Gap
from evaligo.notify.templates.template import Template

__all__ = ["Gap", "Template", "TemplateError", "escape_html", "escape_markdown", "escape_nothing"]
