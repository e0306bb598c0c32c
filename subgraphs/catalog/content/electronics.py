"""The department Electronics: headphones, smart home, cameras."""

from subgraphs.catalog.content.ranges import Department, Range, colours, models

HEADPHONES = Range(
    slug="headphones",
    name="Headphones",
    ondc_domain="ONDC:RET14",
    brands=("Lumora", "Tonwerk"),
    code="HP",
    colours=colours(
        "Graphite #3b4048, Ivory #e9e2d3, Ocean Blue #2f6690, Rose #d98c99, Forest #3f6b52"
    ),
    colours_each=3,
    choice=None,
    choices=(),
    facts={
        "connection": ("Bluetooth 5.4", "USB-C", "Bluetooth 5.3", "3.5 mm jack"),
        "battery": ("30", "42", "24", "60"),
        "noise-cancelling": ("Adaptive", "Hybrid", "Passive"),
    },
    lines=(
        "Tuned by ear in a treated room, with a warm low end and voices that stay in front.",
        "Noise cancelling: {noise-cancelling}. Connects by {connection}.",
        "Up to {battery} hours on one charge; ten minutes at the socket give another four.",
        "Ear pads and cable can be changed without tools.",
    ),
    grams=(180, 340),
    models=models(
        """
        Halo Wireless Headphones | 199 | a featherlight frame that disappears after a minute
        Halo Mini On-Ear Headphones | 129 | a fold that fits a coat pocket
        Aria Open-Back Headphones | 349 | an airy stage for long evenings of records
        Pulse Sport Headphones | 89 | ear hooks that stay put on a trail
        Nocturne Noise-Cancelling Headphones | 279 | silence on the loudest train
        Studio One Monitor Headphones | 159 | a flat response for mixing and editing
        Studio Two Reference Headphones | 499 | planar drivers matched by hand
        Metro Commuter Headphones | 119 | a microphone that ignores the wind
        Cadence DJ Headphones | 179 | cups that swivel for one-ear listening
        Tempo Kids Headphones | 49 | a gentle limit of 85 decibels
        Vela Gaming Headset | 139 | footsteps you can place with closed eyes
        Vela Pro Wireless Headset | 219 | a dock that charges the second battery
        Sonata Wood Headphones | 389 | cups turned from reclaimed walnut
        Orbit Spatial Headphones | 299 | head tracking for films and games
        Breeze Foldable Headphones | 69 | a fold flat enough for a laptop sleeve
        Focus Office Headset | 149 | a mute button you find without looking
        Legacy Wired Headphones | 99 | a braided cable and no battery to age
        """
    ),
)

SMART_HOME = Range(
    slug="smart-home",
    name="Smart Home",
    ondc_domain="ONDC:RET14",
    brands=("Nestra", "Kivo"),
    code="SH",
    colours=colours("Chalk #f0ede6, Slate #4b5563, Sage #9db49b, Terracotta #c9744f"),
    colours_each=2,
    choice=None,
    choices=(),
    facts={
        "protocol": ("Matter over Thread", "Wi-Fi 6", "Zigbee 3", "Matter over Wi-Fi"),
        "power": ("Mains", "USB-C", "Two AA cells", "Rechargeable"),
    },
    lines=(
        "Works without an account: set it up over the local network and keep the data at home.",
        "Speaks {protocol}. Power: {power}.",
        "Updates are promised until 2034, and the case opens with two screws.",
    ),
    grams=(90, 900),
    models=models(
        """
        Hearth Smart Speaker | 129 | a room-filling voice in a small body
        Hearth Display Speaker | 199 | a screen that dims itself at night
        Sense Motion Sensor | 29 | three years on one set of cells
        Sense Air Quality Monitor | 99 | particles, humidity and carbon dioxide at a glance
        Latch Smart Lock | 219 | a key that still works when the power is out
        Chime Video Doorbell | 149 | a view from the doormat to the street
        Drift Smart Thermostat | 179 | heating that learns when nobody is home
        Ray Smart Plug, Pair | 35 | a meter for every watt
        Veil Curtain Motor | 139 | mornings that begin with daylight
        Brook Leak Detector | 39 | a loud alarm before the floor is wet
        Sentry Indoor Camera | 79 | a shutter that really closes
        Sentry Outdoor Camera | 169 | a night picture in colour
        Beacon Smoke Alarm | 59 | a voice that says which room
        Core Home Hub | 119 | one quiet box for every radio
        Tap Wireless Button | 25 | three actions under one thumb
        Petal Robot Vacuum | 399 | a map that remembers the carpets
        Sprout Plant Sensor | 32 | a message before the fern complains
        """
    ),
)

CAMERAS = Range(
    slug="cameras",
    name="Cameras",
    ondc_domain="ONDC:RET14",
    brands=("Opteon", "Farland"),
    code="CM",
    colours=colours("Black #2b2d31, Silver #b9bec5, Olive #6c6f4b"),
    colours_each=1,
    choice="Kit",
    choices=(("Body only", 0), ("With 35 mm lens", 29_900)),
    facts={
        "sensor": ("Full frame", "APS-C", "Micro Four Thirds", "Medium format"),
        "resolution": ("24", "33", "45", "61"),
        "mount": ("L", "X", "E", "MFT"),
    },
    lines=(
        "A {sensor} sensor with {resolution} megapixels behind the {mount} mount.",
        "Dials for everything that matters, so that the menu stays closed.",
        "Sealed against dust and drizzle; tested down to ten degrees of frost.",
    ),
    grams=(320, 980),
    models=models(
        """
        Traveller Compact Camera | 649 | a camera that is always with you
        Traveller Zoom Camera | 799 | a reach from courtyard to tower
        Meridian Mirrorless Camera | 1499 | autofocus that keeps hold of an eye
        Meridian II Mirrorless Camera | 1899 | steady hand-held shots at half a second
        Atlas Full-Frame Camera | 2499 | files that forgive a wrong exposure
        Atlas Cine Camera | 3299 | ten-bit film straight to a drive
        Flint Street Camera | 1099 | a shutter nobody hears
        Flint Mono Camera | 1399 | a sensor that only knows black and white
        Ridge Adventure Camera | 549 | a drop of two metres onto gravel
        Ridge Dive Camera | 629 | colours at thirty metres under water
        Pocket Vlog Camera | 449 | a screen that looks back at you
        Panorama 360 Camera | 399 | the whole room in one picture
        Instant Print Camera | 179 | a print in hand within a minute
        Instant Mini Camera | 99 | party pictures the size of a card
        Heron Wildlife Camera | 2199 | forty frames a second without a blink
        Loupe Macro Camera | 899 | a stack of focus in one press
        Archive Film Camera | 749 | a mechanical shutter and nothing to charge
        """
    ),
)

ELECTRONICS = Department("electronics", "Electronics", (HEADPHONES, SMART_HOME, CAMERAS))
