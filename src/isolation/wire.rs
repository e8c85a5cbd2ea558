//! What goes through the pipes: a header as JSON behind its length, then bytes whose number the header tells.

use std::io::{self, Read, Write};

use image::RgbImage;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::geometry::camera::ImageSize;
use crate::photo::{DecodeError, DisplayedPixels, PixelRequest};

/// Longest header that is read; real ones have a few hundred bytes.
const LONGEST_HEADER: u32 = 1 << 16;

/// Asks for a photo's pixels; its bytes follow.
#[derive(Serialize, Deserialize)]
struct Request {
    pixels: PixelRequest,
    bytes: u64,
}

/// Answers; the pixels follow, three bytes each, row by row.
#[derive(Serialize, Deserialize)]
enum Reply {
    Pixels { size: ImageSize, damaged: bool },
    Failed(DecodeError),
}

/// Asks for the pixels of `bytes`.
pub(super) fn write_request(
    out: &mut impl Write,
    request: &PixelRequest,
    bytes: &[u8],
) -> io::Result<()> {
    let header = Request {
        pixels: *request,
        bytes: bytes.len() as u64,
    };
    write_header(out, &header)?;
    out.write_all(bytes)?;
    out.flush()
}

/// The next request; `None` when there will be no more.
pub(super) fn read_request(input: &mut impl Read) -> io::Result<Option<(PixelRequest, Vec<u8>)>> {
    let Some(Request { pixels, bytes }) = read_header(input)? else {
        return Ok(None);
    };
    let count = usize::try_from(bytes).map_err(|_| garbled())?;
    let mut content = vec![0; count];
    input.read_exact(&mut content)?;
    Ok(Some((pixels, content)))
}

/// Answers a request.
pub(super) fn write_reply(
    out: &mut impl Write,
    reply: &Result<DisplayedPixels, DecodeError>,
) -> io::Result<()> {
    match reply {
        Ok(DisplayedPixels { pixels, damaged }) => {
            let size = ImageSize {
                width: pixels.width(),
                height: pixels.height(),
            };
            let damaged = *damaged;
            write_header(out, &Reply::Pixels { size, damaged })?;
            out.write_all(pixels.as_raw())?;
        }
        Err(error) => write_header(out, &Reply::Failed(error.clone()))?,
    }
    out.flush()
}

/// The answer to `request`. The worker is not trusted: what it answers is held to the request's limits.
pub(super) fn read_reply(
    input: &mut impl Read,
    request: &PixelRequest,
) -> io::Result<Result<DisplayedPixels, DecodeError>> {
    match read_header(input)?.ok_or(io::ErrorKind::UnexpectedEof)? {
        Reply::Failed(error) => Ok(Err(error)),
        Reply::Pixels { size, damaged } => {
            request.limits.check_size(size).map_err(|_| garbled())?;
            let count = 3 * size.width as usize * size.height as usize;
            // Fresh zeros cost nothing: the system gives them page by page as they are written to.
            let mut samples = vec![0; count];
            input.read_exact(&mut samples)?;
            let pixels =
                RgbImage::from_raw(size.width, size.height, samples).ok_or_else(garbled)?;
            Ok(Ok(DisplayedPixels { pixels, damaged }))
        }
    }
}

fn write_header(out: &mut impl Write, header: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_vec(header)?;
    let length = u32::try_from(text.len()).map_err(|_| garbled())?;
    out.write_all(&[&length.to_le_bytes(), text.as_slice()].concat())
}

/// `None` at the end of the stream.
fn read_header<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length);
    if length > LONGEST_HEADER {
        return Err(garbled());
    }
    let mut text = vec![0; length as usize];
    input.read_exact(&mut text)?;
    Ok(Some(serde_json::from_slice(&text)?))
}

fn garbled() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "garbled")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::photo::{Limits, Orientation, PhotoFormat};

    fn request(limits: Limits) -> PixelRequest {
        PixelRequest {
            format: PhotoFormat::Heic,
            orientation: Orientation::UPRIGHT,
            limits,
        }
    }

    fn picture() -> DisplayedPixels {
        DisplayedPixels {
            pixels: RgbImage::from_fn(5, 3, |x, y| image::Rgb([x as u8, y as u8, 7])),
            damaged: true,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let request = request(Limits::default());
        let mut pipe = Vec::new();
        write_request(&mut pipe, &request, b"photo").unwrap();
        let mut input = pipe.as_slice();
        let read = read_request(&mut input).unwrap().unwrap();
        assert_eq!(read, (request, b"photo".to_vec()));
        assert!(read_request(&mut input).unwrap().is_none());
        for reply in [Ok(picture()), Err(DecodeError::NoAv1Decoder)] {
            let mut pipe = Vec::new();
            write_reply(&mut pipe, &reply).unwrap();
            assert_eq!(read_reply(&mut pipe.as_slice(), &request).unwrap(), reply);
        }
    }

    #[test]
    fn an_answer_over_the_limits_is_not_believed() {
        let small = request(Limits {
            max_pixels: 14,
            ..Limits::default()
        });
        let mut pipe = Vec::new();
        write_reply(&mut pipe, &Ok(picture())).unwrap();
        assert!(read_reply(&mut pipe.as_slice(), &small).is_err());
    }

    proptest! {
        #[test]
        fn garbage_is_an_error_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let request = request(Limits::default());
            prop_assert!(read_reply(&mut bytes.as_slice(), &request).is_err());
        }
    }
}
