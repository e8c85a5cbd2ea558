//! How likely the distances between the contacts and a box's edges are, when a segmentation's errors are smooth.
//!
//! A network, or a person who draws outlines, displaces a boundary by a little that changes slowly along it. A kink within a few
//! pixels is therefore never an error, however small it is: it is a corner. Counting contacts one by one misses that. Here their
//! distances are one draw of a Gaussian process, and since some maps are rougher than others, its strength is integrated out: what
//! remains is Student's t of many dimensions.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::boundaries::Contact;
use super::surfaces::SurfaceMap;
use crate::geometry::room_box::RoomBox;

/// Over this share of the picture's long side an error keeps its sign.
const CORRELATION_SHARE: f64 = 0.03;
/// The part of an error that is not smooth, relative to it: the steps of the label map.
const ROUGHNESS: f64 = 0.25;
/// Distances beyond this many standard deviations are no segmentation's error but something that is not a box's edge.
const CLIPPED: f64 = 6.0;
/// How well the standard deviation is known beforehand, as a number of observations.
const DEGREES_OF_FREEDOM: f64 = 12.0;
/// Spacing of the contacts that are looked at, as a share of the long side: near the frame's sides, where a wall's end may just
/// be in view, and elsewhere.
const FINE_SPACING: f64 = 0.005;
const SPACING: f64 = 0.016;
/// The share of the half width on each side that counts as near.
pub const NEAR_SIDE: f64 = 0.16;
/// More contacts than this are not looked at.
const MOST: usize = 300;
/// What lies nearer to a side of the frame than so many cells of the masks was not seen by the network but drawn on from its
/// neighbourhood: no corner shows there, and none is ruled out.
const BLIND_CELLS: f64 = 0.5;
/// A network overlooks a strip of side wall at the frame's side, of which it sees no more, that is as wide as so many cells of its
/// masks once in three times, and wider ones more seldom, by the exponential of their width.
const OVERLOOKED_CELLS: f64 = 1.0;

/// Contacts of a photo with the correlation of their errors.
#[derive(Debug, Clone)]
pub struct SmoothNoise {
    contacts: Vec<Contact>,
    correlation: Option<Cholesky<f64, Dyn>>,
    sigma_px: f64,
    mask_cell_px: f64,
}

impl SmoothNoise {
    /// Chooses among `contacts` of `map`, which was made of masks with cells of `mask_cell_px`; `sigma_px` is the usual error.
    #[must_use]
    pub fn new(contacts: &[Contact], map: &SurfaceMap, mask_cell_px: f64, sigma_px: f64) -> Self {
        let [half_width, half_height] = map.half_size_px();
        let long = 2.0 * half_width.max(half_height);
        let [middle, half_width] = map.columns_px();
        let mut chosen: Vec<Contact> = Vec::new();
        for contact in contacts {
            let from_side = half_width - (contact.pixel[0] - middle).abs();
            if from_side < BLIND_CELLS * mask_cell_px {
                continue;
            }
            let near = from_side < half_width * NEAR_SIDE;
            let spacing = long * if near { FINE_SPACING } else { SPACING };
            let free = |other: &Contact| {
                other.level != contact.level || gap(other, contact) > spacing * spacing
            };
            if chosen.len() < MOST && chosen.iter().all(free) {
                chosen.push(*contact);
            }
        }
        let length = CORRELATION_SHARE * long;
        let correlation = DMatrix::from_fn(chosen.len(), chosen.len(), |i, j| {
            let smooth = (-0.5 * gap(&chosen[i], &chosen[j]) / (length * length)).exp();
            smooth + if i == j { ROUGHNESS * ROUGHNESS } else { 0.0 }
        });
        Self {
            contacts: chosen,
            correlation: correlation.cholesky(),
            sigma_px,
            mask_cell_px,
        }
    }

    /// The probability that the labels do not show a strip of side wall so wide, px, at the frame's side.
    #[must_use]
    pub fn overlooked(&self, width_px: f64) -> f64 {
        if self.mask_cell_px > 0.0 {
            (-width_px.max(0.0) / (OVERLOOKED_CELLS * self.mask_cell_px)).exp()
        } else {
            0.0
        }
    }

    /// Minus the logarithm of the likelihood of `room`, up to a constant of the photo.
    #[must_use]
    pub fn cost(&self, room: &RoomBox) -> f64 {
        let Some(correlation) = &self.correlation else {
            return 0.0;
        };
        let (edges, sight) = (room.edges(), room.sight());
        let mut distances = DVector::from_iterator(
            self.contacts.len(),
            self.contacts.iter().map(|contact| {
                let (distance, _) = edges.wall_end_at(&sight, contact.level, contact.pixel);
                (distance / self.sigma_px).clamp(-CLIPPED, CLIPPED)
            }),
        );
        correlation
            .l_dirty()
            .solve_lower_triangular_mut(&mut distances);
        let square = distances.norm_squared();
        let dof = DEGREES_OF_FREEDOM;
        0.5 * (dof + self.contacts.len() as f64) * (square / dof).ln_1p()
    }
}

fn gap(a: &Contact, b: &Contact) -> f64 {
    let [dx, dy] = [a.pixel[0] - b.pixel[0], a.pixel[1] - b.pixel[1]];
    dx * dx + dy * dy
}
