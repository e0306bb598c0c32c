"""Being told to stop, before the server has handlers of its own."""

import signal
from collections.abc import Iterator

import pytest

from fusion.up import _heed_signals

SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {each: signal.getsignal(each) for each in SIGNALS}
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("told", SIGNALS)
def test_a_terminal_that_is_closed_stops_the_store_as_a_kill_does(told: signal.Signals):
    _heed_signals()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(told)


def test_nohup_is_heeded():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _heed_signals()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
