//! From ratios to centimetres: the camera height and the ratios' remaining uncertainty, weighed on a grid.
//!
//! The box gives lengths in camera heights. Two things stay open: the camera height itself, and how sure the room's
//! height in camera heights is (far from sure when no ceiling is seen, or no gravity). Both are spread on a grid whose
//! nodes are weighted by every piece of evidence, so that mixtures keep their tails and nothing has to be normal.

use nalgebra::SMatrix;

use super::box_fit::LN_HEIGHT_RANGE;
use super::histogram::Histogram;
use super::priors::{
    CAMERA_HEIGHT, CEILING_HEIGHT, DOOR_HEIGHT, KNOWN_DOUBT, KNOWN_SIGMA, LogMixture,
    SLOPED_CEILING_HEIGHT,
};
use super::{Evidence, EvidenceKind, Known};
use crate::geometry::room_box::{PARAMETERS, Parameters, parameter::LN_HEIGHT};

/// A door's height in camera heights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DoorRatio {
    /// Logarithm of the ratio.
    pub ln_ratio: f64,
    /// Standard deviation of its reading.
    pub sigma_ln: f64,
}

/// The fitted box as far as scale cares: normal in the logarithms.
#[derive(Debug, Clone, Copy)]
pub struct Ratios {
    /// ln of the room's height in camera heights, without what the prior of heights says.
    pub ln_height: f64,
    /// Its variance.
    pub height_variance: f64,
    /// ln of the wall's width in camera heights at `ln_height`.
    pub ln_width: f64,
    /// Change of `ln_width` with `ln_height`.
    pub width_slope: f64,
    /// Variance of `ln_width` at a given `ln_height`.
    pub width_variance: f64,
}

impl Ratios {
    /// Ratios from a fit whose information matrix holds a prior `N(mean, sigma)` of the ln height, which is taken out
    /// again; `ln_width` and its gradient are those at the fit.
    #[must_use]
    pub fn from_fit(
        at: &Parameters,
        information: &SMatrix<f64, PARAMETERS, PARAMETERS>,
        (mean, sigma): (f64, f64),
        (ln_width, gradient): (f64, Parameters),
    ) -> Self {
        /// Keeps directions that nothing fixes finite: 30 radians or e-folds.
        const RIDGE: f64 = 1e-3;
        let mut without = *information;
        let precision = 1.0 / (sigma * sigma);
        without[(LN_HEIGHT, LN_HEIGHT)] -= precision;
        for i in 0..PARAMETERS {
            without[(i, i)] += RIDGE;
        }
        let covariance = without
            .try_inverse()
            .unwrap_or_else(SMatrix::<f64, PARAMETERS, PARAMETERS>::identity);
        let height_variance = covariance[(LN_HEIGHT, LN_HEIGHT)].clamp(1e-10, 100.0);
        let with_height = (gradient.transpose() * covariance.column(LN_HEIGHT))[0];
        let slope = with_height / height_variance;
        let all = (gradient.transpose() * covariance * gradient)[0];
        // Where the picture does not tell the height, what the prior pulled is anything, and nothing is lost by a plausible height.
        let pulled = height_variance * (at[LN_HEIGHT] - mean) * precision;
        let [low, high] = LN_HEIGHT_RANGE;
        let pulled = (at[LN_HEIGHT] + pulled).clamp(low, high) - at[LN_HEIGHT];
        Self {
            ln_height: at[LN_HEIGHT] + pulled,
            height_variance,
            ln_width: ln_width + slope * pulled,
            width_slope: slope,
            width_variance: (all - slope * with_height).max(1e-10),
        }
    }

    /// The same ratios, each doubted by a further standard deviation `sigma`.
    #[must_use]
    pub fn widened(mut self, sigma: f64) -> Self {
        self.height_variance += sigma * sigma;
        self.width_variance += sigma * sigma;
        self
    }
}

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

/// One piece of evidence: a density over the logarithm of a length that is `ln_ratio` in camera heights.
struct Source {
    kind: EvidenceKind,
    ln_ratio: f64,
    /// Weights, means and standard deviations.
    mixture: Vec<(f64, f64, f64)>,
    /// One more component, for the case that it is wrong: evidence that excludes each other would leave a sharp compromise that
    /// nothing speaks for.
    doubt: Option<(f64, f64, f64)>,
    /// Standard deviation of the ratio, where the grid holds it and the mixture does not.
    ratio_sigma: f64,
    is_of_height: bool,
}

impl Source {
    fn new<const N: usize>(
        kind: EvidenceKind,
        ln_ratio: f64,
        ratio_sigma: f64,
        prior: &LogMixture<N>,
    ) -> Self {
        let mixture: Vec<(f64, f64, f64)> = prior
            .0
            .iter()
            .map(|&(weight, cm, sigma)| (weight, cm.ln(), sigma.hypot(ratio_sigma)))
            .collect();
        Self {
            kind,
            ln_ratio,
            mixture,
            doubt: None,
            ratio_sigma: 0.0,
            is_of_height: false,
        }
    }

    /// A length that the user gives.
    fn given(kind: EvidenceKind, ln_ratio: f64, cm: f64) -> Self {
        let [share, sigma] = KNOWN_DOUBT;
        let sure = LogMixture([(1.0 - share, cm, KNOWN_SIGMA)]);
        Self {
            doubt: Some((share, cm.ln(), sigma)),
            ..Self::new(kind, ln_ratio, 0.0, &sure)
        }
    }

    fn components(&self) -> impl Iterator<Item = &(f64, f64, f64)> {
        self.mixture.iter().chain(&self.doubt)
    }

    /// Mean and standard deviation of the component that speaks loudest for a camera height, with the ratio's own uncertainty.
    fn speaking(&self, ln_camera: f64) -> (f64, f64) {
        let widened = self
            .components()
            .map(|&(weight, mean, sigma)| (weight, mean, sigma.hypot(self.ratio_sigma)));
        let loudness = |&(weight, mean, sigma): &(f64, f64, f64)| {
            let z = (ln_camera + self.ln_ratio - mean) / sigma;
            (weight / sigma).ln() - 0.5 * z * z
        };
        widened
            .max_by(|a, b| loudness(a).total_cmp(&loudness(b)))
            .map_or((0.0, 1.0), |(_, mean, sigma)| (mean, sigma))
    }

    /// How far it is from a camera height, in standard deviations of the component that is nearest, doubts aside.
    fn sigmas_off(&self, ln_camera: f64) -> f64 {
        self.mixture
            .iter()
            .map(|&(_, mean, sigma)| {
                (ln_camera + self.ln_ratio - mean).abs() / sigma.hypot(self.ratio_sigma)
            })
            .fold(f64::INFINITY, f64::min)
    }

    /// Density at a camera height.
    fn density(&self, ln_camera: f64) -> f64 {
        self.components()
            .map(|&(weight, mean, sigma)| {
                let z = (ln_camera + self.ln_ratio - mean) / sigma;
                weight / sigma * (-0.5 * z * z).exp()
            })
            .sum()
    }
}

fn sources(ratios: &Ratios, known: &Known, doors: &[DoorRatio], sloped: bool) -> Vec<Source> {
    let mut sources = vec![match known.camera_height_cm {
        Some(cm) => Source::given(EvidenceKind::CameraHeightKnown, 0.0, cm),
        None => Source::new(EvidenceKind::CameraHeightPrior, 0.0, 0.0, &CAMERA_HEIGHT),
    }];
    let ceiling = match known.ceiling_height_cm {
        Some(cm) => Source::given(EvidenceKind::CeilingKnown, ratios.ln_height, cm),
        None if sloped => Source::new(
            EvidenceKind::SlopedCeilingPrior,
            ratios.ln_height,
            0.0,
            &SLOPED_CEILING_HEIGHT,
        ),
        None => Source::new(
            EvidenceKind::CeilingPrior,
            ratios.ln_height,
            0.0,
            &CEILING_HEIGHT,
        ),
    };
    let ratio_sigma = ratios.height_variance.sqrt();
    sources.push(Source {
        ratio_sigma,
        is_of_height: true,
        ..ceiling
    });
    sources.extend(doors.iter().map(|door| {
        Source::new(
            EvidenceKind::Door,
            door.ln_ratio,
            door.sigma_ln,
            &DOOR_HEIGHT,
        )
    }));
    sources
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
