import pytest

from gateway.config.live import SubscriptionLimits
from gateway.server.errors import TooManyConnections
from gateway.server.live_clients import LiveClients, user_of


def clients(connections: int = 10, per_user: int = 10) -> LiveClients:
    return LiveClients(SubscriptionLimits(connections=connections, per_user=per_user))


def test_the_process_has_room_for_a_number_of_connections():
    limited = clients(connections=2)
    with limited.lease(), limited.lease():
        assert limited.is_full
        with pytest.raises(TooManyConnections), limited.lease():
            pass
    assert not limited.is_full


def test_a_user_has_room_for_a_number_of_connections_and_others_are_not_harmed():
    limited = clients(per_user=1)
    with limited.lease() as first, limited.lease() as second, limited.lease() as third:
        first.claim("user a")
        with pytest.raises(TooManyConnections):
            second.claim("user a")
        third.claim("user b")


def test_a_place_is_given_back_however_the_connection_ends():
    limited = clients(connections=1, per_user=1)

    def connection_that_breaks() -> None:
        with limited.lease() as lease:
            lease.claim("user a")
            raise OSError("reset")

    for _ in range(3):
        with pytest.raises(OSError, match="reset"):
            connection_that_breaks()


def test_a_connection_that_was_refused_gives_back_only_its_own_place():
    limited = clients(per_user=1)
    with limited.lease() as first:
        first.claim("user a")
        with pytest.raises(TooManyConnections), limited.lease() as second:
            second.claim("user a")
        with pytest.raises(TooManyConnections), limited.lease() as third:
            third.claim("user a")


def test_anonymous_connections_count_for_their_address():
    assert user_of("usr_1", ("10.0.0.1", 1)) == user_of("usr_1", ("10.0.0.2", 2))
    assert user_of(None, ("10.0.0.1", 1)) == user_of(None, ("10.0.0.1", 2))
    assert user_of(None, ("10.0.0.1", 1)) != user_of(None, ("10.0.0.2", 1))
    assert user_of("10.0.0.1", None) != user_of(None, ("10.0.0.1", 1))
