"""error.py - what people are told, and nothing of Python."""


class Failed(Exception):
    """It cannot be done; the text says what, where and what to do."""
