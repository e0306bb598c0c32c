"""Which labels of progressive `@override` are active for a request.

A label has a share of the requests: all, none, or a percentage. Each request has one number for all
its labels, between 0 and 100, and a label is active if that is below its share. So there are at
most as many plans of an operation as there are different shares, and one more; and a larger share
takes nobody's fields back. A signed-in user's number is a hash of the subject: a user stays with
the same subgraphs. Anonymous requests have a new one each time.
"""

import hashlib
import random
import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

from gateway.supergraph.model import Supergraph

Labels = frozenset[str]

_PERCENT: Final = re.compile(r"percent\((\d+(?:\.\d+)?)\)")
_ALL: Final = 100.0
_DRAWN: Final = random.SystemRandom().random


def labels_of(supergraph: Supergraph) -> Labels:
    """The labels that fields of a supergraph move by."""
    return frozenset(
        join.override_label
        for type_ in supergraph.types.values()
        for field in type_.fields.values()
        for join in field.joins or ()
        if join.override_label is not None
    )


class OverrideLabels:
    """The shares of a supergraph's labels."""

    def __init__(
        self,
        labels: Collection[str],
        shares: Mapping[str, float],
        anonymous: Callable[[], float] = _DRAWN,
    ) -> None:
        """`shares` are in percent; without one `percent(n)` has n, any other label none.

        `anonymous` draws a number from 0 to below 1.
        """
        found = {label: shares.get(label, _own_share(label)) for label in sorted(labels)}
        self._partly = {label: share for label, share in found.items() if 0 < share < _ALL}
        self._always = frozenset(label for label, share in found.items() if share >= _ALL)
        self._anonymous = anonymous

    def active(self, subject: str | None) -> Labels:
        """The labels that are active for a request of this user, None for an anonymous one."""
        if not self._partly:
            return self._always
        drawn = _ALL * (self._anonymous() if subject is None else _fraction(subject))
        return self._always.union(label for label, share in self._partly.items() if drawn < share)

    def possible(self, labels: Labels) -> Labels:
        """Those of `labels` that may be active here, and those that always are."""
        return self._always | (labels & self._partly.keys())


def _own_share(label: str) -> float:
    percent = _PERCENT.fullmatch(label)
    return float(percent[1]) if percent else 0.0


def _fraction(subject: str) -> float:
    digest = hashlib.blake2b(subject.encode(), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48
