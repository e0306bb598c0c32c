"""The department Home: lamps, cookware, chairs."""

from subgraphs.catalog.content.ranges import Department, Range, colours, models

LAMPS = Range(
    slug="lamps",
    name="Lamps",
    ondc_domain="ONDC:RET16",
    brands=("Glimt", "Hikari Works"),
    code="LP",
    colours=colours("Brass #c39b4e, Matt Black #2e2e30, Opal #efe9dc, Copper #b56a45"),
    colours_each=2,
    choice=None,
    choices=(),
    facts={
        "light": ("2700", "3000", "2200 to 4000", "1800 to 3000"),
        "material": ("Spun steel", "Mouth-blown glass", "Washi paper", "Turned oak"),
        "bulb": ("E27", "E14", "GU10", "Built-in LED"),
    },
    lines=(
        "A shade of {material} around a {bulb} light of {light} kelvin.",
        "Dims without flicker down to one per cent.",
        "The fabric cable is two metres long and can be replaced.",
    ),
    grams=(450, 5200),
    models=models(
        """
        Dune Table Lamp | 89 | a pool of light just wide enough for a book
        Dune Floor Lamp | 189 | a reading corner out of nothing
        Comet Pendant Lamp | 149 | an even glow across a round table
        Comet Trio Pendant | 329 | three lights at three heights
        Folded Paper Lantern | 59 | forty-two folds by hand
        Lighthouse Desk Lamp | 119 | an arm that stays where you leave it
        Lighthouse Clamp Lamp | 99 | a desk with nothing on it
        Moss Bedside Lamp | 69 | a touch in the dark
        Arc Reading Lamp | 239 | a wide arm over the sofa
        Mushroom Portable Lamp | 79 | twelve hours on the balcony
        Prism Glass Lamp | 169 | a ripple of light on the wall
        Orchard Wall Lamp | 109 | a quiet light along the stairs
        Workshop Pendant Lamp | 129 | enamel that shrugs off steam
        Sunrise Wake-Up Lamp | 85 | a dawn at seven in December
        Bamboo Basket Pendant | 115 | shadows like a summer hedge
        Chandelle Candle Lamp | 49 | a flame without a flame
        Tripod Studio Lamp | 259 | a photographer's lamp for the living room
        """
    ),
)

COOKWARE = Range(
    slug="cookware",
    name="Cookware",
    ondc_domain="ONDC:RET16",
    brands=("Ferro & Oak", "Saffra"),
    code="CW",
    colours=colours(
        "Cast Black #2f3033, Cream #ece3cf, Chilli #b23a2e, Deep Teal #22595f, Steel #aeb4ba"
    ),
    colours_each=1,
    choice="Diameter",
    choices=(("20 cm", 0), ("26 cm", 2_000)),
    facts={
        "material": ("Cast iron", "Carbon steel", "Tri-ply steel", "Stoneware", "Copper"),
        "hob": ("All hobs", "Gas and oven", "Induction", "Oven only"),
        "care": ("Hand wash", "Dishwasher safe"),
    },
    lines=(
        "Made of {material}. Suits: {hob}. Care: {care}.",
        "Holds its heat when the food goes in, which is where a crust comes from.",
        "No coating to wear off: it gets better with years.",
    ),
    grams=(900, 5600),
    models=models(
        """
        Heritage Dutch Oven | 159 | a lid that bastes the roast
        Heritage Skillet | 69 | eggs that slide after the third week
        Everyday Frying Pan | 59 | a handle that stays cool
        Everyday Saucepan | 65 | a rim that pours without a drip
        Everyday Stock Pot | 95 | soup for the whole stairwell
        Ember Carbon Wok | 79 | the breath of a very hot flame
        Ember Flat Griddle | 75 | dosas as thin as paper
        Clay Tagine | 85 | a lamb that waits for the guests
        Harvest Roasting Dish | 72 | crisp edges on every side
        Harvest Baking Stone | 55 | pizza like the one around the corner
        Copper Sauté Pan | 189 | a sauce that obeys at once
        Copper Butter Warmer | 79 | the small pan for the best part
        Bamboo Steamer Set | 45 | three floors of dumplings
        Pressure Cooker Duo | 129 | dal in eighteen minutes
        Donabe Rice Pot | 99 | rice with a golden bottom
        Bistro Crêpe Pan | 52 | Sunday, thin and round
        Camp Kettle | 49 | tea at two thousand metres
        """
    ),
)

CHAIRS = Range(
    slug="chairs",
    name="Chairs",
    ondc_domain="ONDC:RET16",
    brands=("Holmgard", "Sitt"),
    code="CH",
    colours=colours("Oak #c49a6c, Walnut #6f4e37, Moss #6b7a4b, Petrol #2b5d6b, Blush #d9a79b"),
    colours_each=2,
    choice=None,
    choices=(),
    facts={
        "material": ("Solid oak", "Moulded plywood", "Powder-coated steel", "Recycled plastic"),
        "seat-height": ("44", "46", "48", "65"),
        "assembly": ("Ready to use", "Four screws", "Ten minutes"),
    },
    lines=(
        "{material}, seat height {seat-height} centimetres. Assembly: {assembly}.",
        "Tested for 110 kilograms and two hundred thousand sittings.",
        "Every part has a number and can be ordered again.",
    ),
    grams=(2600, 16_000),
    models=models(
        """
        Windsor Dining Chair | 179 | nine spindles and a very old idea
        Windsor Armchair | 249 | elbows at the height of a newspaper
        Plank Side Chair | 129 | two boards and one clever joint
        Shell Lounge Chair | 399 | a curve that catches you
        Shell Desk Chair | 269 | castors that never squeak
        Ferry Folding Chair | 89 | a deck chair that lives indoors
        Ferry Stacking Chair | 99 | twelve seats in half a square metre
        Loop Bar Stool | 149 | a foot ring in the right place
        Loop Counter Stool | 139 | breakfast at the kitchen island
        Cradle Rocking Chair | 329 | a slow tempo for late evenings
        Atelier Work Stool | 119 | a height for every bench
        Bergen Easy Chair | 459 | wool, oak and a long view
        Canvas Director Chair | 109 | a name on the back, if you like
        Task Ergonomic Chair | 389 | a back that follows yours
        Garden Bistro Chair | 79 | paint that laughs at the weather
        Meadow Kids Chair | 59 | a first chair of one's own
        Zaisu Floor Chair | 135 | a low seat for long meals
        """
    ),
)

HOME = Department("home", "Home", (LAMPS, COOKWARE, CHAIRS))
