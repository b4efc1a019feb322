"""A page as a reader would copy it: lines in reading order, tables as rows of `head: cell`.

libxml2's parser feeds events to a target of ours, so no tree is built: time is linear in the size of the page, and
nesting has no limit at which text would be lost (a tree of libxml2 ends at 256; 100,000 nested elements take an HTML5
parser a minute). It loads nothing, and knows no entities but those of HTML.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from monshin_kit.html.lines import Lines
from monshin_kit.html.tables import Table

# What a reader does not see, or what is not the page's own text; struck-out text no longer counts.
_DROPPED = frozenset({
    "script", "style", "template", "noscript", "nav", "iframe", "object", "embed", "applet", "canvas", "svg", "math",
    "audio", "video", "select", "textarea", "button", "datalist", "del", "s", "strike",
})  # fmt: skip
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "img", "input",
    "ins", "kbd", "label", "mark", "meter", "output", "q", "rb", "rp", "rt", "ruby", "samp", "small", "span", "strong",
    "sub", "sup", "time", "tt", "u", "var", "wbr", "html", "body", "head", "title", "meta", "link", "base",
})  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, slots=True)
class Page:
    """title: of the head, else the first heading. meta: `<meta name|property>` in lower case → content."""

    title: str
    text: str
    meta: Mapping[str, str]


def read_html(markup: str) -> Page:
    """The text of a page or a fragment. Scripts, styles, navigation, hidden and struck-out parts are left out.

    >>> read_html("<h1>用量</h1><p>1回<b>5</b> mg<br>1日2回</p><script>x</script>").text
    '用量\\n1回5 mg\\n1日2回'
    >>> read_html("<table><tr><th>薬<th>用量<tr><td>A錠<td>5 mg</table>").text
    '薬: A錠、用量: 5 mg'
    """
    target = _Target()
    parser = etree.HTMLParser(target=target, no_network=True, huge_tree=True, encoding="utf-8")
    data = markup.encode("utf-8", "replace")
    if data.strip():
        parser.feed(data)
        parser.close()
    return target.page()


class _Target:
    """Receives the parser's events."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._tables: list[Table] = []
        self._dropped: list[str] = []
        self._pre = 0
        self._title: list[str] | None = None
        self._titles: list[str] = []
        self._heading: int | None = None
        self._first_heading = ""
        self._meta: dict[str, str] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._dropped:
            if tag == self._dropped[0]:
                self._dropped.append(tag)
            return
        if tag in _DROPPED or "hidden" in attributes or "display:none" in attributes.get("style", "").replace(" ", ""):
            if tag not in _VOID:
                self._dropped.append(tag)
            return
        self._open(tag, attributes)

    def end(self, tag: str) -> None:
        if self._dropped:
            if tag == self._dropped[0]:
                self._dropped.pop()
            return
        self._close(tag)

    def data(self, text: str) -> None:
        if self._dropped:
            return
        if self._title is not None:
            self._title.append(text)
            return
        self._out().add(text, is_preformatted=self._pre > 0)

    def comment(self, text: str) -> None:
        pass

    def close(self) -> None:
        while self._tables:
            self._end_table()

    def page(self) -> Page:
        text = self._lines.text()
        return Page(next(filter(None, self._titles), "") or self._first_heading, text, self._meta)

    def _out(self) -> Lines:
        return self._tables[-1].cell if self._tables else self._lines

    def _open(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "meta":
            name = attributes.get("name") or attributes.get("property") or ""
            self._meta.setdefault(name.strip().lower(), attributes.get("content", "").strip())
        elif tag == "title":
            self._title = []
        elif tag == "table":
            self._out().end_line()
            self._tables.append(Table())
        elif tag == "tr" and self._tables:
            self._tables[-1].start_row()
        elif tag in ("td", "th") and self._tables:
            self._tables[-1].start_cell(is_head=tag == "th", attributes=attributes)
        elif tag == "br":
            self._out().end_line()
        elif tag == "sup":
            self._out().start_superscript()
        elif tag not in _INLINE:
            self._out().end_line()
            self._pre += tag == "pre"
            if tag in _HEADINGS and not self._first_heading and self._heading is None:
                self._heading = self._out().mark()

    def _close(self, tag: str) -> None:
        if tag == "title" and self._title is not None:
            self._titles.append(" ".join("".join(self._title).split()))
            self._title = None
        elif tag == "table" and self._tables:
            self._end_table()
        elif tag == "sup":
            self._out().end_superscript()
        elif tag not in _INLINE and tag not in _VOID and tag not in ("tr", "td", "th"):
            self._out().end_line()
            self._pre -= tag == "pre" and self._pre > 0
            if tag in _HEADINGS and self._heading is not None:
                self._first_heading = " ".join(self._out().since(self._heading))
                self._heading = None

    def _end_table(self) -> None:
        rows = self._tables.pop().rows()
        for row in rows:
            self._out().add(row, is_preformatted=True)
            self._out().end_line()
