"""Drawings of headphones, smart-home devices and cameras."""

from subgraphs.catalog.pictures.paint import (
    INK,
    METAL,
    METAL_DARK,
    Paint,
    circle,
    faded,
    oval,
    rect,
    shape,
    stroke,
)


def headphones(p: Paint, name: str) -> str:
    """A headband over two cups; headsets get a microphone."""
    band = stroke("M172 350 C150 110 450 110 428 350", p.dark, 26)
    inner = stroke("M190 330 C178 146 422 146 410 330", p.light, 10)
    cups = "".join(
        rect(x, 300, 84, 150, 40, p.body) + rect(pad, 312, 34, 126, 17, p.deep)
        for x, pad in ((124, 196), (392, 370))
    )
    shine = faded(rect(138, 322, 14, 84, 7, "#ffffff") + rect(446, 322, 14, 84, 7, "#ffffff"), 0.28)
    discs = circle(160, 375, 22, p.accent) + circle(440, 375, 22, p.accent)
    microphone = ""
    if "Headset" in name:
        microphone = stroke("M160 440 C170 480 220 486 262 474", INK, 9) + oval(
            272, 471, 20, 11, INK
        )
    return band + inner + cups + discs + shine + microphone


def smart_home(p: Paint, name: str) -> str:
    """A speaker, a camera on a stand, or a small round sensor."""
    if any(word in name for word in ("Speaker", "Hub", "Thermostat")):
        return _speaker(p)
    if any(word in name for word in ("Camera", "Doorbell", "Lock")):
        return _camera_eye(p)
    return _sensor(p)


def _speaker(p: Paint) -> str:
    dots = "".join(
        circle(x + (13 if row % 2 else 0), 292 + row * 22, 4.2, p.dark)
        for row in range(7)
        for x in range(222, 388, 26)
    )
    return (
        rect(190, 206, 220, 264, 92, p.body)
        + faded(dots, 0.55)
        + oval(300, 240, 84, 30, p.deep)
        + oval(300, 236, 84, 30, p.dark)
        + faded(oval(300, 236, 60, 19, p.accent), 0.85)
        + faded(rect(212, 280, 16, 120, 8, "#ffffff"), 0.22)
    )


def _camera_eye(p: Paint) -> str:
    return (
        rect(276, 376, 48, 74, 10, METAL_DARK)
        + oval(300, 460, 92, 16, p.dark)
        + rect(206, 160, 188, 232, 80, p.body)
        + circle(300, 262, 66, INK)
        + circle(300, 262, 46, "#3c4454")
        + circle(300, 262, 24, "#11141a")
        + circle(284, 246, 9, "#dfe9f5")
        + circle(300, 356, 7, p.accent)
        + faded(rect(226, 216, 14, 110, 7, "#ffffff"), 0.3)
    )


def _sensor(p: Paint) -> str:
    return (
        rect(184, 262, 232, 208, 64, p.dark)
        + rect(184, 246, 232, 204, 64, p.body)
        + circle(300, 340, 58, p.light)
        + faded(circle(300, 340, 42, "#ffffff"), 0.45)
        + stroke("M272 350 A30 30 0 0 1 328 350", p.accent, 9)
        + stroke("M284 366 A18 18 0 0 1 316 366", p.accent, 9)
        + circle(300, 384, 6, p.accent)
    )


def cameras(p: Paint, name: str) -> str:
    """A body with a lens; instant cameras push out a print."""
    instant = "Instant" in name
    paper = ""
    if instant:
        paper = rect(222, 130, 156, 110, 6, "#fbfaf6") + rect(236, 142, 128, 74, 3, p.accent)
    top = "" if instant else shape("M236 214 L258 172 H342 L364 214 Z", p.dark)
    return (
        paper
        + top
        + rect(138, 200, 56, 26, 8, METAL_DARK)
        + rect(394, 204, 46, 20, 8, METAL)
        + rect(112, 214, 376, 246, 34, p.body)
        + rect(112, 274, 376, 128, 0, p.deep)
        + faded(rect(112, 274, 376, 128, 0, INK), 0.35)
        + circle(300, 338, 112, METAL_DARK)
        + circle(300, 338, 100, INK)
        + circle(300, 338, 76, "#39404d")
        + circle(300, 338, 54, "#1a1e26")
        + circle(300, 338, 32, "#4f6d9b")
        + circle(300, 338, 18, "#0d0f14")
        + circle(272, 308, 15, "#e9f1fb")
        + circle(322, 366, 6, "#9db7dd")
        + rect(406, 232, 52, 30, 8, "#f4f1e6")
        + circle(150, 244, 9, p.accent)
    )
