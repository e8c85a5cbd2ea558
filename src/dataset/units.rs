//! Lengths that were written in another unit than centimetres.

/// Shortest height or width, cm, that is believed of a room, its wall, or a camera in it.
const SHORTEST_CM: f64 = 20.0;
/// Heights, cm, that are believed of a room or of a camera in it.
pub const PLAUSIBLE_HEIGHT_CM: std::ops::RangeInclusive<f64> = SHORTEST_CM..=2000.0;

/// Widths, cm, that are believed of a room's wall.
pub const PLAUSIBLE_WIDTH_CM: std::ops::RangeInclusive<f64> = SHORTEST_CM..=3000.0;

/// What is wrong with a length that should lie in a `plausible` range, cm; `None` where nothing is.
pub(super) fn implausible(
    name: &str,
    value: f64,
    plausible: &std::ops::RangeInclusive<f64>,
) -> Option<String> {
    let other_unit = |unit: &str, cm: f64| {
        format!(
            "{name} is {value}, which looks like {unit}; lengths are in centimetres: write {cm}"
        )
    };
    if plausible.contains(&value) {
        return None;
    }
    let [as_metres, as_millimetres] = [100.0 * value, value / 10.0];
    Some(if value < SHORTEST_CM && plausible.contains(&as_metres) {
        other_unit("metres", as_metres)
    } else if value > SHORTEST_CM && plausible.contains(&as_millimetres) {
        other_unit("millimetres", as_millimetres)
    } else {
        format!(
            "{name} is {value}; expected centimetres, {} to {}",
            plausible.start(),
            plausible.end()
        )
    })
}
