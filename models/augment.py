"""Augmentation of a training batch: camera, materials, light, colour and the camera's own faults.

Renders are perfect in ways that photos are not, and real homes have materials that no renderer lists. What carries over is
learnt from variety, so every picture is seen anew each time: another crop and perspective, other materials on its surfaces,
other light, colours, blur, noise and compression.
"""

import io
import random

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from classes import IGNORED
from textures import cover, flatten, lay_table, relight, repaint, sunlight, uniform

CAMERA_WEIGHTS = (0.25, 0.6, 0.15)
"""Of a picture seen whole, cropped, and from so near that floor or ceiling are mostly out of view."""


def random_camera(count: int) -> torch.Tensor:
    """Homographies [count, 3, 3] from output to input coordinates in [-1, 1]: crop, flip, slight roll and keystone."""
    matrices = torch.zeros(count, 3, 3)
    for matrix in matrices:
        scale = random.choices((1.0, uniform(0.5, 1.0), uniform(0.35, 0.6)), CAMERA_WEIGHTS)[0]
        stretch = uniform(0.87, 1.15)
        width, height = min(1.0, scale * stretch), min(1.0, scale / stretch)
        flip = random.choice((-1.0, 1.0))
        roll, (shear_x, shear_y) = uniform(-0.06, 0.06), (uniform(-0.06, 0.06), uniform(-0.06, 0.06))
        keystone_x, keystone_y = uniform(-0.1, 0.1), uniform(-0.1, 0.1)
        matrix[0] = torch.tensor([flip * width, shear_x - roll, uniform(-1, 1) * (1 - width)])
        matrix[1] = torch.tensor([shear_y + roll, height, uniform(-1, 1) * (1 - height)])
        matrix[2] = torch.tensor([keystone_x, keystone_y, 1.0])
    return matrices


def warp(pictures: torch.Tensor, labels: torch.Tensor, size: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Views the batch through random cameras at `size` (height, width); what lies outside the picture is ignored."""
    count = len(pictures)
    y, x = torch.meshgrid(torch.linspace(-1, 1, size[0]), torch.linspace(-1, 1, size[1]), indexing="ij")
    points = torch.stack((x, y, torch.ones_like(x)), -1).reshape(1, -1, 3)
    seen = points @ random_camera(count).transpose(1, 2)
    positions = (seen[..., :2] / seen[..., 2:].clamp(min=0.5)).view(count, *size, 2)
    pictures = F.grid_sample(pictures, positions, mode="bilinear", padding_mode="reflection", align_corners=False)
    # Label + 1, so that the zeros outside of the picture can be told from label 0.
    shifted = (labels.float() + 1).unsqueeze(1)
    shifted = F.grid_sample(shifted, positions, mode="nearest", padding_mode="zeros", align_corners=False)
    labels = shifted.squeeze(1).round().long() - 1
    return pictures, torch.where(labels < 0, IGNORED, labels)


def recolour(picture: torch.Tensor) -> torch.Tensor:
    """Exposure, contrast, gamma, white balance, channel mixing, saturation."""
    if random.random() < 0.3:
        mixing = torch.eye(3) + uniform(0.02, 0.3) * torch.randn(3, 3)
        picture = torch.einsum("ij,jhw->ihw", mixing / mixing.sum(1, keepdim=True).clamp(min=0.3), picture)
    if random.random() < 0.6:
        picture = picture * (1 + uniform(0.02, 0.3) * (2 * torch.rand(3, 1, 1) - 1))
    if random.random() < 0.5:
        grey = picture.mean(0, keepdim=True)
        picture = grey + (picture - grey) * uniform(0.0, 1.6)
    if random.random() < 0.05:
        picture = picture[torch.randperm(3)]
    if random.random() < 0.7:
        picture = (picture - 0.5) * uniform(0.5, 1.4) + 0.5 + uniform(-0.2, 0.2)
    picture = picture.clamp(0, 1)
    if random.random() < 0.5:
        picture = picture ** uniform(0.5, 2.0)
    return (picture * uniform(0.6, 1.7)).clamp(0, 1) if random.random() < 0.3 else picture


def blur(picture: torch.Tensor) -> torch.Tensor:
    """A lens out of focus, or an upscaled small picture."""
    height, width = picture.shape[1:]
    if random.random() < 0.5:
        factor = uniform(0.35, 0.9)
        small = F.interpolate(picture[None], scale_factor=factor, mode="bilinear", antialias=True)
        return F.interpolate(small, (height, width), mode="bilinear")[0]
    sigma = uniform(0.4, 1.8)
    offsets = torch.arange(-4, 5, dtype=torch.float32)
    kernel = torch.exp(-(offsets**2) / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).view(1, 1, 1, -1)
    padded = F.pad(picture.unsqueeze(1), (4, 4, 4, 4), mode="reflect")
    return F.conv2d(F.conv2d(padded, kernel), kernel.transpose(2, 3)).squeeze(1)


def compress(picture: torch.Tensor) -> torch.Tensor:
    """A round trip through JPEG."""
    pixels = (picture.clamp(0, 1) * 255).byte().permute(1, 2, 0).numpy()
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=random.randint(25, 90))
    return torch.from_numpy(np.array(Image.open(buffer))).permute(2, 0, 1).float() / 255


def spoil(picture: torch.Tensor) -> torch.Tensor:
    """Blur, sensor noise and compression, in the order in which a camera adds them."""
    if random.random() < 0.35:
        picture = blur(picture)
    if random.random() < 0.5:
        noise = torch.randn_like(picture) if random.random() < 0.7 else torch.randn(1, *picture.shape[1:])
        picture = picture + uniform(0.0, 0.08) * noise * (0.4 + picture)
    return compress(picture) if random.random() < 0.25 else picture.clamp(0, 1)


def augment(
    pictures: torch.Tensor, labels: torch.Tensor, size: tuple[int, int], strength: float = 1.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """One batch as the network sees it: `pictures` uint8 [B, 3, H, W], `labels` uint8 [B, H, W] -> float in [0, 1] and
    int64 at `size`. `strength` scales how often materials and light are replaced; the camera varies in any case.
    """
    pictures, labels = warp(pictures.float() / 255, labels, size)
    donors = pictures.roll(1, 0)
    seen, wanted = [], []
    for picture, label, donor in zip(pictures, labels, donors):
        if random.random() < 0.2 * strength:
            picture = flatten(picture, label)
        elif random.random() < 0.65 * strength:
            for _ in range(random.choice((1, 1, 2, 3))):
                picture = repaint(picture, label, donor)
        if random.random() < 0.5 * strength:
            picture = relight(picture)
        if random.random() < 0.2 * strength:
            picture = sunlight(picture)
        if random.random() < 0.3 * strength:
            for _ in range(random.choice((1, 1, 2, 3))):
                picture, label = cover(picture, label)
        if random.random() < 0.2 * strength:
            picture, label = lay_table(picture, label)
        if random.random() < 0.9:
            picture = recolour(picture)
        seen.append(spoil(picture))
        wanted.append(label)
    return torch.stack(seen), torch.stack(wanted)
