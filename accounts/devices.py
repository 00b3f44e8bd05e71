"""What a session remembers of where it was started: enough for its owner to know it, too little to follow them."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

MAX_USER_AGENT_LENGTH = 200

# What a User-Agent contains, and what that is called. The first that fits counts: most browsers name others, too.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Macintosh": "a Mac",
    "Linux": "Linux",
}


@dataclass(frozen=True)
class Device:
    """A browser, by its User-Agent, and the network that it was on. Either is empty where it is not known."""

    user_agent: str = ""
    network: str = ""

    @classmethod
    def seen(cls, user_agent: str, address: str) -> "Device":
        printable = "".join(filter(str.isprintable, user_agent))
        return cls(printable[:MAX_USER_AGENT_LENGTH], network_of(address))

    @property
    def in_words(self) -> str:
        browser = _first_in(BROWSERS, self.user_agent)
        system = _first_in(SYSTEMS, self.user_agent)
        if browser and system:
            return f"{browser} on {system}"
        return browser or (f"A browser on {system}" if system else "A browser we do not know")


def network_of(address: str) -> str:
    """Return the neighbourhood of an IP address, a /24 or a /48; empty where it is none."""
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip
    return str(ip_network((int(ip), 24) if ip.version == 4 else (int(ip), 48), strict=False))


def _first_in(names: dict[str, str], user_agent: str) -> str:
    return next((name for sign, name in names.items() if sign in user_agent), "")
