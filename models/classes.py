"""The classes of the bundled model, each a group of ADE20K-150 classes.

Indices are 0-based in the order of the SceneParsing benchmark's objectInfo150.txt. The model names a group by its first
member, so that everything downstream reads plain ADE20K labels. What stands or hangs in a room and has no group of its
own goes to `box`: the metrology only needs to know that it hides what is behind it.
"""

from dataclasses import dataclass

import numpy as np

IGNORED = 255
"""Label value of pixels that neither train nor score the network."""


@dataclass(frozen=True)
class RoomClass:
    """One output of the network: ADE20K name and index, and the other ADE20K indices that count as it."""

    name: str
    ade_index: int
    also: tuple[int, ...] = ()


ROOM_CLASSES: tuple[RoomClass, ...] = (
    RoomClass("wall", 0, (49,)),  # fireplace surrounds are flush with the wall
    RoomClass("floor", 3),
    RoomClass("ceiling", 5),
    RoomClass("bed", 7),
    RoomClass("windowpane", 8, (58,)),  # screen door
    # wardrobe, chest, counter, refrigerator, countertop, stove, kitchen island, and open shelves and bookcases
    RoomClass("cabinet", 10, (24, 35, 44, 45, 50, 62, 70, 71, 73)),
    RoomClass("door", 14),
    RoomClass("table", 15, (33, 64)),  # desk, coffee table
    RoomClass("plant", 17),
    RoomClass("curtain", 18),
    RoomClass("chair", 19, (30, 97, 110)),  # armchair, ottoman, stool
    RoomClass("painting", 22, (43, 100, 144, 148)),  # signboard, poster, bulletin board, clock
    RoomClass("sofa", 23),
    RoomClass("mirror", 27),
    RoomClass("rug", 28),
    RoomClass("lamp", 36, (82, 85, 134, 139)),  # light, chandelier, sconce, fan
    RoomClass("box", 41, (12, 39, 57)),  # person, cushion, pillow
    RoomClass("blind", 63),
    RoomClass("television receiver", 89, (130,)),  # screen
    RoomClass("radiator", 146),
)


def position_of(name: str) -> int:
    """The position of a class in `ROOM_CLASSES`."""
    return [room_class.name for room_class in ROOM_CLASSES].index(name)


def ade_to_room() -> np.ndarray:
    """Lookup table of 256 entries from an ADE20K index to a position in `ROOM_CLASSES`; unnamed classes become `box`."""
    table = np.full(256, position_of("box"), dtype=np.uint8)
    for position, room_class in enumerate(ROOM_CLASSES):
        table[[room_class.ade_index, *room_class.also]] = position
    table[150:] = IGNORED
    return table


def label_records() -> list[dict]:
    """The `labels` metadata: name and ADE20K index of every output, in output order."""
    return [{"name": c.name, "adeIndex": c.ade_index} for c in ROOM_CLASSES]
