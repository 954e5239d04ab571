"""mailtriage: root's mail comes in by SMTP and leaves as nothing, an event, or a line in the digest."""

__version__ = "0.1.0"
