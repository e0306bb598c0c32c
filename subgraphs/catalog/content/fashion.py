"""The department Fashion: sneakers, jackets, bags."""

from subgraphs.catalog.content.ranges import Department, Range, colours, models

SNEAKERS = Range(
    slug="sneakers",
    name="Sneakers",
    ondc_domain="ONDC:RET12",
    brands=("Strida", "Koyo"),
    code="SN",
    colours=colours(
        "Cloud White #eceae4, Ink #23283a, Brick #b5533c, Moss #6b7a4b, Sky #7fb2d6, Sand #d8c3a0"
    ),
    colours_each=2,
    choice="Size",
    choices=(("EU 39", 0), ("EU 41", 0), ("EU 43", 0)),
    facts={
        "material": ("Recycled mesh", "Full-grain leather", "Suede", "Organic canvas"),
        "sole": ("Natural rubber", "EVA foam", "Cork blend"),
        "fit": ("Regular", "Wide", "Slim"),
    },
    lines=(
        "Upper: {material}. Sole: {sole}. Fit: {fit}.",
        "The insole lifts out for washing, and the laces are a size you can buy anywhere.",
        "Can be resoled twice at our workshop.",
    ),
    grams=(520, 860),
    models=models(
        """
        Tempo Road Running Shoes | 119 | a roll from heel to toe that forgives tired legs
        Tempo Long-Run Shoes | 149 | a soft last hour of a marathon
        Gravel Trail Shoes | 139 | grip on wet roots and loose stone
        Court Classic Sneakers | 95 | the clean line of a 1974 tennis shoe
        Court High-Top Sneakers | 105 | a collar that holds the ankle
        Alley Skate Shoes | 79 | a sole you can feel the board through
        Harbour Canvas Sneakers | 59 | a shoe for a summer without socks
        Harbour Slip-On Sneakers | 55 | a morning without laces
        Loom Knit Sneakers | 99 | one piece of yarn from toe to heel
        Pace Walking Shoes | 89 | ten thousand steps on a hard pavement
        Summit Approach Shoes | 159 | edges for the last rocks before the hut
        Velo Cycling Sneakers | 129 | a cleat that hides in the sole
        Dojo Training Shoes | 85 | a flat base for heavy lifts
        Rally Retro Sneakers | 92 | stripes from an old racing poster
        Monsoon Waterproof Sneakers | 135 | dry socks at the end of a wet street
        Studio Dance Sneakers | 88 | a pivot point where a turn needs it
        Ember Winter Sneakers | 145 | a lining of felted wool
        """
    ),
)

JACKETS = Range(
    slug="jackets",
    name="Jackets",
    ondc_domain="ONDC:RET12",
    brands=("Nordhall", "Monsun"),
    code="JK",
    colours=colours(
        "Pine #2f4a3c, Mustard #d3a12f, Navy #26344f, Clay #a8664b, Stone #b7b2a5, Plum #5b3754"
    ),
    colours_each=2,
    choice="Size",
    choices=(("S-M", 0), ("L-XL", 0)),
    facts={
        "material": ("Waxed cotton", "Recycled nylon", "Merino wool", "Organic denim"),
        "season": ("Rain", "Winter", "Spring and autumn", "All year"),
        "fit": ("Regular", "Relaxed", "Slim"),
    },
    lines=(
        "Made of {material} for {season}. Fit: {fit}.",
        "Two-way zip, four pockets, one of them for a ticket.",
        "Free repairs for as long as you own it.",
    ),
    grams=(340, 1400),
    models=models(
        """
        Fjord Rain Jacket | 189 | seams that have kept out a week of Bergen
        Fjord Shell Jacket | 249 | three layers that pack into a fist
        Birch Down Jacket | 279 | warmth without bulk, from recovered down
        Birch Light Down Vest | 149 | a warm core and free arms
        Harvest Chore Jacket | 129 | a cut borrowed from French fields
        Harvest Denim Jacket | 119 | an indigo that tells your story
        Signal Cycling Jacket | 139 | a collar that glows in headlights
        Lodge Wool Overshirt | 159 | the weight of a blanket, the cut of a shirt
        Lodge Fleece Jacket | 109 | fleece from two dozen bottles
        Regent Trench Coat | 319 | a storm flap that earns its name
        Regent Car Coat | 289 | a length that suits a bicycle
        Quarry Field Jacket | 199 | pockets for maps and apples
        Aero Wind Jacket | 99 | a hundred grams against the gale
        Drizzle Packable Poncho | 69 | a roof for you and your backpack
        Ember Quilted Jacket | 169 | diamonds stitched through warm wadding
        Canyon Suede Jacket | 349 | suede that softens with every autumn
        Metro Bomber Jacket | 145 | ribbed cuffs and a hidden phone pocket
        """
    ),
)

BAGS = Range(
    slug="bags",
    name="Bags",
    ondc_domain="ONDC:RET12",
    brands=("Tolva", "Basara"),
    code="BG",
    colours=colours(
        "Cognac #a5623a, Charcoal #3a3d42, Bottle Green #2d5145, Oat #d9cbb0, Indigo #3c4a7a"
    ),
    colours_each=2,
    choice=None,
    choices=(),
    facts={
        "material": ("Vegetable-tanned leather", "Waxed canvas", "Recycled nylon", "Sailcloth"),
        "volume": ("8", "14", "22", "36"),
        "closure": ("Zip", "Roll top", "Buckle", "Magnet"),
    },
    lines=(
        "{volume} litres of {material}, closed by a {closure} closure.",
        "A padded sleeve takes a laptop; a light lining lets you find the keys.",
        "Stress points are bar-tacked and guaranteed for ten years.",
    ),
    grams=(280, 1500),
    models=models(
        """
        Courier Messenger Bag | 139 | a strap that knows its shoulder
        Courier Roll-Top Backpack | 159 | a top that grows with the shopping
        Atelier Tote Bag | 119 | handles long enough for a winter coat
        Atelier Mini Tote | 89 | a phone, a book and an apple
        Weekender Duffel Bag | 229 | a Friday-to-Monday size
        Weekender Garment Bag | 259 | a suit without a crease
        Sling Crossbody Bag | 69 | hands free in a crowd
        Prism Camera Backpack | 199 | a side door to the lens
        Campus Daypack | 79 | a term of books
        Campus Laptop Sleeve | 45 | a soft landing for a sharp corner
        Market Shopper Bag | 29 | a week of vegetables, folded to a palm
        Pilot Briefcase | 289 | a spine that stands on its own
        Ridge Hiking Backpack | 179 | weight on the hips and air on the back
        Tide Dry Bag | 59 | welded seams for boats and rain
        Orchard Bucket Bag | 149 | a drawstring and room for a scarf
        Passport Travel Wallet | 65 | papers of a family of four
        Loop Belt Bag | 49 | the essentials, and nothing that swings
        """
    ),
)

FASHION = Department("fashion", "Fashion", (SNEAKERS, JACKETS, BAGS))
