//! `--fallback cloud`: when segmentation fails here, labels from Hugging Face's image-segmentation service. The only part of the
//! program that sends anything anywhere, and only when asked for by name.
//!
//! One request a photo, repeated while the service is busy: a downscaled JPEG made of the decoded pixels, so that nothing of the file's
//! metadata leaves the machine. The access token comes from the environment, is sent to the service and nowhere else, and is in no error
//! and no report.

mod answer;
mod client;
mod upload;

use crate::deadline::{Deadline, TimedOut};
use crate::label_map::LabelMap;
use crate::photo::Photo;
use client::Client;

/// The variable that holds the access token.
pub const TOKEN_VARIABLE: &str = "HF_TOKEN";
/// The service for the model that the predecessor fell back to.
pub const DEFAULT_URL: &str =
    "https://router.huggingface.co/hf-inference/models/nvidia/segformer-b5-finetuned-ade-640-640";

/// The fallback cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum CloudSetupError {
    /// No token.
    #[error(
        "--fallback cloud needs an access token in the environment variable {TOKEN_VARIABLE} (https://huggingface.co/settings/tokens)"
    )]
    NoToken,
    /// A token that cannot stand in a header. It is not shown.
    #[error(
        "{TOKEN_VARIABLE} holds characters that no access token has; copy it anew, without line ends"
    )]
    MalformedToken,
    /// An address that would give the token away, or none at all.
    #[error("--cloud-url {0}: expected an https:// address (http:// only for this machine)")]
    Url(String),
}

/// The service gave no labels.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// No connection, or it broke.
    #[error("the cloud service cannot be reached ({0})")]
    Unreachable(String),
    /// It refuses this token.
    #[error(
        "the cloud service refuses the token (HTTP {0}); check that {TOKEN_VARIABLE} is valid and may use Inference Providers"
    )]
    Refused(u16),
    /// Any other answer than labels.
    #[error("the cloud service answered HTTP {status}: {text}")]
    Status {
        /// The status code.
        status: u16,
        /// What the service says.
        text: String,
    },
    /// Not the documented form.
    #[error("the cloud service's answer is not understood: {0}")]
    Form(String),
    /// Of the decoded picture.
    #[error("the photo cannot be encoded for the cloud service: {0}")]
    Encoding(String),
    /// The photo's time is over.
    #[error(transparent)]
    TimedOut(#[from] TimedOut),
}

/// The service. Shared by all photos of a run.
#[derive(Debug)]
pub struct Cloud {
    client: Client,
}

impl Cloud {
    /// The service at `url`, with the token `token` (from the environment, where it has one).
    ///
    /// # Errors
    /// Without a usable token or address.
    pub fn new(url: &str, token: Option<String>) -> Result<Self, CloudSetupError> {
        Ok(Self {
            client: Client::new(url, token)?,
        })
    }

    /// The labels of a photo as displayed, in one request; one that fails for the moment is tried again, later and later. The service
    /// sees the photo as the network does, upright as far as gravity tells.
    ///
    /// # Errors
    /// [`CloudError`].
    pub fn labels(
        &self,
        photo: &Photo,
        deadline: Option<Deadline>,
    ) -> Result<LabelMap, CloudError> {
        let turns = photo.turns();
        let jpeg = upload::jpeg(&photo.pixels, turns)?;
        let answer = self.client.ask(&jpeg, deadline)?;
        let upright = answer::label_map(&answer)?;
        Ok(upright.turned(turns.back()))
    }
}
