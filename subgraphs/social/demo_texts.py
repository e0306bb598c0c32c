"""What demo customers write: one voice per range of the catalog, and what others answer."""

import msgspec


class Voice(msgspec.Struct, frozen=True):
    """Sentences about one range of products: a post is one opening and one thought."""

    topics: tuple[str, ...]
    openings: tuple[str, ...]
    thoughts: tuple[str, ...]
    questions: tuple[str, ...]


VOICES: dict[str, Voice] = {
    "headphones": Voice(
        ("music", "commuting", "homeoffice"),
        (
            "Three weeks with these on the morning train.",
            "I swore I would never go back to over-ears. I was wrong.",
            "Long listening session last night, lights off, one record.",
            "My old pair died in a call, so this was a panic buy.",
        ),
        (
            "Voices sit right in the middle and my ears do not get warm.",
            "The carriage just disappears. I missed my stop, so take that as a review.",
            "Bass is there when the song wants it and gone when it does not.",
            "After four hours I forgot that I was wearing them.",
        ),
        ("How is the microphone on calls?", "Do they leak sound in an open office?"),
    ),
    "smart-home": Voice(
        ("smarthome", "privacy", "renting"),
        (
            "Set this up without making a single account.",
            "Rented flat, so nothing may be drilled. This one passed.",
            "Second winter with it in the hallway.",
            "My parents asked for something that just works.",
        ),
        (
            "It found the network at once and has been quiet since.",
            "The heating bill was 18% lower than last November.",
            "Everything stays at home, which is the reason I chose it.",
            "The only setting I ever changed was the brightness at night.",
        ),
        ("Does it work with an older hub?", "What happens when the Wi-Fi is down?"),
    ),
    "cameras": Voice(
        ("photography", "travel", "street"),
        (
            "Golden hour at the harbour, hand-held.",
            "Took it up the hill in light rain yesterday.",
            "First roll of the season, all at one focal length.",
            "My sister's wedding, second shooter, no flash.",
        ),
        (
            "The dials mean I never looked at the menu.",
            "Shadows came up three stops and still look like a photograph.",
            "Small enough that nobody posed, which is the whole point.",
            "Autofocus held on to the eyes even through the veil.",
        ),
        ("Which lens was this?", "How long does a battery last you?"),
    ),
    "sneakers": Voice(
        ("running", "sneakers", "everyday"),
        (
            "240 km in this pair now.",
            "Half marathon done, and no blister for once.",
            "Wore them straight out of the box to a whole day of meetings.",
            "Rain all week, so a fair test.",
        ),
        (
            "The heel is firm, the toe box is generous, size up if you are between two.",
            "The sole still looks new and I drag my feet.",
            "They clean up with a brush and warm water.",
            "Downhill is where they shine: no slipping forward.",
        ),
        ("True to size?", "Are they any good for wide feet?"),
    ),
    "jackets": Voice(
        ("outdoors", "layering", "autumn"),
        (
            "Eight degrees and sideways rain on the ferry.",
            "This replaces two coats in my wardrobe.",
            "Bought for a trip, kept on ever since.",
            "The zip of my old one gave up, so here we are.",
        ),
        (
            "Dry underneath, and the hood does not turn away when I look left.",
            "The cut leaves room for a jumper without looking like a tent.",
            "A pocket inside that really fits a book.",
            "They repaired a torn cuff for free. Took nine days.",
        ),
        ("Is it warm enough below zero?", "How does it fit over a blazer?"),
    ),
    "bags": Voice(
        ("everydaycarry", "travel", "packing"),
        (
            "Everything I carry on a Tuesday, laid out.",
            "Four days in Lisbon from one bag.",
            "A year on the same shoulder.",
            "Finally something that stands up by itself.",
        ),
        (
            "The handles have darkened nicely and nothing has frayed.",
            "Fits under the seat even on the small planes.",
            "I can find my keys in the dark, thanks to the light lining.",
            "Bottle, laptop, umbrella, lunch, and it still closes.",
        ),
        ("Does a 16 inch laptop fit?", "Is the strap long enough to wear across?"),
    ),
    "lamps": Voice(
        ("interior", "lighting", "cosy"),
        (
            "The corner that nobody sat in. Until last week.",
            "Changed one lamp, and the living room went quiet.",
            "Dimmed to ten per cent, film on, tea ready.",
            "Ceiling light off since October.",
        ),
        (
            "Warm, no flicker, and the cable is long enough to hide.",
            "The shade throws a soft ring on the wall that I did not expect.",
            "It is the first lamp my reading glasses approve of.",
            "The base is heavy, so the cat has lost interest.",
        ),
        ("Which bulb do you use in it?", "How wide is the base?"),
    ),
    "cookware": Voice(
        ("cooking", "homemade", "sunday"),
        (
            "Sunday bread, crust like a bakery.",
            "Month two of seasoning and the eggs finally slide.",
            "Biryani for nine people out of a single pot.",
            "Gave away three pans after this one moved in.",
        ),
        (
            "It holds the heat when cold vegetables go in, and that is the difference.",
            "Heavy, yes. I count it as exercise.",
            "Wipe, dry, a drop of oil, done.",
            "From hob to oven to table without changing dishes.",
        ),
        ("Does it work on induction?", "How do you clean it?"),
    ),
    "chairs": Voice(
        ("interior", "homeoffice", "wood"),
        (
            "Assembled in the time the kettle took.",
            "Six around the table, none of them the same colour.",
            "My back asked for this one.",
            "Found its place by the window within a minute.",
        ),
        (
            "No creak, no wobble, even on our crooked floor.",
            "The joint under the seat is so well made that I turned it over for guests.",
            "Nine hours of editing and I stood up straight.",
            "The oil finish took a wine stain and gave it back.",
        ),
        ("What is the seat height?", "Do they stack?"),
    ),
    "skincare": Voice(
        ("skincare", "routine", "sensitive"),
        (
            "Day 30, same light, no filter.",
            "My skin complains about everything. It has not complained yet.",
            "Cut the routine from seven bottles to two.",
            "Travelled through three climates with this in my bag.",
        ),
        (
            "Sinks in before I have found my glasses.",
            "No scent, no shine, no white cast.",
            "The redness by my nose is gone, which nothing else managed.",
            "Two drops are enough; the bottle will last until spring.",
        ),
        ("Can I use it together with retinal?", "Is it fine under make-up?"),
    ),
    "tea-and-coffee": Voice(
        ("tea", "coffee", "slowmorning"),
        (
            "Six in the morning, the street is asleep.",
            "Blind tasting with the office. This won by two votes.",
            "Third infusion and still something new.",
            "Ran out last week and noticed on the first sip of the other one.",
        ),
        (
            "A little honey at the end, no bitterness even if I forget the timer.",
            "Smells like the shop my grandmother took me to.",
            "80 degrees, two minutes, no milk. Trust me.",
            "Works cold as well: overnight in the fridge, orange peel in the jug.",
        ),
        ("How much do you use per cup?", "Does it work with oat milk?"),
    ),
    "yoga": Voice(
        ("yoga", "mobility", "morningpractice"),
        (
            "100 mornings in a row today.",
            "Teacher's recommendation, and she was right.",
            "Small flat, so everything has to roll up.",
            "Came back to practice after a knee operation.",
        ),
        (
            "Grip even when it drips, and no rubber smell after the first week.",
            "It gives just enough to reach the floor without cheating.",
            "Ten minutes before the phone, and the day is a different one.",
            "Light enough to carry on the bike.",
        ),
        ("Is it thick enough for bad knees?", "How do you wash it?"),
    ),
}

ANSWERS = (
    "Ordered. Thank you for the push.",
    "Same here, and I would buy it again.",
    "That colour!",
    "Saved for payday.",
    "The third picture convinced me.",
    "I have had mine for two years and it still looks like that.",
    "My partner pretends not to have seen this.",
    "Honest question: is it worth the price?",
    "Finally someone who shows it in daylight.",
    "Mine arrived yesterday, two days early.",
    "Do you get used to the weight?",
    "How long was the delivery for you?",
    "This is the review I was looking for.",
    "I bought the smaller one and regret it a little.",
    "Where is the jumper from?",
    "Great tip, it was on my list anyway.",
    "It was sold out last week, now it is back.",
    "Could you show it from the side?",
    "My sister has it and I borrow it far too often.",
    "You should get a commission.",
)

REPLIES = (
    "Yes, without a problem.",
    "I asked myself the same; after a week I would say yes.",
    "Not quite, but close enough for me.",
    "I will post a picture at the weekend.",
    "Took four days to arrive here.",
    "See the tag in the picture, that is the exact one.",
)
