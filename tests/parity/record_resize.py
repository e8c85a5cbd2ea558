"""Records PIL's bilinear scaling of small synthetic pictures, for the unit tests of the preprocessing.

    python tests/parity/record_resize.py
"""

from pathlib import Path

import numpy as np
from PIL import Image

CASES = (((23, 17), (8, 6)), ((13, 40), (8, 9)))
"""Widths and heights before and after; PIL scales the second one's columns first."""

for (width, height), target in CASES:
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    channels = [7 * x + 3 * y, x + 11 * y + x * y, 5 * x * y]
    picture = Image.fromarray((np.stack(channels, -1) % 256).astype(np.uint8))
    scaled = np.asarray(picture.resize(target, Image.Resampling.BILINEAR))
    name = f"pil_bilinear_{width}x{height}_to_{target[0]}x{target[1]}.in"
    Path(__file__).with_name(name).write_text("vec!" + str(scaled.reshape(-1).tolist()) + "\n")
