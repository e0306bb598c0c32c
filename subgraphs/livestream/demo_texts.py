"""The demo's rooms, what is offered and what is said in them."""

import msgspec


class Room(msgspec.Struct, frozen=True):
    """A room: what it is called, and the ranges of the catalog its shelf is filled from."""

    title: str
    ranges: tuple[str, ...]


LIVE = (
    Room("Sunday table: pots, pans and one very large lamp", ("cookware", "lamps")),
    Room("Rain or shine: jackets and bags for the week ahead", ("jackets", "bags")),
    Room("Quiet hour: headphones compared, live on the couch", ("headphones", "smart-home")),
)

ENDED = (
    Room("Tea with Mei: first flush, second flush, matcha", ("tea-and-coffee",)),
    Room("Sneaker Thursday: eight pairs, one hour", ("sneakers",)),
    Room("Skin talk with the founder of Dewlab", ("skincare",)),
    Room("Small flats, good chairs", ("chairs", "lamps")),
    Room("Street photography walk, with the cameras we used", ("cameras", "bags")),
)

SCHEDULED = (
    Room("Black Friday preview: what is worth waiting for", ("headphones", "sneakers", "jackets")),
    Room("Morning practice: mats, blocks and a slow start", ("yoga",)),
    Room("Advent in the kitchen: gifts that get used", ("cookware", "tea-and-coffee")),
    Room("Smart home without an account: we set one up", ("smart-home",)),
)

OFFERS = {
    16: 10_599, 20: 1_999, 21: 7_099, 24: 12_699, 72: 10_599, 92: 4_899,
    95: 3_199, 101: 4_699, 128: 5_099, 134: 7_099, 135: 3_699, 136: 3_499,
}  # fmt: skip
"""What products cost in a stream, in rupees, by their number: less than in the catalog."""

GIFTS = (
    ("Rose", 10),
    ("Heart", 25),
    ("Cup of chai", 40),
    ("Drum", 99),
    ("Kite", 150),
    ("Fireworks", 399),
    ("Elephant", 999),
    ("Monsoon", 2_499),
)
"""What viewers can give, with its price in rupees."""

CHAT = (
    "Hello from Pune!",
    "Just joined, what did I miss?",
    "Can you hold it closer to the camera?",
    "Is the small one back in stock?",
    "How heavy is it?",
    "I have this in green and love it.",
    "Does the offer end with the stream?",
    "Added to my basket.",
    "Which one would you keep for yourself?",
    "What is it made of?",
    "Could you show the inside, please?",
    "Do you ship to Kuwait?",
    "That is a good price.",
    "My mother would like that one.",
    "Second order this month, thank you!",
    "The sound is fine here, picture too.",
    "Is there a warranty?",
    "Please show the blue one again.",
    "Ordered!",
    "How does the size run?",
    "Greetings from Jakarta, it is late but I am here.",
    "Can it be repaired?",
    "What would you give to a beginner?",
    "I was waiting for exactly this.",
)

HOST_LINES = (
    "Welcome, everyone who has just come in.",
    "I will show it from every side in a moment.",
    "Good question: yes, it can be returned for thirty days.",
    "The price holds for as long as it is pinned.",
    "Write your sizes in the chat and I will check.",
    "Two more products, then your questions.",
)
