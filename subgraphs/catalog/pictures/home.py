"""Drawings of lamps, cookware and chairs."""

from subgraphs.catalog.pictures.paint import (
    INK,
    METAL,
    METAL_DARK,
    WOOD,
    WOOD_DARK,
    Paint,
    circle,
    faded,
    oval,
    rect,
    shape,
    stroke,
)

_GLOW = "url(#glow)"


def lamps(p: Paint, name: str) -> str:
    """A pendant, a desk lamp with an arm, or a shade on a foot; all of them lit."""
    if any(word in name for word in ("Pendant", "Lantern")):
        return _pendant(p)
    if any(word in name for word in ("Desk", "Clamp", "Reading", "Wall")):
        return _arm_lamp(p)
    tall = any(word in name for word in ("Floor", "Studio"))
    return _floor_lamp(p) if tall else _table_lamp(p)


def _pendant(p: Paint) -> str:
    return (
        circle(300, 356, 190, _GLOW)
        + stroke("M300 0 V176", INK, 5)
        + rect(284, 168, 32, 34, 8, METAL_DARK)
        + oval(300, 338, 128, 24, "#fff3cf")
        + shape("M172 338 C176 242 236 198 300 198 C364 198 424 242 428 338 Z", p.body)
        + shape("M172 338 C236 352 364 352 428 338 L428 346 C364 362 236 362 172 346 Z", p.deep)
        + circle(300, 352, 25, "#fffbe9")
        + faded(stroke("M206 312 C212 268 234 240 262 226", "#ffffff", 10), 0.35)
    )


def _arm_lamp(p: Paint) -> str:
    return (
        circle(384, 300, 150, _GLOW)
        + oval(236, 458, 96, 18, p.deep)
        + oval(236, 450, 96, 18, p.dark)
        + stroke("M236 446 L196 300 L332 176", METAL_DARK, 12)
        + circle(196, 300, 15, p.accent)
        + circle(332, 176, 13, p.accent)
        + shape("M318 160 L352 146 L452 224 L362 288 Z", p.body)
        + shape("M452 224 L362 288 C378 306 446 262 452 224 Z", "#fff6da")
    )


def _table_lamp(p: Paint) -> str:
    return (
        circle(300, 260, 210, _GLOW)
        + oval(300, 458, 84, 16, p.deep)
        + shape("M282 330 H318 L330 452 H270 Z", WOOD)
        + oval(300, 452, 84, 16, WOOD_DARK)
        + shape("M226 150 H374 L428 334 H172 Z", p.body)
        + faded(shape("M262 150 H338 L360 334 H240 Z", "#fff3cf"), 0.5)
        + stroke("M226 150 H374", p.dark, 6)
        + stroke("M172 334 H428", p.dark, 7)
    )


def _floor_lamp(p: Paint) -> str:
    return (
        circle(300, 190, 180, _GLOW)
        + stroke("M300 236 L232 464", WOOD_DARK, 11)
        + stroke("M300 236 L368 464", WOOD_DARK, 11)
        + stroke("M300 236 V470", WOOD, 11)
        + shape("M246 96 H354 L396 244 H204 Z", p.body)
        + faded(shape("M272 96 H328 L346 244 H254 Z", "#fff3cf"), 0.5)
        + circle(300, 300, 10, p.accent)
    )


def cookware(p: Paint, name: str) -> str:
    """A pan with a long handle, or a pot with a lid."""
    if any(word in name for word in ("Pan", "Skillet", "Wok", "Griddle", "Warmer")):
        return _pan(p)
    return _pot(p)


def _pan(p: Paint) -> str:
    return (
        stroke("M392 346 L540 276", p.deep, 26)
        + stroke("M446 320 L540 276", WOOD, 24)
        + circle(532, 280, 5, INK)
        + shape("M88 336 C96 426 140 462 250 462 C360 462 404 426 412 336 Z", p.body)
        + oval(250, 336, 164, 48, p.dark)
        + oval(250, 340, 146, 40, p.deep)
        + faded(oval(214, 332, 70, 14, "#ffffff"), 0.14)
        + faded(stroke("M112 376 C124 420 152 440 196 450", "#ffffff", 8), 0.22)
        + circle(408, 336, 6, METAL)
    )


def _pot(p: Paint) -> str:
    steam = "".join(
        stroke(f"M{x} 168 C{x - 20} 142 {x + 20} 120 {x} 92", "#ffffff", 9) for x in (252, 300, 348)
    )
    return (
        faded(steam, 0.6)
        + stroke("M128 330 C84 326 84 382 132 380", p.dark, 20)
        + stroke("M472 330 C516 326 516 382 468 380", p.dark, 20)
        + shape(
            "M124 292 H476 L462 430 C458 458 440 470 410 470 H190 C160 470 142 458 138 430 Z",
            p.body,
        )
        + shape("M118 292 C130 232 216 208 300 208 C384 208 470 232 482 292 Z", p.light)
        + rect(112, 280, 376, 26, 13, p.dark)
        + rect(274, 176, 52, 36, 14, WOOD)
        + faded(stroke("M166 330 L176 424", "#ffffff", 10), 0.25)
        + rect(272, 364, 56, 14, 7, p.accent)
    )


def chairs(p: Paint, name: str) -> str:
    """A stool, a soft lounge chair, or a chair with a back."""
    if "Stool" in name:
        return _stool(p)
    if any(
        word in name for word in ("Lounge", "Easy", "Armchair", "Rocking", "Ergonomic", "Floor")
    ):
        return _lounge(p)
    return _side_chair(p)


def _stool(p: Paint) -> str:
    return (
        stroke("M232 250 L196 468", WOOD, 15)
        + stroke("M368 250 L404 468", WOOD, 15)
        + stroke("M268 254 L256 456", WOOD_DARK, 12)
        + stroke("M332 254 L344 456", WOOD_DARK, 12)
        + stroke("M214 380 H386", METAL_DARK, 9)
        + rect(190, 214, 220, 42, 20, p.dark)
        + rect(190, 200, 220, 42, 20, p.body)
    )


def _lounge(p: Paint) -> str:
    return (
        stroke("M196 420 L172 470", WOOD, 15)
        + stroke("M404 420 L428 470", WOOD, 15)
        + rect(176, 138, 248, 240, 70, p.body)
        + rect(134, 272, 66, 154, 32, p.dark)
        + rect(400, 272, 66, 154, 32, p.dark)
        + rect(178, 330, 244, 96, 34, p.light)
        + faded(stroke("M238 190 V300", p.deep, 4) + stroke("M300 184 V306", p.deep, 4), 0.5)
        + faded(stroke("M362 190 V300", p.deep, 4), 0.5)
        + rect(254, 268, 92, 66, 18, p.accent)
    )


def _side_chair(p: Paint) -> str:
    spindles = "".join(stroke(f"M{x} 176 V306", p.dark, 8) for x in range(246, 380, 36))
    return (
        stroke("M206 140 L214 316", WOOD_DARK, 15)
        + stroke("M394 140 L386 316", WOOD_DARK, 15)
        + spindles
        + rect(194, 126, 212, 54, 24, p.body)
        + stroke("M224 344 L216 452", WOOD_DARK, 13)
        + stroke("M376 344 L384 452", WOOD_DARK, 13)
        + stroke("M196 346 L176 470", WOOD, 16)
        + stroke("M404 346 L424 470", WOOD, 16)
        + shape(
            "M190 304 H410 L436 350 C436 358 430 362 424 362 H176 C170 362 164 358 164 350 Z",
            p.body,
        )
        + faded(shape("M190 304 H410 L420 322 H180 Z", "#ffffff"), 0.2)
    )
