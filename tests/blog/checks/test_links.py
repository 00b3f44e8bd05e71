import pytest

from blog import checks
from blog.checks.links import path_of
from tests.blog.checks.texts import Typed, found, lines, names

HERE = "http://localhost:8000"


@pytest.mark.parametrize(
    "link",
    [
        "[a](https://elsewhere.example/gone)",
        "[a](//elsewhere.example/gone)",
        "[a](mailto:ed@example.com)",
        "<https://elsewhere.example/>",
        "[a](/posts/there)",
        "[a](/posts/there?page=2#part)",
        "[a](there)",
        "[a](../posts/there)",
        f"[a]({HERE}/posts/there)",
        f"[a][b]\n\n[b]: {HERE}/posts/there",
        "[a](/posts/%74here)",
        "A claim.[^1]\n\n[^1]: Its source.",
        '<a id="place"></a> Words. [a](#place)',
        "## Über uns\n\n[a](#über-uns) [b](#%C3%BCber-uns)",
        "[![The house](https://example.org/a.png)](https://example.org/a.png)",
    ],
)
def test_a_link_that_leads_somewhere_passes(link: str) -> None:
    assert found(Typed(body=link), pages=("/posts/there",)) == []


@pytest.mark.parametrize(
    "link",
    ["[a](/posts/gone)", "[a](gone)", f"[a]({HERE}/posts/gone)", f"<{HERE}/gone>", "[a](/)", f"[a]({HERE.upper()}/b)"],
)
def test_a_link_to_a_page_of_this_site_that_is_not_there_is_dead(link: str) -> None:
    (finding,) = found(Typed(body=f"Words.\n\n{link}"), pages=("/posts/there",))

    assert (finding.check, finding.line) == ("link-dead", 3)
    assert finding.message == "Put this address right: there is no such page on this site."


def test_an_address_without_its_beginning_is_told_what_it_lacks() -> None:
    (finding,) = found(Typed(body="[our friends](example.com/team)"))

    assert finding.message == "Start this address with https://: there is no such page on this site."
    assert finding.excerpt == "example.com/team"


def test_a_link_to_a_heading_that_is_not_there_is_dead() -> None:
    (finding,) = found(Typed(body="## Setting up\n\n[how](#set-up)"))

    assert finding.message == "Lead this link to a heading that is there: none here is “set-up”."
    assert (finding.line, finding.excerpt) == (3, "how")


@pytest.mark.parametrize("link", ["[words]()", "[words](#)", "[words](javascript:alert(1))", "[words](tel:112)"])
def test_a_link_that_leads_nowhere_is_empty(link: str) -> None:
    assert names(found(Typed(body=link))) == ["link-empty"]


@pytest.mark.parametrize("link", ["Words. [](https://example.org)", '<a href="https://example.org"> </a> words'])
def test_a_link_without_words_is_empty(link: str) -> None:
    assert names(found(Typed(body=link))) == ["link-empty"]


def test_each_of_several_links_to_one_address_has_its_own_line() -> None:
    assert lines(found(Typed(body="[a](/x)\n\n[b](/y)\n\n[c](/x)"))) == [1, 3, 5]


def test_a_link_through_a_reference_has_the_line_of_its_address() -> None:
    assert lines(found(Typed(body="[a][r], [b][r]\n\n[r]: /gone"))) == [3, 3]


def test_an_address_that_stands_in_code_as_well_has_no_line_rather_than_a_wrong_one() -> None:
    assert lines(found(Typed(body="Write `[a](/gone)`.\n\n[a](/gone)"))) == [None]
    assert lines(found(Typed(body="```\n[a](/gone)\n```\n\n[a](/gone)"))) == [5]


def test_each_address_is_asked_for_once() -> None:
    asked: list[str] = []

    def resolves(path: str) -> bool:
        asked.append(path)
        return True

    checks.run(Typed(body="[a](/x) [b](/x#y) " * 50), resolves=resolves, image_bytes=lambda address: None)

    assert asked == ["/x"]


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/posts/a%20b", "/posts/a b"),
        ("", "/posts/"),
        (HERE, "/"),
        ("http://[", None),
        ("http://localhost:8001/", None),
        ("ftp://localhost:8000/", "/"),
        ("//localhost:8000/a", "/a"),
    ],
)
def test_what_is_a_path_on_this_site(address: str, path: str | None) -> None:
    assert path_of(address) == path
