//! Levenberg-Marquardt for small dense problems with robust losses.

use nalgebra::{SMatrix, SVector};

/// Weighted, robust normal equations at one point: the sum over residuals of `loss(r)`, its gradient and its
/// Gauss-Newton Hessian (information matrix).
#[derive(Debug, Clone)]
pub struct NormalEquations<const N: usize> {
    /// Half the sum of squares, robustified.
    pub cost: f64,
    /// Gradient of the cost.
    pub gradient: SVector<f64, N>,
    /// Information matrix.
    pub information: SMatrix<f64, N, N>,
}

impl<const N: usize> Default for NormalEquations<N> {
    fn default() -> Self {
        Self {
            cost: 0.0,
            gradient: SVector::zeros(),
            information: SMatrix::zeros(),
        }
    }
}

/// How a residual in standard deviations turns into cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loss {
    /// Half the square.
    Square,
    /// `c²/2 · ln(1 + r²/c²)`: beyond `c` standard deviations a residual hardly pulls any more.
    Cauchy(f64),
}

impl Loss {
    /// Cost of a residual and the weight of its square in the normal equations.
    #[must_use]
    pub fn cost_and_weight(self, residual: f64) -> (f64, f64) {
        let square = residual * residual;
        match self {
            Self::Square => (0.5 * square, 1.0),
            Self::Cauchy(c) => {
                let c2 = c * c;
                (0.5 * c2 * (square / c2).ln_1p(), 1.0 / (1.0 + square / c2))
            }
        }
    }
}

impl<const N: usize> NormalEquations<N> {
    /// Adds a residual in standard deviations with its derivatives, counted `weight` times.
    pub fn add(&mut self, residual: f64, derivatives: &SVector<f64, N>, weight: f64, loss: Loss) {
        let (cost, robust) = loss.cost_and_weight(residual);
        self.cost += weight * cost;
        let w = weight * robust;
        self.gradient.axpy(w * residual, derivatives, 1.0);
        self.information.ger(w, derivatives, derivatives, 1.0);
    }

    /// Adds the prior `x[index] ~ N(mean, sigma)`; an infinite sigma adds nothing.
    pub fn add_prior(&mut self, index: usize, value: f64, mean: f64, sigma: f64) {
        if sigma.is_finite() {
            let r = (value - mean) / sigma;
            self.cost += 0.5 * r * r;
            self.gradient[index] += r / sigma;
            self.information[(index, index)] += 1.0 / (sigma * sigma);
        }
    }
}

/// A cost over N parameters.
pub trait Problem<const N: usize> {
    /// Cost, gradient and information at `x`.
    fn linearise(&self, x: &SVector<f64, N>) -> NormalEquations<N>;

    /// The nearest allowed point.
    fn confine(&self, x: SVector<f64, N>) -> SVector<f64, N>;
}

/// Where a minimisation ended.
#[derive(Debug, Clone)]
pub struct Minimum<const N: usize> {
    /// The parameters.
    pub at: SVector<f64, N>,
    /// Normal equations there.
    pub equations: NormalEquations<N>,
}

/// Damping at the start, and the factors by which a rejected or an accepted step changes it.
const FIRST_DAMPING: f64 = 1e-3;
const HARDER: f64 = 8.0;
const EASIER: f64 = 0.2;
/// Damping from which on no step can help.
const MOST_DAMPING: f64 = 1e9;

/// Descends from `start`: tries at most `iterations` steps, until one gains no more than `tolerance` of the cost or no damping helps.
pub fn minimise<const N: usize>(
    problem: &impl Problem<N>,
    start: SVector<f64, N>,
    iterations: usize,
    tolerance: f64,
) -> Minimum<N> {
    let mut at = problem.confine(start);
    let mut equations = problem.linearise(&at);
    let mut damping = FIRST_DAMPING;
    for _ in 0..iterations {
        let mut damped = equations.information;
        for i in 0..N {
            // The small constant keeps a parameter that nothing depends on where it is.
            damped[(i, i)] += damping * damped[(i, i)] + 1e-9;
        }
        let Some(cholesky) = damped.cholesky() else {
            damping *= HARDER;
            if damping > MOST_DAMPING {
                break;
            }
            continue;
        };
        let next = problem.confine(at - cholesky.solve(&equations.gradient));
        let candidate = problem.linearise(&next);
        if candidate.cost.is_finite() && candidate.cost <= equations.cost {
            let gain = equations.cost - candidate.cost;
            (at, equations) = (next, candidate);
            damping *= EASIER;
            if gain <= tolerance * equations.cost {
                break;
            }
        } else {
            damping *= HARDER;
            if damping > MOST_DAMPING {
                break;
            }
        }
    }
    Minimum { at, equations }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line through points, one of them far off.
    struct Line {
        points: Vec<[f64; 2]>,
        loss: Loss,
    }

    impl Problem<2> for Line {
        fn linearise(&self, x: &SVector<f64, 2>) -> NormalEquations<2> {
            let mut sum = NormalEquations::default();
            for &[u, v] in &self.points {
                sum.add(
                    x[0] + x[1] * u - v,
                    &SVector::from([1.0, u]),
                    1.0,
                    self.loss,
                );
            }
            sum
        }

        fn confine(&self, x: SVector<f64, 2>) -> SVector<f64, 2> {
            x
        }
    }

    fn fit(loss: Loss) -> SVector<f64, 2> {
        let mut points: Vec<_> = (0..20)
            .map(|i| [f64::from(i), 3.0 + 0.5 * f64::from(i)])
            .collect();
        points.push([10.0, 500.0]);
        minimise(&Line { points, loss }, SVector::zeros(), 100, 1e-15).at
    }

    #[test]
    fn the_robust_loss_shrugs_off_an_outlier() {
        let robust = fit(Loss::Cauchy(1.0));
        assert!(
            (robust[0] - 3.0).abs() < 0.1 && (robust[1] - 0.5).abs() < 0.01,
            "{robust}"
        );
        let plain = fit(Loss::Square);
        assert!(
            (plain[0] - 3.0).abs() > 5.0,
            "the fixture's outlier must matter: {plain}"
        );
    }

    #[test]
    fn an_absent_prior_adds_nothing() {
        let mut sum = NormalEquations::<2>::default();
        sum.add_prior(0, 7.0, 1.0, f64::INFINITY);
        assert!(sum.cost == 0.0 && sum.gradient.norm() == 0.0);
        sum.add_prior(0, 7.0, 1.0, 2.0);
        assert!((sum.cost - 4.5).abs() < 1e-12 && (sum.gradient[0] - 1.5).abs() < 1e-12);
    }
}
