//! What gives a room its light.

use super::{Rgb, Vec3};

/// How far beyond its wall's plane a window's rectangle lies, metres: behind blinds, which hang 4 mm before the plane, and
/// before what closes the shallowest openings, which are 1 cm deep.
pub(super) const WINDOW_LIGHT_OUT: f32 = 0.005;
/// End of the way to that rectangle on which nothing can stand, metres: less than the rectangle's distance from all that may
/// block it.
pub(super) const WINDOW_LIGHT_SPARE: f32 = 0.002;

/// A rectangle that lights the room through a window; metres.
#[derive(Debug, Clone, Copy)]
pub(super) struct WindowLight {
    pub(super) corner: Vec3,
    pub(super) right: Vec3,
    pub(super) up: Vec3,
    /// Unit normal into the room.
    pub(super) inward: Vec3,
    pub(super) radiance: Rgb,
}

impl WindowLight {
    /// Square metres.
    pub(super) fn area(&self) -> f32 {
        self.right.norm() * self.up.norm()
    }
}

/// A small lamp.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lamp {
    pub(super) position: Vec3,
    /// Radius of the shade, within which shadows are not cast.
    pub(super) radius: f32,
    /// Radiant intensity over pi.
    pub(super) intensity: Rgb,
}

/// Sunlight that enters through windows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sun {
    /// Unit vector towards the sun.
    pub(super) towards: Vec3,
    pub(super) strength: Rgb,
}

/// How a photo's light is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shading {
    /// Soft shadows and a bounce.
    Rays,
    /// Only the angle to a fixed light counts: the plain looks of simple renderers.
    Plain,
}
