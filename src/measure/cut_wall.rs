//! The full width of a wall of which an end lies outside the frame.
//!
//! The visible part is a lower bound. What lies beyond follows from how wide rooms are and from where people stand along
//! the wall: at a share of it that is Beta(5/2, 5/2) distributed, near the middle more often than in a corner. With one end
//! seen at a distance `a` to the side of the camera, a room of width `w` has the weight `p(w) · beta(a / w) / w`; with
//! neither, that of all standpoints from which both ends are out of view.

use super::histogram::Histogram;
use super::priors::ROOM_WIDTH_CM;

/// Widths that are considered, cm, in equal steps, from the least at which the camera stands inside the room.
const WIDEST_CM: f64 = 1500.0;
const STEPS: usize = 240;

/// Of the density of standpoints, see [`Standpoints`]: between an even spread and one in the middle half of the wall.
const STANDING_POWER: f64 = 1.5;

/// What is seen of a wall that goes on past the frame. Places are those of the camera's foot, as shares of the visible part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sight {
    /// One end; the camera stands so far from it.
    OneEnd(f64),
    /// Neither end; so much of the visible part lies to the left of the camera.
    NoEnd(f64),
}

impl Sight {
    /// The least width of the wall that has the camera's foot between its ends, as a multiple of the visible part.
    fn least(self) -> f64 {
        match self {
            Self::OneEnd(from_end) => from_end.max(1.0),
            Self::NoEnd(left) => left.max(1.0 - left).max(1.0),
        }
    }
}

/// Distribution of the full width given that of the visible part; `ends_so` tells how likely the wall would end as it then does, by
/// its width as a multiple of the visible part, up to a factor. Without any weight where no wall could be seen so.
#[must_use]
pub fn complete(visible: &Histogram, sight: Sight, ends_so: impl Fn(f64) -> f64) -> Histogram {
    /// Visible widths are taken at this many quantiles.
    const QUANTILES: usize = 15;
    let standpoints = Standpoints::new();
    let shares: [f64; QUANTILES] = std::array::from_fn(|i| (i as f64 + 0.5) / QUANTILES as f64);
    let mut values = Vec::with_capacity(QUANTILES * STEPS);
    for seen in visible.quantiles(shares).into_iter().flatten() {
        let start = seen * sight.least();
        let end = WIDEST_CM.max(start * 1.5);
        let candidates: Vec<(f64, f64)> = (0..STEPS)
            .map(|i| {
                let width = start + (end - start) * (i as f64 + 0.5) / STEPS as f64;
                let part = seen / width;
                let standing = match sight {
                    Sight::OneEnd(from_end) => density(from_end * part) / width,
                    Sight::NoEnd(left) => {
                        standpoints.between(left * part, 1.0 - (1.0 - left) * part)
                    }
                };
                (
                    width,
                    standing * ROOM_WIDTH_CM.density(width) * ends_so(width / seen),
                )
            })
            .collect();
        let total: f64 = candidates.iter().map(|c| c.1).sum();
        if total > 0.0 {
            values.extend(candidates.into_iter().map(|(cm, w)| (cm, w / total)));
        }
    }
    Histogram::from_weighted_cm(values.into_iter())
}

/// Density of the camera's place along a wall, by its share, up to a factor; never quite zero, since nothing forbids a corner.
fn density(share: f64) -> f64 {
    const LEAST: f64 = 0.03;
    (4.0 * share * (1.0 - share))
        .max(0.0)
        .powf(STANDING_POWER)
        .max(LEAST)
}

/// Where people stand along a wall.
struct Standpoints {
    /// The density, summed from the wall's left end.
    below: Vec<f64>,
}

impl Standpoints {
    const PLACES: usize = 200;

    fn new() -> Self {
        let mut sum = 0.0;
        let below = (0..=Self::PLACES)
            .map(|place| {
                let before = sum;
                sum += density((place as f64 + 0.5) / Self::PLACES as f64);
                before
            })
            .collect();
        Self { below }
    }

    /// How often someone stands between two shares of the wall, up to a factor.
    fn between(&self, from: f64, to: f64) -> f64 {
        let until = |share: f64| {
            let at = share.clamp(0.0, 1.0) * Self::PLACES as f64;
            let place = (at as usize).min(Self::PLACES - 1);
            self.below[place] + (at - place as f64) * (self.below[place + 1] - self.below[place])
        };
        (until(to) - until(from)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rooms and standpoints drawn at random, those in which `sees` holds: their mean width.
    fn mean_of_drawn(sees: impl Fn(f64, f64) -> bool) -> f64 {
        let (mut sum, mut all) = (0.0, 0.0);
        for i in 0..400 {
            let width = 100.0 + 1000.0 * (f64::from(i) + 0.5) / 400.0;
            for j in 0..400 {
                let place = (f64::from(j) + 0.5) / 400.0;
                if sees(width, place) {
                    let weight = ROOM_WIDTH_CM.density(width) * density(place);
                    sum += weight * width;
                    all += weight;
                }
            }
        }
        sum / all
    }

    fn mean(histogram: &Histogram) -> f64 {
        let (sum, all) = histogram
            .weighted_cm()
            .fold((0.0, 0.0), |(sum, all), (cm, w)| (sum + w * cm, all + w));
        sum / all
    }

    #[test]
    fn what_lies_beyond_the_frame_is_what_drawn_rooms_have_there() {
        for seen in [150.0, 250.0, 400.0] {
            let visible = Histogram::of([(1.0, f64::ln(seen))].into_iter(), 0.0);
            for left in [0.3, 0.5] {
                let found = mean(&complete(&visible, Sight::NoEnd(left), |_| 1.0));
                let drawn = mean_of_drawn(|width, place| {
                    place * width > left * seen && (1.0 - place) * width > (1.0 - left) * seen
                });
                assert!((found / drawn - 1.0).abs() < 0.02, "{found} {drawn}");
                // One end at a distance, give or take a little, and the other beyond what is seen.
                let found = mean(&complete(&visible, Sight::OneEnd(left), |_| 1.0));
                let drawn = mean_of_drawn(|width, place| {
                    (place * width / (left * seen) - 1.0).abs() < 0.05 && width > seen
                });
                assert!((found / drawn - 1.0).abs() < 0.03, "{found} {drawn}");
            }
        }
    }

    #[test]
    fn whoever_photographs_a_wall_aslant_stands_in_its_room() {
        let seen = 100.0;
        let visible = Histogram::of([(1.0, f64::ln(seen))].into_iter(), 0.0);
        // The camera's foot lies beyond the visible part, by as much as 20 of them.
        for (sight, least) in [
            (Sight::OneEnd(3.0), 3.0),
            (Sight::NoEnd(3.0), 3.0),
            (Sight::NoEnd(-2.0), 3.0),
            (Sight::NoEnd(-19.0), 20.0),
        ] {
            let found = complete(&visible, sight, |_| 1.0);
            let [narrow] = found.quantiles([0.01]).unwrap();
            assert!(narrow > 0.99 * least * seen, "{narrow} of {sight:?}");
        }
    }

    #[test]
    fn where_no_wall_ends_nothing_is_told() {
        let visible = Histogram::of([(1.0, f64::ln(200.0))].into_iter(), 0.1);
        let found = complete(&visible, Sight::OneEnd(0.5), |_| 0.0);
        assert_eq!(found.median_cm(), None);
    }
}
