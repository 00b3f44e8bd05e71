import pytest

from accounts.devices import Device, network_of

MOZILLA = "Mozilla/5.0"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{MOZILLA} (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {CHROME}", "Chrome on Windows"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {CHROME} Edg/142.0.0.0", "Edge on Windows"),
        (f"{MOZILLA} (Linux; Android 10; K) {CHROME.replace('Safari', 'Mobile Safari')}", "Chrome on Android"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) Version/26.0 Safari/605.1.15", "Safari on a Mac"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/26.0 Safari/604.1", "Safari on an iPhone"),
        ("Dillo/3.2", "A browser we do not know"),
        ("Lynx (Linux)", "A browser on Linux"),
        ("", "A browser we do not know"),
    ],
)
def test_a_device_is_told_in_plain_words(user_agent: str, words: str) -> None:
    assert Device(user_agent).in_words == words


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", ""),
        ("unix:", ""),
        ("203.0.113.77, evil", ""),
    ],
)
def test_of_an_address_only_its_neighbourhood_is_kept(address: str, network: str) -> None:
    assert network_of(address) == network


def test_what_a_browser_says_of_itself_is_cut_and_kept_printable() -> None:
    device = Device.seen("Firefox/1\0\n" + "x" * 5_000, "")

    assert device.user_agent == ("Firefox/1" + "x" * 5_000)[:200]
