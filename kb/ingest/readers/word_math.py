"""Formulas of Word on one line: (a+b)/2, x^2, √(x); after the linear format of Unicode Technical Note 28."""

from __future__ import annotations

from lxml import etree

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_PROPERTIES = "Pr"  # elements such as m:rPr and m:fPr hold no text


def linear(node: etree._Element) -> str:
    """The formula in `node` as a person would type it."""
    if node.tag == M + "t":
        return node.text or ""
    if not isinstance(node.tag, str) or node.tag.endswith(_PROPERTIES):
        return ""
    if node.tag == M + "f":
        return f"{_grouped(node, 'num')}/{_grouped(node, 'den')}"
    if node.tag in (M + "sSup", M + "sSub", M + "sSubSup"):
        low = f"_{_grouped(node, 'sub')}" if node.find(M + "sub") is not None else ""
        high = f"^{_grouped(node, 'sup')}" if node.find(M + "sup") is not None else ""
        return f"{_part(node, 'e')}{low}{high}"
    if node.tag == M + "rad":
        return f"{_part(node, 'deg')}√{_grouped(node, 'e')}"
    if node.tag == M + "d":
        inside = "，".join(map(linear, node.findall(M + "e")))
        return f"{_sign(node, 'begChr', '(')}{inside}{_sign(node, 'endChr', ')')}"
    if node.tag == M + "nary":
        return (
            f"{_sign(node, 'chr', '∫')}{_bound(node, 'sub', '_')}{_bound(node, 'sup', '^')}{_part(node, 'e')}"
        )
    return "".join(map(linear, node))


def _part(node: etree._Element, name: str) -> str:
    found = node.find(M + name)
    return linear(found) if found is not None else ""


def _grouped(node: etree._Element, name: str) -> str:
    """A part in brackets when it is more than one word or number."""
    text = _part(node, name)
    return text if text.isalnum() else f"({text})"


def _bound(node: etree._Element, name: str, mark: str) -> str:
    return f"{mark}{_grouped(node, name)}" if _part(node, name) else ""


def _sign(node: etree._Element, name: str, usual: str) -> str:
    found = node.find(f"{M}{etree.QName(node).localname}Pr/{M}{name}")
    return usual if found is None else str(found.get(M + "val") or "")
