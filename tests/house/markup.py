"""Pages as a browser's parser reads them."""

import html5lib
from html5lib.constants import E as MEANINGS

XHTML = "{http://www.w3.org/1999/xhtml}"


def problems_of(page: str) -> list[str]:
    """Returns what is wrong with a whole page: its markup, its headings, its title, its language, its names."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=True)
    root = parser.parse(page)
    wrong = [f"line {line}: {MEANINGS[code] % values}" for (line, _), code, values in parser.errors]
    elements = list(root.iter())
    headings = [each for each in elements if each.tag == f"{XHTML}h1"]
    if len(headings) != 1 or not "".join(headings[0].itertext()).strip():
        wrong.append(f"{len(headings)} h1, wanted is one with words")
    title = root.find(f".//{XHTML}title")
    if title is None or not (title.text or "").strip():
        wrong.append("no title")
    if not root.get("lang"):
        wrong.append("no language")
    names = [each.get("id") for each in elements if each.get("id")]
    wrong += [f"two elements are named {name}" for name in sorted({name for name in names if names.count(name) > 1})]
    return wrong
