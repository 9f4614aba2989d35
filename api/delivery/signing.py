"""Signing, as Standard Webhooks says: the receiver can tell who sent a message, and that it is whole and new."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime

from standardwebhooks import Webhook

#: How many hours the previous secret is still signed with after a rotation.
ROTATION_HOURS = 24
_SECRET_BYTES = 32


def new_secret() -> str:
    """Make a signing secret."""
    return f"whsec_{b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def signature_headers(message: str, body: bytes, at: datetime, signing: Iterable[str]) -> dict[str, str]:
    """Write the headers that go with a message sent at some time: one signature for each secret."""
    text = body.decode()
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(message, at, text) for secret in signing),
    }
