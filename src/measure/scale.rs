//! From ratios to centimetres: the camera height and the ratios' remaining uncertainty, weighed on a grid.
//!
//! The box gives lengths in camera heights. Two things stay open: the camera height itself, and how sure the room's
//! height in camera heights is (far from sure when no ceiling is seen, or no gravity). Both are spread on a grid whose
//! nodes are weighted by every piece of evidence, so that mixtures keep their tails and nothing has to be normal.

mod ratios;
mod source;

pub use ratios::{DoorRatio, Ratios};
use source::{Source, sources};

use super::box_fit::LN_HEIGHT_RANGE;
use super::histogram::Histogram;
use super::priors::KNOWN_SIGMA;
use super::{Evidence, Known};

/// The joint posterior of scale and height ratio: nodes of a grid with weights that sum to one.
#[derive(Debug, Clone)]
pub struct ScalePosterior {
    nodes: Vec<Node>,
    width_sigma: f64,
    /// Each piece of evidence and its share.
    pub evidence: Vec<Evidence>,
    /// Evidence disagrees by more than chance explains.
    pub conflict: bool,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    weight: f64,
    ln_camera: f64,
    ln_height: f64,
    ln_width: f64,
}

/// Camera heights on the grid, cm, and the grid's steps; and those around what the user gives.
const CAMERA_RANGE_CM: [f64; 2] = [60.0, 260.0];
const CAMERA_STEPS: usize = 120;
const GIVEN_STEPS: usize = 60;
const HEIGHT_STEPS: usize = 41;
const HEIGHT_SPREAD: f64 = 3.5;
/// Evidence that disagrees by more standard deviations than this is a conflict.
const CONFLICT_SIGMAS: f64 = 2.5;

impl ScalePosterior {
    /// Weighs the evidence; a `sloped` ceiling has no usual height.
    #[must_use]
    pub fn new(ratios: &Ratios, known: &Known, doors: &[DoorRatio], sloped: bool) -> Self {
        let sources = sources(ratios, known, doors, sloped);
        let sd = ratios.height_variance.sqrt();
        let low = (ratios.ln_height - HEIGHT_SPREAD * sd).max(LN_HEIGHT_RANGE[0]);
        let high = (ratios.ln_height + HEIGHT_SPREAD * sd).min(LN_HEIGHT_RANGE[1]);
        let (low, high) = if low < high {
            (low, high)
        } else {
            (LN_HEIGHT_RANGE[0], LN_HEIGHT_RANGE[1])
        };
        let cells = camera_cells(ratios, known);
        let mut nodes = Vec::with_capacity(cells.len() * HEIGHT_STEPS);
        for (ln_camera, breadth) in cells {
            let of_camera: f64 = sources
                .iter()
                .filter(|s| !s.is_of_height)
                .map(|s| s.density(ln_camera))
                .product();
            for j in 0..HEIGHT_STEPS {
                let ln_height = low + (high - low) * (j as f64 + 0.5) / HEIGHT_STEPS as f64;
                let z = (ln_height - ratios.ln_height) / sd;
                let of_height: f64 = sources
                    .iter()
                    .filter(|s| s.is_of_height)
                    .map(|s| s.density(ln_camera + ln_height - s.ln_ratio))
                    .product();
                nodes.push(Node {
                    weight: breadth * of_camera * of_height * (-0.5 * z * z).exp(),
                    ln_camera,
                    ln_height,
                    ln_width: ratios.ln_width + ratios.width_slope * (ln_height - ratios.ln_height),
                });
            }
        }
        let total: f64 = nodes.iter().map(|n| n.weight).sum();
        let even = 1.0 / nodes.len() as f64;
        for node in &mut nodes {
            // All evidence excluding each other leaves the grid itself.
            node.weight = if total > 0.0 {
                node.weight / total
            } else {
                even
            };
        }
        let mut posterior = Self {
            nodes,
            width_sigma: ratios.width_variance.sqrt(),
            evidence: Vec::new(),
            conflict: false,
        };
        posterior.report(&sources);
        posterior
    }

    /// The median of the camera height, cm.
    #[must_use]
    pub fn camera_cm(&self) -> Option<f64> {
        self.length_cm(0.0, 0.0, [0.5]).map(|[median]| median)
    }

    /// Quantiles at `shares`, cm, of a length whose logarithm is `ln_ratio` in camera heights, give or take `sigma`.
    #[must_use]
    pub fn length_cm<const N: usize>(
        &self,
        ln_ratio: f64,
        sigma: f64,
        shares: [f64; N],
    ) -> Option<[f64; N]> {
        let nodes = self.nodes.iter();
        Histogram::of(nodes.map(|n| (n.weight, n.ln_camera + ln_ratio)), sigma).quantiles(shares)
    }

    /// Quantiles at `shares` of the room's height, cm.
    #[must_use]
    pub fn height_cm<const N: usize>(&self, shares: [f64; N]) -> Option<[f64; N]> {
        Histogram::of(
            self.nodes
                .iter()
                .map(|n| (n.weight, n.ln_camera + n.ln_height)),
            0.0,
        )
        .quantiles(shares)
    }

    /// Distribution of the wall's width between the box's ends, cm.
    #[must_use]
    pub fn width(&self) -> Histogram {
        Histogram::of(
            self.nodes
                .iter()
                .map(|n| (n.weight, n.ln_camera + n.ln_width)),
            self.width_sigma,
        )
    }

    fn report(&mut self, sources: &[Source]) {
        let Some(camera) = self.camera_cm().map(f64::ln) else {
            return;
        };
        let off = |source: &Source| source.sigmas_off(camera) > CONFLICT_SIGMAS;
        self.conflict = sources.iter().any(off);
        let speaking = sources.iter().map(|source| source.speaking(camera));
        let total: f64 = speaking.clone().map(|(_, sigma)| sigma.powi(-2)).sum();
        self.evidence = sources
            .iter()
            .zip(speaking)
            .map(|(source, (mean, sigma_ln))| Evidence {
                kind: source.kind,
                ratio: source.ln_ratio.exp(),
                camera_height_cm: (mean - source.ln_ratio).exp(),
                sigma_ln,
                weight: sigma_ln.powi(-2) / total,
            })
            .collect();
    }
}

/// The cells of the grid of ln camera heights, each by its middle and its breadth: all usual ones, and finer ones around what the
/// user's lengths say.
fn camera_cells(ratios: &Ratios, known: &Known) -> Vec<(f64, f64)> {
    /// Standard deviations of what the user gives on each side.
    const REACH: f64 = 5.0;
    let even = |[low, high]: [f64; 2], steps: usize| {
        (0..=steps).map(move |i| low + (high - low) * i as f64 / steps as f64)
    };
    let positive = |cm: &f64| *cm > 0.0;
    let camera = known.camera_height_cm.filter(positive);
    let by_camera = camera.map(|cm| (cm.ln(), KNOWN_SIGMA));
    let ceiling = known.ceiling_height_cm.filter(positive);
    let by_ceiling = ceiling.map(|cm| {
        let sigma = KNOWN_SIGMA.hypot(ratios.height_variance.sqrt());
        (cm.ln() - ratios.ln_height, sigma)
    });
    let given = by_camera.into_iter().chain(by_ceiling);
    let fine = given.flat_map(|(middle, sigma)| {
        even(
            [middle - REACH * sigma, middle + REACH * sigma],
            GIVEN_STEPS,
        )
    });
    let usual = CAMERA_RANGE_CM.map(f64::ln);
    let mut borders: Vec<f64> = even(usual, CAMERA_STEPS).chain(fine).collect();
    borders.sort_by(f64::total_cmp);
    let cells = borders.iter().zip(borders.iter().skip(1));
    cells
        .map(|(low, high)| (0.5 * (low + high), high - low))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::EvidenceKind;

    fn ratios(height: f64) -> Ratios {
        Ratios {
            ln_height: height.ln(),
            height_variance: 1e-5,
            ln_width: 1.0,
            width_slope: 0.0,
            width_variance: 1e-5,
        }
    }

    fn told(height: f64) -> ScalePosterior {
        let known = Known {
            camera_height_cm: Some(150.0),
            ceiling_height_cm: Some(250.0),
            ..Known::default()
        };
        ScalePosterior::new(&ratios(height), &known, &[], false)
    }

    fn half_width(posterior: &ScalePosterior) -> f64 {
        let [low, high] = posterior.height_cm([0.1, 0.9]).unwrap();
        0.5 * (high / low).ln()
    }

    #[test]
    fn lengths_that_agree_are_believed_and_lengths_that_do_not_widen_the_interval() {
        let agreed = told(250.0 / 150.0);
        assert!(!agreed.conflict);
        assert!(half_width(&agreed) < 0.01);
        let [height] = agreed.height_cm([0.5]).unwrap();
        assert!((height - 250.0).abs() < 0.5, "{height}");
        // What the picture says lies ever farther from both.
        let mut before = half_width(&agreed);
        for height in [1.6, 1.5, 1.4] {
            let torn = told(height);
            assert!(torn.conflict, "{height}");
            assert!(half_width(&torn) > 1.5 * half_width(&agreed), "{height}");
            before = before.max(half_width(&torn));
        }
        assert!(before > 0.03, "{before}");
    }

    #[test]
    fn a_told_height_that_no_camera_explains_leaves_a_wide_interval() {
        for cm in [60.0, 400.0, 700.0] {
            let known = Known {
                ceiling_height_cm: Some(cm),
                ..Known::default()
            };
            let posterior = ScalePosterior::new(&ratios(1.7), &known, &[], false);
            assert!(posterior.conflict, "{cm}");
            assert!(half_width(&posterior) > 0.05, "{cm}");
        }
    }

    #[test]
    fn weights_of_evidence_are_shares_of_one_and_follow_the_component_that_speaks() {
        let door = DoorRatio {
            ln_ratio: (204.5_f64 / 150.0).ln(),
            sigma_ln: 0.01,
        };
        let at = |height| ScalePosterior::new(&ratios(height), &Known::default(), &[door], false);
        for height in [1.4, 1.6, 1.75, 2.2] {
            let total: f64 = at(height).evidence.iter().map(|e| e.weight).sum();
            assert!((total - 1.0).abs() < 1e-9);
        }
        // 330 cm over a camera that a door puts at 150 are no usual ceiling: the broad component speaks.
        let posterior = at(2.2);
        let ceiling = posterior
            .evidence
            .iter()
            .find(|e| e.kind == EvidenceKind::CeilingPrior);
        assert!(ceiling.is_some_and(|e| e.sigma_ln > 0.09));
    }
}
