"""The second generation's way of writing, in front of a real InfluxDB 1.

It does what 1.8's serveWriteV2 does (v1.8.10 services/httpd/handler.go): a bucket
"db/rp" becomes the database and the retention policy, and the precision gets its old
name; and what 1.8's parseCredentials does with a token "user:password". The version in
its answers is that of a server with these routes only.
"""

import base64
from http.client import HTTPConnection
from urllib.parse import urlencode

from .http_server import HOST, Answer, Request, Respond


def v2_shim(port: int, version: str) -> Respond:
    """Return what answers as such a server, by asking the one on the port."""

    def respond(request: Request) -> Answer:
        headers = {}
        if token := request.headers.get("Authorization", "").removeprefix("Token "):
            basic = base64.b64encode(token.encode()).decode()
            headers["Authorization"] = f"Basic {basic}"
        query = dict(request.query)
        path = request.path
        if path == "/api/v2/write":
            path = "/write"
            database, _, policy = query.pop("bucket").partition("/")
            query.pop("org")
            query |= {"db": database} | ({"rp": policy} if policy else {})
            query["precision"] = {"ns": "n", "us": "u"}.get(
                query["precision"], query["precision"]
            )
        connection = HTTPConnection(HOST, port, timeout=10)
        connection.request(
            request.method,
            f"{path}?{urlencode(query)}",
            request.body.encode() or None,
            headers,
        )
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return Answer(answer.status, body, {"X-Influxdb-Version": version})

    return respond
