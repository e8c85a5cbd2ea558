"""Agreement of an exported model with the original in torch.

Masked attention cuts at mask logit 0, so a rounding error can move a cell across the cut and change what a query sees:
a few cells then differ clearly while all others are equal. Rates of agreement describe that; a tight tolerance does not.
"""

from dataclasses import asdict, dataclass

import numpy as np
import torch


@dataclass(frozen=True)
class Agreement:
    """Over all pictures: share of equal argmax labels and of equal mask signs, largest difference of a class logit."""

    argmax: float
    mask_signs: float
    class_logit_difference: float
    pictures: int

    def as_metadata(self) -> dict:
        """Rounded, in the contract's spelling."""
        values = asdict(self)
        return {
            "argmax": round(values["argmax"], 6),
            "maskSigns": round(values["mask_signs"], 6),
            "maxClassLogitDifference": round(values["class_logit_difference"], 6),
            "pictures": values["pictures"],
        }


def label_scores(class_logits: np.ndarray, mask_logits: np.ndarray) -> np.ndarray:
    """The reference's scores [B, classes, h, w] at the masks' resolution."""
    exponent = np.exp(class_logits - class_logits.max(-1, keepdims=True))
    shares = (exponent / exponent.sum(-1, keepdims=True))[..., :-1]
    return np.einsum("bqc,bqhw->bchw", shares, 1.0 / (1.0 + np.exp(-np.clip(mask_logits, -60, 60))))


def label_map(class_logits: np.ndarray, mask_logits: np.ndarray) -> np.ndarray:
    """Argmax labels [B, h, w] at the masks' resolution."""
    return label_scores(class_logits, mask_logits).argmax(1)


def compare(network, session, pictures: list[np.ndarray]) -> Agreement:
    """Runs both on every picture, [1, 3, H, W] normalised; `session` is an ONNX Runtime session of the exported model."""
    equal_labels = equal_signs = label_count = sign_count = 0
    largest = 0.0
    for picture in pictures:
        with torch.no_grad():
            wanted = network(pixel_values=torch.from_numpy(picture))
        wanted_class, wanted_mask = wanted.class_queries_logits.numpy(), wanted.masks_queries_logits.numpy()
        class_logits, mask_logits = session.run(
            ["class_queries_logits", "masks_queries_logits"], {"pixel_values": picture}
        )
        if mask_logits.shape != wanted_mask.shape:
            raise ValueError(f"input {picture.shape}: masks {mask_logits.shape}, expected {wanted_mask.shape}")
        labels = label_map(class_logits, mask_logits)
        equal_labels += int((labels == label_map(wanted_class, wanted_mask)).sum())
        label_count += labels.size
        equal_signs += int(((mask_logits < 0) == (wanted_mask < 0)).sum())
        sign_count += mask_logits.size
        largest = max(largest, float(np.abs(class_logits - wanted_class).max()))
    return Agreement(equal_labels / label_count, equal_signs / sign_count, largest, len(pictures))
