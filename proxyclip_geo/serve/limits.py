"""ASGI middleware: who may connect, how often, and what browsers may do with the answers."""

import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proxyclip_geo.serve.options import LOOPBACK, ServeOptions

MAX_BODY = 1_000_000
"""Bytes of the body of a request."""
MAX_URL = 16_000
"""Bytes of the path and query of a request."""
_MOST_CLIENTS = 1024

# MapLibre compiles its styles without eval, and starts its worker from a file of ours.
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
)


class Buckets:
    """Token buckets, one per client: each may send `rate` requests a second, and twice as many at once."""

    def __init__(self, rate: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = rate, clock
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> bool:
        """Count a request; return whether it is allowed."""
        now = self._clock()
        tokens, before = self._clients.pop(client, (2.0 * self._rate, now))
        tokens = min(2.0 * self._rate, tokens + (now - before) * self._rate)
        self._clients[client] = (tokens - 1 if tokens >= 1 else tokens, now)
        while len(self._clients) > _MOST_CLIENTS:
            self._clients.popitem(last=False)
        return tokens >= 1


class Guard:
    """Refuse requests that are too many, too long, or come through another name; add headers to answers."""

    def __init__(self, app: ASGIApp, *, options: ServeOptions) -> None:
        """Wrap an application."""
        self._app, self._options = app, options
        self._buckets = Buckets(options.rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def add_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), headers.get("origin"))
            await send(message)

        refusal = self._refuse(scope, headers)
        if refusal is not None:
            await JSONResponse({"error": refusal[1]}, refusal[0])(scope, receive, add_headers)
            return
        await self._app(scope, receive, add_headers)

    def _refuse(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Return the status and reason of a refusal, or None."""
        if self._options.is_local:
            # Another page cannot give its own host name the address of this machine (DNS rebinding).
            host = headers.get("host", "").rsplit(":", 1)[0].strip("[]")
            if host not in (*LOOPBACK, "::1", self._options.host):
                return 421, f"this server answers to {', '.join(LOOPBACK)} only"
        if len(scope["path"]) + len(scope["query_string"]) > MAX_URL:
            return 414, f"the URL is longer than {MAX_URL} bytes; give fewer words"
        if int(headers.get("content-length") or 0) > MAX_BODY:
            return 413, f"the body is larger than {MAX_BODY} bytes"
        client = (scope.get("client") or ("",))[0]
        if not self._buckets.take(client):
            return 429, f"more than {self._options.rate} requests a second; wait a second"
        return None

    def _add(self, headers: MutableHeaders, origin: str | None) -> None:
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Content-Security-Policy"] = _POLICY
        allowed = self._options.cors
        headers["Cross-Origin-Resource-Policy"] = "cross-origin" if allowed else "same-site"
        if allowed:
            headers.add_vary_header("Origin")
        if "*" in allowed:
            headers["Access-Control-Allow-Origin"] = "*"
        elif origin in allowed:
            headers["Access-Control-Allow-Origin"] = str(origin)
