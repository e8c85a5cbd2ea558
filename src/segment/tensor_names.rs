//! The names that an exported Mask2Former gives its tensors; `models/export.py` writes them.

/// Name of the network's input, [batch, 3, height, width].
pub(super) const INPUT: &str = "pixel_values";
/// Name of the output [batch, queries, classes + 1].
pub(super) const CLASS_OUTPUT: &str = "class_queries_logits";
/// Name of the output [batch, queries, height / 4, width / 4].
pub(super) const MASK_OUTPUT: &str = "masks_queries_logits";
