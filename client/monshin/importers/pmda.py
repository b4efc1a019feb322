"""PMDA package inserts (医療用医薬品添付文書, XML of the 2017 rules): a document a section.

Written from PMDA's public stylesheet for these files (preview-include.xsl of the XML 作成ツール), which names the
elements and their order. Not verified on a real file: none could be opened where this was written.
"""

import re
from collections.abc import Iterator
from types import MappingProxyType
from xml.etree.ElementTree import Element

from monshin_kit.html.tables import Table

from monshin.formats import CorpusLine
from monshin.importers.document import File, Reading
from monshin.importers.xml import BREAK, local, parsed, running_text

NAMESPACE = "{http://info.pmda.go.jp/namespace/prescription_drugs/package_insert/1.0}"
ROOT = f"{NAMESPACE}PackIns"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# In the order of the insert; those below a section stand in place of it.
SECTIONS = MappingProxyType(
    {
        "Warnings": "警告",
        "ContraIndications": "禁忌",
        "CompositionAndProperty": "組成・性状",
        "IndicationsOrEfficacy": "効能又は効果",
        "EfficacyRelatedPrecautions": "効能又は効果に関連する注意",
        "InfoDoseAdmin": "用法及び用量",
        "InfoPrecautionsDosage": "用法及び用量に関連する注意",
        "ImportantPrecautions": "重要な基本的注意",
        "UseInSpecificPopulations": "特定の背景を有する患者に関する注意",
        "UseInPatientsWithComplicationsOrHistoryOfDiseasesEtc": "合併症・既往歴等のある患者",
        "PatientsWithRenalImpairment": "腎機能障害患者",
        "PatientsWithHepaticImpairment": "肝機能障害患者",
        "MalesAndFemalesOfReproductivePotential": "生殖能を有する者",
        "UseInPregnant": "妊婦",
        "UseInNursing": "授乳婦",
        "PediatricUse": "小児等",
        "UseInTheElderly": "高齢者",
        "Interactions": "相互作用",
        "ContraIndicatedCombinations": "併用禁忌",
        "PrecautionsForCombinations": "併用注意",
        "AdverseEvents": "副作用",
        "SeriousAdverseEvents": "重大な副作用",
        "OtherAdverseEvents": "その他の副作用",
        "InfluenceOnLaboratoryValues": "臨床検査結果に及ぼす影響",
        "OverDosage": "過量投与",
        "PrecautionsForApplication": "適用上の注意",
        "OtherPrecautions": "その他の注意",
        "Pharmacokinetics": "薬物動態",
        "ResultsOfClinicalTrials": "臨床成績",
        "EfficacyPharmacology": "薬効薬理",
        "PhyschemOfActIngredients": "有効成分に関する理化学的知見",
        "PrecautionsForHandling": "取扱い上の注意",
        "ConditionsOfApproval": "承認条件",
        "Package": "包装",
        "AttentionOfInsurance": "保険給付上の注意",
    }
)
_DIVIDED = frozenset({"UseInSpecificPopulations", "Interactions", "AdverseEvents"})
_INTERACTION = (
    ("DrugName", "薬剤名等"),
    ("ClinSymptomsAndMeasures", "臨床症状・措置方法"),
    ("MechanismAndRiskFactors", "機序・危険因子"),
)
# Told in one line: a name and its amount belong together.
_ONE_LINE = frozenset({"ContainedAmount", "Content"})
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def read(file: File) -> Reading:
    """Title: brand and section; source: the insert's number and the month of its revision."""
    root = parsed(file)
    number = _first(root, "PackageInsertNo")
    if not _ID.fullmatch(number):
        raise file.refuse("PackageInsertNo", "the number of the insert is missing, or no number")
    brands = [running_text(name) for name in root.iter(f"{NAMESPACE}ApprovalBrandName")]
    brand = next(filter(None, brands), "") or running_text_of(root, "GenericName")
    source = "、".join(filter(None, (f"添付文書 {number}", _revised(root))))
    documents = []
    for name, element in _sections(root):
        text = "\n".join(_lines(element))
        if text:
            title = f"{brand} {SECTIONS[name]}".strip()
            documents.append(CorpusLine(f"{number}.{name}", title, text, source, ""))
    if not documents:
        raise file.refuse("", "it holds none of the sections of a package insert")
    return Reading(tuple(documents))


def running_text_of(root: Element, name: str) -> str:
    """The Japanese text of a child, or empty."""
    child = root.find(NAMESPACE + name)
    return " ".join(_lines(child)) if child is not None else ""


def _sections(root: Element) -> Iterator[tuple[str, Element]]:
    for element in root:
        name = local(element)
        if name not in SECTIONS:
            continue
        if name not in _DIVIDED:
            yield name, element
            continue
        own = Element(element.tag)
        for child in element:
            if local(child) in SECTIONS:
                yield local(child), child
            else:
                own.append(child)
        yield name, own


def _lines(element: Element) -> Iterator[str]:
    name = local(element)
    if not name or name.startswith("Obsolete-SGML-"):
        return
    if name == "Lang":
        if element.get(_XML_LANG, "ja") == "ja":
            yield from filter(None, running_text(element).split(BREAK))
    elif name == "TblBlock":
        yield from _table(element)
    elif name == "Drug":
        yield from _interaction(element)
    elif name == "OtherAdverse":
        yield from _adverse(element)
    elif name in _ONE_LINE:
        yield from filter(None, [" ".join(line for child in element for line in _lines(child))])
    else:
        for child in element:
            yield from _lines(child)


def _table(block: Element) -> Iterator[str]:
    for caption in block.findall(f"{NAMESPACE}TblCaption"):
        yield from _lines(caption)
    table = Table()
    for head in block.findall(f"{NAMESPACE}SimpTblHead"):
        table.start_row()
        for cell in head.findall(f"{NAMESPACE}Detail"):
            _cell(table, cell, is_head=True)
    for row in block.iterfind(f"{NAMESPACE}SimpleTable/{NAMESPACE}SimpTblRow"):
        table.start_row()
        for cell in row.findall(f"{NAMESPACE}SimpTblCell"):
            _cell(table, cell, is_head=False)
    yield from table.rows()
    for foot in block.findall(f"{NAMESPACE}SimpTblFoot"):
        yield from _lines(foot)


def _cell(table: Table, cell: Element, *, is_head: bool) -> None:
    spans = {"colspan": cell.get("cspan", ""), "rowspan": cell.get("rspan", "")}
    table.start_cell(is_head=is_head, attributes=spans)
    for line in _lines(cell):
        table.cell.add(line)
        table.cell.end_line()


def _interaction(drug: Element) -> Iterator[str]:
    """`薬剤名等: …、臨床症状・措置方法: …、機序・危険因子: …`: the columns of the printed table."""
    told = []
    for name, label in _INTERACTION:
        text = " ".join(line for part in drug.findall(NAMESPACE + name) for line in _lines(part))
        if text:
            told.append(f"{label}: {text}")
    # One row is one sentence: a full stop inside would part the effect from the drug.
    yield from filter(None, ["、".join([*(piece.rstrip("。") for piece in told[:-1]), *told[-1:]])])


def _adverse(table: Element) -> Iterator[str]:
    """`肝臓、0.1～5%未満: ALT上昇`: category and frequency with what they hold."""
    categories, frequencies = (_by_id(table, name) for name in ("Category", "Frequency"))
    for reaction in table.iter(f"{NAMESPACE}AdverseReactionDescription"):
        where = (categories.get(reaction.get("categoryRef", "")), frequencies.get(reaction.get("frequencyRef", "")))
        text = " ".join(_lines(reaction))
        if text:
            head = "、".join(filter(None, where))
            yield f"{head}: {text}" if head else text


def _by_id(table: Element, name: str) -> dict[str, str]:
    return {item.get("id", ""): " ".join(_lines(item)) for item in table.iter(NAMESPACE + name)}


def _first(root: Element, name: str) -> str:
    child = root.find(NAMESPACE + name)
    return running_text(child) if child is not None else ""


def _revised(root: Element) -> str:
    for revision in root.iter(f"{NAMESPACE}PreparationOrRevision"):
        month = revision.find(f"{NAMESPACE}YearMonth")
        if revision.get("id", "今回") == "今回" and month is not None:
            found = re.fullmatch(r"(\d{4})-(\d{2})", running_text(month))
            return f"{found[1]}年{int(found[2])}月改訂" if found else ""
    return ""
