"""Passwords and keys: from the environment or the system's key ring, never from arguments, never shown."""

from __future__ import annotations

import os
from typing import Final

from vnadmin_extract.feeds.base import FeedError

SERVICE: Final = "vnadmin-extract"
"""Service name of the entries in the key ring."""
HIDDEN: Final = "***"
_LEAST: Final = 4
"""Characters of a secret that is looked for in texts; shorter ones would be found in any word."""


class Secret:
    """A text that shows itself nowhere by accident: not in ``repr``, ``str``, format strings or pickles."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text, for the one place that sends it."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


def find_secret(variable: str, entry: str, *, what: str, server: str) -> Secret:
    """A secret by its environment variable, else by its entry in the key ring.

    Args:
        variable: the environment variable.
        entry: user name of the entry in the key ring; its service is :data:`SERVICE`.
        what: what it is, for the error: "a Redmine API key".
        server: address of the server, for the error.

    Raises:
        FeedError: neither has it, or it holds characters that cannot be sent.
    """
    text = os.environ.get(variable, "").strip() or (_from_key_ring(entry) or "").strip()
    if not text:
        raise FeedError(
            f"{what} is needed",
            file=server,
            remedy=f"Set the environment variable {variable}, or run: keyring set {SERVICE} '{entry}'",
        )
    if not text.isprintable():
        raise FeedError(
            f"{what} holds line breaks or control characters", file=server, remedy=f"Set {variable} anew"
        )
    return Secret(text)


def without_secrets(text: str, *secrets: Secret) -> str:
    """The text with the secrets hidden: a server may send back what it got."""
    for secret in secrets:
        if len(secret.reveal()) >= _LEAST:
            text = text.replace(secret.reveal(), HIDDEN)
    return text


def _from_key_ring(entry: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password(SERVICE, entry)
    except (KeyringError, RuntimeError, OSError):
        return None  # no key ring on this machine, or it is locked: the error about the missing secret says what to do
