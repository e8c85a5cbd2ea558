"""Pictures as inputs of a network, to calibrate and to compare on."""

from pathlib import Path

import numpy as np
from PIL import Image

ENDINGS = {".jpg", ".jpeg", ".png"}


def photos(folder: Path, endings: set[str] = ENDINGS) -> list[Path]:
    """The pictures of a folder, in the order of their names."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in endings)
    if not paths:
        raise SystemExit(f"{folder}: no pictures ({', '.join(sorted(endings))})")
    return paths


def normalised(paths: list[Path], sizes: list[tuple[int, int]], preprocessor: dict) -> list[np.ndarray]:
    """For each size, rows and columns, one of the pictures, [1, 3, H, W], normalised; spread over all of `paths`."""
    mean = np.array(preprocessor["image_mean"], np.float32)
    std = np.array(preprocessor["image_std"], np.float32)
    scale = np.float32(preprocessor.get("rescale_factor", 1 / 255))
    inputs = []
    for index, (height, width) in enumerate(sizes):
        with Image.open(paths[index * len(paths) // len(sizes)]) as picture:
            scaled = picture.convert("RGB").resize((width, height), Image.Resampling.BILINEAR)
        values = (np.asarray(scaled, np.float32) * scale - mean) / std
        inputs.append(np.ascontiguousarray(values.transpose(2, 0, 1)[None]))
    return inputs
