"""Drawings of skincare, of tea and coffee, and of things for yoga."""

from subgraphs.catalog.pictures.paint import (
    INK,
    METAL,
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


def skincare(p: Paint, name: str) -> str:
    """A jar, a tube, or a bottle with a dropper."""
    if any(word in name for word in ("Mask", "Cream", "Scrub", "Butter", "Moisturiser")):
        return _jar(p)
    if any(word in name for word in ("Cleanser", "Sunscreen", "Balm")):
        return _tube(p)
    return _dropper(p)


def _jar(p: Paint) -> str:
    return (
        rect(168, 288, 264, 182, 40, p.body)
        + rect(160, 236, 280, 72, 22, WOOD)
        + rect(160, 284, 280, 24, 10, WOOD_DARK)
        + rect(216, 346, 168, 84, 10, "#fdfbf6")
        + rect(240, 368, 120, 10, 5, p.deep)
        + rect(262, 392, 76, 8, 4, p.accent)
        + faded(rect(184, 320, 14, 110, 7, "#ffffff"), 0.35)
    )


def _tube(p: Paint) -> str:
    return (
        shape("M212 126 H388 L372 400 H228 Z", p.body)
        + rect(204, 110, 192, 30, 8, p.dark)
        + rect(232, 398, 136, 72, 14, "#f7f5ef")
        + faded(rect(232, 398, 136, 14, 4, INK), 0.1)
        + rect(250, 196, 100, 12, 6, "#ffffff")
        + rect(262, 222, 76, 8, 4, "#ffffff")
        + circle(300, 306, 28, p.accent)
        + faded(stroke("M236 160 L246 376", "#ffffff", 10), 0.3)
    )


def _dropper(p: Paint) -> str:
    return (
        rect(276, 92, 48, 72, 22, INK)
        + rect(258, 154, 84, 46, 8, METAL)
        + rect(268, 196, 64, 26, 4, p.dark)
        + rect(206, 216, 188, 254, 44, p.body)
        + rect(206, 310, 188, 112, 0, "#fdfbf6")
        + rect(236, 334, 128, 12, 6, p.deep)
        + rect(252, 360, 96, 8, 4, p.accent)
        + rect(268, 380, 64, 8, 4, p.accent)
        + faded(rect(222, 244, 14, 196, 7, "#ffffff"), 0.4)
    )


def tea(p: Paint, name: str) -> str:
    """A pouch of coffee, or a tin of tea with a cup."""
    coffee = any(word in name for word in ("Coffee", "Espresso", "Brew"))
    return _pouch(p) if coffee else _tin(p)


def _pouch(p: Paint) -> str:
    beans = "".join(
        oval(x, y, 17, 12, "#4a2f20") + stroke(f"M{x - 11} {y} q11 -7 22 0", "#2e1b11", 3)
        for x, y in ((424, 456), (462, 462), (446, 438))
    )
    return (
        shape(
            "M196 132 H404 L420 440 C420 460 408 470 390 470 H210 C192 470 180 460 180 440 Z",
            p.body,
        )
        + shape("M196 132 H404 L407 172 H193 Z", p.dark)
        + stroke("M198 150 H402", p.light, 4)
        + circle(300, 212, 10, p.deep)
        + rect(224, 248, 152, 146, 12, "#fbf7ee")
        + oval(300, 302, 34, 25, p.dark)
        + stroke("M276 304 q24 -16 48 0", "#fbf7ee", 5)
        + rect(250, 346, 100, 10, 5, p.deep)
        + rect(268, 366, 64, 8, 4, p.accent)
        + beans
    )


def _tin(p: Paint) -> str:
    return (
        rect(158, 186, 196, 284, 22, p.body)
        + rect(150, 152, 212, 62, 18, p.dark)
        + rect(158, 252, 196, 144, 0, "#fbf7ee")
        + shape("M256 374 C214 346 222 298 256 272 C290 298 298 346 256 374 Z", p.base)
        + stroke("M256 372 V296", p.deep, 5)
        + faded(rect(172, 226, 12, 220, 6, "#ffffff"), 0.35)
        + stroke("M482 404 C524 398 524 448 476 444", "#e9e4d8", 13)
        + shape(
            "M368 380 H488 L476 448 C472 464 462 470 448 470 H408 C394 470 384 464 380 448 Z",
            "#f7f3ea",
        )
        + oval(428, 382, 60, 13, p.accent)
        + faded(stroke("M414 356 C402 336 426 322 414 300", "#ffffff", 8), 0.7)
        + faded(stroke("M444 356 C432 336 456 322 444 300", "#ffffff", 8), 0.7)
    )


def yoga(p: Paint, name: str) -> str:
    """A rolled mat, or cushions and blocks."""
    if any(word in name for word in ("Cushion", "Bolster", "Pillow", "Blanket", "Block")):
        return _cushion(p)
    if any(word in name for word in ("Ball", "Wheel", "Roller")):
        return _wheel(p)
    return _mat(p)


def _mat(p: Paint) -> str:
    rings = "".join(
        stroke(f"M428 400 m-{r} 0 a{r} {r} 0 1 0 {2 * r} 0 a{r} {r} 0 1 0 -{2 * r} 0", p.deep, 5)
        for r in (52, 38, 24, 10)
    )
    return (
        shape("M80 462 L150 440 H430 V470 H86 Z", p.dark)
        + rect(120, 336, 312, 134, 62, p.body)
        + circle(428, 402, 67, p.light)
        + rings
        + rect(196, 334, 26, 136, 10, p.accent)
        + rect(318, 334, 26, 136, 10, p.accent)
        + faded(rect(150, 354, 250, 12, 6, "#ffffff"), 0.3)
        + stroke("M209 336 C220 230 320 230 331 336", p.deep, 11)
    )


def _cushion(p: Paint) -> str:
    return (
        rect(136, 404, 328, 66, 16, WOOD)
        + faded(rect(136, 446, 328, 24, 12, WOOD_DARK), 0.8)
        + shape(
            "M150 350 C150 286 220 262 300 262 C380 262 450 286 450 350 V372 "
            "C450 402 380 410 300 410 C220 410 150 402 150 372 Z",
            p.body,
        )
        + oval(300, 318, 132, 42, p.light)
        + circle(300, 316, 10, p.accent)
        + faded(stroke("M196 320 Q250 330 290 318 M404 320 Q350 330 310 318", p.deep, 4), 0.6)
        + faded(stroke("M300 274 V306 M300 326 V360", p.deep, 4), 0.4)
    )


def _wheel(p: Paint) -> str:
    return (
        circle(300, 326, 146, p.dark)
        + circle(300, 320, 146, p.body)
        + circle(300, 320, 104, p.deep)
        + circle(300, 320, 98, "url(#backdrop)")
        + faded(stroke("M188 268 A124 124 0 0 1 268 200", "#ffffff", 12), 0.45)
        + circle(418, 428, 42, p.accent)
        + faded(circle(404, 414, 11, "#ffffff"), 0.5)
    )
