#!/usr/bin/env python3
"""Draws rooms in another and much plainer style than the program's own renderer, to see what a network carries over.

    python models/plain_rooms.py --output bench-out/plain --count 200 --seed 1
    python models/evaluate.py --model models/measure-bench-rooms.onnx --data bench-out/plain

Never trained on. One ray a pixel through a box room with a window, a door and boxes for furniture; each surface has one
colour, a little noise, and light that falls off from one lamp. No texture, no reflection, no lens, no camera faults.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

WALL, FLOOR, CEILING, WINDOW, CABINET, DOOR, SOFA = 0, 3, 5, 8, 10, 14, 23
FAR = 1e9


def look(random: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Directions [height, width, 3] of a hand-held phone's rays: x right, y forward, z up."""
    focal = 0.5 * max(width, height) / np.tan(np.radians(random.uniform(65, 74)) / 2)
    pitch, roll, yaw = np.radians(random.normal((-3, 0, 0), (5, 1.5, 12)))
    u, v = np.meshgrid(np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height / 2)
    u, v = np.cos(roll) * u - np.sin(roll) * v, np.sin(roll) * u + np.cos(roll) * v
    forward = np.cos(pitch) * focal + np.sin(pitch) * v
    up = np.sin(pitch) * focal - np.cos(pitch) * v
    return np.stack((np.cos(yaw) * u + np.sin(yaw) * forward, np.cos(yaw) * forward - np.sin(yaw) * u, up), -1)


def enter(origin: np.ndarray, rays: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance along each ray to a solid box, FAR where it is missed, and the axis of the face that is met."""
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (low - origin) / rays, (high - origin) / rays
    near, far = np.minimum(first, second), np.maximum(first, second)
    distance = near.max(-1)
    met = (distance < far.min(-1)) & (distance > 0)
    return np.where(met, distance, FAR), near.argmax(-1)


def room(random: np.random.Generator, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture [height, width, 3] in [0, 1] and its label map of ADE20K indices [height, width]."""
    size = np.array([random.uniform(2.5, 6.5), random.uniform(3.0, 7.0), random.normal(2.6, 0.12)])
    away = random.uniform(2.5, min(6.0, size[1] - 0.3))
    origin = np.array([random.uniform(0.25, 0.75) * size[0], size[1] - away, random.normal(1.5, 0.12)])
    rays = look(random, width, height)
    with np.errstate(divide="ignore"):
        leaving = np.where(rays > 0, (size - origin) / rays, -origin / rays)
    distance, axis = leaving.min(-1), leaving.argmin(-1)
    side = 2 * axis + (np.take_along_axis(rays, axis[..., None], -1)[..., 0] > 0)
    points = origin + distance[..., None] * rays
    labels = np.select([side == 4, side == 5], [FLOOR, CEILING], WALL)
    colours = random.uniform(0.25, 0.95, (6, 1)) + random.normal(0, 0.05, (6, 3))
    colours[:4] = colours[0] + random.normal(0, 0.02, (4, 3))
    colours[5] = random.uniform(0.8, 0.98)
    picture = colours[side]
    normals = axis

    def paint(where: np.ndarray, label: int, colour: np.ndarray, rim: np.ndarray | None = None) -> None:
        labels[where] = label
        picture[where] = colour
        if rim is not None:
            picture[where & rim] = 0.9

    left = random.uniform(0.1, 0.5) * size[0]
    right, sill = left + random.uniform(0.8, 0.4 * size[0] + 0.5), random.uniform(0.7, 1.0)
    x, y, z = np.moveaxis(points, -1, 0)
    if random.random() < 0.75:
        inside = (side == 3) & (x > left) & (x < right) & (z > sill) & (z < sill + 1.2)
        frame = (x < left + 0.07) | (x > right - 0.07) | (np.abs(x - (left + right) / 2) < 0.04) | (z > sill + 1.13)
        paint(inside, WINDOW, random.uniform((0.6, 0.75, 0.85), 1.0), frame)
    if random.random() < 0.6:
        wall = random.integers(0, 2)
        start = random.uniform(0.4, max(0.5, size[1] - 1.5))
        inside = (side == wall) & (y > start) & (y < start + 0.85) & (z < 2.04)
        paint(inside, DOOR, random.uniform(0.3, 0.95) + random.normal(0, 0.05, 3))
    for _ in range(random.integers(0, 4)):
        label, tall, deep = [(CABINET, random.uniform(0.8, 2.1), 0.55), (SOFA, 0.8, 0.9)][random.integers(0, 2)]
        wide = random.uniform(0.6, 2.0)
        start = random.uniform(0, max(0.1, size[0] - wide))
        low, high = np.array([start, size[1] - deep, 0]), np.array([min(start + wide, size[0]), size[1], tall])
        met, face = enter(origin, rays, low, high)
        nearer = met < distance
        distance = np.where(nearer, met, distance)
        normals = np.where(nearer, face, normals)
        paint(nearer, label, random.uniform(0.15, 0.9) + random.normal(0, 0.08, 3))

    points = origin + distance[..., None] * rays
    lamp = np.array([size[0] / 2, size[1] / 2, size[2] - 0.4])
    facing = np.take_along_axis(np.abs(lamp - points), normals[..., None], -1)[..., 0]
    falling = facing / np.linalg.norm(lamp - points, axis=-1).clip(0.3) ** 1.5
    light = random.uniform(0.45, 0.8) + random.uniform(0.2, 0.5) * falling
    picture = picture * np.where(labels == WINDOW, 1.0, light)[..., None] + random.normal(0, 0.015, picture.shape)
    return picture.clip(0, 1), labels.astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    (arguments.output / "labels").mkdir(parents=True, exist_ok=True)
    records = []
    for index in range(arguments.count):
        random = np.random.default_rng((arguments.seed, index))
        picture, labels = room(random, *((288, 384) if random.random() < 0.35 else (384, 288)))
        name = f"plain_{index:05}"
        Image.fromarray((picture * 255).astype(np.uint8)).save(arguments.output / f"{name}.png")
        Image.fromarray(labels).save(arguments.output / "labels" / f"{name}.png")
        records.append({"file": f"{name}.png", "scenario": "plain"})
    (arguments.output / "ground_truth.json").write_text(json.dumps(records) + "\n")


if __name__ == "__main__":
    main()
