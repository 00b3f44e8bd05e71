"""Whatever the text, an answer in time; and ordinary texts are not mistaken for the others."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from blog import markup
from blog.markup import Busy, Unrenderable, render
from blog.rendering import process
from blog.rendering.answer import answer
from blog.rendering.document import Document
from blog.rendering.limits import TookTooLong, done_by
from blog.rendering.process import AT_ONCE_CPU_SECONDS, QUICK_CPU_SECONDS  # As they are before the tests begin.
from tests.accounts.processes import wait_until
from tests.blog.pathological import FAMILIES, Family

pytestmark = pytest.mark.no_database

# No measure of speed: a bound on a hang, generous for a busy machine.
BOUND_SECONDS = 3.0
TIME_LIMIT_SECONDS = 0.8
ORDINARY = "## A heading\n\nOrdinary words with a [link](https://example.org) and `code`.\n\n- one\n- two\n\n" * 5

# One of each kind: refused, stopped by the clock, by memory, by depth, and let through.
SAMPLE = (
    "opening brackets", "nested brackets with a target", "images with empty links", "links inside links",
    "marked sections", "CDATA on lines", "open tags", "comments on lines", "attribute quotes", "strikes", "footnote marks",
    "one long abbreviation used often", "Markdown in HTML, closed", "quotes with spaces", "list markers and text",
    "staircase of numbers", "definitions in definitions", "changing bullets", "lists and breaks", "headings",
    "table cells with backticks", "backtick runs", "stars and underscores", "Perl code", "raw pre", "stash marks",
)  # fmt: skip


SLOW, LONG = (FAMILIES["changing bullets"](length) for length in (39_000, 100_000))


@pytest.fixture(autouse=True)
def in_earnest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the limit that there is; other tests are more patient."""
    monkeypatch.setattr(markup, "TIME_LIMIT_SECONDS", TIME_LIMIT_SECONDS)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch, in_earnest: None) -> None:
    monkeypatch.setattr(markup, "TIME_LIMIT_SECONDS", 30)


Outcome = str | Unrenderable | Busy


def outcome_of(text: str) -> tuple[Outcome, float]:
    begin = time.perf_counter()
    try:
        result: Outcome = render(text)
    except (Unrenderable, Busy) as refusal:
        result = refusal
    return result, time.perf_counter() - begin


def settled(text: str, whose: str = "") -> str:
    """Return the rendered text, however busy the machine is with other things."""
    for _ in range(20):
        try:
            return render(text, whose=whose or None)
        except Busy:
            time.sleep(0.5)
    return render(text, whose=whose or None)


def answers_in_time(name: str, family: Family, length: int) -> None:
    text = family(length)
    assert length * 0.8 < len(text) <= length * 1.05

    result, seconds = outcome_of(text[:100_000])
    after = settled(ORDINARY)

    if seconds > 0.5:
        print(f"{seconds:.2f} s: {name} at {length:,}: {getattr(result, 'reason', 'rendered')}")  # noqa: T201 — for -s.
    assert seconds < BOUND_SECONDS
    assert after


@pytest.mark.parametrize("name", SAMPLE)
def test_a_text_made_to_hang_is_answered_in_time(name: str) -> None:
    answers_in_time(name, FAMILIES[name], 20_000)


@pytest.mark.parametrize("name", ["opening brackets", "open tags", "quotes", "flat list", "raw pre"])
def test_and_so_is_the_longest_of_them(name: str) -> None:
    answers_in_time(name, FAMILIES[name], 100_000)


@pytest.mark.long
@pytest.mark.parametrize("length", [20_000, 100_000])
@pytest.mark.parametrize("name", FAMILIES)
def test_all_of_them(name: str, length: int) -> None:
    answers_in_time(name, FAMILIES[name], length)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("references never closed", "square brackets"),
        ("quotes with spaces", "nested"),
        ("staircase of bullets", "nested"),
        ("list markers and text", "nested"),
        ("Markdown in HTML", "nested"),
        ("one long title used often", "more HTML"),
    ],
)
@pytest.mark.usefixtures("patient")
def test_a_refusal_names_the_reason_and_a_line_to_look_at(name: str, reason: str) -> None:
    trouble = FAMILIES[name](20_000)
    first = ORDINARY.count("\n") + 1
    last = first + trouble.count("\n")

    with pytest.raises(Unrenderable) as refusal:
        settled(f"{ORDINARY}{trouble}\n\n{ORDINARY.title()}")

    assert reason in refusal.value.reason
    assert first <= refusal.value.line <= last


@pytest.mark.parametrize("name", ["Perl code", "stars and underscores"])
def test_what_takes_too_long_is_said_with_the_line_at_which_the_time_was_up(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blog.rendering.answer.FAIR_SHARE_SECONDS", 0.0)
    trouble = FAMILIES[name](60_000)
    first = ORDINARY.count("\n") + 1

    reply = answer(f"{ORDINARY}{trouble}\n\n{ORDINARY}", time.monotonic() + 0.3)

    assert "too long" in reply["reason"]
    assert first <= reply["line"] <= first + trouble.count("\n") + 1


class Lingering:
    """What has this destructor keeps whoever lets go of it, until an alarm rings there."""

    def __del__(self) -> None:
        self.go_on()

    def go_on(self) -> None:
        while True:
            time.sleep(0.001)


class Broken(Lingering):
    def go_on(self) -> None:
        raise ValueError("of another kind")


@pytest.mark.parametrize(("destroyed", "told"), [(Lingering, []), (Broken, [ValueError, "to the end"])])
def test_the_alarm_rings_on_after_a_destructor_and_where_one_fails_it_waits_until_that_is_told(
    destroyed: type[Lingering], told: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []

    def hear(problem: "sys.UnraisableHookArgs") -> None:
        heard.append(problem.exc_type)
        time.sleep(0.2)  # The alarm rings meanwhile.
        heard.append("to the end")

    def work(text: str) -> str:
        destroyed()
        while True:
            time.sleep(0.001)

    monkeypatch.setattr(sys, "unraisablehook", hear)

    with pytest.raises(TookTooLong):
        done_by(time.monotonic() + 0.05, 0, work, "")

    assert heard == told
    assert sys.unraisablehook is hear


@pytest.mark.usefixtures("patient")
def test_one_line_among_many_is_found() -> None:
    lines = ["a few words"] * 300
    lines[211] = "[a][" * 5_000

    with pytest.raises(Unrenderable) as refusal:
        settled("\n".join(lines))

    assert refusal.value.line == 212


@pytest.mark.parametrize(
    "text",
    [
        "```\n" + "[" * 20_000 + "\n```",
        "```html\n" + "<!-- <a <div>\n" * 1_000 + "\n```",
        "Use `" + "[" * 5_000 + "` for that.",
        "    " + "[" * 20_000,
        "On [0, 1) and (0, 1] and a[i][j], " * 100,
        "if a <b and c<d or e <f: " * 100,
        "a ~ b == c ~~ d " * 100,
        "[a](https://example.org/b_(c)) and ![d](e.png)\n" * 500,
        "[1]: https://example.org\n" * 300,
        "Text.[^1]\n\n[^1]: " + "Note. " * 2_000,
        "\n".join("  " * depth + "- item" for depth in range(15)),
        "> " * 10 + "deep",
        "| a | b |\n|---|---|\n" + "| `[` | `<` |\n" * 500,
        "<div>\n" * 50 + "</div>\n" * 50,
        "TODO [ ] [x] :-[ >:( <3 " * 100,
        "A sentence of ordinary prose, with *emphasis* and `code`. " * 1_600,
        ("A paragraph with a [link](https://example.org).\n\n- one\n- two\n\n```python\nx = [1]\n```\n\n" * 600),
    ],
    ids=lambda text: text[:24],
)
@pytest.mark.usefixtures("patient")
def test_ordinary_texts_are_not_refused(text: str) -> None:
    assert isinstance(settled(text), str)


def test_a_thousand_references_to_a_long_address_run_into_a_limit() -> None:
    text = f"[a]: http://{'b' * 10_000}\n\n" + "[a] " * 2_000

    _, seconds = outcome_of(text)

    assert seconds < BOUND_SECONDS
    with pytest.raises(Unrenderable):
        settled(text)


def test_a_text_that_got_hardly_any_of_the_processor_is_not_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blog.rendering.answer.FAIR_SHARE_SECONDS", 60.0)

    assert answer(SLOW, time.monotonic() + 0.3) == {"busy": True}


@pytest.mark.usefixtures("patient")
class TestTheChild:
    def pid(self) -> int:
        render("a")
        return process.pool.quick.idle[-1].process.pid

    def test_it_is_kept_from_text_to_text(self) -> None:
        assert self.pid() == self.pid()

    def test_one_that_has_died_is_replaced(self) -> None:
        before = self.pid()
        process.pool.quick.idle[-1].process.kill()
        process.pool.quick.idle[-1].process.wait()

        assert self.pid() != before

    def test_one_that_is_killed_at_work_is_replaced(self) -> None:
        before = self.pid()
        child = process.pool.quick.idle[-1]
        threading.Timer(0.05, child.process.kill).start()

        result, _ = outcome_of(SLOW)

        assert isinstance(result, Unrenderable)
        assert self.pid() != before

    def test_one_that_is_stopped_is_given_up_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = self.pid()
        os.kill(before, signal.SIGSTOP)

        with monkeypatch.context() as hurry:
            hurry.setattr(markup, "TIME_LIMIT_SECONDS", TIME_LIMIT_SECONDS)
            result, seconds = outcome_of("a")

        assert isinstance(result, Busy)  # It has not even looked at the text.
        assert seconds < BOUND_SECONDS
        assert self.pid() != before

    def test_on_a_machine_where_it_starts_slowly_it_is_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(markup, "TIME_LIMIT_SECONDS", 2)
        child = self.one_that_starts_slowly()

        threading.Timer(3.5, os.kill, [child.process.pid, signal.SIGCONT]).start()

        assert render("a") == "<p>a</p>"

    def test_a_save_does_not_wait_for_one_that_starts_slowly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(markup, "TIME_LIMIT_SECONDS", TIME_LIMIT_SECONDS)
        child = self.one_that_starts_slowly()
        began_at = time.monotonic()

        with pytest.raises(Busy):
            render("a", can_wait=True)

        assert time.monotonic() - began_at < process.START_SECONDS
        child.end()

    def one_that_starts_slowly(self) -> process.Child:
        process.pool.end()
        child = process.Child()
        os.kill(child.process.pid, signal.SIGSTOP)
        process.pool.quick._keep(child)
        return child

    def test_it_stays_when_others_that_are_not_needed_go(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(process, "SURPLUS_SECONDS", 0.2)
        children = [process.Child() for _ in range(process.MOST_AT_ONCE)]
        lane = process.Lane(process.MOST_AT_ONCE, process.KEEP_WARM, nice=0)

        for child in children:
            lane._keep(child)
        wait_until(lambda: children[1].process.returncode is not None, "the others stay")

        assert lane.idle == children[-1:]
        lane.end()

    def test_it_goes_when_nobody_has_written_for_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(process, "SURPLUS_SECONDS", 0.1)
        monkeypatch.setattr(process, "WARM_SECONDS", 0.2)
        lane = process.Lane(1, 1, nice=0)

        before = lane.ask(time.monotonic() + 5, text="a")["html"]
        wait_until(lambda: not lane.idle, "it stays")

        assert lane.ask(time.monotonic() + 5, text="a")["html"] == before
        lane.end()

    def test_it_does_not_see_our_secrets(self) -> None:
        environment = Path(f"/proc/{self.pid()}/environ")
        if not environment.exists():
            pytest.skip("SKIPPED: only Linux shows the environment of a process")

        assert b"SECRET_KEY" not in environment.read_bytes()

    def test_a_busy_one_keeps_nobody_waiting(self) -> None:
        process.pool.end()
        for child in (process.Child(), process.Child()):
            child.ask(time.monotonic() + 5, text="a")
            process.pool.quick._keep(child)
        slow = threading.Thread(target=outcome_of, args=[SLOW])

        slow.start()
        time.sleep(0.05)
        result, _ = outcome_of(ORDINARY)

        assert slow.is_alive()
        assert isinstance(result, str)
        slow.join()

    def test_more_at_once_than_there_are_children_are_all_answered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(markup, "TIME_LIMIT_SECONDS", TIME_LIMIT_SECONDS)
        outcomes: list[tuple[Outcome, float]] = []
        threads = [threading.Thread(target=lambda: outcomes.append(outcome_of(LONG))) for _ in range(8)]

        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(outcomes) == 8
        assert max(seconds for _, seconds in outcomes) < 2 * BOUND_SECONDS  # Ten processes on two processors.
        assert len(process.pool.quick.idle) <= process.MOST_AT_ONCE
        assert settled(ORDINARY)


def run(script: str) -> str:
    """Run a script that has `markup` at hand in a Python of its own, and return what it prints."""
    begin = f"""
        import os, sys, time
        os.environ.update(DJANGO_SETTINGS_MODULE="tests.settings")
        sys.path.insert(0, {str(settings.BASE_DIR)!r})
        from blog import markup
        from blog.rendering import process
        markup.TIME_LIMIT_SECONDS = 30
    """
    done = subprocess.run(  # noqa: S603 — our own interpreter, and scripts from below.
        [sys.executable, "-c", textwrap.dedent(begin) + textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout.strip()


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def soon(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until and not condition():
        time.sleep(0.02)
    return condition()


@pytest.mark.usefixtures("patient")
class TestLanes:
    @pytest.fixture(autouse=True)
    def _nobody_has_had_anything_yet(self, monkeypatch: pytest.MonkeyPatch) -> None:
        process.pool.even_at.clear()
        monkeypatch.setattr(process, "AT_ONCE_CPU_SECONDS", AT_ONCE_CPU_SECONDS)
        monkeypatch.setattr(process, "QUICK_CPU_SECONDS", QUICK_CPU_SECONDS)

    def test_a_long_text_goes_on_where_it_keeps_nobody_waiting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(process, "QUICK_CPU_SECONDS", 0.05)
        process.pool.end()

        settled(ORDINARY * 60)
        quick, slow = process.pool.quick.idle, process.pool.slow.idle

        assert (len(quick), len(slow)) == (1, 1)
        assert [os.getpriority(os.PRIO_PROCESS, child.process.pid) for child in (*quick, *slow)] == [0, process.NICE]

    def test_who_has_just_brought_a_child_down_waits_among_their_own_kind(self) -> None:
        render("a")
        threading.Timer(0.05, process.pool.quick.idle[-1].process.kill).start()
        with pytest.raises(Unrenderable):
            render(SLOW, whose="busy writer")
        process.pool.end()

        settled("a", whose="busy writer")
        ours = list(process.pool.quick.idle)
        settled("a", whose="somebody else")

        assert not ours
        assert len(process.pool.last.idle) == 1
        assert len(process.pool.quick.idle) == 1  # Started for somebody else.

    def test_whose_texts_have_had_their_share_of_the_processor_are_rendered_last_for_a_while(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        process.pool.end()
        monkeypatch.setattr(process, "AT_ONCE_CPU_SECONDS", 0.0)

        settled(ORDINARY, whose="busy writer")
        settled(ORDINARY, whose="busy writer")
        settled(ORDINARY, whose="somebody else")

        (child,) = process.pool.last.idle
        assert len(process.pool.quick.idle) == 1
        assert os.sched_getscheduler(child.process.pid) == os.SCHED_IDLE

    def test_a_save_of_theirs_does_not_wait_for_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        process.pool.end()
        monkeypatch.setattr(process, "AT_ONCE_CPU_SECONDS", 0.0)
        settled(ORDINARY, whose="busy writer")

        with pytest.raises(Busy):
            markup.begin(ORDINARY, whose="busy writer", can_wait=True)()

        assert not process.pool.last.idle
        assert settled(ORDINARY, whose="busy writer")

    def test_it_is_told_when_a_process_that_renders_has_the_text(self) -> None:
        idle: list[int] = []

        markup.render(ORDINARY, when_sent=lambda: idle.append(len(process.pool.quick.idle)))

        assert idle == [len(process.pool.quick.idle) - 1]

    @pytest.mark.parametrize("text", [LONG[:50_000], ORDINARY * 60])
    def test_no_save_waits_for_what_is_not_soon_done(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(process, "QUICK_CPU_SECONDS", 0.05)
        process.pool.end()

        with pytest.raises(Busy):
            markup.begin(text, can_wait=True)()

        assert not process.pool.slow.idle

    def test_who_has_waited_for_a_while_is_not_last_any_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        process.pool.end()
        monkeypatch.setattr(process, "CPU_SHARE", 1e6)  # What was used is made up for at once.
        monkeypatch.setattr(process, "AT_ONCE_CPU_SECONDS", 0.0)

        settled(ORDINARY, whose="busy writer")
        settled(ORDINARY, whose="busy writer")

        assert not process.pool.last.idle

    def test_long_texts_at_once_leave_room_for_short_ones(self) -> None:
        settled(ORDINARY)
        threads = [threading.Thread(target=outcome_of, args=[LONG]) for _ in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)

        results = [outcome_of(ORDINARY)[0] for _ in range(3)]

        assert any(thread.is_alive() for thread in threads)
        assert all(isinstance(result, str) for result in results)
        for thread in threads:
            thread.join()


class TestTheParent:
    def test_importing_it_starts_nothing(self) -> None:
        assert run("print(len(process.pool.quick.idle))") == "0"

    @pytest.mark.skipif(not Path("/proc/self").exists(), reason="SKIPPED: needs /proc to see a process end")
    @pytest.mark.parametrize("end", ["sys.exit()", "os._exit(0)", "os.kill(os.getpid(), 9)"])
    def test_its_child_does_not_survive_it(self, end: str) -> None:
        pid = run(f"markup.render('a'); print(process.pool.quick.idle[0].process.pid, flush=True); {end}")

        assert soon(lambda: is_gone(int(pid)))

    def test_a_fork_of_it_has_children_of_its_own(self) -> None:
        answer = run("""
            markup.render("a")
            ours = process.pool.quick.idle[0].process.pid
            forked = os.fork()
            if forked == 0:
                assert process.pool.quick.idle == []
                assert markup.render("b") == "<p>b</p>"
                assert process.pool.quick.idle[0].process.pid != ours
                os._exit(7)
            _, status = os.waitpid(forked, 0)
            assert markup.render("c") == "<p>c</p>"
            print(os.waitstatus_to_exitcode(status), process.pool.quick.idle[0].process.pid == ours)
        """)

        assert answer == "7 True"

    def test_it_needs_no_settings_in_the_child(self) -> None:
        assert (
            run("""
            markup.render("a")
            reply = process.pool.quick.idle[0].ask(time.monotonic() + 1, text="b")
            print(reply["html"])
        """)
            == "<p>b</p>"
        )


def test_a_fault_of_the_renderer_is_told_by_its_place_and_not_in_words_of_the_text(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(document: Document, text: str, **more: object) -> str:
        raise ValueError(f"cannot read {text}")

    monkeypatch.setattr(Document, "html", fails)

    reply = answer("Zebras at midnight", time.monotonic() + 2)

    assert reply["reason"] == "This cannot be turned into a page (ValueError)."
    assert "in fails" in reply["fault"]
    assert "Zebras" not in str(reply) + capfd.readouterr().err
