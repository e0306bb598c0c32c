"""Shades of a product's colour, and the few shapes that every drawing is made of.

A drawing stands on a canvas of 600 by 600; the floor is at y = 470.
"""

import msgspec


class Paint(msgspec.Struct, frozen=True):
    """The shades of one product, as `#rrggbb`; `body` names a gradient made of them."""

    base: str
    light: str
    dark: str
    deep: str
    accent: str
    body: str = "url(#body)"


WOOD, WOOD_DARK = "#c79a68", "#9c7247"
METAL, METAL_DARK = "#c9ced6", "#8d949f"
INK = "#24262b"


def mix(first: str, second: str, share: float) -> str:
    """Returns the colour that lies `share` (0 to 1) of the way from the first to the second."""
    pairs = zip(_parts(first), _parts(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _parts(shade: str) -> tuple[int, int, int]:
    return int(shade[1:3], 16), int(shade[3:5], 16), int(shade[5:7], 16)


def paint(base: str, accent: str) -> Paint:
    """Returns the shades for a base colour."""
    return Paint(
        base=base,
        light=mix(base, "#ffffff", 0.35),
        dark=mix(base, "#14161c", 0.28),
        deep=mix(base, "#14161c", 0.55),
        accent=accent,
    )


def rect(x: float, y: float, w: float, h: float, r: float, fill: str) -> str:
    """A rectangle with round corners."""
    return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}" fill="{fill}"/>'


def circle(x: float, y: float, r: float, fill: str) -> str:
    """A disc."""
    return f'<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}"/>'


def oval(x: float, y: float, rx: float, ry: float, fill: str) -> str:
    """An ellipse."""
    return f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="{fill}"/>'


def shape(path: str, fill: str) -> str:
    """A filled path."""
    return f'<path d="{path}" fill="{fill}"/>'


def stroke(path: str, colour: str, width: float) -> str:
    """A drawn line with round ends."""
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"'
        ' stroke-linecap="round" stroke-linejoin="round"/>'
    )


def faded(fragment: str, opacity: float) -> str:
    """The same, see-through."""
    return f'<g opacity="{opacity}">{fragment}</g>'
