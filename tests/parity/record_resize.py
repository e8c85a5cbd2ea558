"""Records PIL's bilinear scaling of a small synthetic picture, for the unit test of the preprocessing.

    python tests/parity/record_resize.py > tests/parity/pil_bilinear_23x17_to_8x6.in
"""

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 23, 17
TARGET = (8, 6)

x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
channels = [7 * x + 3 * y, x + 11 * y + x * y, 5 * x * y]
picture = Image.fromarray((np.stack(channels, -1) % 256).astype(np.uint8))
scaled = np.asarray(picture.resize(TARGET, Image.Resampling.BILINEAR))
print("vec!" + str(scaled.reshape(-1).tolist()))
