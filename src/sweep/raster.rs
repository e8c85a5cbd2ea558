//! The plot in pixels, for places that show no SVG.

use image::{ImageFormat, RgbaImage};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;

use super::{Sweep, svg};

/// Every picture has the letters of this font, whatever the machine has installed.
static FONT: &[u8] = include_bytes!("font/DejaVuSans-subset.ttf");
const FONT_FAMILY: &str = "DejaVu Sans";

/// Pixels a unit of the drawing: sharp on a screen of double density, and in print.
const SCALE: f32 = 2.0;

/// A plot that cannot be turned into pixels.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw the plot as PNG ({0}); save it as .svg")]
pub struct RasterError(String);

/// The plot, as a PNG file.
///
/// # Errors
/// When it is too large for memory.
pub fn png(sweep: &Sweep) -> Result<Vec<u8>, RasterError> {
    let mut options = usvg::Options::default();
    let fonts = options.fontdb_mut();
    fonts.load_font_data(FONT.to_vec());
    fonts.set_sans_serif_family(FONT_FAMILY);
    let drawing = usvg::Tree::from_str(&svg(sweep), &options)
        .map_err(|error| RasterError(error.to_string()))?;
    let size = drawing
        .size()
        .to_int_size()
        .scale_by(SCALE)
        .ok_or_else(|| RasterError("it is too large".to_owned()))?;
    let mut canvas = Pixmap::new(size.width(), size.height())
        .ok_or_else(|| RasterError("it is too large".to_owned()))?;
    resvg::render(
        &drawing,
        Transform::from_scale(SCALE, SCALE),
        &mut canvas.as_mut(),
    );
    let mut file = std::io::Cursor::new(Vec::new());
    // The ground is opaque, so that premultiplied colours are the colours themselves.
    RgbaImage::from_raw(size.width(), size.height(), canvas.take())
        .ok_or_else(|| RasterError("its size is off".to_owned()))?
        .write_to(&mut file, ImageFormat::Png)
        .map_err(|error| RasterError(error.to_string()))?;
    Ok(file.into_inner())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{point, sweep};
    use super::*;

    fn drawn(model: &str) -> RgbaImage {
        let sweep = sweep(vec![point(model, Some(20.0), 10.0, 300.0)], None);
        image::load_from_memory_with_format(&png(&sweep).unwrap(), ImageFormat::Png)
            .unwrap()
            .into_rgba8()
    }

    #[test]
    fn the_picture_has_the_drawing_s_shape_and_an_opaque_ground() {
        let picture = drawn("tiny");
        // As the SVG's view box says, at double size.
        assert_eq!(picture.dimensions(), (2 * 864, 2 * 372));
        assert!(picture.pixels().all(|pixel| pixel[3] == 255));
    }

    #[test]
    fn letters_are_drawn_without_any_font_of_the_system() {
        // The legend's last line: all that differs between the two is the model's name.
        let (short, long) = (drawn("i"), drawn("WWWW ąęł Ж"));
        let ink = |picture: &RgbaImage| {
            let legend = picture.height() - 64;
            picture
                .enumerate_pixels()
                .filter(|(_, y, pixel)| *y > legend && pixel[0] < 128)
                .count()
        };
        assert!(ink(&short) > 100, "{}", ink(&short));
        assert!(
            ink(&long) > ink(&short) + 500,
            "{} {}",
            ink(&short),
            ink(&long)
        );
    }
}
