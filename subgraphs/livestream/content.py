"""What nobody but the host may write in a chat: links, ways to deal elsewhere, and insults.

Rules without I/O. They look at the text as people read it: full-width letters are letters, and
characters that nobody sees are not there.
"""

import re
import unicodedata

# No endings that are words: people forget the space after a full stop ("great.in blue, please").
_LINK = re.compile(
    r"https?:|\bwww\.|\b[a-z0-9-]{2,}\.(?:com|net|org|info|biz|shop|store|ru|cn|xyz)\b"
)
# Nine digits or more, however they are grouped: nobody writes a price or a size that long.
_NUMBER = re.compile(r"(?:\d[\s().+/-]*){9,}")
_ELSEWHERE = re.compile(r"\b(?:whatsapp|telegram|wechat|t\.me|wa\.me)\b")
_INSULTS = re.compile(
    r"\b(?:assholes?|bastards?|bitch(?:es)?|cunts?|fuck(?:er|ers|ing)?|motherfuckers?|retards?|sluts?|whores?)\b"
)


def blocked(body: str) -> str | None:
    """Why a message is not let through, as the end of a sentence; None if it is."""
    text = _as_read(body)
    if _LINK.search(text):
        return "links"
    if _NUMBER.search(text) or _ELSEWHERE.search(text):
        return "numbers or names of other messengers"
    if _INSULTS.search(text):
        return "insults"
    return None


def _as_read(body: str) -> str:
    plain = unicodedata.normalize("NFKC", body)
    seen = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    return seen.casefold()
