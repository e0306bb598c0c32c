"""Drawings of sneakers, jackets and bags."""

from subgraphs.catalog.pictures.paint import (
    METAL,
    Paint,
    circle,
    faded,
    oval,
    rect,
    shape,
    stroke,
)


def sneakers(p: Paint, name: str) -> str:
    """A shoe from the side; high-tops and winter shoes rise above the ankle."""
    high = any(word in name for word in ("High-Top", "Winter", "Approach", "Waterproof"))
    collar = 190 if high else 252
    upper = (
        f"M108 420 C104 360 112 300 128 {collar + 20} C150 {collar - 8} 214 {collar - 8}"
        f" 236 {collar + 14} C262 300 330 330 404 352 C462 366 500 384 500 424 Z"
    )
    laces = "".join(
        stroke(f"M{246 + i * 32} {306 + i * 13} l34 -24", "#ffffff", 8) for i in range(4)
    )
    swoosh = shape("M150 396 C214 404 300 384 352 346 C330 400 236 430 150 396 Z", p.accent)
    return (
        shape(upper, p.body)
        + shape(
            f"M128 {collar + 20} C150 {collar - 8} 214 {collar - 8} 236 {collar + 14} "
            f"C206 {collar + 34} 158 {collar + 36} 128 {collar + 20} Z",
            p.deep,
        )
        + shape("M404 352 C462 366 500 384 500 424 H400 C386 396 388 370 404 352 Z", p.light)
        + swoosh
        + laces
        + shape("M98 418 H506 C514 446 500 470 470 470 H134 C104 470 92 448 98 418 Z", "#f6f4ee")
        + shape("M96 446 H510 C508 462 496 472 470 472 H134 C108 472 98 462 96 446 Z", p.dark)
        + faded(stroke("M122 434 H480", "#000000", 3), 0.12)
        + (faded(stroke("M140 300 C170 314 206 314 236 300", "#ffffff", 6), 0.5) if high else "")
    )


def jackets(p: Paint, name: str) -> str:
    """A jacket on a hanger; coats are longer, quilted ones stitched, vests without sleeves."""
    hem = 486 if any(word in name for word in ("Coat", "Poncho")) else 452
    sleeves = (
        ""
        if "Vest" in name
        else (
            shape("M190 190 L112 250 L86 410 L142 424 L176 300 Z", p.dark)
            + shape("M410 190 L488 250 L514 410 L458 424 L424 300 Z", p.dark)
            + shape(
                "M88 394 L84 414 L144 428 L147 408 Z M512 394 L516 414 L456 428 L453 408 Z", p.deep
            )
        )
    )
    stitched = any(word in name for word in ("Quilted", "Down"))
    seams = "".join(stroke(f"M178 {y} H422", p.dark, 4) for y in range(250, hem - 20, 44))
    hood = any(word in name for word in ("Rain", "Shell", "Poncho", "Wind"))
    return (
        stroke("M300 118 C300 96 326 98 322 118 L300 138", METAL, 7)
        + sleeves
        + (oval(300, 170, 92, 52, p.deep) if hood else "")
        + shape(f"M216 160 L176 196 L166 {hem} H434 L424 196 L384 160 L300 198 Z", p.body)
        + (faded(seams, 0.5) if stitched else "")
        + shape(
            "M216 160 L300 198 L262 250 L196 178 Z M384 160 L300 198 L338 250 L404 178 Z", p.light
        )
        + stroke(f"M300 200 V{hem - 4}", p.deep, 6)
        + rect(294, 236, 12, 24, 5, METAL)
        + faded(
            stroke("M200 366 L256 352", p.deep, 8) + stroke("M400 366 L344 352", p.deep, 8), 0.7
        )
        + rect(338, 276, 54, 12, 4, p.accent)
        + faded(stroke(f"M196 240 L188 {hem - 30}", "#ffffff", 8), 0.16)
    )


def bags(p: Paint, name: str) -> str:
    """A backpack, a duffel, or a bag with handles."""
    if any(word in name for word in ("Backpack", "Daypack", "Dry Bag")):
        return _backpack(p)
    if any(word in name for word in ("Duffel", "Garment", "Sling", "Belt", "Messenger", "Brief")):
        return _duffel(p)
    return _tote(p)


def _backpack(p: Paint) -> str:
    return (
        stroke("M250 168 C250 108 350 108 350 168", p.deep, 16)
        + rect(150, 236, 40, 190, 20, p.dark)
        + rect(410, 236, 40, 190, 20, p.dark)
        + rect(176, 146, 248, 324, 84, p.body)
        + shape("M176 262 C176 196 214 146 260 146 H340 C386 146 424 196 424 262 Z", p.dark)
        + stroke("M184 262 H416", p.deep, 7)
        + rect(284, 250, 32, 48, 10, METAL)
        + rect(206, 330, 188, 112, 28, p.light)
        + stroke("M226 358 H374", p.deep, 6)
        + rect(350, 356, 10, 28, 5, p.accent)
        + faded(rect(192, 280, 12, 130, 6, "#ffffff"), 0.22)
    )


def _duffel(p: Paint) -> str:
    return (
        stroke("M216 270 C216 150 384 150 384 270", p.deep, 15)
        + rect(106, 248, 388, 222, 88, p.body)
        + rect(198, 248, 26, 222, 0, p.dark)
        + rect(376, 248, 26, 222, 0, p.dark)
        + stroke("M170 266 H430", p.deep, 7)
        + rect(420, 258, 30, 16, 8, METAL)
        + rect(246, 330, 108, 92, 14, p.light)
        + circle(300, 348, 7, METAL)
        + rect(262, 380, 76, 10, 5, p.accent)
        + faded(oval(156, 330, 14, 46, "#ffffff"), 0.2)
    )


def _tote(p: Paint) -> str:
    return (
        stroke("M232 250 C232 96 368 96 368 250", p.deep, 13)
        + shape(
            "M150 232 H450 L474 452 C476 464 468 470 458 470 H142 C132 470 124 464 126 452 Z",
            p.body,
        )
        + shape("M150 232 H450 L453 262 H147 Z", p.dark)
        + stroke("M232 238 V286", p.deep, 15)
        + stroke("M368 238 V286", p.deep, 15)
        + circle(232, 288, 8, METAL)
        + circle(368, 288, 8, METAL)
        + rect(262, 346, 76, 50, 8, p.light)
        + rect(276, 366, 48, 9, 4, p.accent)
        + faded(stroke("M172 290 L158 440", "#ffffff", 10), 0.2)
    )
