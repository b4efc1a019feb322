"""Makes the PDFs of this folder anew: `pip install reportlab==5.1.0`, then `python make_files.py`.

They are committed; tests need neither this script nor reportlab. The texts are invented.
"""

import zlib
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

FILES = Path(__file__).with_name("files")
FONT = "HeiseiKakuGo-W5"
WRAPPED = (
    "ワルファリンの投与を始めるときは、少なくとも2日から3日ごとにプロトロンビン時間を測定し、目標とする範囲に入るまで"
    "用量を1日0.5 mgずつ調節する。納豆とクロレラはビタミンKを多く含むため、服用中は避けるように患者へ説明する。"
)
COLUMN = (
    "Amlodipine is started at 2.5 mg once daily in elderly patients and increased after two weeks when blood pressure "
    "stays above the target value."
)


def leaflet() -> None:
    """Japanese, a predefined CMap without an embedded font: wrapped lines, bullets, a table, two pages."""
    body = ParagraphStyle("body", fontName=FONT, fontSize=11, leading=17, wordWrap="CJK")
    head = ParagraphStyle("head", parent=body, fontSize=18, leading=26)
    rows = [["薬剤", "開始用量", "最大用量"], ["甲錠", "5 mg", "10 mg"], ["乙錠", "2 mg", "8 mg"]]
    document = SimpleDocTemplate(str(FILES / "leaflet.pdf"), pagesize=A4, title="ワルファリンの手引き", author="")
    table = Table(
        rows, colWidths=[120] * 3, style=[("FONTNAME", (0, 0), (-1, -1), FONT), ("GRID", (0, 0), (-1, -1), 1, 0)]
    )
    document.build(
        [Paragraph("服用の手引き", head), Paragraph(WRAPPED, body), Paragraph("・毎日同じ時刻に飲む。", body),
         Paragraph("・飲み忘れても2回分を飲まない。", body), table, PageBreak(),
         Paragraph("妊娠中は禁忌である。", body)]
    )  # fmt: skip


def columns() -> None:
    """English in two columns: the left one is read first."""
    canvas = Canvas(str(FILES / "columns.pdf"), pagesize=A4)
    style = ParagraphStyle("body", fontName="Helvetica", fontSize=11, leading=14)
    for left, text in ((60, COLUMN), (320, "The right column speaks of warfarin. It is checked by the INR.")):
        paragraph = Paragraph(text, style)
        _, height = paragraph.wrap(210, 400)
        paragraph.drawOn(canvas, left, 700 - height)
    canvas.save()


def scan() -> None:
    """A picture that fills the page, and no text."""
    from PIL import Image

    canvas = Canvas(str(FILES / "scan.pdf"), pagesize=A4)
    canvas.drawInlineImage(Image.new("L", (60, 80), 200), 50, 50, 400, 600)
    canvas.save()


def half_scanned() -> None:
    """A page of text, then a picture that fills its page."""
    from PIL import Image

    canvas = Canvas(str(FILES / "half-scanned.pdf"), pagesize=A4)
    canvas.drawString(100, 700, "Warfarin is taken once daily.")
    canvas.showPage()
    canvas.drawInlineImage(Image.new("L", (60, 80), 200), 50, 50, 400, 600)
    canvas.save()


def locked() -> None:
    """Opens with a password only."""
    canvas = Canvas(str(FILES / "locked.pdf"), pagesize=A4, encrypt="secret")
    canvas.drawString(100, 700, "locked")
    canvas.save()


def nameless() -> None:
    """Glyph numbers of a font that tells no characters."""
    content = zlib.compress(b"BT /F 12 Tf 100 700 Td <00120013> Tj ET")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(content) + content + b"\nendstream",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        b"/Supplement 0 >> /FontDescriptor 7 0 R /DW 1000 >>",
        b"<< /Type /FontDescriptor /FontName /X /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 "
        b"/Descent -200 /CapHeight 700 /StemV 80 >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n" % number + item + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer
    (FILES / "nameless.pdf").write_bytes(data)


if __name__ == "__main__":
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    for make in (leaflet, columns, scan, half_scanned, locked, nameless):
        make()
