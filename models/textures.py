"""Random textures and light for the augmentation. All pictures are float tensors in [0, 1], channels first."""

import math
import random

import torch
import torch.nn.functional as F

from classes import IGNORED, ROOM_CLASSES, position_of

UNPAINTED = {"windowpane", "mirror", "lamp", "television receiver"}
"""What is told by what it shows, or by its light: of another material it would be something else."""
REPAINTED = torch.tensor([room_class.name not in UNPAINTED for room_class in ROOM_CLASSES])
WALL, TABLE = position_of("wall"), position_of("table")


def uniform(low: float, high: float) -> float:
    """One draw from Python's generator, which the training script seeds."""
    return random.uniform(low, high)


def field(channels: int, height: int, width: int, cells: int) -> torch.Tensor:
    """Smooth noise [channels, height, width], roughly in [0, 1], with about `cells` bumps along the longer side."""
    longer = max(height, width)
    rows, columns = max(2, round(cells * height / longer)), max(2, round(cells * width / longer))
    noise = torch.rand(1, channels, rows, columns)
    return F.interpolate(noise, (height, width), mode="bicubic", align_corners=True)[0]


def octaves(channels: int, height: int, width: int) -> torch.Tensor:
    """Noise of several scales summed: marble, plaster, carpet, depending on the draw."""
    total, weight_sum = torch.zeros(channels, height, width), 0.0
    decay = uniform(0.4, 1.2)
    for octave, cells in enumerate((4, 10, 26, 64, 160)):
        weight = decay**octave * uniform(0.2, 1.0)
        total += weight * field(channels, height, width, cells)
        weight_sum += weight
    return total / weight_sum


def grid(height: int, width: int) -> torch.Tensor:
    """Lines [1, height, width] in [0, 1]: stripes, tiles or planks, straight or converging as a receding plane's do."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    horizon = uniform(1.1, 4.0) * random.choice((-1, 1))
    depth = 1.0 / (1.0 + y / horizon) if random.random() < 0.5 else torch.ones_like(y)
    angle = random.choice((0.0, math.pi / 2, uniform(0, math.pi)))
    u = (math.cos(angle) * x + math.sin(angle) * y) * depth
    v = (math.cos(angle) * y - math.sin(angle) * x) * depth
    frequency, ratio, joint = uniform(2, 24), uniform(0.2, 2.0), uniform(0.03, 0.5)
    row = torch.floor(v * frequency * ratio)
    across = torch.remainder(v * frequency * ratio, 1.0) < joint
    along = torch.remainder(u * frequency + 0.37 * row, 1.0) < joint
    lines = across if random.random() < 0.4 else across | along
    return lines.float().unsqueeze(0)


def colour() -> torch.Tensor:
    """A colour [3, 1, 1]: mostly muted, as rooms are, now and then saturated."""
    base = uniform(0.05, 1.0)
    spread = uniform(0.0, 0.12) if random.random() < 0.7 else uniform(0.1, 0.6)
    return (base + spread * (2 * torch.rand(3, 1, 1) - 1)).clamp(0.02, 1.0)


def texture(height: int, width: int) -> torch.Tensor:
    """A random material [3, height, width] without light: flat, noisy, veined, striped or tiled."""
    first = colour().expand(3, height, width)
    kind = random.random()
    if kind < 0.3:
        return first
    contrast = uniform(0.05, 0.7)
    if kind < 0.6:
        return (first + contrast * (octaves(random.choice((1, 3)), height, width) - 0.5)).clamp(0, 1)
    second = colour() if random.random() < 0.4 else (first[:, :1, :1] * uniform(0.5, 1.3)).clamp(0, 1)
    lines = grid(height, width)
    mixed = first * (1 - lines) + second * lines
    if random.random() < 0.5:
        mixed = mixed + 0.5 * contrast * (octaves(1, height, width) - 0.5)
    return mixed.clamp(0, 1)


def repaint(picture: torch.Tensor, labels: torch.Tensor, donor: torch.Tensor) -> torch.Tensor:
    """Gives one label region of `picture` [3, H, W] another material and keeps its light.

    The region's shading is its brightness relative to its own mean. `donor` is another picture of the batch, whose pixels
    serve as the material now and then: real structure in the wrong place teaches outlines instead of textures.
    """
    counts = torch.bincount(labels.flatten(), minlength=IGNORED)[: len(ROOM_CLASSES)]
    present = (counts * REPAINTED).nonzero().flatten().tolist()
    if not present:
        return picture
    region = labels == random.choice(present)
    brightness = picture.mean(0, keepdim=True)
    mean = brightness[:, region].mean().clamp(min=0.02)
    shading = (brightness / mean).clamp(0.1, 2.5) ** uniform(0.3, 1.2)
    material = donor if random.random() < 0.15 else texture(*labels.shape)
    if random.random() < 0.3:
        material = material * uniform(0.3, 1.0)
    opacity = random.choice((1.0, uniform(0.4, 1.0)))
    painted = picture * (1 - opacity) + opacity * material * shading
    return torch.where(region, painted.clamp(0, 1), picture)


def flatten(picture: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Gives every label region one colour, with part of its own light: a picture as the plainest of renderers draws it."""
    shaded = uniform(0.0, 1.0)
    for value in labels.unique().tolist():
        region = labels == value
        brightness = picture.mean(0, keepdim=True)
        shading = (brightness / brightness[:, region].mean().clamp(min=0.02)).clamp(0.1, 2.5) ** shaded
        shade = colour() if random.random() < 0.6 else picture[:, region].mean(1).view(3, 1, 1)
        picture = torch.where(region, (shade * shading).clamp(0, 1), picture)
    return picture


def relight(picture: torch.Tensor) -> torch.Tensor:
    """Uneven light over the whole picture, and now and then a glare."""
    _, height, width = picture.shape
    strength = uniform(0.1, 0.9)
    light = 1 + strength * (2 * field(1, height, width, random.choice((2, 3, 5, 8))) - 1)
    if random.random() < 0.3:
        light = light * (1 + 0.3 * (field(3, height, width, 3) - 0.5))
    picture = picture * light.clamp(min=0.08)
    if random.random() < 0.2:
        glare = (field(1, height, width, random.choice((3, 6))) - uniform(0.6, 0.8)).clamp(min=0)
        picture = picture + glare * uniform(1.0, 4.0) * (0.7 + 0.3 * torch.rand(3, 1, 1))
    return picture.clamp(0, 1)


def sunlight(picture: torch.Tensor) -> torch.Tensor:
    """Patches of light, or of shadow, with the straight outlines of a window: sheared grids of panes over whatever is there.

    The renderer's sun shines through windows in front of the camera; at home it comes from behind and from the side too, and
    a network that never saw it takes the patches for windows, tables and rugs.
    """
    _, height, width = picture.shape
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    dy, dx = (y - uniform(0, 1)) / uniform(0.08, 0.4), (x - uniform(0, 1)) / uniform(0.08, 0.4)
    dx, dy = dx + uniform(-1.5, 1.5) * dy, dy + uniform(-0.6, 0.6) * dx
    panes, bar = random.choice((1, 2, 2, 3)), uniform(0.0, 0.15)
    column = torch.remainder((dx + 1) * 0.5 * panes, 1.0)
    row = torch.remainder((dy + 1) * 0.5 * random.choice((1, 2)), 1.0)
    lit = (dx.abs() < 1) & (dy.abs() < 1) & (column > bar) & (row > bar)
    gain = uniform(1.3, 3.5) if random.random() < 0.75 else uniform(0.3, 0.8)
    light = 1 + (gain - 1) * lit.float()
    tint = 1 + uniform(0.0, 0.25) * torch.tensor((1.0, 0.3, -0.6)).view(3, 1, 1) * lit.float()
    return (picture * light * tint).clamp(0, 1)


def cover(picture: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Hides a random rectangle or ellipse behind a random material; its pixels no longer count.

    The network learns to complete surfaces past things it has never seen.
    """
    height, width = labels.shape
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    dy, dx = (y - uniform(0, 1)) / uniform(0.04, 0.22), (x - uniform(0, 1)) / uniform(0.04, 0.22)
    turn = uniform(-0.5, 0.5)
    dx, dy = dx + turn * dy, dy - turn * dx
    shape = (dx.abs().maximum(dy.abs()) if random.random() < 0.5 else (dx**2 + dy**2)) < 1
    material = texture(height, width) * (0.6 + 0.6 * field(1, height, width, 4))
    return torch.where(shape, material.clamp(0, 1), picture), torch.where(shape, IGNORED, labels)


def lay_table(picture: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Puts a table or worktop between camera and room, along the lower border: who photographs a kitchen often stands at one.

    The renderer's cameras stand free, so what fills the lower border of its pictures is always floor. Under a wall, without
    floor between, a table cannot be told from a floor, and the picture stays as it is.
    """
    height, width = labels.shape
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    edge = uniform(0.62, 0.97) + uniform(-0.15, 0.15) * (x - 0.5)
    left, right = uniform(-0.9, 0.4), uniform(0.6, 1.9)
    lean = uniform(0.0, 1.2)
    top = (y > edge) & (x > left - lean * (y - edge)) & (x < right + lean * (y - edge))
    behind = labels[(y <= edge) & (y > edge - 0.04) & (x > left) & (x < right)]
    if (behind == WALL).float().mean() > 0.5:
        return picture, labels
    material = texture(height, width) * uniform(0.5, 1.1)
    if random.random() < 0.4:
        cloth = (y > edge + uniform(0.02, 0.15)) & (x > uniform(0.0, 0.5) - lean * (y - edge)) & (x < uniform(0.5, 1.0))
        material = torch.where(cloth, texture(height, width), material)
    material = material * (0.7 + 0.5 * field(1, height, width, 3))
    rim = (y - edge < uniform(0.005, 0.03)) & top
    material = torch.where(rim, material * uniform(0.4, 1.2), material)
    return torch.where(top, material.clamp(0, 1), picture), torch.where(top, TABLE, labels)
