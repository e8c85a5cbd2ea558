//! Renders photos in parallel and writes them with their label maps and ground truth.

use std::{
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use image::{
    ExtendedColorType, ImageEncoder,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
};
use rayon::prelude::*;

use super::{
    draw::{Draw, Purpose},
    exif::{self, FocalTags, Orientation, PhotoTags},
    film::Film,
    picture,
    room::{Specimen, draw_specimen},
    roughen::roughen,
    scenario::Scenario,
    truth::PhotoTruth,
};
use crate::ade20k::ClassIndex;
use crate::whole_file;

/// File type of the photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PhotoFormat {
    /// JPEG, of random quality.
    #[default]
    Jpg,
    /// PNG.
    Png,
}

/// A photo format that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown photo format {0:?}; known are jpg and png")]
pub struct UnknownFormat(String);

impl FromStr for PhotoFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "jpg" | "jpeg" => Ok(Self::Jpg),
            "png" => Ok(Self::Png),
            _ => Err(UnknownFormat(name.to_owned())),
        }
    }
}

impl PhotoFormat {
    const fn ending(self) -> &'static str {
        match self {
            Self::Jpg => "jpg",
            Self::Png => "png",
        }
    }
}

/// A picture size that cannot be read or rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("picture size {0:?} is not of the form WIDTHxHEIGHT with both sides 16 to 8192")]
pub struct UnknownSize(String);

/// Reads a size such as `512x384`; returns its longer and shorter side, px.
///
/// # Errors
/// When the text has another form or a side is outside 16-8192.
pub fn parse_size(text: &str) -> Result<[u32; 2], UnknownSize> {
    let unknown = || UnknownSize(text.to_owned());
    let (width, height) = text.split_once(['x', 'X']).ok_or_else(unknown)?;
    let width: u32 = width.trim().parse().map_err(|_| unknown())?;
    let height: u32 = height.trim().parse().map_err(|_| unknown())?;
    let range = 16..=8192;
    if range.contains(&width) && range.contains(&height) {
        Ok([width.max(height), width.min(height)])
    } else {
        Err(unknown())
    }
}

/// What to render.
#[derive(Debug, Clone)]
pub struct RoomsOptions {
    /// Folder for photos, `labels/` and `ground_truth.json`; made when absent.
    pub out: PathBuf,
    /// Number of photos.
    pub count: usize,
    /// Photo `i` depends on this, on `i`, the scenario and the size alone.
    pub seed: u64,
    /// One kind of room, or a mix of all.
    pub scenario: Option<Scenario>,
    /// Longer and shorter side, px; every third photo or so is portrait.
    pub size: [u32; 2],
    /// File type of the photos.
    pub format: PhotoFormat,
    /// Renders labels and truth alone; the photos become blank pictures of the same size with the same EXIF.
    pub labels_only: bool,
    /// Standard deviation by which label boundaries are displaced, px of a picture 1024 px long; 0 for exact labels.
    pub roughen_px: f32,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomsSummary {
    /// Photos written.
    pub photos: usize,
    /// The ground-truth file.
    pub ground_truth: PathBuf,
}

/// Why rooms could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A file or folder could not be written.
    #[error("cannot write {path}")]
    Write {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder has a ground truth that is not of rendered rooms.
    #[error("{} is there already, and is not the ground truth of rendered rooms; name another folder", .0.display())]
    OthersTruth(PathBuf),
    /// A picture could not be encoded.
    #[error("cannot encode {path}")]
    Encode {
        /// The file that it was for.
        path: PathBuf,
        /// Why.
        source: image::ImageError,
    },
    /// The ground truth could not be written as JSON.
    #[error("cannot write the ground truth as JSON")]
    Truth(#[from] serde_json::Error),
}

/// Renders `options.count` rooms into `options.out`: photos, `labels/<stem>.png` (0-based ADE20K indices, upright) and
/// `ground_truth.json`. The files do not depend on the number of threads.
///
/// # Errors
/// When a file cannot be written, or the folder has a ground truth of other photos.
pub fn write_rooms(options: &RoomsOptions) -> Result<RoomsSummary, RenderError> {
    let ground_truth = options.out.join("ground_truth.json");
    if !may_replace(&ground_truth) {
        return Err(RenderError::OthersTruth(ground_truth));
    }
    let labels = options.out.join("labels");
    fs::create_dir_all(&labels).map_err(|source| RenderError::Write {
        path: labels.clone(),
        source,
    })?;
    remove_earlier(options, &ground_truth, &labels)?;
    let truths = (0..options.count)
        .into_par_iter()
        .map(|index| write_photo(options, &labels, index))
        .collect::<Result<Vec<_>, _>>()?;
    let mut json = serde_json::to_vec_pretty(&truths)?;
    json.push(b'\n');
    // Last and at once: a folder with a ground truth is whole.
    whole_file::write(&ground_truth, &json).map_err(|source| RenderError::Write {
        path: ground_truth.clone(),
        source,
    })?;
    Ok(RoomsSummary {
        photos: truths.len(),
        ground_truth,
    })
}

/// Whether there is no ground truth yet, or one that an earlier call wrote.
fn may_replace(ground_truth: &Path) -> bool {
    let Ok(text) = fs::read(ground_truth) else {
        return !ground_truth.exists();
    };
    let records: Result<Vec<serde_json::Value>, _> = serde_json::from_slice(&text);
    records.is_ok_and(|records| records.iter().all(|r| r.get("scenario").is_some()))
}

/// Removes what an earlier call left, its truth first: photos of another seed, or more of them than there will be, must not stand
/// beside truth or label maps that are not theirs, also where this call is ended early.
fn remove_earlier(
    options: &RoomsOptions,
    ground_truth: &Path,
    labels: &Path,
) -> Result<(), RenderError> {
    let remove = |path: &Path| match fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(RenderError::Write {
            path: path.to_owned(),
            source,
        }),
        _ => Ok(()),
    };
    remove(ground_truth)?;
    let failed = |source| RenderError::Write {
        path: labels.to_owned(),
        source,
    };
    for entry in fs::read_dir(labels).map_err(failed)? {
        let map = entry.map_err(failed)?.path();
        let Some(stem) = map
            .file_stem()
            .and_then(|s| s.to_str())
            .filter(|s| is_ours(s))
        else {
            continue;
        };
        for format in [PhotoFormat::Jpg, PhotoFormat::Png] {
            remove(&options.out.join(format!("{stem}.{}", format.ending())))?;
        }
        remove(&map)?;
    }
    Ok(())
}

/// Whether a photo of this name, without its ending, is one that [`write_photo`] writes.
fn is_ours(stem: &str) -> bool {
    let number = stem.strip_prefix("room_");
    number.is_some_and(|n| n.len() >= 5 && n.bytes().all(|b| b.is_ascii_digit()))
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), RenderError> {
    fs::write(path, bytes).map_err(|source| RenderError::Write {
        path: path.to_owned(),
        source,
    })
}

fn write_photo(
    options: &RoomsOptions,
    labels_folder: &Path,
    index: usize,
) -> Result<PhotoTruth, RenderError> {
    let specimen = draw_specimen(options.seed, index as u64, options.scenario, options.size);
    let stem = format!("room_{index:05}");
    let name = format!("{stem}.{}", options.format.ending());
    let stream = |purpose| Draw::new(options.seed, index as u64, purpose);
    let size = specimen.camera.size;

    let mut film_draw = stream(Purpose::Film);
    let film = Film::draw(&mut film_draw, specimen.wild);
    let (pixels, mut labels) = if options.labels_only {
        let grey = vec![128; size[0] as usize * size[1] as usize * 3];
        (grey, picture::labels(&specimen.scene, &specimen.camera))
    } else {
        let picture = picture::render(
            &specimen.scene,
            &specimen.camera,
            &mut stream(Purpose::Light),
        );
        let pixels = film.develop(picture.radiance, size, &mut film_draw);
        (pixels, picture.labels)
    };
    if options.roughen_px > 0.0 {
        let mut draw = stream(Purpose::Roughening);
        labels = roughen(&labels, size, options.roughen_px, &mut draw);
    }
    write_labels(&labels_folder.join(format!("{stem}.png")), &labels, size)?;
    let mut draw = stream(Purpose::Exif);
    let photo = Photo {
        path: options.out.join(&name),
        format: options.format,
        quality: film.quality,
    };
    photo.write(&pixels, &specimen, &mut draw)?;
    Ok(PhotoTruth::of(&specimen, name))
}

fn write_labels(path: &Path, labels: &[ClassIndex], size: [u32; 2]) -> Result<(), RenderError> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(labels, size[0], size[1], ExtendedColorType::L8)
        .map_err(|source| RenderError::Encode {
            path: path.to_owned(),
            source,
        })?;
    write_file(path, &bytes)
}

/// Where and how a photo is written.
struct Photo {
    path: PathBuf,
    format: PhotoFormat,
    quality: u8,
}

impl Photo {
    /// Turns the upright pixels as the phone was held, adds EXIF, encodes and writes.
    fn write(
        &self,
        pixels: &[u8],
        specimen: &Specimen,
        draw: &mut Draw,
    ) -> Result<(), RenderError> {
        let size = specimen.camera.size;
        let tags = draw_tags(specimen, draw);
        let orientation = tags.orientation;
        let stored_size = orientation.stored_size(size);
        let mut stored = vec![0; pixels.len()];
        for y in 0..size[1] {
            for x in 0..size[0] {
                let from = (y * size[0] + x) as usize * 3;
                let [sx, sy] = orientation.stored(x, y, size);
                let to = (sy * stored_size[0] + sx) as usize * 3;
                stored[to..to + 3].copy_from_slice(&pixels[from..from + 3]);
            }
        }
        let metadata = exif::encode(&tags);
        let mut bytes = Vec::new();
        match self.format {
            PhotoFormat::Jpg => encode(
                JpegEncoder::new_with_quality(&mut bytes, self.quality),
                &stored,
                stored_size,
                metadata,
            ),
            PhotoFormat::Png => encode(PngEncoder::new(&mut bytes), &stored, stored_size, metadata),
        }
        .map_err(|source| RenderError::Encode {
            path: self.path.clone(),
            source,
        })?;
        write_file(&self.path, &bytes)
    }
}

fn encode(
    mut encoder: impl ImageEncoder,
    pixels: &[u8],
    size: [u32; 2],
    metadata: Vec<u8>,
) -> Result<(), image::ImageError> {
    encoder
        .set_exif_metadata(metadata)
        .map_err(image::ImageError::Unsupported)?;
    encoder.write_image(pixels, size[0], size[1], ExtendedColorType::Rgb8)
}

/// Draws the phone that took the photo.
fn draw_tags(specimen: &Specimen, draw: &mut Draw) -> PhotoTags<'static> {
    let camera = &specimen.camera;
    let ultra_wide = specimen.scenario == Scenario::UltraWide;
    let apple = draw.chance(0.55);
    let (make, model, lens) = if apple {
        let lens = if ultra_wide {
            "iPhone 13 Pro back triple camera 1.57mm f/1.8"
        } else {
            "iPhone 13 Pro back triple camera 5.7mm f/1.5"
        };
        ("Apple", "iPhone 13 Pro", lens)
    } else {
        draw.pick([
            ("samsung", "SM-G991B", "Samsung Galaxy S21 rear camera"),
            ("Google", "Pixel 7", "Pixel 7 back camera 6.81mm f/1.85"),
            ("Xiaomi", "2201123G", "Xiaomi 12 rear camera"),
        ])
    };
    // A phone's sensor is wide; a portrait photo is stored lying, with a quarter turn, unless software turned it.
    let portrait = camera.size[1] > camera.size[0];
    let orientation = match (portrait, draw.below(10)) {
        (true, 0..=6) => Orientation::Clockwise,
        (true, 7) => Orientation::Anticlockwise,
        (false, 0..=1) => Orientation::UpsideDown,
        _ => Orientation::Upright,
    };
    PhotoTags {
        make,
        model,
        lens,
        orientation,
        size: camera.size,
        focal_mm: if ultra_wide { 1.57 } else { 5.7 },
        focal_35mm: specimen.focal_35mm,
        focal_px: f64::from(camera.focal),
        focal_tags: if draw.chance(0.9) {
            FocalTags::Equivalent
        } else {
            FocalTags::FocalPlane
        },
        gravity: apple.then(|| camera.gravity()),
        ultra_wide,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn options(out: &Path, count: usize) -> RoomsOptions {
        RoomsOptions {
            out: out.to_owned(),
            count,
            seed: 11,
            scenario: None,
            size: [64, 48],
            format: PhotoFormat::Jpg,
            labels_only: false,
            roughen_px: 0.0,
        }
    }

    /// All files under the folder, by relative path.
    fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        walkdir::WalkDir::new(folder)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let name = entry.path().strip_prefix(folder).unwrap().to_owned();
                (name, fs::read(entry.path()).unwrap())
            })
            .collect()
    }

    fn render(threads: usize, count: usize) -> BTreeMap<PathBuf, Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| write_rooms(&options(folder.path(), count)))
            .unwrap();
        files(folder.path())
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
        let one = render(1, 6);
        assert_eq!(one.len(), 13, "six photos, six label maps and the truth");
        assert_eq!(one, render(3, 6));
    }

    #[test]
    fn a_folder_holds_nothing_of_what_was_rendered_there_before() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("notes.txt");
        fs::write(&own, "mine").unwrap();
        let earlier = RoomsOptions {
            seed: 12,
            format: PhotoFormat::Png,
            ..options(folder.path(), 5)
        };
        write_rooms(&earlier).unwrap();
        write_rooms(&options(folder.path(), 3)).unwrap();
        fs::remove_file(&own).unwrap();
        assert_eq!(files(folder.path()), render(1, 3));
    }

    #[test]
    fn truth_goes_before_its_photos_do() {
        let folder = tempfile::tempdir().unwrap();
        write_rooms(&options(folder.path(), 2)).unwrap();
        // A folder where a photo should go, as a disk that is full would, ends the second call early.
        let photo = folder.path().join("room_00002.jpg");
        fs::create_dir(&photo).unwrap();
        write_rooms(&options(folder.path(), 3)).unwrap_err();
        assert!(!folder.path().join("ground_truth.json").exists());
    }

    #[test]
    fn a_photo_does_not_depend_on_how_many_are_rendered() {
        let (few, many) = (render(2, 2), render(2, 4));
        for (name, bytes) in few {
            if !name.ends_with("ground_truth.json") {
                assert_eq!(many[&name], bytes, "{}", name.display());
            }
        }
    }

    #[test]
    fn label_maps_have_the_displayed_size_and_photos_the_stored_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut options = options(folder.path(), 8);
        options.labels_only = true;
        write_rooms(&options).unwrap();
        let mut portraits = 0;
        for index in 0..8 {
            let stem = format!("room_{index:05}");
            let photo_path = folder.path().join(format!("{stem}.jpg"));
            let bytes = fs::read(&photo_path).unwrap();
            let tags = ::exif::Reader::new()
                .read_from_container(&mut std::io::Cursor::new(&bytes))
                .unwrap();
            let orientation = tags
                .get_field(::exif::Tag::Orientation, ::exif::In::PRIMARY)
                .and_then(|field| field.value.get_uint(0))
                .unwrap();
            let photo = image::load_from_memory(&bytes).unwrap();
            let map_path = folder.path().join("labels").join(format!("{stem}.png"));
            let labels = image::open(map_path).unwrap();
            assert_eq!(labels.color(), image::ColorType::L8);
            portraits += usize::from(labels.height() > labels.width());
            let turned = orientation >= 5;
            let upright = if turned {
                [photo.height(), photo.width()]
            } else {
                [photo.width(), photo.height()]
            };
            assert_eq!(upright, [labels.width(), labels.height()]);
        }
        assert!((1..8).contains(&portraits), "{portraits} portraits");
    }

    #[test]
    fn sizes_are_read_and_bad_ones_refused() {
        assert_eq!(parse_size("512x384"), Ok([512, 384]));
        assert_eq!(parse_size("384X512"), Ok([512, 384]));
        for bad in ["", "512", "512x", "0x10", "512x9000", "axb", "512x-3"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }
}
