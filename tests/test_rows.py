"""Every line of docs/rows.md: the address opens for anyone and shows the words."""

import html
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINE = re.compile(r"^\| ([A-Z]\d+) \| (/\S*) \| (.+) \| (tests/\S+) \|$")
LINES = [found.groups() for line in (ROOT / "docs/rows.md").read_text().splitlines() if (found := LINE.match(line))]


def words_of(page: str) -> str:
    """What a page says and where it leads, on one line."""
    addresses = " ".join(re.findall(r'href="([^"]*)"', page))
    said = re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", page))
    return re.sub(r"\s+", " ", html.unescape(f"{said} {addresses}"))


def test_every_line_of_the_table_is_read():
    rows = [line for line in (ROOT / "docs/rows.md").read_text().splitlines() if re.match(r"\| [A-Z]\d+ ", line)]
    assert len(LINES) == len(rows) > 20
    wanted = {*(f"F{number}" for number in range(1, 17)), *(f"E{number}" for number in range(1, 14))}
    assert {row for row, *_ in LINES} >= wanted


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "address", "words", "test"), LINES, ids=[f"{row} {address}" for row, address, *_ in LINES]
)
def test_the_address_of_a_row_shows_its_words(client, row, address, words, test):
    response = client.get(address)
    assert response.status_code == 200
    shown = words_of(response.content.decode())
    assert [wanted for wanted in words.split(" ; ") if wanted not in shown] == []
    assert (ROOT / test).is_file()
