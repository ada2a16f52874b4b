"""HTTP as feeds need it: time limits, repetition with growing waits, no secrets in messages, bounded answers.

What may be repeated is decided by what may have happened. A request that never reached the server, or that the server
put off (429), is sent again. After a lost answer or a server's failure (5xx) the request may have been carried out: if
sending it twice does harm (POST), the caller first looks whether it was (``done``).
"""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from vnadmin_extract import __version__
from vnadmin_extract.exports.plain import one_line, shortened
from vnadmin_extract.feeds.base import FeedError, ServerError
from vnadmin_extract.feeds.secrets import Secret, without_secrets

_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 30.0
"""Seconds between attempts, where the server does not ask for more."""
_PATIENCE: Final = 300.0
"""Seconds that a server may ask for (Retry-After); one that wants longer is left for another day."""
_LARGEST_ANSWER: Final = 256 << 20
_MESSAGE_LENGTH: Final = 300
_REDIRECTS: Final = 5
_PUT_OFF: Final = 429
_FAILURES: Final = frozenset({500, 502, 503, 504, 520, 521, 522, 523, 524})
_MOVED: Final = frozenset({301, 302, 307, 308})
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Options:
    """How patient a client is."""

    timeout: float = 60.0
    """Seconds to wait for an answer; a connection must be made in 10."""
    attempts: int = 6
    """How often a request is sent at most."""
    ca_file: str | None = None
    """File with the certificates of authorities to trust, in PEM form; the usual ones where ``None``."""
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered."""

    status: int
    headers: httpx.Headers
    content: bytes
    url: str


class AlreadyDone(Exception):
    """A request whose answer was lost had been carried out."""


class Client:
    """One server, with one way to log in."""

    def __init__(
        self,
        url: str,
        options: Options,
        *,
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
        secrets: tuple[Secret, ...] = (),
    ) -> None:
        """Check the address; nothing is sent yet.

        Args:
            url: ``https://host/path`` without user or password.
            options: time limits and attempts.
            headers: sent with every request.
            auth: how to log in.
            secrets: what never appears in a message.

        Raises:
            FeedError: the address cannot be used.
        """
        self.url = checked_url(url)
        self._options = options
        self._secrets = secrets
        self.auth = auth
        host = urlsplit(self.url).hostname or ""
        try:
            self._client = httpx.Client(
                headers={"User-Agent": f"vnadmin-extract/{__version__}", **(headers or {})},
                timeout=httpx.Timeout(options.timeout, connect=min(10.0, options.timeout)),
                verify=_certificates(options.ca_file),
                trust_env=host not in _LOOPBACK,  # proxies; what runs on this machine is not behind one
                follow_redirects=False,
            )
        except (OSError, ValueError) as error:
            raise FeedError(
                f"the connection cannot be prepared ({self.cleaned(str(error))})",
                file=self.url,
                remedy="Check --ca-file and the proxy settings of the environment",
            ) from None

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    @property
    def in_clear(self) -> bool:
        """Whether secrets cross a network unencrypted."""
        parts = urlsplit(self.url)
        return parts.scheme == "http" and parts.hostname not in _LOOPBACK

    def address(self, path: str) -> str:
        """The address of a path on the server; raises :class:`FeedError` where it leads to another server."""
        url = urljoin(self.url, path)
        if _origin(url) != _origin(self.url):
            raise FeedError(
                f"the server points to another one ({_origin(url)})",
                file=self.url,
                remedy="If you trust it, give its address as --url",
            )
        return url

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        params: Mapping[str, str] | None = None,
        done: Callable[[], bool] | None = None,
    ) -> Answer:
        """Send a request, again where that helps; gives any answer below 500 but 401, 429 and redirects.

        Args:
            method: HTTP method.
            url: whole address, on this server.
            headers: further headers.
            content: body.
            params: query.
            done: asked before a request is repeated that may have been carried out; ``None``: repeating does no harm.

        Raises:
            FeedError: no connection, or the server does not accept the login, or sends the request elsewhere.
            ServerError: the server failed every time.
            AlreadyDone: ``done`` said so.
        """
        for attempt in range(1, self._options.attempts + 1):
            last = attempt == self._options.attempts
            try:
                answer = self._followed(method, url, headers, content, params)
            except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.TooManyRedirects) as error:
                raise FeedError(self.cleaned(str(error)), file=self.url, remedy="Check --url") from None
            except httpx.TransportError as error:
                self._give_up_on_certificates(error)
                if last:
                    raise FeedError(
                        f"the server does not answer ({self._reason(error)})",
                        file=self.url,
                        remedy="Check the address and the network, then push again: it goes on where it stopped",
                    ) from None
                self._wait(attempt, None)
                untouched = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
                if not untouched and done is not None and done():
                    raise AlreadyDone from None
                continue
            if answer.status != _PUT_OFF and answer.status not in _FAILURES:
                return self._accepted(answer)
            if last:
                raise ServerError(f"the server failed {attempt} times ({self.told(answer)})")
            self._wait(attempt, answer.headers.get("Retry-After"))
            if answer.status != _PUT_OFF and done is not None and done():
                raise AlreadyDone
        raise AssertionError("no attempts")

    def cleaned(self, text: str) -> str:
        """A server's words for a message: one short line without secrets."""
        return shortened(one_line(without_secrets(text, *self._secrets)), _MESSAGE_LENGTH)

    def told(self, answer: Answer) -> str:
        """An answer for a message: its status, and its words where they are plain."""
        phrase = httpx.codes.get_reason_phrase(answer.status)
        told = f"HTTP {answer.status} {phrase}".rstrip()
        if answer.headers.get("Content-Type", "").startswith("text/plain") and answer.content:
            told += f": {self.cleaned(answer.content[:2000].decode(errors='replace'))}"
        return told

    def _followed(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        content: bytes | None,
        params: Mapping[str, str] | None,
    ) -> Answer:
        """Send once, following redirects within the server: to another one, the login would go along."""
        for _ in range(_REDIRECTS):
            answer = self._send(method, url, headers, content, params)
            target = answer.headers.get("Location")
            if answer.status not in _MOVED or not target:
                return answer
            there = urljoin(answer.url, target)
            if _origin(there) != _origin(self.url):
                shown = urlsplit(there)
                raise FeedError(
                    f"the server sends requests elsewhere ({shown.scheme}://{shown.netloc.rpartition('@')[2]})",
                    file=self.url,
                    remedy="If you trust it, give that address as --url",
                )
            if method not in _READING and answer.status in (301, 302):
                raise FeedError(
                    f"the address has moved to {self.cleaned(there)}",
                    file=self.url,
                    remedy="Give the new address as --url",
                )
            url, params = there, None
        raise FeedError("the server redirects without end", file=self.url, remedy="Check --url")

    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        content: bytes | None,
        params: Mapping[str, str] | None,
    ) -> Answer:
        request = self._client.build_request(method, url, headers=headers, content=content, params=params)
        auth = self.auth if self.auth is not None else httpx.USE_CLIENT_DEFAULT
        response = self._client.send(request, auth=auth, stream=True)
        try:
            parts: list[bytes] = []
            size = 0
            for part in response.iter_bytes():
                size += len(part)
                if size > _LARGEST_ANSWER:
                    raise FeedError(
                        f"the server's answer has more than {_LARGEST_ANSWER >> 20} MiB",
                        file=self.url,
                        remedy="Check --url",
                    )
                parts.append(part)
        finally:
            response.close()
        return Answer(response.status_code, response.headers, b"".join(parts), str(request.url))

    def _accepted(self, answer: Answer) -> Answer:
        if answer.status == 401:
            raise LoginError("the server does not accept the login", file=self.url)
        if answer.status >= 500:
            raise ServerError(f"the server failed ({self.told(answer)})")
        if 300 <= answer.status < 400 and answer.status != 304:
            raise FeedError(f"unexpected answer ({self.told(answer)})", file=self.url, remedy="Check --url")
        return answer

    def _wait(self, attempt: int, asked: str | None) -> None:
        """Wait before the next attempt: a random part of a time that doubles, so that clients do not come together."""
        wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2**attempt) * (0.5 + self._options.random() / 2)
        wanted = retry_after(asked)
        if wanted is not None:
            if wanted > _PATIENCE:
                raise FeedError(
                    f"the server asks to come back in {wanted:.0f} seconds",
                    file=self.url,
                    remedy="Push again then: it goes on where it stopped",
                )
            wait = max(wait, wanted)
        self._options.sleep(wait)

    def _give_up_on_certificates(self, error: httpx.TransportError) -> None:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise FeedError(
                f"the server's certificate is not trusted ({self.cleaned(str(error))})",
                file=self.url,
                remedy="Give the certificate of your organisation's authority with --ca-file",
            ) from None

    def _reason(self, error: httpx.TransportError) -> str:
        if isinstance(error, httpx.TimeoutException):
            return "time limit"
        return self.cleaned(str(error)) or type(error).__name__


class LoginError(FeedError):
    """The server does not accept the secrets. Feeds say which these are."""


def checked_url(url: str) -> str:
    """An address without a final ``/``.

    Raises:
        FeedError: it is none of HTTP, or it holds a user or a password, which would stand in the list of processes.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if "@" in parts.netloc:
        raise FeedError(
            "the address must not hold a user or a password",
            file=parts.hostname,
            remedy="Give secrets in the environment or in the key ring",
        )
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise FeedError("--url is no web address", remedy="Write https://host or https://host/path")
    if parts.query or parts.fragment:
        raise FeedError(
            "the address must not have a query or a fragment",
            file=parts.hostname,
            remedy="Give its first part",
        )
    return url.rstrip("/")


def retry_after(value: str | None) -> float | None:
    """Seconds that a ``Retry-After`` header asks for: a number, or a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _origin(url: str) -> str:
    parts = urlsplit(url)
    try:
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        port = None
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _certificates(file: str | None) -> bool | ssl.SSLContext:
    return True if file is None else ssl.create_default_context(cafile=file)
