from bs4 import BeautifulSoup
from django.template.loader import render_to_string

from blog.checks import Finding

DEAD = Finding("Put this address right.", 3, "<b>/gone</b>", "link-dead")
LONG = Finding("Make the title shorter.", None, "On proofs", "title-too-long")
EMPTY = Finding("Write something.", None, "", "body-empty")


def shown(**findings: list[Finding]) -> BeautifulSoup:
    return BeautifulSoup(render_to_string("blog/desk/_findings.html", findings), "html.parser")


def words(page: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(tag.get_text().split()) for tag in page.select(selector)]


def test_what_stops_a_post_and_what_does_not_are_told_apart_in_words() -> None:
    page = shown(blocking=[DEAD, EMPTY], warnings=[LONG])

    assert words(page, "h2") == ["To put right first", "Worth another look"]
    assert words(page, "h2 + p") == [
        "These hold the post back, unless you say why it should go on as it is.",
        "This holds nothing back.",
    ]
    assert words(page, "li") == [
        "Put this address right. Line 3: <b>/gone</b>",
        "Write something.",
        "Make the title shorter. On proofs",
    ]
    assert page.select("li b") == []


def test_each_kind_is_left_out_where_there_is_none() -> None:
    assert words(shown(blocking=[], warnings=[LONG]), "h2") == ["Worth another look"]
    assert words(shown(blocking=[DEAD], warnings=[]), "h2") == ["To put right first"]
    assert shown(blocking=[], warnings=[]).get_text().strip() == ""
