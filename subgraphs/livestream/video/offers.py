"""Reads SDP offers: what is in them, and what of it a room can take (RFC 9725 section 4.2).

The media server is reachable, so it needs none of the client's addresses: the client checks ours
(as with ICE lite, RFC 8445 section 2.5). The relay drops the candidates of an offer: it thus sends
nothing to an address that somebody merely wrote down, and resolves no mDNS names.
"""

import re

import msgspec

from subgraphs.livestream.video.rooms import OfferRefused

KINDS = ("audio", "video")
_CANDIDATES = re.compile(r"^a=(?:candidate:|end-of-candidates).*\r?\n?", re.MULTILINE)
_SECTION = re.compile(r"^m=", re.MULTILINE)
_CODEC = re.compile(r"^a=rtpmap:\d+ ([\w-]+)/(\d+)", re.MULTILINE)
_PREFERRED = {"audio": ("opus",), "video": ("VP8", "H264")}
"""What browsers and OBS send, and what the relay can cut into packets again."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer of audio, video or both; `codecs` are those the relay takes, best first, by kind."""

    sdp: str
    codecs: dict[str, tuple[str, ...]]

    def without_candidates(self) -> str:
        """The offer as if the client did not know its own addresses."""
        return _CANDIDATES.sub("", self.sdp)


def read_offer(sdp: str, *, publishing: bool) -> Offer:
    """Read an offer with at most one section of each kind.

    Raises:
        OfferRefused: it is malformed, has something that is no audio or video, or does not send
            (receive) where it is to be published (played).
    """
    head, *sections = _SECTION.split(sdp)
    if not head.startswith("v=0") or not sections:
        raise OfferRefused("The body is not an SDP offer.", malformed=True)
    codecs: dict[str, tuple[str, ...]] = {}
    for section in sections:
        kind = section.split(maxsplit=1)[0]
        if kind not in KINDS:
            raise OfferRefused(f"Audio and video are taken, but not {kind[:20]!r}.")
        if kind in codecs:
            raise OfferRefused(f"One {kind} is taken, but not more.")
        _check_direction(section, kind, publishing=publishing)
        offered = {name.lower() for name, _ in _CODEC.findall(section)}
        codecs[kind] = tuple(name for name in _PREFERRED[kind] if name.lower() in offered)
    return Offer(sdp=sdp, codecs=codecs)


def chosen_codecs(offer: Offer) -> dict[str, str]:
    """The one codec of each kind that a publisher shall use, so that all viewers get it.

    Raises:
        OfferRefused: it offers none that the relay takes.
    """
    for kind, codecs in offer.codecs.items():
        if not codecs:
            raise OfferRefused(f"The {kind} is taken in {' or '.join(_PREFERRED[kind])}.")
    return {kind: codecs[0] for kind, codecs in offer.codecs.items()}


def _check_direction(section: str, kind: str, *, publishing: bool) -> None:
    useless = "recvonly" if publishing else "sendonly"
    if re.search(rf"^a=(?:{useless}|inactive)\s*$", section, re.MULTILINE):
        doing = "send" if publishing else "receive"
        raise OfferRefused(f"The offer does not {doing} its {kind}.")
