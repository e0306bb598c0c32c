"""What the cart says, keyed by the cart's id: one event for each version of a cart.

`fc.cart.event.v1` backs `Subscription.cartUpdated`. Who may not see the cart learns its version
and nothing else: the cart itself is read on behalf of each subscriber.
"""

from datetime import timedelta

from subgraphs.cart.models import Cart
from subgraphs.shared.events import Event
from subgraphs.shared.topics import Topic

TOPIC = "fc.cart.event.v1"
UPDATED = "fc.cart.cart.updated.v1"

TOPICS = (
    Topic(
        name=TOPIC,
        key="the cart's id",
        types=(UPDATED,),
        retention=timedelta(days=7),
    ),
)


def cart_updated(cart: Cart) -> Event:
    """The cart has a new version."""
    data = {"cart": {"id": cart.id}, "version": cart.version}
    return Event(type=UPDATED, topic=TOPIC, key=cart.id, data=data)
