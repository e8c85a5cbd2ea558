//! TensorRT: the range of input shapes that its engines are built for, and where they are kept.

use std::path::PathBuf;

use super::runtime::SearchPaths;
use super::size_policy::SizePolicy;
use crate::geometry::camera::ImageSize;

/// Aspects that one engine serves, the usual one first. A photo beyond them works too, after another engine was built.
const ASPECTS: [ImageSize; 5] = [
    ImageSize {
        width: 4000,
        height: 3000,
    },
    ImageSize {
        width: 3000,
        height: 4000,
    },
    ImageSize {
        width: 4000,
        height: 2000,
    },
    ImageSize {
        width: 2000,
        height: 4000,
    },
    ImageSize {
        width: 4000,
        height: 4000,
    },
];

/// Rows and columns of the inputs of one engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ShapeRange {
    /// The fewest.
    pub least: [u32; 2],
    /// Those that the engine is tuned for.
    pub usual: [u32; 2],
    /// The most.
    pub most: [u32; 2],
}

impl ShapeRange {
    /// The inputs that the policy makes of usual photos.
    pub fn of(policy: &SizePolicy, long_side: Option<u32>) -> Self {
        let inputs = ASPECTS.map(|photo| policy.input_size(photo, long_side).network);
        let usual = inputs[0];
        let each = |pick: fn(u32, u32) -> u32| {
            inputs.into_iter().fold(usual, |range, input| {
                [pick(range[0], input[0]), pick(range[1], input[1])]
            })
        };
        Self {
            least: each(u32::min),
            usual,
            most: each(u32::max),
        }
    }

    /// Shapes as the provider's options spell them, of a run of `pictures`.
    pub fn spelt(input: &str, pictures: usize, [rows, columns]: [u32; 2]) -> String {
        format!("{input}:{pictures}x3x{rows}x{columns}")
    }
}

/// What engines are built for, and where they are kept.
#[derive(Debug, Clone)]
pub(super) struct Engines {
    /// Inputs that one engine serves.
    pub shapes: ShapeRange,
    /// The most pictures of one run; the engine is tuned for as many, and takes fewer.
    pub batch: usize,
    /// Folder for the engines of this very model and these shapes; none where there is no cache folder or the model cannot
    /// be read. ONNX Runtime adds the versions of itself and of TensorRT, and the GPU, to the names of the files.
    pub folder: Option<PathBuf>,
}

impl Engines {
    /// For photos of usual aspects; makes the folder.
    pub fn of(
        sha256: Option<&str>,
        policy: &SizePolicy,
        long_side: Option<u32>,
        batch: usize,
    ) -> Self {
        let shapes = ShapeRange::of(policy, long_side);
        Self {
            shapes,
            batch,
            folder: sha256.and_then(|sha256| engine_folder(sha256, shapes, batch)),
        }
    }
}

fn engine_folder(sha256: &str, shapes: ShapeRange, batch: usize) -> Option<PathBuf> {
    let ShapeRange { least, usual, most } = shapes;
    let shapes = [least, usual, most].map(|[rows, columns]| format!("{rows}x{columns}"));
    let folder = SearchPaths::from_environment()
        .cache?
        .join("measure-bench/tensorrt")
        .join(sha256)
        .join(format!("{}-{batch}", shapes.join("-")));
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_model_s_hash_no_engine_is_kept() {
        let policy = SizePolicy::Fixed {
            height: 384,
            width: 384,
            divisor: 32,
        };
        // Engines of another model might be taken for this one's.
        assert_eq!(Engines::of(None, &policy, None, 4).folder, None);
    }

    #[test]
    fn one_engine_serves_photos_of_usual_aspects() {
        let policy = SizePolicy::Edges {
            shortest_edge: 640,
            longest_edge: Some(2560),
            divisor: 32,
        };
        let range = ShapeRange::of(&policy, None);
        assert_eq!(range.usual, [640, 864]);
        assert_eq!((range.least, range.most), ([640, 640], [1280, 1280]));
        let range = ShapeRange::of(&policy, Some(512));
        assert_eq!(
            (range.least, range.usual, range.most),
            ([256, 256], [384, 512], [512, 512])
        );
        assert_eq!(
            ShapeRange::spelt("pixel_values", 4, range.usual),
            "pixel_values:4x3x384x512"
        );
    }
}
