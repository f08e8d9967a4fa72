"""Data sets from their documented addresses: downloaded, compared to a checksum, unpacked with suspicion."""

from __future__ import annotations

from repro.data.fetch.acquire import CARD, Fetched, fetch
from repro.data.fetch.addresses import ADDRESSES, FetchError

__all__ = ["ADDRESSES", "CARD", "FetchError", "Fetched", "fetch"]
