"""What people type in the room, before it is kept. Pure."""


def one_line(text: str) -> str:
    """The text on one line, single spaces between its words; empty when it says nothing, as « … » or a sign that is not
    seen.
    """
    words = " ".join(text.replace("\x00", "").split())
    return words if says_something(words) else ""


def says_something(text: str) -> bool:
    """Whether it holds a letter or a digit."""
    return any(sign.isalnum() for sign in text)
