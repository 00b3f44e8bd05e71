"""`manage.py import_feed`, from the bytes of a feed to drafts and a report."""

import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.fetching import Found, Terms
from accounts.models import User
from accounts.sandbox import people as sandbox_people
from blog.importing import pictures, source
from blog.models import Image, Post, Upload
from blog.status import Status
from tests.blog.images.files import picture

FEEDS = Path(__file__).parent / "feeds"
RSS, ATOM = FEEDS / "press.rss.xml", FEEDS / "press.atom.xml"
Web = dict[str, httpx.Response]


def run(feed: Path | str, author: User | str, **options: bool) -> list[str]:
    """Import the feed and return the lines of the report."""
    out = StringIO()
    name = author.email if isinstance(author, User) else author
    call_command("import_feed", str(feed), author=name, stdout=out, stderr=out, **options)
    return out.getvalue().splitlines()


@pytest.fixture
def feed(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that makes an RSS feed of these items."""

    def feed(items: str) -> Path:
        path = tmp_path / "feed.xml"
        path.write_text(f'<rss version="2.0"><channel><link>https://a.example/</link>{items}</channel></rss>')
        return path

    return feed


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, network: None, editor: User) -> Web:
    """A web of these answers by address, in which private.example and localhost are private."""
    answers: Web = {}
    sandbox = httpx.HTTPTransport.handle_request

    def answer(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        host = request.headers["host"]
        address = str(request.url.copy_with(host=host.partition(":")[0]))
        return answers[address] if address in answers else sandbox(self, request)

    def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", ("10.0.0.7" if host == "private.example" else "93.184.215.14", port))]

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", answer)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return answers


def test_an_rss_entry_becomes_a_draft_with_all_that_it_says(editor: User) -> None:
    run(RSS, editor)

    post = Post.objects.get(title="Setting type & keeping time")
    assert (post.author, post.status, post.live_revision) == (editor, Status.DRAFT, None)
    assert post.published_at == datetime(2024, 3, 5, 7, 30, tzinfo=UTC)
    assert post.tags == ["Craft", "Print", "Metal"]
    assert post.canonical_url == "https://press.example/2024/setting-type"
    assert post.source_id == "https://press.example/#42"
    assert post.body == (
        "Set each line *twice*, as the [manual](https://press.example/manual#spacing) says.\n\n"
        "## Tools {#tools}\n\n"
        "See [the tools](#tools).\n\n"
        "- A stick\n  - of brass\n- A `setting_rule`\n\n"
        "```python\ndef justify(line):\n    return line * 2  # not that\n```\n\n"
        "[The press at work](https://video.example/embed/7)\n\n"
        "![A composing stick](https://press.example/pictures/stick.png){width=640 height=480}\n\n"
        "| Size | Points |\n| --- | --: |\n| Pica | 12 \\| 12.5 |"
    )


def test_the_report_says_of_each_entry_what_became_of_it(editor: User) -> None:
    report = run(RSS, editor)

    pks = {post.title: post.pk for post in Post.objects.all()}
    setting, ink, undated = pks["Setting type & keeping time"], pks["Ink that dries overnight"], pks["Undated"]
    assert report == [
        f"imported      Setting type & keeping time  /desk/posts/{setting}",
        f"imported      Ink that dries overnight  /desk/posts/{ink}",
        "skipped       An announcement without a word: it has no text",
        "skipped       Untitled: it has no title",
        f"imported      Undated  /desk/posts/{undated}: it has no date; publishing will give it one",
        f"already here  Ink that dries overnight, again  /desk/posts/{ink}",
        "3 imported, 1 already here, 2 skipped. The drafts are Ed Editor's; publishing takes an admin, as always.",
    ]


def test_atom_is_read_in_each_of_its_three_ways_to_say_a_text(editor: User) -> None:
    run(ATOM, editor)

    xhtml, html, text = Post.objects.order_by("pk")
    assert (xhtml.title, xhtml.tags) == ("Paper and grain", ["Paper"])
    assert xhtml.body == (
        "Fold it  \nalong the [grain](https://press.example/notes/paper/grain).\n\n```js\nif (a < b) fold();\n```"
    )
    assert xhtml.published_at == datetime(2024, 3, 7, 9, 0, tzinfo=UTC)
    assert (html.title, html.body, html.canonical_url) == ("Glue & thread", "> Sew first.", "")
    assert html.published_at == datetime(2024, 3, 8, 9, 0, tzinfo=UTC)
    assert (text.title, text.body) == ("The <b> key is stuck", "Press &lt;b> and \\*not\\* \\`b\\`.")


def test_plain_text_in_rss_keeps_its_paragraphs(editor: User) -> None:
    run(RSS, editor)

    assert Post.objects.get(title="Undated").body == "Plain words, one < two.\n\nAnd a second paragraph."


def test_a_second_run_adds_nothing_and_leaves_what_was_edited_since(editor: User) -> None:
    run(ATOM, editor)
    post = Post.objects.earliest("pk")
    post.edit(by=editor, version=1, title="My own title", body="My own words")

    report = run(ATOM, editor)

    post.refresh_from_db()
    assert (post.title, post.body) == ("My own title", "My own words")
    assert report[0].startswith("already here  Paper and grain")
    assert Post.objects.count() == 3


def test_what_was_imported_can_be_submitted_and_keeps_its_date_when_published(editor: User, admin: User) -> None:
    run(RSS, editor)
    post = Post.objects.earliest("pk")

    post.submit(by=editor)
    post.publish(by=admin, revision=1)

    assert post.is_live
    assert post.published_at == datetime(2024, 3, 5, 7, 30, tzinfo=UTC)


def test_a_date_to_come_is_left_out_so_that_publishing_shows_the_post(
    feed: Callable[[str], Path], editor: User
) -> None:
    soon = f"{timezone.now() + timedelta(days=30):%a, %d %b %Y %H:%M:%S} GMT"

    report = run(feed(f"<item><title>a</title><pubDate>{soon}</pubDate><description>b</description></item>"), editor)

    assert Post.objects.get().published_at is None
    assert "still to come" in report[0]


def test_a_date_of_long_before_is_left_out(feed: Callable[[str], Path], editor: User) -> None:
    item = "<item><title>a</title><pubDate>0107-01-01T00:00:00Z</pubDate><description>b</description></item>"

    report = run(feed(item), editor)

    assert Post.objects.get().published_at is None
    assert "makes no sense" in report[0]


def test_entries_without_an_id_are_known_by_link_and_else_by_their_words(
    feed: Callable[[str], Path], editor: User
) -> None:
    items = (
        "<item><title>a</title><link>https://a.example/a</link><description>b</description></item>"
        "<item><title>c</title><description>d</description></item>"
    )

    run(feed(items), editor)
    run(feed(items), editor)

    linked, nameless = Post.objects.order_by("pk")
    assert linked.source_id == "https://a.example/a"
    assert nameless.source_id.startswith("sha256:")


def test_the_same_number_in_two_feeds_is_two_entries(feed: Callable[[str], Path], editor: User) -> None:
    run(RSS, editor)

    run(feed('<item><guid isPermaLink="false">42</guid><title>a</title><description>b</description></item>'), editor)

    assert Post.objects.filter(source_id__endswith="#42").count() == 2


def test_what_does_not_fit_is_cut_or_left_out_and_said(feed: Callable[[str], Path], editor: User) -> None:
    tags = "".join(f"<category>tag {number}</category>" for number in range(22))
    item = f"<title>{'long ' * 50}</title><link>https://a.example/{'a' * 500}</link>{tags}<description>b</description>"

    report = run(feed(f"<item>{item}</item>"), editor)

    post = Post.objects.get()
    assert len(post.title) <= 200
    assert post.title.endswith("…")
    assert (len(post.tags), post.canonical_url, len(post.source_id)) == (20, "", len("sha256:") + 64)
    for note in ("title was cut to 200", "canonical link, which is too long", "without the tag “tag 21”"):
        assert note in report[0]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("word " * 25_000, "a post may have 100,000"),
        ("&lt;b>" * 5_000 + "x", "nested too deeply"),
        ("&lt;p>&lt;script>alert(1)&lt;/script>&lt;/p>", "it has no text"),
    ],
)
def test_a_text_that_cannot_be_a_post_is_skipped_with_the_reason(
    body: str, reason: str, feed: Callable[[str], Path], editor: User
) -> None:
    good = "<item><title>good</title><description>b</description></item>"

    report = run(feed(f"<item><title>a</title><description>{body}</description></item>{good}"), editor)

    assert report[0].startswith("skipped       a: ")
    assert reason in report[0]
    assert Post.objects.get().title == "good"


def test_a_text_that_will_not_render_is_kept_and_its_author_told(feed: Callable[[str], Path], editor: User) -> None:
    deep = "&lt;blockquote>" * 30 + "x"

    report = run(feed(f"<item><title>a</title><description>{deep}</description></item>"), editor)

    assert Post.objects.get().problem
    assert "cannot be submitted as it is" in report[0]


def test_xml_that_breaks_off_is_read_as_far_as_it_goes_and_said(tmp_path: Path, editor: User) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_text('<rss version="2.0"><channel><item><title>a & b</title><description>c</description></item>')

    report = run(broken, editor)

    assert "not well-formed" in report[0]
    assert Post.objects.get().title == "a & b"


def test_a_feed_without_entries_is_no_error(feed: Callable[[str], Path], editor: User) -> None:
    assert run(feed(""), editor) == ["The feed has no entries."]


def test_a_feed_of_which_nothing_can_be_read_is_an_error(feed: Callable[[str], Path], editor: User) -> None:
    with pytest.raises(CommandError, match="No entry"):
        run(feed("<item><title>a</title></item>"), editor)


@pytest.mark.parametrize(
    "content", [b"", b"not a feed", b"<html><body>a page</body></html>", b"\x1f\x8b\x00", b"/etc/passwd"]
)
def test_what_is_no_feed_is_refused_in_words(content: bytes, tmp_path: Path, editor: User) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(content)

    with pytest.raises(CommandError, match="neither RSS nor Atom"):
        run(path, editor)


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">',
        '<!ENTITY c SYSTEM "file:///etc/hostname">',
    ],
)
def test_a_feed_with_entities_of_its_own_is_refused_at_once(entities: str, tmp_path: Path, editor: User) -> None:
    path = tmp_path / "bomb.xml"
    path.write_text(
        f'<?xml version="1.0"?><!-- x --><!DOCTYPE rss [{entities}]><rss version="2.0"><channel>'
        "<item><title>&c;</title><description>&c;</description></item></channel></rss>"
    )
    started = time.process_time()

    with pytest.raises(CommandError, match="entities of its own"):
        run(path, editor)

    assert time.process_time() - started < 1
    assert not Post.objects.exists()


def test_an_article_may_tell_of_entities(feed: Callable[[str], Path], editor: User) -> None:
    run(
        feed("<item><title>XXE</title><description><![CDATA[<pre>&lt;!DOCTYPE a [</pre>]]></description></item>"),
        editor,
    )

    assert Post.objects.get().body == "```\n<!DOCTYPE a [\n```"


# The author


def test_an_address_nobody_has_signed_in_with_is_refused_with_what_to_do(editor: User) -> None:
    with pytest.raises(CommandError, match=r"must have signed in once: http://localhost:8000/sign-in"):
        run(RSS, "nobody@example.com")


def test_of_several_people_with_one_address_the_user_id_says_who(editor: User, other_editor: User) -> None:
    User.objects.filter(pk=other_editor.pk).update(email=editor.email.upper())

    with pytest.raises(CommandError, match=f"Several people(?s:.*){other_editor.subject}  Olga Editor"):
        run(RSS, editor)
    run(RSS, other_editor.subject)

    assert set(Post.objects.values_list("author", flat=True)) == {other_editor.pk}


@pytest.mark.parametrize("person", ["reader", "admin"])
def test_who_is_no_editor_now_gets_no_drafts(person: str, request: pytest.FixtureRequest) -> None:
    author: User = request.getfixturevalue(person)

    with pytest.raises(CommandError, match=r"is no editor\. Give them the role “editor”"):
        run(RSS, author)

    assert not Post.objects.exists()


def test_an_editor_whose_role_was_taken_away_is_none(editor: User) -> None:
    sandbox_people.set_roles(sandbox_people.find(user_id=editor.subject), [])

    with pytest.raises(CommandError, match="is no editor"):
        run(RSS, editor)


def test_without_a_management_key_the_command_says_what_to_set(editor: User, settings: Settings) -> None:
    settings.DESCOPE_MANAGEMENT_KEY = ""

    with pytest.raises(CommandError, match="Set DESCOPE_MANAGEMENT_KEY"):
        run(RSS, editor)


def test_where_descope_does_not_answer_the_command_says_what_to_start(
    editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused")

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", refuse)

    with pytest.raises(CommandError, match="start it with bin/dev in another terminal"):
        run(RSS, editor)


# The file and the web


def test_a_file_that_is_not_there_is_said(editor: User) -> None:
    with pytest.raises(CommandError, match=r"no-such-feed\.xml cannot be read: No such file"):
        run("no-such-feed.xml", editor)


def test_a_feed_is_fetched_from_the_web_by_way_of_its_redirects(web: Web, editor: User) -> None:
    web["https://press.example/feed"] = httpx.Response(301, headers={"Location": "/feed.xml"})
    web["https://press.example/feed.xml"] = httpx.Response(200, content=iter([RSS.read_bytes()]))

    report = run("https://press.example/feed", editor)

    assert report[-1].startswith("3 imported")


def test_the_encoding_that_the_server_names_is_believed(web: Web, editor: User) -> None:
    text = '<rss version="2.0"><channel><item><title>Café</title><description>x</description></item></channel></rss>'
    web["https://press.example/feed"] = httpx.Response(
        200, content=iter([text.encode("latin-1")]), headers={"Content-Type": "text/xml; charset=iso-8859-1"}
    )

    run("https://press.example/feed", editor)

    assert Post.objects.get().title == "Café"


def test_a_private_address_is_fetched_only_when_allowed(web: Web, editor: User) -> None:
    web["http://private.example/feed"] = httpx.Response(200, content=iter([RSS.read_bytes()]))

    with pytest.raises(CommandError, match=r"private.example is 10.0.0.7, a private address. Add --allow-private"):
        run("http://private.example/feed", editor)
    allowed = run("http://private.example/feed", editor, allow_private=True)

    assert allowed[-1].startswith("3 imported")


def test_a_redirect_into_the_own_network_is_not_followed(web: Web, editor: User) -> None:
    web["https://press.example/feed"] = httpx.Response(302, headers={"Location": "http://private.example/secrets"})
    web["http://private.example/secrets"] = httpx.Response(200, content=iter([RSS.read_bytes()]))

    with pytest.raises(CommandError, match="a private address"):
        run("https://press.example/feed", editor)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://press.example/feed", "https:///feed", "http://[::1"])
def test_only_addresses_of_the_web_are_fetched(address: str, web: Web, editor: User) -> None:
    with pytest.raises(CommandError, match=r"Only a file or an http\(s\) address|cannot be fetched"):
        run(address, editor)


def test_redirects_come_to_an_end(web: Web, editor: User) -> None:
    web["https://press.example/feed"] = httpx.Response(302, headers={"Location": "/feed"})

    with pytest.raises(CommandError, match="redirects more than 3 times"):
        run("https://press.example/feed", editor)


def test_a_refusal_of_the_server_is_said(web: Web, editor: User) -> None:
    web["https://press.example/feed"] = httpx.Response(404)

    with pytest.raises(CommandError, match="answered 404 Not Found"):
        run("https://press.example/feed", editor)


def test_a_feed_without_end_is_stopped(web: Web, editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * 1_000_000

    web["https://press.example/feed"] = httpx.Response(200, content=endless())

    with pytest.raises(CommandError, match="larger than 10 MB"):
        run("https://press.example/feed", editor)


def test_a_feed_that_drips_is_stopped(web: Web, editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def dripping() -> Iterator[bytes]:
        while True:
            yield b" "

    monkeypatch.setattr(source, "TIME_LIMIT_SECONDS", 0.1)
    web["https://press.example/feed"] = httpx.Response(200, content=dripping())

    with pytest.raises(CommandError, match="did not arrive"):
        run("https://press.example/feed", editor)


# Their pictures


def article(*images: str, title: str = "a") -> str:
    html = f"<p>Words.</p>{''.join(images)}"
    told = f"<title>{title}</title><link>https://a.example/{title}</link>"
    return f"<item>{told}<description><![CDATA[{html}]]></description></item>"


def test_pictures_are_kept_as_the_authors_when_asked_for(
    web: Web, feed: Callable[[str], Path], editor: User, other_editor: User
) -> None:
    web["https://a.example/red.png"] = httpx.Response(302, headers={"location": "/red"})
    web["https://a.example/red"] = httpx.Response(200, content=iter([picture()]))
    items = article("<p><img src='/red.png' alt='A [red] sheet' title='Red'></p>")

    report = run(feed(items), editor, keep_pictures=True)

    post, upload = Post.objects.get(), Upload.objects.get()
    assert (upload.by, upload.alt) == (editor, "A [red] sheet")
    assert post.body == f'Words.\n\n![A \\[red\\] sheet]({upload.image.get_absolute_url()} "Red")'
    assert post.html.count('width="40" height="30"') == 1
    assert "1 picture kept" in report[0]
    assert upload.image not in Image.objects.visible_to(other_editor)


def test_without_being_asked_for_they_stay_where_they_are(web: Web, feed: Callable[[str], Path], editor: User) -> None:
    web["https://a.example/red.png"] = httpx.Response(200, content=iter([picture()]))

    run(feed(article("<img src='/red.png' alt='A'>")), editor)

    assert Post.objects.get().body == "Words.\n\n![A](https://a.example/red.png)"
    assert not Image.objects.exists()


def test_what_cannot_be_kept_stays_where_it_is_and_is_named(
    web: Web, feed: Callable[[str], Path], editor: User
) -> None:
    web["https://a.example/red.png"] = httpx.Response(200, content=iter([picture()]))
    web["https://a.example/words.png"] = httpx.Response(200, content=iter([b"words"]))
    web["https://a.example/gone.png"] = httpx.Response(404, content=iter([b""]))
    web["http://private.example/secret.png"] = httpx.Response(200, content=iter([picture("blue")]))
    wrong = ("https://a.example/words.png", "https://a.example/gone.png", "http://private.example/secret.png")

    report = run(
        feed(article("<img src='/red.png' alt='A'>", *(f"<img src='{address}' alt='A'>" for address in wrong))),
        editor,
        keep_pictures=True,
    )

    post, image = Post.objects.get(), Image.objects.get()
    for address in wrong:
        assert f"]({address})" in post.body
        assert f"the picture {address} stays where it is: " in report[0]
    assert image.get_absolute_url() in post.body
    for reason in ("1 picture kept", "This is no picture that we can read", "404", "a private address"):
        assert reason in report[0]


def test_one_in_a_table_and_in_several_articles_is_fetched_once(
    web: Web, feed: Callable[[str], Path], editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def once(address: str, terms: Terms) -> Found:
        asked.append(address)
        return Found(picture(), address)

    monkeypatch.setattr(pictures, "fetched", once)
    table = "<table><tr><th>a</th></tr><tr><td colspan=2><img src='/red.png' alt='A'></td></tr></table>"

    run(feed(article(table) + article("<img src='/red.png' alt='A'>", title="b")), editor, keep_pictures=True)

    assert asked == ["https://a.example/red.png"]
    assert [post.body.count(f"/media/{Image.objects.get().digest}.webp") for post in Post.objects.all()] == [1, 1]


def test_a_second_run_fetches_nothing_for_what_is_here(web: Web, feed: Callable[[str], Path], editor: User) -> None:
    path = feed(article("<img src='/red.png' alt='A'>"))
    run(path, editor)
    web["https://a.example/red.png"] = httpx.Response(200, content=iter([picture()]))

    report = run(path, editor, keep_pictures=True)

    assert report[0].startswith("already here")
    assert not Image.objects.exists()


def test_so_many_of_an_article_and_no_more(
    web: Web, feed: Callable[[str], Path], editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST_AN_ARTICLE", 1)
    for name, colour in (("red", "red"), ("blue", "blue")):
        web[f"https://a.example/{name}.png"] = httpx.Response(200, content=iter([picture(colour)]))

    report = run(
        feed(article("<img src='/red.png' alt='A'>", "<img src='/blue.png' alt='A'>")), editor, keep_pictures=True
    )

    assert Image.objects.count() == 1
    assert "blue.png stays where it is: Up to 1 of an article" in report[0]
