//! Pieces of evidence about the scale: densities over camera heights.

use super::{DoorRatio, Ratios};
use crate::measure::priors::{
    CAMERA_HEIGHT, CEILING_HEIGHT, DOOR_HEIGHT, KNOWN_DOUBT, KNOWN_SIGMA, LogMixture, LogNormal,
    SLOPED_CEILING_HEIGHT,
};
use crate::measure::{EvidenceKind, Known};

/// One normal of a mixture over the logarithm of a length in cm.
#[derive(Debug, Clone, Copy)]
struct Component {
    weight: f64,
    mean: f64,
    sigma: f64,
}

impl Component {
    /// `part`, doubted by a further standard deviation of the logarithm.
    fn new(part: LogNormal, further_sigma: f64) -> Self {
        Self {
            weight: part.weight,
            mean: part.median_cm.ln(),
            sigma: part.sigma_ln.hypot(further_sigma),
        }
    }

    /// How many standard deviations `ln` is above the mean.
    fn sigmas_above(&self, ln: f64) -> f64 {
        (ln - self.mean) / self.sigma
    }

    fn widened(mut self, sigma: f64) -> Self {
        self.sigma = self.sigma.hypot(sigma);
        self
    }
}

/// One piece of evidence: a density over the logarithm of a length that is `ln_ratio` in camera heights.
pub(super) struct Source {
    pub(super) kind: EvidenceKind,
    pub(super) ln_ratio: f64,
    mixture: Vec<Component>,
    /// One more component, for the case that it is wrong: evidence that excludes each other would leave a sharp compromise that
    /// nothing speaks for.
    doubt: Option<Component>,
    /// Standard deviation of the ratio, where the grid holds it and the mixture does not.
    ratio_sigma: f64,
    /// Over the room's height, which the grid holds too, and not over the camera's alone.
    pub(super) is_of_height: bool,
}

impl Source {
    fn new<const N: usize>(
        kind: EvidenceKind,
        ln_ratio: f64,
        ratio_sigma: f64,
        prior: &LogMixture<N>,
    ) -> Self {
        let mixture = prior.0.iter();
        Self {
            kind,
            ln_ratio,
            mixture: mixture
                .map(|&part| Component::new(part, ratio_sigma))
                .collect(),
            doubt: None,
            ratio_sigma: 0.0,
            is_of_height: false,
        }
    }

    /// A length that the user gives.
    fn given(kind: EvidenceKind, ln_ratio: f64, cm: f64) -> Self {
        let [share, sigma] = KNOWN_DOUBT;
        let sure = LogMixture([LogNormal::new(1.0 - share, cm, KNOWN_SIGMA)]);
        Self {
            doubt: Some(Component::new(LogNormal::new(share, cm, sigma), 0.0)),
            ..Self::new(kind, ln_ratio, 0.0, &sure)
        }
    }

    fn components(&self) -> impl Iterator<Item = &Component> {
        self.mixture.iter().chain(&self.doubt)
    }

    /// Mean and standard deviation of the component that speaks loudest for a camera height, with the ratio's own uncertainty.
    pub(super) fn speaking(&self, ln_camera: f64) -> (f64, f64) {
        let loudness = |component: &Component| {
            let z = component.sigmas_above(ln_camera + self.ln_ratio);
            (component.weight / component.sigma).ln() - 0.5 * z * z
        };
        self.components()
            .map(|component| component.widened(self.ratio_sigma))
            .max_by(|a, b| loudness(a).total_cmp(&loudness(b)))
            .map_or((0.0, 1.0), |loudest| (loudest.mean, loudest.sigma))
    }

    /// How far it is from a camera height, in standard deviations of the component that is nearest, doubts aside.
    pub(super) fn sigmas_off(&self, ln_camera: f64) -> f64 {
        self.mixture
            .iter()
            .map(|component| {
                let widened = component.widened(self.ratio_sigma);
                widened.sigmas_above(ln_camera + self.ln_ratio).abs()
            })
            .fold(f64::INFINITY, f64::min)
    }

    /// Density at a camera height.
    pub(super) fn density(&self, ln_camera: f64) -> f64 {
        self.components()
            .map(|component| {
                let z = component.sigmas_above(ln_camera + self.ln_ratio);
                component.weight / component.sigma * (-0.5 * z * z).exp()
            })
            .sum()
    }
}

/// What there is to say of the scale; a `sloped` ceiling has no usual height.
pub(super) fn sources(
    ratios: &Ratios,
    known: &Known,
    doors: &[DoorRatio],
    sloped: bool,
) -> Vec<Source> {
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
