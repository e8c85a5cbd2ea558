//! Values of options that are more than text or a number.

use clap::ValueEnum;

use crate::dataset::units::PLAUSIBLE_HEIGHT_CM;

/// What goes to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[allow(missing_docs)]
pub enum SummaryForm {
    #[default]
    Table,
    Json,
    Csv,
    Markdown,
}

/// What goes to standard output where there is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[allow(missing_docs)]
pub enum PlainForm {
    #[default]
    Table,
    Json,
}

/// What goes to standard output of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[allow(missing_docs)]
pub enum ComparisonForm {
    #[default]
    Table,
    Json,
    Markdown,
}

/// What goes to standard output of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[allow(missing_docs)]
pub enum SweepForm {
    #[default]
    Table,
    Json,
    Csv,
}

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum EstimatorArg {
    /// A box room fitted to the labels.
    #[default]
    Box,
    /// The old formula, for comparison.
    Predecessor,
}

/// Where photos are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum IsolationArg {
    /// In processes of their own, as many as --jobs.
    #[default]
    Process,
    /// In the measuring process: for photos that are trusted.
    None,
}

/// What stands in for a failed segmentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FallbackArg {
    /// Nothing: the photo is an error.
    #[default]
    None,
    /// The whole frame as wall, marked, with low confidence.
    FullFrame,
    /// Labels from Hugging Face's service: sends a small JPEG of the photo; needs HF_TOKEN.
    Cloud,
}

/// A value as it is written on the command line.
#[must_use]
pub fn value_name(value: impl ValueEnum) -> String {
    value
        .to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}

/// Parses a positive, finite number.
///
/// # Errors
/// A message for the user.
pub fn positive(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|v: &f64| v.is_finite() && *v > 0.0)
        .ok_or_else(|| {
            "expected a number greater than 0, with a point and without a unit, such as 250.5"
                .to_owned()
        })
}

/// Parses a height of a camera or a room in centimetres; what no house has is taken for another unit.
///
/// # Errors
/// A message for the user.
pub fn height_cm(text: &str) -> Result<f64, String> {
    let height = positive(text)?;
    if PLAUSIBLE_HEIGHT_CM.contains(&height) {
        Ok(height)
    } else {
        Err(format!(
            "expected centimetres, {} to {}: write 250 for 2.50 m",
            PLAUSIBLE_HEIGHT_CM.start(),
            PLAUSIBLE_HEIGHT_CM.end()
        ))
    }
}

/// Parses a number that is finite and not negative.
///
/// # Errors
/// A message for the user.
pub fn not_negative(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|v: &f64| v.is_finite() && *v >= 0.0)
        .ok_or_else(|| "expected a number, 0 or greater".to_owned())
}

/// Parses a share in percent.
///
/// # Errors
/// A message for the user.
pub fn share(text: &str) -> Result<f64, String> {
    let share = text
        .parse()
        .ok()
        .filter(|share| (0.0..=100.0).contains(share))
        .ok_or_else(|| "expected a share in percent, 0 to 100".to_owned())?;
    // Nobody asks for less than one in a hundred.
    if share > 0.0 && share < 1.0 {
        return Err(format!(
            "expected a share in percent: write {} for {share}",
            100.0 * share
        ));
    }
    Ok(share)
}

/// Parses a field of view in degrees.
///
/// # Errors
/// A message for the user.
pub fn field_of_view(text: &str) -> Result<f64, String> {
    let plausible = crate::dataset::known::PLAUSIBLE_FOV_DEG;
    positive(text)
        .ok()
        .filter(|fov| plausible.contains(fov))
        .ok_or_else(|| {
            format!(
                "expected {} to {} degrees, about 70 for a phone's main camera held in landscape; without it, the photo's EXIF is used",
                plausible.start(),
                plausible.end()
            )
        })
}

/// Accepts the one provider that old scripts may name.
///
/// # Errors
/// Says why no other exists.
pub fn provider(text: &str) -> Result<String, String> {
    if text == "noreref" {
        Ok(text.to_owned())
    } else {
        Err("only 'noreref' (measuring without a reference object) exists: this program measures on this machine \
             and has no other provider"
            .to_owned())
    }
}
