//! Measures the opposite wall of a room, in centimetres, from one photo, and scores many such measurements.
//!
//! # The pipeline
//! arguments → options → cases → \[photo → label map → camera → box → measurement\] → scores → report → verdict.
//! No arrow points backwards: ground truth meets a measurement only in `score`, and neither [`geometry`] nor
//! [`measure`] knows of ONNX, files or terminals.
//!
//! # Conventions
//! * **As displayed**: pixels, label maps and everything derived from them are in the orientation in which the photo is
//!   displayed; EXIF and HEIC rotation are applied once, while decoding. **Upright** is the same picture but where its file tells a
//!   wrong orientation, or none: the network and the geometry see it upright, and what they yield is turned back.
//! * **Pixel frame**: continuous, x to the right, y down, origin at the outer corner of the top-left pixel; the centre of
//!   pixel (i, j) is (i + 0.5, j + 0.5). The principal point is the middle of the picture, (w/2, h/2).
//! * **Camera frame**: x right, y down, z forward, right-handed; `ray = K⁻¹ [u v 1]ᵀ`.
//! * **Gravity** is a unit vector in the camera frame that points down; a level camera has (0, 1, 0).
//! * **Pitch** is positive when the camera looks up, **roll** is positive when the picture content turns clockwise (the
//!   camera turned anticlockwise), **yaw** of a wall is the angle from the optical axis, projected on the floor, to the
//!   wall's inward-facing normal reversed; 0 is frontal, positive when the wall's right end is farther away.
//! * **Units**: centimetres in everything a user reads, and in field names (`_cm`); geometry itself works in units of the
//!   camera height until scale is fixed. Angles in degrees carry `_deg`, others are radians.

pub mod ade20k;
pub mod cli;
pub mod cloud;
pub mod commands;
pub mod compare;
pub mod dataset;
pub mod deadline;
pub mod debug_output;
pub mod doctor;
pub mod exit_code;
pub mod gate;
pub mod geometry;
pub mod guard;
pub mod hash;
pub mod isolation;
pub mod journal;
pub mod label_map;
pub mod load;
pub mod measure;
pub mod memory;
pub mod merge;
pub mod options;
pub mod photo;
pub mod photo_result;
pub mod pipeline;
pub mod progress;
pub mod render;
pub mod report;
pub mod say;
pub mod score;
pub mod segment;
pub mod statistics;
pub mod sweep;
pub mod tolerance;
pub mod warning;
pub mod whole_file;
