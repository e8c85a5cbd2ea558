//! Why rooms could not be rendered.

use std::path::PathBuf;

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
    /// The folder has a file of the name of a photo to be rendered.
    #[error("{} is there already, and was not rendered: it would be overwritten; name another folder", .0.display())]
    OthersPhoto(PathBuf),
    /// What should be the folder is a file.
    #[error("{} is a file; name a folder to render into", .0.display())]
    NoFolder(PathBuf),
    /// A picture could not be encoded.
    #[error("cannot encode {path}")]
    Encode {
        /// The file that it was for.
        path: PathBuf,
        /// Why.
        source: image::ImageError,
    },
    /// Whoever is told of the photos wanted no more of them.
    #[error("stopped before all photos were rendered")]
    Stopped,
    /// The ground truth could not be written as JSON.
    #[error("cannot write the ground truth as JSON")]
    Truth(#[from] serde_json::Error),
}
