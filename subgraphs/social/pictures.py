"""Draws the pictures of demo posts: cards in the mood of their range, with the first words."""

import random
from html import escape
from textwrap import wrap

SIZE = 1080

_MOODS = {
    "headphones": ("#20263a", "#4b5d8f", "#f3b562"),
    "smart-home": ("#dfe7e3", "#8fae9f", "#2f4a3c"),
    "cameras": ("#2b2d31", "#7a7d83", "#e2c044"),
    "sneakers": ("#f4e9dc", "#e07a5f", "#23283a"),
    "jackets": ("#23413a", "#5d8272", "#d3a12f"),
    "bags": ("#efe3d0", "#a5623a", "#3a3d42"),
    "lamps": ("#3a2c22", "#c39b4e", "#ffe6a3"),
    "cookware": ("#f1dfd3", "#b23a2e", "#22595f"),
    "chairs": ("#e9e2d6", "#c49a6c", "#2b5d6b"),
    "skincare": ("#f7ece9", "#e6b8b7", "#7c5c74"),
    "tea-and-coffee": ("#eef0df", "#8aa653", "#4a3426"),
    "yoga": ("#e4eef0", "#3c8d93", "#c77d98"),
}
"""Ground, shape and accent of each range."""


def draw(range_: str, words: str, number: int) -> str:
    """Return the SVG of demo post `number`; the same arguments give the same bytes."""
    ground, shape, accent = _MOODS[range_]
    chosen = random.Random(number)  # noqa: S311 (the same every time, nothing secret)
    ink = "#ffffff" if _dark(ground) else "#1d2026"
    circles = "".join(
        f'<circle cx="{chosen.randint(0, SIZE)}" cy="{chosen.randint(0, SIZE)}"'
        f' r="{chosen.randint(90, 340)}" fill="{chosen.choice((shape, accent))}"'
        f' opacity="{chosen.uniform(0.18, 0.5):.2f}"/>'
        for _ in range(7)
    )
    wave = _wave(chosen)
    lines = wrap(words, 24)
    top = SIZE // 2 - 42 * (len(lines) - 1)
    text = "".join(
        f'<tspan x="96" y="{top + 84 * row}">{escape(line)}</tspan>'
        for row, line in enumerate(lines)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}"'
        f' height="{SIZE}" role="img"><title>{escape(words)}</title>'
        f'<rect width="{SIZE}" height="{SIZE}" fill="{ground}"/>{circles}'
        f'<path d="{wave}" fill="{shape}" opacity=".55"/>'
        f'<rect x="96" y="{top - 132}" width="120" height="12" rx="6" fill="{accent}"/>'
        f'<text font-family="Georgia, serif" font-size="66" fill="{ink}">{text}</text></svg>\n'
    )


def _wave(chosen: random.Random) -> str:
    """A hilly band along the lower edge."""
    heights = [chosen.randint(760, 960) for _ in range(4)]
    return (
        f"M0 {heights[0]} C 270 {heights[1] - 120} 420 {heights[1] + 120} 540 {heights[2]}"
        f" S 900 {heights[3] + 90} {SIZE} {heights[3]} V {SIZE} H 0 Z"
    )


def _dark(colour: str) -> bool:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return 299 * red + 587 * green + 114 * blue < 128_000
