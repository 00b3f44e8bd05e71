"""The keys that sign tokens: one private JWK to a file, named after its algorithm.

Whatever lies in the folder is published, so a second key (another algorithm, a rotation) is one more file.
"""

import base64
import hashlib
import json
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

PRIVATE_PARTS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def signing_key(alg: str = "RS256", kid: str | None = None) -> jwt.PyJWK:
    """Return the private key of this id, or the one that signs by this algorithm."""
    for jwk in _jwks():
        if jwk["kid"] == kid or (kid is None and jwk["alg"] == alg):
            return _loaded(json.dumps(jwk))
    raise LookupError(f"The sandbox has no key {kid or alg}")


def verification_key(kid: str) -> jwt.PyJWK | None:
    return next((jwt.PyJWK(jwk) for jwk in public_keys() if jwk["kid"] == kid), None)


def public_keys() -> list[dict[str, Any]]:
    """Return every key without its private parts. Source: RFC 7517, section 5."""
    return [{name: value for name, value in jwk.items() if name not in PRIVATE_PARTS} for jwk in _jwks()]


def rotate(*, keep_former: bool = True) -> None:
    """Sign with new keys from now on. The former ones stay published until the next time, unless told otherwise."""
    for alg in MAKERS:
        path = _folder() / f"{alg.lower()}.json"
        if path.exists():
            path.replace(path.with_name(f"was-{path.name}"))
            _create(path, MAKERS[alg]())
        if not keep_former:
            path.with_name(f"was-{path.name}").unlink(missing_ok=True)


def prepare() -> None:
    """Make a key for each algorithm that has none."""
    for alg, make in MAKERS.items():
        path = _folder() / f"{alg.lower()}.json"
        if not path.exists():
            _create(path, make())


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "sandbox-keys"


def _jwks() -> tuple[dict[str, Any], ...]:
    folder = _folder()
    if not (folder / "rs256.json").exists():
        _create(folder / "rs256.json", _new_rs256())
    return _read(folder, folder.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(folder: Path, changed_at: int) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(path.read_text()) for path in sorted(folder.glob("*.json")))


@lru_cache(maxsize=8)
def _loaded(jwk: str) -> jwt.PyJWK:
    """Return the key. That its parts belong together takes forty times as long to check as to sign with it."""
    return jwt.PyJWK(json.loads(jwk))


def _create(path: Path, jwk: dict[str, Any]) -> None:
    """Write the file whole or not at all, and leave one that another process has written meanwhile."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".new-") as file:  # mode 0600
        json.dump(jwk, file)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            return


def _new_rs256() -> dict[str, Any]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk: dict[str, Any] = RSAAlgorithm.to_jwk(key, as_dict=True)
    jwk.pop("key_ops", None)
    return {**jwk, "alg": "RS256", "use": "sig", "kid": _thumbprint(jwk)}


def _new_es384() -> dict[str, Any]:
    jwk: dict[str, Any] = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()), as_dict=True)
    jwk.pop("key_ops", None)
    return {**jwk, "alg": "ES384", "use": "sig", "kid": _thumbprint(jwk)}


def _thumbprint(jwk: dict[str, Any]) -> str:
    """Return the key's own id. Source: RFC 7638, section 3."""
    members = {name: jwk[name] for name in sorted({"crv", "e", "kty", "n", "x", "y"} & set(jwk))}
    digest = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


MAKERS = {"RS256": _new_rs256, "ES384": _new_es384}
