"""The digest: what is left to read, folded over hosts, on one screen. Pure: no store, no clock."""

from mailtriage.digest.edition import Book, Check, Edition, Parked, SilentHost, WouldDrop
from mailtriage.digest.render import html, json, subject, text

__all__ = ["Book", "Check", "Edition", "Parked", "SilentHost", "WouldDrop", "html", "json", "subject", "text"]
