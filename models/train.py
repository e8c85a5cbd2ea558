#!/usr/bin/env python3
"""Trains the bundled Mask2Former on folders of renders, within a given time.

    python models/train.py --data 'bench-out/rooms/train*' --output bench-out/runs/rooms --minutes 60

The learning rate follows the clock, not the step count, so that a run anneals fully on a slow or busy machine too. New
folders and pictures that match `--data` join while it runs. State is saved every few minutes; the same command continues
after an interruption. The result is the folder OUTPUT/checkpoint, in the published layout, ready for export.py.
"""

import argparse
import json
import math
import random
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from augment import augment
from backbone import hold_back
from classes import ROOM_CLASSES
from dataset import RoomPictures, Style
from loss import PixelClassifier, Targets, training_loss
from network import IMAGE_MEAN, IMAGE_STD, SIZE_DIVISOR, build_network, load_network, read_provenance, save_checkpoint

WARM_UP_SHARE = 0.03
"""Share of the time during which the learning rate rises."""
LEAST_RATE_SHARE = 0.01
EMA_DECAY = 0.995
"""Averages over about the last 200 steps: short against the ten thousand of a run."""
GRADIENT_LIMIT = 1.0
WEIGHT_DECAY = 0.05
BACKBONE_RATE_SHARE = 0.1
"""The published backbone's learning rate, as a share of the others': it shall keep what photographs taught it."""


@dataclass(frozen=True)
class SizePhase:
    """Until which progress, how often each of `INPUT_SIZES` is drawn."""

    until: float
    weights: tuple[float, ...]


INPUT_SIZES = ((128, 160), (192, 256), (256, 320), (320, 416))
"""Short and long side that batches are trained at."""
SIZE_PHASES = (
    SizePhase(0.25, (0.8, 0.2, 0.0, 0.0)),
    SizePhase(0.55, (0.0, 0.7, 0.3, 0.0)),
    SizePhase(0.8, (0.0, 0.3, 0.5, 0.2)),
    SizePhase(1.0, (0.0, 0.0, 0.4, 0.6)),
)
"""Inference is at the last size, which 4:3 at a shortest edge of 312 becomes: the training ends there, and goes most of its
way where steps are cheap."""
CONTINUED_SIZES_FROM = 0.4
"""Progress, for the choice of sizes alone, at which trained weights begin: what the smallest pictures teach they know."""
AUGMENT_STRENGTH = 0.7
"""The renders vary materials and light themselves, and a short run cannot digest every picture repainted."""
FEWEST_PICTURES = 16
"""Pictures to wait for before the first step."""


def keep_single(network: torch.nn.Module) -> None:
    """Takes layers out of bfloat16 whose gradients processors compute slower in it than in fp32: a quarter of a step's time."""

    def in_single(forward):
        def single(values: torch.Tensor) -> torch.Tensor:
            with torch.autocast("cpu", enabled=False):
                return forward(values.float())

        return single

    for module in network.modules():
        depthwise = isinstance(module, torch.nn.Conv2d) and module.groups > 1
        if depthwise or isinstance(module, torch.nn.GroupNorm):
            module.forward = in_single(module.forward)


def learning_rate(peak: float, progress: float) -> float:
    """Linear rise, then a cosine down to a hundredth; `progress` is the share of the time that is over."""
    if progress < WARM_UP_SHARE:
        return peak * max(progress / WARM_UP_SHARE, 0.02)
    fall = min((progress - WARM_UP_SHARE) / (1 - WARM_UP_SHARE), 1.0)
    return peak * (LEAST_RATE_SHARE + (1 - LEAST_RATE_SHARE) * 0.5 * (1 + math.cos(math.pi * fall)))


def input_size(pictures: torch.Tensor, progress: float, share: float) -> tuple[int, int]:
    """Height and width to train a batch at: small at first, where a step costs less than half, in the end `share` of full size."""
    phase = next(phase for phase in SIZE_PHASES if progress <= phase.until)
    sides = random.choices(INPUT_SIZES, weights=phase.weights)[0]
    short, long = (SIZE_DIVISOR * math.ceil(share * side / SIZE_DIVISOR) for side in sides)
    landscape = pictures.shape[-1] >= pictures.shape[-2]
    return (short, long) if landscape else (long, short)


class Run:
    """Network, averaged network, optimiser and clock of one training run, and their saved state."""

    def __init__(self, output: Path, arguments: argparse.Namespace, device: torch.device):
        self.output, self.arguments, self.device = output, arguments, device
        network = load_network(arguments.initial) if arguments.initial else build_network()
        self.network = network.to(device, memory_format=torch.channels_last).train()
        self.classifier = PixelClassifier(self.network.config.mask_feature_size, len(ROOM_CLASSES)).to(device)
        self.trained = torch.nn.ModuleList([self.network, self.classifier])
        self.average = AveragedModel(self.network, multi_avg_fn=get_ema_multi_avg_fn(EMA_DECAY), use_buffers=True)
        slow = hold_back(self.network)
        held = {id(parameter) for parameter in slow}
        rest = [p for p in self.trained.parameters() if p.requires_grad and id(p) not in held]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": slow, "weight_decay": WEIGHT_DECAY, "share": BACKBONE_RATE_SHARE},
                {"params": [p for p in rest if p.dim() > 1], "weight_decay": WEIGHT_DECAY, "share": 1.0},
                {"params": [p for p in rest if p.dim() <= 1], "weight_decay": 0.0, "share": 1.0},
            ],
            lr=arguments.rate,
            foreach=True,
        )
        self.step, self.seconds, self.pictures = 0, 0.0, 0
        self.half = device.type != "cpu" or torch.backends.cpu.get_cpu_capability().startswith("AVX512")
        if device.type == "cpu":
            keep_single(self.network)
        self.mean = torch.tensor(IMAGE_MEAN, device=device).view(1, 3, 1, 1)
        self.std = torch.tensor(IMAGE_STD, device=device).view(1, 3, 1, 1)

    @property
    def progress(self) -> float:
        """Share of the time budget that is over."""
        return min(self.seconds / (60.0 * self.arguments.minutes), 1.0)

    @property
    def size_progress(self) -> float:
        """Progress by which the size of the pictures is chosen."""
        first = CONTINUED_SIZES_FROM if self.arguments.initial else 0.0
        return first + (1.0 - first) * self.progress

    def train_step(self, pictures: torch.Tensor, labels: torch.Tensor) -> float:
        """One update on an augmented batch; returns the loss."""
        rate = learning_rate(self.arguments.rate, self.progress)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        values = (pictures.to(self.device) - self.mean) / self.std
        values = values.contiguous(memory_format=torch.channels_last)
        targets = Targets(labels.to(self.device), len(ROOM_CLASSES))
        # Weights and losses stay in fp32; bfloat16 has fp32's range, so no loss needs scaling.
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            outputs = self.network(pixel_values=values, output_auxiliary_logits=True)
        loss = training_loss(outputs, targets, self.classifier)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained.parameters(), GRADIENT_LIMIT)
        self.optimizer.step()
        self.average.update_parameters(self.network)
        self.step += 1
        return loss.item()

    def save(self) -> None:
        """Writes the state to continue from and the averaged weights as a checkpoint folder."""
        self.output.mkdir(parents=True, exist_ok=True)
        provenance = {
            "steps": self.step,
            "minutes": round(self.seconds / 60, 1),
            "minutesPlanned": self.arguments.minutes,
            "batch": self.arguments.batch,
            "pictures": self.pictures,
            "peakLearningRate": self.arguments.rate,
            "seed": self.arguments.seed,
        }
        if self.arguments.initial:
            provenance["initial"] = read_provenance(self.arguments.initial)
        size = (self.arguments.shortest_edge, self.arguments.longest_edge)
        save_checkpoint(self.average.module, self.output / "checkpoint", size, provenance)
        # Last, so that a state that says that the time is over has its checkpoint.
        state = {
            "network": self.network.state_dict(),
            "classifier": self.classifier.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "pictures": self.pictures,
        }
        partial = self.output / "state.partial"
        torch.save(state, partial)
        partial.replace(self.output / "state.pt")

    def resume(self) -> bool:
        """Continues from a saved state where there is one."""
        path = self.output / "state.pt"
        if not path.exists():
            return False
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.classifier.load_state_dict(state["classifier"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.pictures = state.get("pictures", 0)  # Older states do not say.
        return True


def train(run: Run, data: RoomPictures) -> None:
    """Trains until the time is over; waiting for the first pictures does not count."""
    arguments = run.arguments
    last_save = last_refresh = last_log = time.monotonic()
    losses, waiting = [], False
    while run.progress < 1.0:
        started = time.monotonic()
        if len(data) < FEWEST_PICTURES or started - last_refresh > arguments.refresh_seconds:
            if added := data.refresh():
                print(f"{added} new pictures, {len(data)} in all", flush=True)
            run.pictures, last_refresh = len(data), started
            if len(data) < FEWEST_PICTURES:
                if not waiting:
                    patterns = ", ".join(arguments.data)
                    print(f"waiting for pictures that match {patterns}: {len(data)} of at least {FEWEST_PICTURES}", flush=True)
                waiting = True
                time.sleep(5)
                continue
            started = time.monotonic()
        pictures, labels = data.batch(arguments.batch)
        pictures, labels = augment(pictures, labels, input_size(pictures, run.size_progress, arguments.size_share), AUGMENT_STRENGTH)
        losses.append(run.train_step(pictures, labels))
        now = time.monotonic()
        run.seconds += now - started
        if now - last_log > 20:
            mean = sum(losses) / len(losses)
            print(
                f"step {run.step}  {run.seconds / 60:.1f} min  loss {mean:.3f}  {run.seconds / run.step:.2f} s a step",
                flush=True,
            )
            losses, last_log = [], now
        if now - last_save > 60 * arguments.save_minutes:
            run.save()
            last_save = time.monotonic()
    run.save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", action="append", required=True, metavar="GLOB", help="folders of renders; repeatable")
    parser.add_argument("--without", action="append", type=Style.parse, default=[], metavar="KEY=VALUE", help="leave out rooms of a style, to see how far the network carries over to it: floor=tiles, wall=panels, light=lamps, shows=sofa; repeatable")
    parser.add_argument("--output", type=Path, required=True, help="folder of the run")
    parser.add_argument("--initial", type=Path, help="checkpoint folder to begin with (default: the published backbone, and random weights from there on)")
    parser.add_argument("--minutes", type=float, default=60.0, help="time to train, without waiting and loading")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate")
    parser.add_argument("--threads", type=int, default=0, help="threads of torch (default: all cores)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size-share", type=float, default=1.0, help="of the usual input sizes, for quick comparisons")
    parser.add_argument("--shortest-edge", type=int, default=312, help="size policy written to the checkpoint")
    parser.add_argument("--longest-edge", type=int, default=624)
    parser.add_argument("--save-minutes", type=float, default=4.0)
    parser.add_argument("--refresh-seconds", type=float, default=120.0, help="how often to look for new pictures")
    arguments = parser.parse_args()

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    run = Run(arguments.output, arguments, torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    resumed = run.resume()
    if resumed and run.progress >= 1.0:
        print(f"finished already, at step {run.step}: {run.output / 'checkpoint'}; --minutes above {arguments.minutes:g} goes on")
        return
    # A continued run must not see the pictures of its beginning again in the same order.
    random.seed(arguments.seed + run.step)
    torch.manual_seed(arguments.seed + run.step)
    arguments.output.mkdir(parents=True, exist_ok=True)
    options = {name: str(value) for name, value in vars(arguments).items()}
    (arguments.output / "options.json").write_text(json.dumps(options, indent=2) + "\n")
    print(f"{'continuing at step ' + str(run.step) if resumed else 'starting'} on {run.device}", flush=True)
    train(run, RoomPictures(arguments.data, arguments.without))


if __name__ == "__main__":
    main()
