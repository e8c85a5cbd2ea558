"""The training loss of semantic segmentation with one query a class.

Mask2Former pairs queries with segments by Hungarian matching, because panoptic segmentation has several segments of one
class. Semantic segmentation has at most one segment a class, so query i is given class i for good: the matching, its cost
and the instability of its early choices all go, while architecture and post-processing stay those of Mask2Former.

Losses are dense at the masks' own resolution (a quarter of the input) instead of sampled at points: at 192 x 256 that is
3072 values a mask. Targets there are the share of each class among the pixels of a cell, so that outlines keep their
sub-cell position.
"""

import torch
import torch.nn.functional as F

CLASS_WEIGHT = 2.0
MASK_WEIGHT = 5.0
DICE_WEIGHT = 5.0
SEMANTIC_WEIGHT = 2.0
PIXEL_WEIGHT = 2.0
ABSENT_CLASS_WEIGHT = 0.4
"""Weight of "no object": lower than 1 because roughly half of the classes are absent from a picture."""
ABSENT_MASK_WEIGHT = 0.3
"""Weight of an empty mask's cross entropy, which keeps absent classes from drawing masks."""
MASK_STRIDE = 4
PRESENT_CELLS = 2.0
"""Cells from which on a class counts as present: less is noise at the smallest sizes."""


class Targets:
    """What a batch of label maps asks of the network.

    `shares` [B, C, h, w]: share of each class in each cell; `valid` [B, 1, h, w]: share of labelled pixels;
    `present` [B, C]: whether the class is in the picture.
    """

    def __init__(self, labels: torch.Tensor, class_count: int):
        """`labels` [B, H, W] int64, H and W multiples of MASK_STRIDE; values from `class_count` on are ignored."""
        batch, height, width = labels.shape
        rows, columns = height // MASK_STRIDE, width // MASK_STRIDE
        # Counts by one bincount over (cell, class): a one-hot map at full size would be sixteen times larger.
        cells = torch.arange(batch * rows * columns, device=labels.device).view(batch, rows, 1, columns, 1)
        keys = labels.clamp(max=class_count).view(batch, rows, MASK_STRIDE, columns, MASK_STRIDE)
        keys = (keys + cells * (class_count + 1)).flatten()
        counts = torch.bincount(keys, minlength=cells.numel() * (class_count + 1))
        shares = counts.view(batch, rows, columns, class_count + 1).permute(0, 3, 1, 2).float() / MASK_STRIDE**2
        self.shares = shares[:, :class_count].contiguous()
        self.valid = 1.0 - shares[:, class_count:]
        self.present = self.shares.sum((2, 3)) > PRESENT_CELLS


def layer_loss(class_logits: torch.Tensor, mask_logits: torch.Tensor, targets: Targets) -> torch.Tensor:
    """Class, mask and dice loss of one decoder layer: `class_logits` [B, Q, C + 1], `mask_logits` [B, Q, h, w], Q = C."""
    batch, queries, labels = class_logits.shape
    own_class = torch.arange(queries, device=class_logits.device).expand(batch, -1)
    wanted = torch.where(targets.present, own_class, torch.full_like(own_class, labels - 1))
    weights = torch.ones(labels, device=class_logits.device)
    weights[-1] = ABSENT_CLASS_WEIGHT
    class_loss = F.cross_entropy(class_logits.flatten(0, 1), wanted.flatten(), weight=weights)

    present = targets.present.float()
    pixel_count = targets.valid.sum((2, 3)).clamp(min=1.0)
    entropy = F.binary_cross_entropy_with_logits(mask_logits, targets.shares, reduction="none")
    entropy = (entropy * targets.valid).sum((2, 3)) / pixel_count
    mask_weights = present + ABSENT_MASK_WEIGHT * (1.0 - present)
    mask_loss = (entropy * mask_weights).sum() / mask_weights.sum()

    masks = mask_logits.sigmoid() * targets.valid
    overlap = (masks * targets.shares).sum((2, 3))
    dice = 1.0 - (2.0 * overlap + 1.0) / (masks.sum((2, 3)) + targets.shares.sum((2, 3)) + 1.0)
    dice_loss = (dice * present).sum() / present.sum().clamp(min=1.0)
    return CLASS_WEIGHT * class_loss + MASK_WEIGHT * mask_loss + DICE_WEIGHT * dice_loss


def semantic_scores(class_logits: torch.Tensor, mask_logits: torch.Tensor) -> torch.Tensor:
    """The reference post-processing's scores [B, C, h, w], at the masks' resolution."""
    class_shares = class_logits.softmax(-1)[..., :-1]
    return torch.einsum("bqc,bqhw->bchw", class_shares, mask_logits.sigmoid())


def semantic_loss(class_logits: torch.Tensor, mask_logits: torch.Tensor, targets: Targets) -> torch.Tensor:
    """Cross entropy of the scores whose argmax becomes the label map, as shares of their sum."""
    scores = semantic_scores(class_logits, mask_logits)
    log_shares = (scores + 1e-5).log() - (scores.sum(1, keepdim=True) + 1e-4).log()
    return -(targets.shares * log_shares).sum() / targets.valid.sum().clamp(min=1.0)


class PixelClassifier(torch.nn.Module):
    """A linear classifier of the pixel decoder's features, for training alone.

    The queries' gradients reach the backbone through masked attention, which is blind while the masks are bad. This head
    tells the features directly what each cell is; it is dropped with the end of the training.
    """

    def __init__(self, features: int, class_count: int):
        super().__init__()
        self.project = torch.nn.Conv2d(features, class_count, 1)

    def loss(self, features: torch.Tensor, targets: Targets) -> torch.Tensor:
        """Cross entropy of `features` [B, F, h, w] against the cells' class shares."""
        log_shares = self.project(features.float()).log_softmax(1)
        return -(targets.shares * log_shares).sum() / targets.valid.sum().clamp(min=1.0)


def training_loss(outputs, targets: Targets, classifier: PixelClassifier) -> torch.Tensor:
    """Deep supervision: the layer loss at every decoder layer, the semantic loss at the last, the pixel loss below them."""
    layers = [(a["class_queries_logits"].float(), a["masks_queries_logits"].float()) for a in outputs.auxiliary_logits]
    layers.append((outputs.class_queries_logits.float(), outputs.masks_queries_logits.float()))
    total = sum(layer_loss(*layer, targets) for layer in layers)
    total = total + SEMANTIC_WEIGHT * semantic_loss(*layers[-1], targets)
    return total + PIXEL_WEIGHT * classifier.loss(outputs.pixel_decoder_last_hidden_state, targets)
