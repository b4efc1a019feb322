"""Tags of HTML in a text: <b>, </td>, <span style="…">; not the signs of `Cr <5 and >3` or of `a <b and c> d`."""

import re

_INLINE = "abbr|a|big|b|cite|code|del|em|font|ins|i|kbd|label|mark|q|small|span|strike|strong|sub|sup|s|tt|u|var"
_BLOCK = (
    "blockquote|br|caption|center|dd|details|div|dl|dt|figure|h[1-6]|hr|img|li|ol|pre|p|section|summary|table|tbody|td"
    "|tfoot|thead|th|tr|ul"
)
_END = r"(?:\s+[A-Za-z:-]+\s?=\s?(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+))*\s*/?>"
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE}){_END}", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK}){_END}", re.IGNORECASE)
# As normalise writes 10³.
_RAISED = re.compile(rf"(?<=[0-9０-９])<sup{_END}(?=[-+−]?[0-9０-９])", re.IGNORECASE)
# One or more, each with a space behind it at most.
TAGS = rf"(?ai:(?:</?(?:{_INLINE}|{_BLOCK}){_END}[ ]?)+)"


def without_tags(text: str) -> str:
    """The text without its tags; where they part lines or cells, with a space in their place.

    >>> without_tags("用量は<b>5 mg</b>で<br>Crは10<sup>3</sup>未満。Cr <5 and >3")
    '用量は5 mgで Crは10^3未満。Cr <5 and >3'
    """
    return _INLINE_TAG.sub("", _BLOCK_TAG.sub(" ", _RAISED.sub("^", text)))
