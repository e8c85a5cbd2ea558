//! `measure-bench rooms`: what to render.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::values::not_negative;
use crate::render::{PhotoFormat, Scenario, parse_size};

/// Renders synthetic rooms with exact truth.
#[derive(Debug, Clone, Args)]
pub struct RoomsArgs {
    /// Folder for the photos, labels/ and ground_truth.json; rooms that were rendered there before are removed, other files stay.
    pub out: PathBuf,
    /// Number of photos.
    #[arg(long, default_value_t = 20, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub count: usize,
    /// The same seed gives the same files, with one build on one kind of machine
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Kind of room: nominal, tall, wild, furnished, cut, attic, corner, shifted, low, l_shaped, open_plan, corridor,
    /// ultra_wide or crowded; without it a mix of all but low and crowded.
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<Scenario>,
    /// Size of a picture; about a third are turned to portrait.
    #[arg(long, value_name = "WxH", default_value = "1024x768", value_parser = parse_size)]
    pub size: [u32; 2],
    /// File type of the photos: jpg or png.
    #[arg(long, default_value = "jpg")]
    pub format: PhotoFormat,
    /// Label maps and truth alone, beside blank photos that carry the EXIF data.
    #[arg(long)]
    pub labels_only: bool,
    /// Displaces label boundaries smoothly, by this standard deviation in pixels of a picture 1024 pixels long.
    #[arg(long, value_name = "PX", default_value_t = 0.0, value_parser = not_negative)]
    pub roughen: f64,
    /// No progress and no closing line.
    #[arg(short, long)]
    pub quiet: bool,
}
