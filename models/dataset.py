"""Folders of renders: `DIR/*.jpg` (or .png) beside `DIR/labels/<stem>.png`, 8-bit ADE20K indices.

Pictures are kept decoded in memory (307 kB each at 320 x 240), because decoding them anew every epoch would cost as much as
a training step.
"""

import random
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

from classes import ade_to_room

LONG_SIDE, SHORT_SIDE = 320, 240
SUFFIXES = {".jpg", ".jpeg", ".png"}


def pairs(folders: list[Path]) -> list[tuple[Path, Path]]:
    """Every picture with its label map, in a stable order; pictures without one are passed over."""
    found = []
    for folder in folders:
        for picture in sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES):
            labels = folder / "labels" / f"{picture.stem}.png"
            if labels.exists():
                found.append((picture, labels))
    return found


def load(picture_path: Path, labels_path: Path, size: tuple[int, int] | None) -> tuple[np.ndarray, np.ndarray]:
    """Upright picture [H, W, 3] and its label map in positions of ROOM_CLASSES [H, W]; `size` is (width, height)."""
    picture = ImageOps.exif_transpose(Image.open(picture_path)).convert("RGB")
    labels = Image.open(labels_path)
    size = size or picture.size
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    if labels.size != size:
        labels = labels.resize(size, Image.Resampling.NEAREST)
    return np.asarray(picture), ade_to_room()[np.asarray(labels)]


class RoomPictures:
    """The training pictures in memory, apart by orientation, so that a batch is a rectangle without padding."""

    def __init__(self, patterns: list[str]):
        self.patterns = patterns
        self._known: set[Path] = set()
        self._landscape: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._portrait: list[tuple[torch.Tensor, torch.Tensor]] = []

    def __len__(self) -> int:
        return len(self._landscape) + len(self._portrait)

    def refresh(self) -> int:
        """Reads pictures that have appeared since the last call; returns how many."""
        folders = sorted(p for pattern in self.patterns for p in Path("/").glob(str(Path(pattern).resolve())[1:]))
        added = 0
        for picture_path, labels_path in pairs([p for p in folders if p.is_dir()]):
            if picture_path in self._known:
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
            kept = self._landscape if landscape else self._portrait
            kept.append((torch.from_numpy(picture.copy()).permute(2, 0, 1), torch.from_numpy(labels)))
            added += 1
        return added

    def batch(self, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        """`count` random pictures of one orientation: uint8 [count, 3, H, W] and [count, H, W]."""
        landscape = random.random() * len(self) < len(self._landscape)
        kept = self._landscape if landscape else self._portrait
        chosen = random.choices(kept, k=count)
        return torch.stack([picture for picture, _ in chosen]), torch.stack([labels for _, labels in chosen])
