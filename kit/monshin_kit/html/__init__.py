"""The text of HTML pages."""

from monshin_kit.html.encoding import decode_html, decode_text
from monshin_kit.html.page import Page, read_html

__all__ = ["Page", "decode_html", "decode_text", "read_html"]
