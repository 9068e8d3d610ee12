"""Footnotes of a Word document, which python-docx 1.2 does not write (ECMA-376 part 1, 17.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_SEPARATORS = (
    (-1, "separator"),
    (0, "continuationSeparator"),
)  # between text and notes; every document has both


class Footnotes:
    """The notes of one document, numbered in the order in which they are first referred to."""

    def __init__(self, document: Document) -> None:
        from docx.enum.style import WD_STYLE_TYPE
        from docx.shared import Pt

        self._document = document
        self._numbers: dict[object, int] = {}
        mark = document.styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER)
        mark.font.superscript = True
        text = document.styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH)
        text.base_style = document.styles["Normal"]
        text.font.size = Pt(9)
        self._mark, self._text = str(mark.style_id), str(text.style_id)
        self._root = _element("w:footnotes")
        for number, kind in _SEPARATORS:
            note = _element("w:footnote", {"w:type": kind, "w:id": str(number)})
            note.append(_element("w:p", {}, _element("w:r", {}, _element(f"w:{kind}"))))
            self._root.append(note)

    def refer(self, paragraph: Paragraph, key: object, text: str) -> None:
        """End the paragraph with a mark; a key that was used before refers to its note again."""
        number = self._numbers.get(key)
        if number is not None:
            field = _element("w:fldSimple", {"w:instr": f" NOTEREF _Note{number} \\f \\h "})
            field.append(self._run(self._mark, *_text(str(number))))
            paragraph._p.append(field)
            return
        number = self._numbers[key] = len(self._numbers) + 1
        place = {"w:id": str(number)}
        paragraph._p.append(_element("w:bookmarkStart", place | {"w:name": f"_Note{number}"}))
        paragraph._p.append(self._run(self._mark, _element("w:footnoteReference", place)))
        paragraph._p.append(_element("w:bookmarkEnd", place))
        style = _element("w:pPr", {}, _element("w:pStyle", {"w:val": self._text}))
        own = self._run(self._mark, _element("w:footnoteRef"))
        words = _element("w:r", {}, *_text(f" {text}"))
        self._root.append(_element("w:footnote", place, _element("w:p", {}, style, own, words)))

    def write(self) -> None:
        """Add the notes to the document's package; once, when all is written."""
        from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
        from docx.opc.oxml import serialize_part_xml
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part
        from docx.oxml.ns import qn

        part = Part(
            PackURI("/word/footnotes.xml"),
            CONTENT_TYPE.WML_FOOTNOTES,
            serialize_part_xml(self._root),
            self._document.part.package,
        )
        self._document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        separators = [_element("w:footnote", {"w:id": str(number)}) for number, _ in _SEPARATORS]
        compatibility = self._document.settings.element.find(qn("w:compat"))
        if compatibility is not None:  # behind it the schema allows no footnotePr
            compatibility.addprevious(_element("w:footnotePr", {}, *separators))

    def _run(self, style: str, *children: Any) -> Any:
        properties = _element("w:rPr", {}, _element("w:rStyle", {"w:val": style}))
        return _element("w:r", {}, properties, *children)


def _element(name: str, attributes: dict[str, str] | None = None, *children: Any) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in (attributes or {}).items():
        made.set(qn(key), value)
    made.extend(children)
    return made


def _text(text: str) -> list[Any]:
    """Elements of a run: its lines with breaks between them."""
    made: list[Any] = []
    for line in text.splitlines() or [""]:
        if made:
            made.append(_element("w:br"))
        words = _element("w:t", {"xml:space": "preserve"})
        words.text = line
        made.append(words)
    return made
