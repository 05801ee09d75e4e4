"""How devices check who asks them."""

from base64 import b64decode
from collections.abc import Callable
from hashlib import sha256
import re
from secrets import token_hex

from aiohttp import web

type Guard = Callable[[web.Request], web.Response | None]
"""Returns what is answered instead to somebody who may not ask."""


def basic(username: str, password: str) -> Guard:
    """Want user and password with each request, as RFC 7617 has it."""

    def refuse(request: web.Request) -> web.Response | None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic" and b64decode(given) == f"{username}:{password}".encode():
            return None
        challenge = {"WWW-Authenticate": 'Basic realm="device"'}
        return web.Response(status=401, text="401 Unauthorized", headers=challenge)

    return refuse


def digest(username: str, password: str, realm: str = "device") -> Guard:
    """Want the answer to a challenge with each request: RFC 7616 with SHA-256."""
    counts: dict[str, int] = {}

    def digest_of(*parts: str) -> str:
        return sha256(":".join(parts).encode()).hexdigest()

    def is_right(request: web.Request) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        pairs = re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', given)
        said = {name: quoted or bare for name, quoted, bare in pairs}
        nonce, count = said.get("nonce", ""), int(said.get("nc", "0"), 16)
        # A count that was seen before is somebody who repeats what he overheard.
        if scheme != "Digest" or nonce not in counts or count <= counts[nonce]:
            return False
        counts[nonce] = count
        expected = digest_of(
            digest_of(username, realm, password),
            nonce,
            said["nc"],
            said["cnonce"],
            said["qop"],
            digest_of(request.method, said["uri"]),
        )
        return bool(
            said["response"] == expected
            and said["username"] == username
            and said["uri"] == request.raw_path
            and said["algorithm"] == "SHA-256"
        )

    def refuse(request: web.Request) -> web.Response | None:
        if is_right(request):
            return None
        nonce = token_hex(8)
        counts[nonce] = 0
        challenge = (
            f'Digest qop="auth", realm="{realm}", nonce="{nonce}", algorithm=SHA-256'
        )
        return web.Response(status=401, headers={"WWW-Authenticate": challenge})

    return refuse


def query(username: str, password: str, status: int = 401) -> Guard:
    """Want user and password in the query; old firmware refuses with status 200."""

    def refuse(request: web.Request) -> web.Response | None:
        asked = request.query
        if (asked.get("user"), asked.get("password")) == (username, password):
            return None
        warning = {"WARNING": "Need user=<username>&password=<password>"}
        return web.json_response(warning, status=status)

    return refuse


def bearer(token: str) -> Guard:
    """Want a token with each request."""

    def refuse(request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") == f"Bearer {token}":
            return None
        error = {"error": {"code": "user:unauthorized"}}
        return web.json_response(error, status=401)

    return refuse
