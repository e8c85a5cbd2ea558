#!/usr/bin/env python3
"""IoU of an exported model on a folder of renders, per class and per scenario, and on photos annotated by hand; overlays.

    python models/evaluate.py --model models/measure-bench-rooms.onnx --data bench-out/rooms
    python models/evaluate.py --model models/measure-bench-rooms.onnx --photos tests/annotations/photos --annotations tests/annotations
    python models/evaluate.py --model models/measure-bench-rooms.onnx --photos photos --overlays bench-out/overlays

Pictures go through the file's own size policy and normalisation; labels are the argmax of the reference's scores, which are
enlarged to the picture first, as the program does. `--long-side` tries another input size.
"""

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageDraw, ImageOps

from classes import IGNORED, ROOM_CLASSES, ade_to_room
from dataset import Style, pairs
from pictures import ENDINGS, photos
from verify import label_scores

COLOURS = np.random.default_rng(7).integers(40, 256, (256, 3), dtype=np.uint8)
OVERLAY_SIDE = 480
LONGEST_SIDE = 8192
"""Of the network's input, px, as in the program."""
HEIC_ENDINGS = {".heic", ".heif"}
MASKS = {"wall": (0,), "floor": (3, 28), "ceiling": (5,), "window": (8, 58, 63)}
"""The program's four masks (src/segment/masks.rs), by the ADE20K indices of the labels that belong to them."""


def to_pixels(length: float) -> int:
    """Truncates to whole pixels, within the program's limits."""
    return int(min(max(length, 1), LONGEST_SIDE))


class ExportedModel:
    """An ONNX file with the metadata of the contract, from picture to label map."""

    def __init__(self, path: Path, threads: int, long_side: int | None):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        metadata = {k: json.loads(v) for k, v in self.session.get_modelmeta().custom_metadata_map.items()}
        self.labels, self.size = metadata["labels"], metadata["size"]
        self.mean, self.std = np.array(metadata["mean"], np.float32), np.array(metadata["std"], np.float32)
        self.rescale, self.long_side = np.float32(metadata["rescale"]), long_side
        self.milliseconds: list[float] = []

    def input_size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) of the network's input, step by step as in src/segment/size_policy.rs."""
        short, long = sorted((width, height))
        if self.long_side:
            sides = [to_pixels((2 * side * self.long_side + long) // (2 * long)) for side in (width, height)]
        elif "shortestEdge" in self.size:
            exact = size = self.size["shortestEdge"]
            limit = self.size.get("longestEdge")
            if limit is not None and long / short * exact > limit:
                exact = limit * short / long
                size = round(exact)
            scaled = to_pixels(size), long if short == to_pixels(size) else to_pixels(exact * long / short)
            sides = scaled if width < height else scaled[::-1]
        else:
            sides = self.size["width"], self.size["height"]
        divisor = self.size.get("divisor", 1)
        return tuple(-(-side // divisor) * divisor for side in sides)

    def segment(self, picture: Image.Image, size: tuple[int, int]) -> np.ndarray:
        """Output positions [height, width] of an upright picture, at `size` (width, height)."""
        resized = picture.resize(self.input_size(*picture.size), Image.Resampling.BILINEAR)
        values = (np.asarray(resized, np.float32) * self.rescale - self.mean) / self.std
        started = time.perf_counter()
        class_logits, mask_logits = self.session.run(
            ["class_queries_logits", "masks_queries_logits"],
            {"pixel_values": np.ascontiguousarray(values.transpose(2, 0, 1)[None])},
        )
        self.milliseconds.append(1000 * (time.perf_counter() - started))
        scores = label_scores(class_logits, mask_logits)[0].astype(np.float32)
        enlarged = [np.asarray(Image.fromarray(one).resize(size, Image.Resampling.BILINEAR)) for one in scores]
        return np.stack(enlarged).argmax(0)


def confusion_of(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Pixels [256, 256] by true and predicted position."""
    keys = truth.astype(np.int64) * 256 + predicted
    return np.bincount(keys.ravel(), minlength=256 * 256).reshape(256, 256)


def scores_of(confusion: np.ndarray) -> dict[str, dict]:
    """Intersection over union and share of all scored pixels of every class, in percent; a class that is absent has none."""
    confusion = confusion[:IGNORED]
    scores = {}
    for position, room_class in enumerate(ROOM_CLASSES):
        both = confusion[position, position]
        either = confusion[position].sum() + confusion[:, position].sum() - both
        scores[room_class.name] = {
            "iou": round(100 * both / either, 1) if either else None,
            "share": round(100 * confusion[position].sum() / confusion.sum(), 2),
        }
    return scores


def score(model: ExportedModel, folder: Path, only: Style | None, limit: int | None) -> dict[str, dict]:
    """Scores over all pictures of a folder, or those of one style, and over those of each scenario that its ground_truth.json names."""
    to_room = ade_to_room()
    outputs = to_room[[record["adeIndex"] for record in model.labels]]
    ground_truth = folder / "ground_truth.json"
    if not ground_truth.exists():
        raise SystemExit(f"{folder}: no ground_truth.json; --data is a folder that `measure-bench rooms` has rendered")
    scenarios = {record["file"]: record["scenario"] for record in json.loads(ground_truth.read_text())}
    confusions = defaultdict(lambda: np.zeros((256, 256), np.int64))
    wanted = only.shown([folder]) if only else {folder / name for name in scenarios}
    scored = [pair for pair in pairs([folder]) if pair[0] in wanted][:limit]
    if not scored:
        raise SystemExit(f"{folder}: no picture with a label map in labels/")
    for picture_path, labels_path in scored:
        truth = to_room[np.asarray(Image.open(labels_path))]
        predicted = outputs[model.segment(open_photo(picture_path), truth.shape[::-1])]
        confusions[scenarios[picture_path.name]] += confusion_of(truth, predicted)
    return {
        "all": scores_of(sum(confusions.values())),
        "scenarios": {name: scores_of(confusion) for name, confusion in sorted(confusions.items())},
    }


def annotation_scores(model: ExportedModel, photo: Path, annotation: dict) -> dict[str, float]:
    """IoU in percent of the masks that an annotated photo has; of its hand-drawn polygons, later ones paint over earlier."""
    masks = Image.new("L", tuple(annotation["size"]), IGNORED)
    numbers = {"other": 0, "ignore": IGNORED} | {name: number for number, name in enumerate(MASKS, 1)}
    for layer in annotation["layers"]:
        ImageDraw.Draw(masks).polygon([tuple(point) for point in layer["points"]], fill=numbers[layer["class"]])
    truth = np.asarray(masks)
    labels = model.segment(open_photo(photo), masks.size)
    classes = np.array([record["adeIndex"] for record in model.labels])[labels]
    scored = truth != IGNORED
    scores = {}
    for name, members in MASKS.items():
        wanted, got = (truth == numbers[name]) & scored, np.isin(classes, members) & scored
        if wanted.any():
            scores[name] = 100 * float((wanted & got).sum() / (wanted | got).sum())
    return scores


def report_annotated(model: ExportedModel, photos: Path, annotations: Path) -> None:
    """Prints the IoU in percent of the masks of every annotated photo that is in `photos`, and the mean over photos."""
    scores = defaultdict(list)
    for path in sorted(annotations.glob("*.json")):
        annotation = json.loads(path.read_text())
        photo = photos / annotation["photo"]
        if photo.exists():
            of_photo = annotation_scores(model, photo, annotation)
            print(f"{path.stem}: IoU", {name: round(iou, 1) for name, iou in of_photo.items()})
            for name, iou in of_photo.items():
                scores[name].append(iou)
    print("mean over photos:", {name: f"{np.mean(values):.1f} ({len(values)})" for name, values in scores.items()})


def overlay(model: ExportedModel, picture: Image.Image) -> Image.Image:
    """The picture beside itself with its labels laid over, and the names of what covers more than a percent."""
    small = ImageOps.contain(picture, (OVERLAY_SIDE, OVERLAY_SIDE))
    labels = model.segment(picture, small.size)
    coloured = Image.fromarray(COLOURS[labels])
    shares = np.bincount(labels.ravel(), minlength=len(model.labels)) / labels.size
    for position in np.argsort(-shares):
        if shares[position] > 0.01:
            print(f"  {model.labels[position]['name']}: {shares[position]:.0%}, colour {COLOURS[position].tolist()}")
    both = Image.new("RGB", (2 * small.width, small.height))
    both.paste(small, (0, 0))
    both.paste(Image.blend(small, coloured, 0.55), (small.width, 0))
    return both


def page(overlays: list[Image.Image]) -> Image.Image:
    """Overlays in two columns."""
    width, height = (max(sides) for sides in zip(*(picture.size for picture in overlays)))
    sheet = Image.new("RGB", (2 * width, height * -(-len(overlays) // 2)))
    for number, picture in enumerate(overlays):
        sheet.paste(picture, (number % 2 * width, number // 2 * height))
    return sheet


def open_photo(path: Path) -> Image.Image:
    """An upright RGB picture; HEIC where pillow-heif is installed."""
    if path.suffix.lower() in HEIC_ENDINGS:
        from pillow_heif import register_heif_opener

        register_heif_opener()
    return ImageOps.exif_transpose(Image.open(path)).convert("RGB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="folder of renders with labels to score on")
    parser.add_argument("--photos", type=Path, help="folder of photos to draw overlays of")
    parser.add_argument("--annotations", type=Path, help="folder of annotations of some of these photos")
    parser.add_argument("--overlays", type=Path, help="folder for the overlays")
    parser.add_argument("--page", type=Path, help="one picture of all overlays")
    parser.add_argument("--only", type=Style.parse, metavar="KEY=VALUE", help="of the renders only those of a style")
    parser.add_argument("--limit", type=int, help="only the first pictures")
    parser.add_argument("--long-side", type=int, help="input size instead of the file's own policy")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    drawing = arguments.overlays or arguments.page
    for folder in (arguments.data, arguments.photos, arguments.annotations):
        if folder and not folder.is_dir():
            parser.error(f"{folder}: no such folder")
    if not arguments.data and not arguments.photos:
        parser.error("--data or --photos says what to look at")
    if arguments.photos and not (arguments.annotations or drawing):
        parser.error("--photos does nothing without --annotations, --overlays or --page")
    if not arguments.photos and (arguments.annotations or drawing):
        parser.error("--annotations, --overlays and --page need --photos")
    if arguments.only and not arguments.data:
        parser.error("--only needs --data")
    model = ExportedModel(arguments.model, arguments.threads, arguments.long_side)
    if arguments.data:
        scores = score(model, arguments.data, arguments.only, arguments.limit)
        print(json.dumps(scores, indent=2))
        print(f"median inference {np.median(model.milliseconds):.0f} ms")
    if arguments.photos and arguments.annotations:
        report_annotated(model, arguments.photos, arguments.annotations)
    if drawing:
        if arguments.overlays:
            arguments.overlays.mkdir(parents=True, exist_ok=True)
        drawn = []
        for path in photos(arguments.photos, ENDINGS | HEIC_ENDINGS)[:arguments.limit]:
            print(path.name)
            drawn.append(overlay(model, open_photo(path)))
            if arguments.overlays:
                drawn[-1].save(arguments.overlays / f"{path.stem}.png")
        if arguments.page:
            page(drawn).save(arguments.page, quality=85)


if __name__ == "__main__":
    main()
