"""Documents: whatever people write, one is made."""

from datetime import UTC, datetime

import pytest

from ti_portal.core import pdf

AT = datetime(2026, 11, 25, tzinfo=UTC)
EVERY_SURE_CHARACTER = (
    "".join(
        chr(code)
        for first, last in [(0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2015), (0x2018, 0x201E)]
        for code in range(first, last + 1)
    )
    + "\u2022\u2026\u202f\u20ac"
)


@pytest.mark.parametrize("text", ["Bravo \U0001f680", "مرحبا", "工業", "a\u200db ⯑ \ue000 \U0001f468\u200d\U0001f469"])
def test_a_character_that_no_font_has_does_not_prevent_the_document(tmp_path, text):
    template = tmp_path / "one.typ"
    template.write_text(
        "#let data = json(bytes(sys.inputs.data))\n#set document(title: data.title)\n"
        '#set text(lang: "fr", font: "Libertinus Serif")\n= #data.title\n#data.sure',
        encoding="utf-8",
    )
    made = pdf.document(template, {"title": text, "sure": EVERY_SURE_CHARACTER + text}, at=AT)
    assert made.startswith(b"%PDF")
