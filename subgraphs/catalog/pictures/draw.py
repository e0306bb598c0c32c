"""Draws a product: backdrop, light and shadow around the drawing of its category."""

from collections.abc import Callable, Mapping
from html import escape
from zlib import crc32

from subgraphs.catalog.pictures import electronics, fashion, home, wellness
from subgraphs.catalog.pictures.paint import Paint, mix, paint

WIDTH = HEIGHT = 600

_DRAWINGS: Mapping[str, Callable[[Paint, str], str]] = {
    "headphones": electronics.headphones,
    "smart-home": electronics.smart_home,
    "cameras": electronics.cameras,
    "sneakers": fashion.sneakers,
    "jackets": fashion.jackets,
    "bags": fashion.bags,
    "lamps": home.lamps,
    "cookware": home.cookware,
    "chairs": home.chairs,
    "skincare": wellness.skincare,
    "tea-and-coffee": wellness.tea,
    "yoga": wellness.yoga,
}
_BACKDROPS = ("#f3e7d9", "#e3ebe6", "#e6e6f0", "#f4e3e0", "#e1ebf1", "#efeadc", "#e8e4ee")
_ACCENTS = ("#e07a5f", "#f2b544", "#3d8b7d", "#5b7fb8", "#c45b7c")


def draw(category: str, name: str, shade: str, *, close_up: bool = False) -> str:
    """Returns the SVG of a product of `category` in the colour `shade` (`#rrggbb`).

    The same arguments give the same bytes. Raises KeyError for an unknown category.
    """
    seed = crc32(name.encode())
    backdrop = _BACKDROPS[(seed + (3 if close_up else 0)) % len(_BACKDROPS)]
    p = paint(shade, _ACCENTS[seed % len(_ACCENTS)])
    body = _DRAWINGS[category](p, name)
    if close_up:
        turned = "translate(300 330) scale(1.55) rotate(-6) translate(-300 -330)"
        body = f'<g transform="{turned}">{body}</g>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}" role="img"><title>{escape(name)}</title>'
        f"{_gradients(p, backdrop)}{_room(backdrop, floor=not close_up)}{body}</svg>\n"
    )


def _gradients(p: Paint, backdrop: str) -> str:
    return (
        "<defs>"
        f"{_linear('backdrop', mix(backdrop, '#ffffff', 0.55), backdrop)}"
        f"{_linear('floor', mix(backdrop, '#2a2522', 0.10), mix(backdrop, '#2a2522', 0.04))}"
        f"{_linear('body', mix(p.base, '#ffffff', 0.16), mix(p.base, '#14161c', 0.12))}"
        '<radialGradient id="glow"><stop offset="0" stop-color="#ffe6a3" stop-opacity=".85"/>'
        '<stop offset="1" stop-color="#ffe6a3" stop-opacity="0"/></radialGradient>'
        '<radialGradient id="shadow"><stop offset="0" stop-color="#1c1714" stop-opacity=".34"/>'
        '<stop offset="1" stop-color="#1c1714" stop-opacity="0"/></radialGradient>'
        "</defs>"
    )


def _linear(name: str, top: str, bottom: str) -> str:
    return (
        f'<linearGradient id="{name}" x1="0" y1="0" x2="0.25" y2="1"><stop stop-color="{top}"/>'
        f'<stop offset="1" stop-color="{bottom}"/></linearGradient>'
    )


def _room(backdrop: str, *, floor: bool) -> str:
    wall = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#backdrop)"/>'
    if not floor:
        return wall
    halo = mix(backdrop, "#ffffff", 0.5)
    return (
        wall
        + f'<circle cx="300" cy="286" r="214" fill="{halo}" opacity=".75"/>'
        + '<rect y="430" width="600" height="170" fill="url(#floor)"/>'
        + '<ellipse cx="300" cy="474" rx="236" ry="26" fill="url(#shadow)"/>'
    )
