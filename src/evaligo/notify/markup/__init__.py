"""The Markdown that messages are written in, and its forms: Slack's, HTML, plain text, GitHub's.

A template is Markdown, with each value in it escaped (`escape_markdown`); so no value can start a link, a mention or a
line of its own, wherever the message goes.
"""

from evaligo.notify.markup.as_github import as_github
from evaligo.notify.markup.as_html import as_html
from evaligo.notify.markup.as_plain import as_plain
from evaligo.notify.markup.as_slack import as_slack
from evaligo.notify.markup.reading import Line, read

__all__ = ["Line", "as_github", "as_html", "as_plain", "as_slack", "read"]
