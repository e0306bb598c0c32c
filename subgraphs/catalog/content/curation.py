"""How the demo shop is arranged: its collections, and the kinds of facts about its products."""

import msgspec

from subgraphs.catalog.content.assortment import DemoProduct


class DemoCollection(msgspec.Struct, frozen=True):
    """A collection: products of some ranges whose name or charm has one of the words."""

    slug: str
    title: str
    ranges: tuple[str, ...]
    words: tuple[str, ...] = ()

    def takes(self, made: DemoProduct) -> bool:
        """Whether a product belongs in it."""
        if self.ranges and made.range.slug not in self.ranges:
            return False
        text = f"{made.model.name} {made.model.charm}".lower()
        return not self.words or any(word in text for word in self.words)


COLLECTIONS = (
    DemoCollection(
        "new-arrivals", "New arrivals", (), ("mini", "pro", "smart", "light", "classic")
    ),
    DemoCollection("best-of-audio", "Best of audio", ("headphones",)),
    DemoCollection("quiet-home", "A quiet, clever home", ("smart-home", "lamps")),
    DemoCollection("see-the-world", "See the world", ("cameras", "bags")),
    DemoCollection(
        "monsoon-ready", "Monsoon ready", (), ("rain", "wet", "water", "monsoon", "dry")
    ),
    DemoCollection("city-runs", "City runs", ("sneakers",)),
    DemoCollection("layers", "Layers for every wind", ("jackets",)),
    DemoCollection("small-kitchen", "The small kitchen", ("cookware", "tea-and-coffee")),
    DemoCollection("slow-mornings", "Slow mornings", ("tea-and-coffee", "yoga")),
    DemoCollection("self-care-sunday", "Self-care Sunday", ("skincare", "yoga")),
    DemoCollection("sit-down", "Sit down, stay a while", ("chairs",)),
    DemoCollection("night-lights", "Night lights", ("lamps",)),
    DemoCollection(
        "gifts", "Gifts that get used", (), ("mini", "set", "pocket", "pair", "duo", "book")
    ),
    DemoCollection(
        "workspace", "A desk worth sitting at", (), ("desk", "office", "studio", "work")
    ),
)

KINDS = (
    ("connection", "Connection", None),
    ("battery", "Battery life", "h"),
    ("noise-cancelling", "Noise cancelling", None),
    ("protocol", "Protocol", None),
    ("power", "Power", None),
    ("sensor", "Sensor", None),
    ("resolution", "Resolution", "MP"),
    ("mount", "Lens mount", None),
    ("material", "Material", None),
    ("sole", "Sole", None),
    ("season", "Season", None),
    ("fit", "Fit", None),
    ("volume", "Volume", "l"),
    ("closure", "Closure", None),
    ("light", "Colour of light", "K"),
    ("bulb", "Bulb", None),
    ("hob", "Hob", None),
    ("care", "Care", None),
    ("seat-height", "Seat height", "cm"),
    ("assembly", "Assembly", None),
    ("skin", "Skin type", None),
    ("key-ingredient", "Key ingredient", None),
    ("scent", "Scent", None),
    ("origin", "Origin", None),
    ("caffeine", "Caffeine", None),
    ("certificate", "Certificate", None),
    ("level", "Level", None),
    ("thickness", "Thickness", "mm"),
)
"""Kinds of attributes: key, label, unit; in the order in which a product's page lists them."""
