"""Demonstration pictures, drawn here: schematic photographs and X-ray images of the same hiding places.

They come in by the door that everybody uses. Nothing on them was ever seized, and every line of them is in this file.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from cen_core.cpdb import Cpdb
from cen_core.model.case import Move
from cen_core.model.principal import Principal, Role
from cen_core.services.pictures import NewPicture, PictureChange

SIZE: Final = (1_440, 900)
GROUND: Final = (196, 201, 204)
FLOOR: Final = (150, 152, 150)

Box = tuple[float, float, float, float]
Who = Callable[[str, str, Role], Principal]


@dataclass(frozen=True, slots=True)
class Part:
    """A box on both drawings: how it looks, how dense it is (0 to 255), and whether only the X-ray shows it."""

    box: Box
    colour: tuple[int, int, int]
    density: int
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    member: str
    parts: tuple[Part, ...]
    said: dict[str, Any]
    mark: tuple[int, int, int, int]
    words: dict[str, str]


def _row(count: int, x: float, y: float, width: float, height: float, gap: float) -> list[Box]:
    return [(x + n * (width + gap), y, x + n * (width + gap) + width, y + height) for n in range(count)]


def _container() -> tuple[Part, ...]:
    """A container from its side, sacks in it, and a second wall before the front end."""
    shell = Part((0.08, 0.2, 0.92, 0.8), (64, 104, 128), 50)
    ribs = [Part(box, (52, 88, 110), 26) for box in _row(20, 0.1, 0.23, 0.012, 0.54, 0.0285)]
    sacks = [
        Part(box, (176, 150, 104), 46, hidden=True)
        for row in range(4)
        for box in _row(8, 0.12, 0.36 + row * 0.105, 0.07, 0.085, 0.008)
    ]
    wall = Part((0.79, 0.22, 0.798, 0.78), (90, 90, 90), 120, hidden=True)
    bricks = [
        Part(box, (230, 226, 210), 88, hidden=True)
        for row in range(7)
        for box in _row(2, 0.81, 0.25 + row * 0.074, 0.04, 0.06, 0.008)
    ]
    return (shell, *ribs, *sacks, wall, *bricks)


def _lorry() -> tuple[Part, ...]:
    """A lorry with a tank below it, half of which is no tank."""
    cab = Part((0.06, 0.32, 0.24, 0.7), (150, 60, 48), 70)
    window = Part((0.08, 0.36, 0.17, 0.5), (160, 190, 204), 16)
    trailer = Part((0.27, 0.2, 0.95, 0.66), (206, 206, 200), 40)
    cargo = [Part(box, (160, 120, 80), 34, hidden=True) for box in _row(6, 0.3, 0.3, 0.095, 0.34, 0.01)]
    tank = Part((0.3, 0.69, 0.48, 0.78), (96, 98, 100), 90)
    packets = [Part(box, (225, 220, 200), 100, hidden=True) for box in _row(4, 0.395, 0.705, 0.015, 0.06, 0.005)]
    wheels = [
        Part(box, (40, 40, 42), 110)
        for box in (*_row(2, 0.09, 0.68, 0.07, 0.13, 0.03), *_row(3, 0.66, 0.68, 0.07, 0.13, 0.02))
    ]
    return (cab, window, trailer, *cargo, tank, *packets, *wheels)


def _suitcase() -> tuple[Part, ...]:
    """A suitcase with a false bottom."""
    shell = Part((0.24, 0.2, 0.76, 0.8), (70, 62, 84), 34)
    handle = Part((0.44, 0.14, 0.56, 0.2), (40, 36, 50), 80)
    clothes = [Part(box, (120, 130, 150), 20, hidden=True) for box in _row(3, 0.28, 0.28, 0.13, 0.36, 0.02)]
    packets = [Part(box, (228, 224, 214), 96, hidden=True) for box in _row(5, 0.27, 0.71, 0.085, 0.06, 0.01)]
    return (shell, handle, *clothes, *packets)


SCENES: Final = (
    Scene(
        "KE",
        _container(),
        {"heading": "fauna_flora", "product": "ivory_raw", "conveyance_type": "container_ship"}
        | {"concealment": ["container_structure"], "detection_method": "risk_profile"},
        (785, 215, 130, 570),
        {"photo": "The inside is 1.2 m shorter than the outside", "xray": "Tusks behind a second wall"},
    ),
    Scene(
        "FR",
        _lorry(),
        {"heading": "drugs", "product": "cocaine", "conveyance_type": "truck"}
        | {"concealment": ["fuel_tank"], "detection_method": "officer_targeting"},
        (380, 680, 110, 110),
        {"photo": "New bolts on an old tank", "xray": "Packets in the rear half of the tank"},
    ),
    Scene(
        "EG",
        _suitcase(),
        {"heading": "drugs", "product": "heroin", "conveyance_type": "passenger_aircraft"}
        | {"concealment": ["baggage", "false_bottom"], "detection_method": "random"},
        (250, 690, 500, 110),
        {"photo": "The bottom is too high", "xray": "Five packets under the lining"},
    ),
)


async def fill(cpdb: Cpdb, principal: Who) -> None:
    """Each hiding place as a photograph and an X-ray image, validated, in an album; one more photograph waits."""
    shown: list[str] = []
    for scene in SCENES:
        photo = await _add(cpdb, principal, scene, "photo", "")
        xray = await _add(cpdb, principal, scene, "xray", photo.picture_id)
        for change in (photo, xray):
            ncp = principal(scene.member, "ncp", Role.NCP)
            await cpdb.move(ncp, Move.VALIDATE, change, looked=True)
            shown.append(change.picture_id)
    keeper = principal("KE", "ncp", Role.NCP)
    album = await cpdb.keep_album(keeper, "Photograph and X-ray: what to look for")
    await cpdb.change_album(keeper, album.album_id, album.revision, album.title, shown)
    await _add(cpdb, principal, SCENES[0], "photo", "", turned=True)


async def _add(
    cpdb: Cpdb, principal: Who, scene: Scene, kind: str, counterpart: str, *, turned: bool = False
) -> PictureChange:
    x, y, width, height = scene.mark
    marks = [] if turned else [{"x": x, "y": y, "width": width, "height": height, "words": scene.words[kind]}]
    aids = ["xray_cargo"] if kind == "xray" else ["physical"]
    data = {**scene.said, "kind": kind, "detection_aids": aids, "counterpart": counterpart, "marks": marks}
    drawn = photograph(scene.parts) if kind == "photo" else x_ray(scene.parts)
    if turned:
        drawn = drawn.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    key = f"demo-{scene.member}-{kind}{'-turned' if turned else ''}"
    officer = principal(scene.member, "analyst", Role.OFFICER)
    made = await cpdb.add(officer, NewPicture(_bytes(drawn), data, key, submit=True))
    return PictureChange(made.picture_id, made.revision)


def photograph(parts: tuple[Part, ...]) -> Image.Image:
    """What the eye sees: colours, edges, a floor, light from above, some grain."""
    image = Image.new("RGB", SIZE, GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle(_pixels((0, 0.76, 1, 1)), fill=FLOOR)
    for part in parts:
        if not part.hidden:
            left, top, right, bottom = _pixels(part.box)
            draw.rectangle((left + 8, top + 10, right + 8, bottom + 10), fill=tuple(tone // 2 for tone in part.colour))
            draw.rectangle(
                (left, top, right, bottom), fill=part.colour, outline=tuple(tone // 2 for tone in part.colour)
            )
    light = Image.linear_gradient("L").resize(SIZE).point(lambda tone: 255 - tone * 0.35)
    lit = ImageChops.multiply(image, Image.merge("RGB", (light,) * 3))
    return Image.blend(lit, _grain(24), 0.06).filter(ImageFilter.GaussianBlur(0.8))


def x_ray(parts: tuple[Part, ...]) -> Image.Image:
    """What radiation leaves: densities one behind the other, dark where there is much."""
    through = Image.new("L", SIZE, 250)
    for part in parts:
        layer = Image.new("L", SIZE, 255)
        ImageDraw.Draw(layer).rectangle(_pixels(part.box), fill=255 - part.density)
        through = ImageChops.multiply(through, layer.filter(ImageFilter.GaussianBlur(1.4)))
    return Image.blend(through.convert("RGB"), _grain(40), 0.05)


def _grain(strength: int) -> Image.Image:
    return Image.effect_noise(SIZE, strength).convert("RGB")


def _pixels(box: Box) -> Box:
    width, height = SIZE
    return (box[0] * width, box[1] * height, box[2] * width, box[3] * height)


def _bytes(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()
