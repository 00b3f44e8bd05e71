"""Session tokens, good and bad. `BAD_TOKENS` is the list of what must be refused, by every door."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.utils import timezone
from jwt.algorithms import RSAAlgorithm

from accounts.models import User
from accounts.sandbox import keys, tokens
from accounts.sandbox.models import Person


@dataclass(frozen=True)
class Forge:
    """Makes tokens about one person, of which only `signed()` as it stands is a good one."""

    person: Person

    @classmethod
    def of(cls, user: User) -> "Forge":
        return cls(Person.objects.get(user_id=user.subject))

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return what a good token says, changed. A change to None leaves the claim out."""
        claims = tokens.session_claims(self.person) | changes
        return {name: value for name, value in claims.items() if value is not None}

    def signed(self, **changes: Any) -> str:
        return self.headed({}, **changes)

    def headed(self, header: dict[str, Any], *, alg: str = "RS256", key: Any = None, **changes: Any) -> str:
        """Return a token with these header fields beside or in place of the good ones. None leaves one out."""
        ours = our_key()
        fields = {name: value for name, value in ({"kid": ours.key_id} | header).items() if value is not None}
        payload = json.dumps(self.claims(**changes)).encode()
        return jwt.PyJWS().encode(payload, key or ours.key, algorithm=alg, headers=fields)

    def of_text(self, payload: str) -> str:
        """Return a well-signed token of a payload that is not what JSON Web Tokens carry."""
        ours = our_key()
        return jwt.PyJWS().encode(payload.encode(), ours.key, algorithm="RS256", headers={"kid": ours.key_id})

    def unsigned(self, alg: str) -> str:
        return f"{encoded({'alg': alg, 'kid': our_key().key_id})}.{encoded(self.claims())}."

    def hashed_with(self, secret: bytes) -> str:
        """Return a token that takes a public text for the secret of an HMAC: RFC 8725, section 2.1."""
        signed = f"{encoded({'alg': 'HS256', 'kid': our_key().key_id})}.{encoded(self.claims())}"
        return f"{signed}.{text64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"

    def promoted(self) -> str:
        """Return a good token into which somebody has written a role, under its old signature."""
        header, _, signature = self.signed().split(".")
        return f"{header}.{encoded(self.claims(roles=['admin']))}.{signature}"

    def resigned(self) -> str:
        """Return a good token with one bit of its signature turned."""
        signed, _, signature = self.signed().rpartition(".")
        turned = bytearray(base64.urlsafe_b64decode(signature + "=="))
        turned[10] ^= 1
        return f"{signed}.{text64(bytes(turned))}"

    def refresh_token(self) -> str:
        return tokens.refresh_token(self.person)


@cache
def our_key() -> jwt.PyJWK:
    """Return the sandbox's signing key, which takes a while to check."""
    return keys.signing_key()


def seconds_from_now(seconds: int) -> int:
    return int(timezone.now().timestamp()) + seconds


def encoded(part: dict[str, Any]) -> str:
    return text64(json.dumps(part).encode())


def text64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public_jwk() -> dict[str, Any]:
    return next(jwk for jwk in keys.public_keys() if jwk["alg"] == "RS256")


def public_pem() -> bytes:
    key = our_key().key.public_key()
    pem: bytes = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem


@cache
def strangers_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def strangers_jwk() -> dict[str, Any]:
    jwk: dict[str, Any] = RSAAlgorithm.to_jwk(strangers_key().public_key(), as_dict=True)
    return jwk | {"kid": "stranger", "alg": "RS256", "use": "sig"}


def strangers_private_jwk() -> dict[str, Any]:
    jwk: dict[str, Any] = RSAAlgorithm.to_jwk(strangers_key(), as_dict=True)
    return strangers_jwk() | {name: value for name, value in jwk.items() if name != "key_ops"}


PROJECT = settings.DESCOPE_PROJECT_ID

# Issuers that are not this project's, some made to look like it.
FOREIGN_ISSUERS: list[object] = [
    "P2another",
    PROJECT.lower(),
    f"{PROJECT} ",
    f"{PROJECT}/",
    f"x{PROJECT}",
    f"/{PROJECT}",
    f"//api.descope.com/{PROJECT}",
    f"http://api.descope.com/{PROJECT}",
    f"javascript://api.descope.com/{PROJECT}",
    f"https://evil.example/{PROJECT}",
    f"https://evildescope.com/{PROJECT}",
    f"https://api.descope.com.evil.example/{PROJECT}",
    f"https://api.descope.com@evil.example/{PROJECT}",
    f"https://api.descope.com:x@evil.example/{PROJECT}",
    f"https://evil.example/.descope.com/{PROJECT}",
    f"https://evil.example\\.descope.com/{PROJECT}",
    f"https://api.descope.com/{PROJECT}/",
    f"https://api.descope.com/{PROJECT}/P2another",
    f"https://api.descope.com/x{PROJECT}",
    f"https://api.descope.com/P2another?x=/{PROJECT}",
    f"https://api.descope.com/P2another#/{PROJECT}",
    f"https://[::1/{PROJECT}",
    "",
    7,
    [PROJECT],
    {"id": PROJECT},
]

NOT_SUBJECTS: list[object] = ["", "   ", "\t\n", "U" * 256, 7, 0, True, ["U1"], {"id": "U1"}]
NOT_INSTANTS: list[object] = [
    "tomorrow",
    "4102444800",
    True,
    [4102444800],
    {},
    float("nan"),
    float("inf"),
    1e30,
    10**400,
]

BAD_TOKENS: dict[str, Callable[[Forge], str]] = {
    # Not tokens
    "empty": lambda forge: "",
    "a blank": lambda forge: " ",
    "garbage": lambda forge: "garbage",
    "three empty parts": lambda forge: "..",
    "garbage in three parts": lambda forge: "YQ.YQ.YQ",
    "not base64": lambda forge: "%%%.***.!!!",
    "not ASCII": lambda forge: "é.ü.ß",
    "a NUL": lambda forge: forge.signed() + "\0",
    "four parts": lambda forge: forge.signed() + ".x",
    "no signature": lambda forge: forge.signed().rpartition(".")[0] + ".",
    "1 MB of one letter": lambda forge: "a" * 1024 * 1024,
    "1 MB well signed": lambda forge: forge.signed(filler="x" * 1024 * 1024),
    "nested deeper than the stack": lambda forge: forge.of_text('{"sub":' + "[" * 5000 + "]" * 5000 + "}"),
    "two good ones, joined": lambda forge: f"{forge.signed()} {forge.signed()}",
    "a list for a payload": lambda forge: forge.of_text(json.dumps([forge.claims()])),
    "a text for a payload": lambda forge: forge.of_text('"U1"'),
    "a payload that is not JSON": lambda forge: forge.of_text("sub=U1"),
    # Not signed by the project
    "alg none": lambda forge: forge.unsigned("none"),
    "alg None": lambda forge: forge.unsigned("None"),
    "alg NONE": lambda forge: forge.unsigned("NONE"),
    "alg empty": lambda forge: forge.unsigned(""),
    "alg RS256, no signature": lambda forge: forge.unsigned("RS256"),
    "HS256 with the public key as PEM": lambda forge: forge.hashed_with(public_pem()),
    "HS256 with the public key as JWK": lambda forge: forge.hashed_with(json.dumps(public_jwk()).encode()),
    "HS256 with the modulus": lambda forge: forge.hashed_with(public_jwk()["n"].encode()),
    "HS256 with nothing": lambda forge: forge.hashed_with(b""),
    "payload tampered with": Forge.promoted,
    "signature tampered with": Forge.resigned,
    "a stranger's signature under our key id": lambda forge: forge.headed({}, key=strangers_key()),
    "an unknown key id": lambda forge: forge.headed({"kid": "stranger"}, key=strangers_key()),
    "an unknown key id, our signature": lambda forge: forge.headed({"kid": "stranger"}),
    "no key id": lambda forge: forge.headed({"kid": None}),
    "an empty key id": lambda forge: forge.headed({"kid": ""}),
    "a path for a key id": lambda forge: forge.headed({"kid": "../../../../dev/null"}),
    "the key's id with PS256": lambda forge: forge.headed({}, alg="PS256"),
    "the key's id with RS512": lambda forge: forge.headed({}, alg="RS512"),
    "jku": lambda forge: forge.headed({"kid": "stranger", "jku": "https://evil.example/keys"}, key=strangers_key()),
    "jku under our key id": lambda forge: forge.headed({"jku": "https://evil.example/keys"}, key=strangers_key()),
    "x5u": lambda forge: forge.headed({"x5u": "https://evil.example/chain.pem"}, key=strangers_key()),
    "jwk": lambda forge: forge.headed({"kid": "stranger", "jwk": strangers_jwk()}, key=strangers_key()),
    "jwk under our key id": lambda forge: forge.headed({"jwk": strangers_jwk()}, key=strangers_key()),
    "an unknown critical extension": lambda forge: forge.headed({"crit": ["galley"], "galley": 1}),
    "a critical extension that is absent": lambda forge: forge.headed({"crit": ["exp"]}),
    # Signed by the project, and not for this
    "a refresh token": Forge.refresh_token,
    "drn missing": lambda forge: forge.signed(drn=None),
    "drn empty": lambda forge: forge.signed(drn=""),
    "drn of another kind": lambda forge: forge.signed(drn="ds"),
    "drn a list": lambda forge: forge.signed(drn=["DS"]),
    "iss missing": lambda forge: forge.signed(iss=None),
    "another audience": lambda forge: forge.signed(aud="another"),
    "other audiences": lambda forge: forge.signed(aud=["another", "and another"]),
    "an empty audience": lambda forge: forge.signed(aud=""),
    "no audience in a list": lambda forge: forge.signed(aud=[]),
    "an audience of the wrong type": lambda forge: forge.signed(aud={PROJECT: 1}),
    # Not now
    "expired": lambda forge: forge.signed(exp=seconds_from_now(-60)),
    "expired by more than the leeway": lambda forge: forge.signed(exp=seconds_from_now(-7)),
    "not yet in force": lambda forge: forge.signed(nbf=seconds_from_now(60)),
    "issued in the future": lambda forge: forge.signed(iat=seconds_from_now(600)),
    "no exp": lambda forge: forge.signed(exp=None),
    "no iat": lambda forge: forge.signed(iat=None),
    "nbf of the wrong type": lambda forge: forge.signed(nbf="now"),
    # Of nobody
    "no sub": lambda forge: forge.signed(sub=None),
}
BAD_TOKENS |= {f"iss {iss!r}": partial(Forge.signed, iss=iss) for iss in FOREIGN_ISSUERS}
BAD_TOKENS |= {f"sub {str(sub)[:20]!r}": partial(Forge.signed, sub=sub) for sub in NOT_SUBJECTS}
BAD_TOKENS |= {f"exp {str(at)[:20]!r}": partial(Forge.signed, exp=at) for at in NOT_INSTANTS}
BAD_TOKENS |= {f"iat {str(at)[:20]!r}": partial(Forge.signed, iat=at) for at in NOT_INSTANTS}

# A token fresh from Descope is taken where our clock lags behind, by the one door that takes those. Others refuse it.
BAD_BEARERS = BAD_TOKENS | {
    f"issued {seconds} s ahead": partial(lambda seconds, forge: forge.signed(iat=seconds_from_now(seconds)), seconds)
    for seconds in (7, 60, 89)
}
