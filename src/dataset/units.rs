//! Lengths that were written in another unit than centimetres.

/// Shortest height or width, cm, that is believed of a room, its wall, or a camera in it.
const SHORTEST_CM: f64 = 20.0;

/// What is wrong with a length that was meant in metres; `None` where it may be in centimetres.
pub(super) fn in_metres(name: &str, value: f64) -> Option<String> {
    (value < SHORTEST_CM).then(|| {
        format!(
            "{name} is {value}, which looks like metres; lengths are in centimetres: write {}",
            100.0 * value
        )
    })
}
