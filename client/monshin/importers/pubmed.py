"""PubMed XML: a document an article.

Written from NLM's public description, nlm.nih.gov/bsd/licensee/elements_descriptions.html.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from monshin.formats import CorpusLine
from monshin.importers.document import File, Reading, iso_date
from monshin.importers.xml import parsed, running_text

ROOTS = frozenset({"PubmedArticleSet", "PubmedArticle"})
_MONTHS = {name: number for number, name in enumerate(
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1)}  # fmt: skip
_RETRACTED = frozenset({"Retracted Publication", "Retraction of Publication"})


def read(file: File) -> Reading:
    """Title, abstract under its labels, journal, PMID. Retracted articles and those without abstract are remarks."""
    root = parsed(file)
    articles = [root] if root.tag == "PubmedArticle" else root.findall("PubmedArticle")
    documents: list[CorpusLine] = []
    remarks: list[str] = []
    for number, article in enumerate(articles, 1):
        pmid = _text(article, "MedlineCitation/PMID")
        if not pmid.isdigit():
            raise file.refuse(f"article {number}", "it has no PMID")
        kinds = {running_text(kind) for kind in article.iterfind(".//PublicationTypeList/PublicationType")}
        text = "\n".join(_abstract(article))
        if kinds & _RETRACTED:
            remarks.append(f"{file.name}: PMID {pmid} is retracted: left out")
        elif not text:
            remarks.append(f"{file.name}: PMID {pmid} has no abstract: left out")
        else:
            documents.append(_document(article, pmid, text))
    if books := len(root.findall("PubmedBookArticle")):
        remarks.append(f"{file.name}: {books} book articles are not read")
    if not articles:
        raise file.refuse("", "it holds no PubmedArticle")
    return Reading(tuple(documents), remarks=tuple(remarks))


def _document(article: Element, pmid: str, text: str) -> CorpusLine:
    title = _text(article, "MedlineCitation/Article/ArticleTitle")
    journal = _text(article, "MedlineCitation/Article/Journal/Title")
    source = f"{journal}. PMID {pmid}" if journal else f"PMID {pmid}"
    return CorpusLine(f"pmid-{pmid}", title, text, source, _date(article))


def _abstract(article: Element) -> Iterator[str]:
    for part in article.iterfind("MedlineCitation/Article/Abstract/AbstractText"):
        text = running_text(part)
        if text:
            if label := part.get("Label", "").strip():
                yield label
            yield text


def _date(article: Element) -> str:
    """The electronic date, else that of the issue, else that of the entry into PubMed; each only with its day."""
    for path in ("MedlineCitation/Article/ArticleDate", "MedlineCitation/Article/Journal/JournalIssue/PubDate",
                 "PubmedData/History/PubMedPubDate[@PubStatus='pubmed']"):  # fmt: skip
        month = _text(article, f"{path}/Month")
        day = f"{_text(article, f'{path}/Year')}-{_MONTHS.get(month, month)}-{_text(article, f'{path}/Day')}"
        if found := iso_date(day):
            return found
    return ""


def _text(element: Element, path: str) -> str:
    found = element.find(path)
    return running_text(found) if found is not None else ""
