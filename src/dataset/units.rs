//! Lengths that were written in another unit than centimetres.

/// Shortest height or width, cm, that is believed of a room, its wall, or a camera in it.
const SHORTEST_CM: f64 = 20.0;
/// Heights, cm, that are believed of a room or of a camera in it.
pub const PLAUSIBLE_HEIGHT_CM: std::ops::RangeInclusive<f64> = SHORTEST_CM..=2000.0;

/// What is wrong with the height of a room or of a camera; `None` where nothing is.
pub(super) fn implausible_height(name: &str, value: f64) -> Option<String> {
    in_metres(name, value).or_else(|| {
        (!PLAUSIBLE_HEIGHT_CM.contains(&value)).then(|| {
            format!(
                "{name} is {value}; expected centimetres, {} to {}",
                PLAUSIBLE_HEIGHT_CM.start(),
                PLAUSIBLE_HEIGHT_CM.end()
            )
        })
    })
}

/// What is wrong with a length that was meant in metres; `None` where it may be in centimetres.
pub(super) fn in_metres(name: &str, value: f64) -> Option<String> {
    (value < SHORTEST_CM).then(|| {
        format!(
            "{name} is {value}, which looks like metres; lengths are in centimetres: write {}",
            100.0 * value
        )
    })
}
