//! The way to the service: one POST, with patience for a service that is busy or still loading its model.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use ureq::Agent;
use ureq::http::{HeaderValue, StatusCode, Uri};

use super::{CloudError, CloudSetupError};
use crate::deadline::Deadline;

/// Longest that one request may take, as with the predecessor.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Requests at most, the first one included.
const TRIES: u32 = 4;
/// Before the second request; doubled before each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause, whatever the service asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Most bytes of an answer.
const LONGEST_ANSWER: u64 = 64 << 20;

/// Who asks, and where. Shows the token to nobody.
pub(super) struct Client {
    agent: Agent,
    url: Uri,
    authorization: HeaderValue,
}

/// An answer that is worth another try, with what the service says of when.
struct Later {
    error: CloudError,
    pause: Option<Duration>,
}

/// What the service says when it has no labels.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Complaint {
    error: Option<serde_json::Value>,
    estimated_time: Option<f64>,
}

impl Client {
    pub fn new(url: &str, token: Option<String>) -> Result<Self, CloudSetupError> {
        let uri: Uri = url
            .parse()
            .map_err(|_| CloudSetupError::Url(url.to_owned()))?;
        let host = uri.host().unwrap_or_default();
        let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        if host.is_empty()
            || !matches!(
                (uri.scheme_str(), local),
                (Some("https"), _) | (Some("http"), true)
            )
        {
            return Err(CloudSetupError::Url(url.to_owned()));
        }
        let token = token
            .filter(|token| !token.trim().is_empty())
            .ok_or(CloudSetupError::NoToken)?;
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.trim()))
            .map_err(|_| CloudSetupError::MalformedToken)?;
        authorization.set_sensitive(true);
        let mut config = Agent::config_builder();
        if local {
            // What goes to this machine in clear must not leave it: a proxy of the environment is for the others.
            config = config.proxy(None);
        }
        let agent = config
            .http_status_as_error(false)
            // Elsewhere neither photo nor token is to go.
            .max_redirects(0)
            .user_agent(concat!(
                env!("CARGO_PKG_NAME"),
                "/",
                env!("CARGO_PKG_VERSION")
            ))
            .build()
            .into();
        Ok(Self {
            agent,
            url: uri,
            authorization,
        })
    }

    /// The service's answer to a picture.
    pub fn ask(&self, jpeg: &[u8], deadline: Option<Deadline>) -> Result<Vec<u8>, CloudError> {
        let mut pause = FIRST_PAUSE;
        for attempt in 1.. {
            if let Some(deadline) = deadline {
                deadline.check()?;
            }
            let later = match self.ask_once(jpeg, deadline)? {
                Ok(answer) => return Ok(answer),
                Err(later) => later,
            };
            if attempt == TRIES {
                return Err(later.error);
            }
            let wait = later.pause.unwrap_or(pause).clamp(pause, LONGEST_PAUSE);
            if let Some(deadline) = deadline
                && deadline.left() <= wait
            {
                // Waiting would only turn a reason into "took too long".
                return Err(later.error);
            }
            std::thread::sleep(wait);
            pause *= 2;
        }
        Err(CloudError::Unreachable("no answer".to_owned()))
    }

    /// One request. The inner error is worth another one, the outer one is not.
    fn ask_once(
        &self,
        jpeg: &[u8],
        deadline: Option<Deadline>,
    ) -> Result<Result<Vec<u8>, Later>, CloudError> {
        let left = deadline.map_or(REQUEST_TIMEOUT, |d| d.left().min(REQUEST_TIMEOUT));
        let unreachable = |error: ureq::Error| Later {
            error: CloudError::Unreachable(error.to_string()),
            pause: None,
        };
        let answer = self
            .agent
            .post(&self.url)
            .config()
            .timeout_global(Some(left))
            .build()
            .header("Authorization", &self.authorization)
            .header("Content-Type", "image/jpeg")
            .header("Accept", "application/json")
            .send(jpeg);
        let mut answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(unreachable(error))),
        };
        let status = answer.status();
        let body = answer
            .body_mut()
            .with_config()
            .limit(LONGEST_ANSWER)
            .read_to_vec();
        let body = match body {
            Ok(body) => body,
            Err(error) => return Ok(Err(unreachable(error))),
        };
        if status.is_success() {
            return Ok(Ok(body));
        }
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Err(CloudError::Refused(status.as_u16()));
        }
        let complaint: Complaint = serde_json::from_slice(&body).unwrap_or_default();
        let error = CloudError::Status {
            status: status.as_u16(),
            text: text_of(&complaint, &body),
        };
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            let pause = complaint
                .estimated_time
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            return Ok(Err(Later { error, pause }));
        }
        Err(error)
    }
}

/// What the service says, in one line of bounded length.
fn text_of(complaint: &Complaint, body: &[u8]) -> String {
    const LONGEST: usize = 200;
    let text = match &complaint.error {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::from_utf8_lossy(body).into_owned(),
    };
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST)
        .collect()
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "hf_SecretOfTheTest";

    fn client(url: &str, token: &str) -> Result<Client, CloudSetupError> {
        Client::new(url, Some(token.to_owned()))
    }

    #[test]
    fn the_token_goes_only_where_nobody_can_listen() {
        for url in [
            "https://example.org/x",
            "http://127.0.0.1:80/x",
            "http://localhost/x",
        ] {
            assert!(client(url, TOKEN).is_ok(), "{url}");
        }
        for url in [
            "http://example.org/x",
            "ftp://example.org",
            "example.org",
            "",
            "/x",
            "https:///x",
        ] {
            let error = client(url, TOKEN).unwrap_err();
            assert!(matches!(error, CloudSetupError::Url(_)), "{url}: {error}");
        }
    }

    #[test]
    fn the_token_is_shown_nowhere() {
        let client = client("https://example.org/x", TOKEN).unwrap();
        assert!(!format!("{client:?}").contains("Secret"));
        assert!(!format!("{:?}", client.authorization).contains("Secret"));
        let error = Client::new("https://example.org/x", Some(format!("{TOKEN}\nx"))).unwrap_err();
        assert!(!error.to_string().contains("Secret"), "{error}");
        for none in [None, Some(String::new()), Some("  ".to_owned())] {
            let error = Client::new("https://example.org/x", none).unwrap_err();
            assert!(error.to_string().contains("HF_TOKEN"), "{error}");
        }
    }
}
