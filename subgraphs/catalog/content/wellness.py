"""The department Wellness: skincare, tea and coffee, yoga."""

from subgraphs.catalog.content.ranges import Department, Range, colours, models

SKINCARE = Range(
    slug="skincare",
    name="Skincare",
    ondc_domain="ONDC:RET13",
    brands=("Amara Botanics", "Dewlab"),
    code="SC",
    colours=colours("Amber #c98a3c, Frost #dfe7ea, Sage #a9bda0, Petal #e6b8b7, Lavender #b7a8cf"),
    colours_each=1,
    choice="Volume",
    choices=(("30 ml", 0), ("100 ml", 1_800)),
    facts={
        "skin": ("Dry", "Oily", "Sensitive", "All skin types"),
        "key-ingredient": ("Niacinamide", "Squalane", "Hyaluronic acid", "Rosehip", "Green tea"),
        "scent": ("Unscented", "Neroli", "Sandalwood"),
    },
    lines=(
        "With {key-ingredient}, for: {skin}. Scent: {scent}.",
        "Every ingredient is listed with its share, and none is there for the label only.",
        "Not tested on animals; the bottle is refillable.",
    ),
    grams=(70, 240),
    models=models(
        """
        Morning Dew Face Serum | 38 | a glass of water for the skin
        Night Repair Face Oil | 44 | eight hours of quiet work
        Gentle Foam Cleanser | 22 | clean without the tight feeling
        Oat Milk Cleanser | 24 | calm for a face that blushes
        Daily Mineral Sunscreen | 29 | no white trace on any skin
        Clay Purifying Mask | 27 | ten minutes on a Sunday
        Overnight Sleeping Mask | 32 | a cream that works while you do not
        Barrier Repair Cream | 36 | comfort after wind and heating
        Featherlight Moisturiser | 31 | a cream that vanishes
        Vitamin C Brightening Drops | 42 | a window opened in a dull winter
        Retinal Renewal Serum | 52 | patience, in a dark bottle
        Rose Water Toner | 19 | a mist for hot afternoons
        Hand Balm | 16 | gardeners' hands by Monday
        Lip Butter | 12 | the pocket you always check
        Body Oil | 34 | the last warmth of a bath
        Salt Body Scrub | 28 | a sea breeze in a jar
        Beard Conditioning Oil | 26 | soft for those who come close
        """
    ),
)

TEA = Range(
    slug="tea-and-coffee",
    name="Tea & Coffee",
    ondc_domain="ONDC:RET10",
    brands=("Leaf & Ember", "Chaya"),
    code="TC",
    colours=colours(
        "Matcha #8aa653, Masala #b5652b, Hibiscus #a8324a, Roast #4a3426, Jasmine #d9cf9a"
    ),
    colours_each=1,
    choice="Weight",
    choices=(("100 g", 0), ("250 g", 1_400)),
    facts={
        "origin": ("Darjeeling", "Uji", "Yunnan", "Yirgacheffe", "Nilgiri", "Huila"),
        "caffeine": ("Low", "Medium", "High", "None"),
        "certificate": ("Organic", "Fair trade", "Direct trade"),
    },
    lines=(
        "Grown in {origin}. Caffeine: {caffeine}. {certificate}.",
        "Packed within a week of the last step, in a tin that closes with a sigh.",
        "The farm, the lot and the date stand on the lid.",
    ),
    grams=(140, 330),
    models=models(
        """
        First Flush Black Tea | 19 | muscat and mountain air
        Second Flush Black Tea | 17 | honey in the second cup
        Ceremonial Matcha | 34 | a green as loud as spring
        Kitchen Matcha | 18 | for lattes and cakes without guilt
        Jasmine Pearl Green Tea | 21 | blossoms rolled into every leaf
        Roasted Hojicha | 16 | toasted rice and autumn
        Smoky Lapsang Souchong | 18 | a campfire in a cup
        Masala Chai Blend | 14 | cardamom before anything else
        Hibiscus Cooler Infusion | 12 | a red so bright it needs ice
        Mint and Verbena Infusion | 12 | the end of a large dinner
        Oolong Iron Goddess | 26 | seven infusions and still talking
        Aged Pu-erh Cake | 39 | damp forest, in the best way
        Highland Filter Coffee | 18 | bergamot and apricot
        Midnight Espresso Roast | 17 | dark chocolate, no bitterness
        Cold Brew Blend | 20 | slow, sweet and very cold
        Monsooned Malabar Coffee | 19 | spice from months of sea wind
        Decaf Water-Process Coffee | 19 | the taste without the clock
        """
    ),
)

YOGA = Range(
    slug="yoga",
    name="Yoga",
    ondc_domain="ONDC:RET16",
    brands=("Flexa", "Sattva"),
    code="YG",
    colours=colours("Lotus #c77d98, Lagoon #3c8d93, Saffron #e0982f, Night #34375b, Fern #6f9a63"),
    colours_each=2,
    choice=None,
    choices=(),
    facts={
        "material": ("Natural rubber", "Cork", "Organic cotton", "Recycled foam"),
        "level": ("Beginner", "All levels", "Advanced"),
        "thickness": ("3", "4", "6", "8"),
    },
    lines=(
        "{material}, {thickness} millimetres thick. Level: {level}.",
        "Grips better the warmer the room gets.",
        "Wipes clean with water and a drop of soap.",
    ),
    grams=(180, 3200),
    models=models(
        """
        Ground Yoga Mat | 69 | a floor that holds on to you
        Ground Travel Mat | 49 | a mat that folds into hand luggage
        Ground Pro Mat | 99 | twelve years in a busy studio
        Pair of Cork Blocks | 32 | the floor, a little closer
        Bolster Cushion | 58 | buckwheat and a long breath
        Meditation Cushion | 52 | knees lower than hips, at last
        Cotton Yoga Strap | 18 | the ten centimetres you lack
        Restorative Blanket | 45 | weight where you want it
        Balance Wheel | 39 | a backbend with a friend
        Resistance Band Set | 28 | a gym in a drawer
        Massage Ball Duo | 22 | the knot under the shoulder blade
        Foam Roller | 35 | a slow mile for tired legs
        Acupressure Mat | 42 | six thousand small opinions
        Hot Yoga Towel | 29 | grip when it drips
        Mat Carry Strap | 15 | one loop, either shoulder
        Pranayama Eye Pillow | 19 | lavender and darkness
        Aerial Yoga Hammock | 119 | upside down with confidence
        """
    ),
)

WELLNESS = Department("wellness", "Wellness", (SKINCARE, TEA, YOGA))
