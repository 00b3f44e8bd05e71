import sys
from dataclasses import replace
from types import ModuleType

import pytest
from django.conf import settings

pytestmark = pytest.mark.no_database

WRK = """\
Running 2s test @ http://127.0.0.1:8200/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     4.10ms  805.26us  12.13ms   78.87%
    Req/Sec     7.79k   501.40     8.71k    65.00%
  Latency Distribution
     50%    4.05ms
     75%    4.57ms
     90%    5.01ms
     99%    1.20s
  15520 requests in 2.00s, 182.50MB read
Requests/sec:   7751.06
Transfer/sec:     91.15MB
"""


@pytest.fixture(autouse=True)
def bin_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(settings.BASE_DIR / "bin"))


@pytest.fixture
def load() -> ModuleType:
    from benchmarks import load

    return load


@pytest.fixture
def figures() -> ModuleType:
    from benchmarks import figures

    return figures


def test_what_wrk_prints_is_read_in_seconds_and_bytes(load: ModuleType) -> None:
    told = load.read(WRK)

    assert (told.requests, told.per_second, told.trouble) == (15520, 7751.06, "")
    assert (told.p50, told.p99) == (pytest.approx(0.00405), 1.2)
    assert told.bytes_each == pytest.approx(12_330, abs=1)


def test_bad_answers_and_lost_connections_are_trouble(load: ModuleType) -> None:
    bad = "  Socket errors: connect 0, read 3, write 0, timeout 0\n  Non-2xx or 3xx responses: 12\nRequests/sec"

    told = load.read(WRK.replace("Requests/sec", bad))

    assert told.trouble == "Socket errors: connect 0, read 3, write 0, timeout 0; Non-2xx or 3xx responses: 12"


def test_no_answer_at_all_is_trouble(load: ModuleType) -> None:
    told = load.read("  0 requests in 2.00s, 0.00B read\nRequests/sec:      0.00\n")

    assert told.trouble == "no answer at all"


def test_something_else_than_wrk_is_refused(load: ModuleType) -> None:
    with pytest.raises(ValueError, match="something else"):
        load.read("unable to connect to 127.0.0.1:8200 Connection refused")


@pytest.mark.parametrize(
    ("size", "is_it"), [(12_000, True), (11_000, True), (12_900, False), (0, False), (9_000, False)]
)
def test_answers_of_another_length_are_not_the_page(size: int, is_it: bool, load: ModuleType) -> None:
    assert load.is_of_size(load.read(WRK), size, connections=32) is is_it


def test_a_ratio_is_the_median_of_what_it_was_in_each_round(load: ModuleType, figures: ModuleType) -> None:
    one = load.read(WRK)
    speeds = [(100, 100), (80, 40), (900, 300)]  # A round in which the machine was quick weighs no more than others.

    cell = figures.Cell("post", 32, 1.5)
    cell.rounds += [
        {"galley": replace(one, per_second=ours), "bare": replace(one, per_second=bare)} for ours, bare in speeds
    ]

    assert cell.ratio("bare") == 2
    assert cell.per_second("galley") == 100
    assert cell.holds is True


def test_the_table_says_what_was_missed_and_leaves_open_what_nobody_asked(
    load: ModuleType, figures: ModuleType
) -> None:
    loads = {"galley": load.read(WRK), "bare": replace(load.read(WRK), per_second=10_000)}

    missed, open_ = (figures.Cell(name, 32, wanted, [loads]) for name, wanted in [("post", 0.8), ("write", None)])
    head, of_post, of_write = figures.table([missed, open_])

    assert "0.78     0.80   MISSED" in of_post
    assert "MISSED" not in head + of_write
    assert "holds" not in of_write


def test_a_figure_holds_up_to_what_is_wanted(figures: ModuleType) -> None:
    assert [figures.Figure("memory", measured, 1.6).holds for measured in (1.6, 1.61)] == [True, False]
    assert figures.Figure("memory", 9).holds is None


def test_a_process_is_counted_with_its_children() -> None:
    from benchmarks import processes

    if not processes.is_told():
        pytest.skip("this machine has no /proc")
    import os
    import subprocess

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        both = processes.tree(os.getpid())
        assert child.pid in both
        assert processes.pss_bytes(os.getpid()) > processes.pss_bytes(child.pid) > 0
        assert processes.cpu_seconds(os.getpid()) > 0
        child.kill()
