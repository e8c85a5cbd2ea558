"""Folders of renders: `DIR/*.jpg` (or .png) beside `DIR/labels/<stem>.png`, 8-bit ADE20K indices.

Pictures are kept decoded in memory (519 kB each at 416 x 312), because decoding them anew every epoch would cost as much as
a training step.
"""

import argparse
import functools
import json
import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

from classes import IGNORED, ROOM_CLASSES, ade_to_room
from pictures import ENDINGS

LONG_SIDE, SHORT_SIDE = 416, 312
COMMON = 0.35
"""A class that fewer pictures show has them drawn more often: mirrors and rugs about twice as often."""
SHOWN_SHARE = 3e-3
"""Share of a picture from which on it shows a class."""
SHOWS = "shows"
"""Key of a style that label maps tell, by the name of a class: kinds of furniture, which a ground truth does not name."""


def pairs(folders: list[Path]) -> list[tuple[Path, Path]]:
    """Every picture with its label map, in a stable order; pictures without one are passed over."""
    found = []
    for folder in folders:
        for picture in sorted(p for p in folder.iterdir() if p.suffix.lower() in ENDINGS):
            labels = folder / "labels" / f"{picture.stem}.png"
            if labels.exists():
                found.append((picture, labels))
    return found


@dataclass(frozen=True)
class Style:
    """A way in which rooms look, `KEY=VALUE` as in a ground truth's `style`: floor=tiles, wall=panels, light=lamps. With `SHOWS` for
    KEY it is a class of which the picture has at least a pixel: shows=sofa."""

    key: str
    value: str

    @classmethod
    def parse(cls, text: str) -> "Style":
        """From the command line's form."""
        key, _, value = text.partition("=")
        if not key or not value:
            raise argparse.ArgumentTypeError(f"'{text}': expected KEY=VALUE, such as floor=tiles or {SHOWS}=sofa")
        names = [room_class.name for room_class in ROOM_CLASSES]
        if key == SHOWS and value not in names:
            raise argparse.ArgumentTypeError(f"'{text}': no class has this name; there are {', '.join(names)}")
        return cls(key, value)

    def shown(self, folders: list[Path]) -> set[Path]:
        """The folders' pictures of it; where there are folders but none of it, that is an error."""
        if self.key == SHOWS:
            looks = {picture: {f"{SHOWS}={name}" for name in classes_in(labels)} for picture, labels in pairs(folders)}
        else:
            named = (item for folder in folders for item in styles(folder).items())
            looks = {picture: {f"{key}={value}" for key, value in look.items()} for picture, look in named}
        own = f"{self.key}={self.value}"
        found = {picture for picture, look in looks.items() if own in look}
        if looks and not found:
            raise SystemExit(f"{own}: no picture is of this style; there are {', '.join(sorted(set().union(*looks.values())))}")
        return found


@functools.cache
def classes_in(labels_path: Path) -> frozenset[str]:
    """Names of the classes in a finished label map."""
    found = np.unique(ade_to_room()[np.asarray(Image.open(labels_path))])
    return frozenset(ROOM_CLASSES[position].name for position in found if position != IGNORED)


def styles(folder: Path) -> dict[Path, dict[str, str]]:
    """How the room of every picture of a folder looks."""
    records = json.loads((folder / "ground_truth.json").read_text())
    if any(record.get("style") is None for record in records):
        raise SystemExit(f"{folder}: its ground_truth.json does not name the `style` of all pictures, so none can be told by it")
    return {folder / record["file"]: record["style"] for record in records}


def load(picture_path: Path, labels_path: Path, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Upright picture [H, W, 3] and its label map in positions of ROOM_CLASSES [H, W]; `size` is (width, height)."""
    picture = ImageOps.exif_transpose(Image.open(picture_path)).convert("RGB")
    labels = Image.open(labels_path)
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    if labels.size != size:
        labels = labels.resize(size, Image.Resampling.NEAREST)
    return np.asarray(picture), ade_to_room()[np.asarray(labels)]


def repeat_factors(shown: np.ndarray) -> np.ndarray:
    """How often to draw each picture by the classes that it shows, `shown` [pictures, classes].

    Repeat-factor sampling (Gupta et al. 2019, "LVIS"): a picture counts as much as its rarest class asks, which is the root
    of COMMON over the share of pictures that show the class.
    """
    share = shown.mean(0).clip(min=1e-3)
    return (shown * np.sqrt(COMMON / share).clip(min=1.0)).max(1, initial=1.0)


@dataclass
class Shelf:
    """Pictures of one orientation, with their label maps and the classes that each shows."""

    pictures: list[tuple[torch.Tensor, torch.Tensor]] = field(default_factory=list)
    shown: list[np.ndarray] = field(default_factory=list)
    factors: list[float] = field(default_factory=list)

    def add(self, picture: np.ndarray, labels: np.ndarray) -> None:
        """Puts a picture on the shelf; it is drawn after the next `weigh`."""
        self.pictures.append((torch.from_numpy(picture.copy()).permute(2, 0, 1), torch.from_numpy(labels)))
        counts = np.bincount(labels.ravel(), minlength=len(ROOM_CLASSES))[: len(ROOM_CLASSES)]
        self.shown.append(counts > SHOWN_SHARE * labels.size)

    def weigh(self) -> None:
        """Sets how often each picture is drawn."""
        self.factors = repeat_factors(np.stack(self.shown)).tolist() if self.shown else []


class RoomPictures:
    """The training pictures in memory, apart by orientation, so that a batch is a rectangle without padding."""

    def __init__(self, patterns: list[str], without: list[Style] | None = None):
        """All pictures of the folders that `patterns` match but those that show one of the styles `without`; with such, folders are
        read once their ground truth is written."""
        self.patterns, self.without = patterns, without or []
        self._known: set[Path] = set()
        self._landscape, self._portrait = Shelf(), Shelf()

    def __len__(self) -> int:
        return len(self._known)

    def refresh(self) -> int:
        """Reads pictures that have appeared since the last call; returns how many."""
        folders = sorted(p for pattern in self.patterns for p in Path("/").glob(str(Path(pattern).resolve())[1:]))
        before = len(self)
        folders = [p for p in folders if p.is_dir() and (not self.without or (p / "ground_truth.json").exists())]
        left_out = {picture for style in self.without for picture in style.shown(folders)}
        for picture_path, labels_path in pairs(folders):
            if picture_path in self._known or picture_path in left_out:
                continue
            try:
                with Image.open(picture_path) as header:
                    upright = ImageOps.exif_transpose(header).size
                landscape = upright[0] >= upright[1]
                size = (LONG_SIDE, SHORT_SIDE) if landscape else (SHORT_SIDE, LONG_SIDE)
                picture, labels = load(picture_path, labels_path, size)
            except (OSError, SyntaxError):  # still being written: the next refresh finds it whole
                continue
            self._known.add(picture_path)
            (self._landscape if landscape else self._portrait).add(picture, labels)
        for shelf in (self._landscape, self._portrait):
            shelf.weigh()
        return len(self) - before

    def batch(self, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        """`count` random pictures of one orientation: uint8 [count, 3, H, W] and [count, H, W]."""
        shelves = (self._landscape, self._portrait)
        (shelf,) = random.choices(shelves, [sum(shelf.factors) for shelf in shelves])
        chosen = random.choices(shelf.pictures, shelf.factors, k=count)
        return torch.stack([picture for picture, _ in chosen]), torch.stack([labels for _, labels in chosen])
