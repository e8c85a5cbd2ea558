//! The camera calibration that phones store beside a depth map, as XMP in Apple's `depthData` namespace.
//!
//! A portrait photo's depth map carries an intrinsic matrix, measured and not nominal, and the size of the picture that it refers to:
//! `IntrinsicMatrix` is a sequence of nine numbers, whose first is the focal length in px, and `IntrinsicMatrixReferenceWidth` and
//! `...Height` are plain properties. XMP packets stand in HEIC and JPEG files as they are, so the file is searched for them whatever
//! container it is, and to its end: in a JPEG file the depth map is a second JPEG behind the photo.

use memchr::memmem;
use roxmltree::{Document, Node};

/// The namespace of the properties.
const NAMESPACE: &str = "http://ns.apple.com/depthData/1.0/";
/// Around an XMP packet.
const START: &[u8] = b"<x:xmpmeta";
const END: &[u8] = b"</x:xmpmeta>";
/// Longer packets are no calibration, bytes, and more of them than this are not looked at.
const LONGEST_PACKET: usize = 1 << 16;
const MOST_PACKETS: usize = 16;

/// What a depth map's metadata says of the camera.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Calibration {
    /// Focal length, px of the reference picture.
    pub focal_px: f64,
    /// Width and height of the reference picture, px, as stored.
    pub reference: [f64; 2],
}

/// The calibration in a whole file; `None` where there is none that makes sense.
pub(super) fn read(bytes: &[u8]) -> Option<Calibration> {
    memmem::find_iter(bytes, START)
        .take(MOST_PACKETS)
        .filter_map(|start| {
            let rest = &bytes[start..bytes.len().min(start + LONGEST_PACKET)];
            let end = memmem::find(rest, END)? + END.len();
            std::str::from_utf8(&rest[..end]).ok()
        })
        .find_map(calibration)
}

fn calibration(packet: &str) -> Option<Calibration> {
    let document = Document::parse(packet).ok()?;
    let description = document
        .descendants()
        .find(|node| property(*node, "IntrinsicMatrixReferenceWidth").is_some())?;
    let number = |name| positive(&property(description, name)?);
    let matrix = element(description, "IntrinsicMatrix")?;
    let first = matrix
        .descendants()
        .find(|node| node.has_tag_name((RDF, "li")))?;
    Some(Calibration {
        focal_px: positive(first.text()?)?,
        reference: [
            number("IntrinsicMatrixReferenceWidth")?,
            number("IntrinsicMatrixReferenceHeight")?,
        ],
    })
}

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// A plain property, which XMP allows to be an element or an attribute.
fn property(description: Node, name: &str) -> Option<String> {
    let of_element = || element(description, name)?.text();
    description
        .attribute((NAMESPACE, name))
        .or_else(of_element)
        .map(str::to_owned)
}

fn element<'a, 'input>(description: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    description
        .children()
        .find(|node| node.has_tag_name((NAMESPACE, name)))
}

fn positive(text: &str) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    (number.is_finite() && number > 0.0).then_some(number)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn described(attributes: &str, elements: &str) -> String {
        format!(
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"XMP Core 6.0.0\"><rdf:RDF xmlns:rdf=\"{RDF}\">\
             <rdf:Description rdf:about=\"\" xmlns:depthData=\"{NAMESPACE}\"{attributes}>{elements}</rdf:Description>\
             </rdf:RDF></x:xmpmeta>"
        )
    }

    fn packet(attributes: &str, elements: &str) -> Vec<u8> {
        let other = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"></x:xmpmeta>";
        [
            b"ftypheic\xff\xfe",
            other.as_bytes(),
            described(attributes, elements).as_bytes(),
            b"\x00\xff",
        ]
        .concat()
    }

    fn matrix(focal: &str) -> String {
        let cells = [focal, "0", "0", "0", focal, "0", "2016", "1512", "1"];
        let list: String = cells
            .map(|cell| format!("<rdf:li>{cell}</rdf:li>"))
            .concat();
        format!("<depthData:IntrinsicMatrix><rdf:Seq>{list}</rdf:Seq></depthData:IntrinsicMatrix>")
    }

    pub(in crate::photo) const WANTED: Calibration = Calibration {
        focal_px: 2919.5,
        reference: [4032.0, 3024.0],
    };
    const SIZE: &str = " depthData:IntrinsicMatrixReferenceWidth=\"4032\" depthData:IntrinsicMatrixReferenceHeight=\"3024\"";

    /// An XMP packet that says [`WANTED`].
    pub(in crate::photo) fn wanted_packet() -> String {
        described(SIZE, &matrix("2919.5"))
    }

    #[test]
    fn sizes_are_read_as_elements_and_as_attributes() {
        let size = |name: &str, px| format!("<depthData:{name}>{px}</depthData:{name}>");
        let elements = [
            size("IntrinsicMatrixReferenceWidth", 4032),
            matrix("2919.5"),
            size("IntrinsicMatrixReferenceHeight", 3024),
        ];
        assert_eq!(read(&packet("", &elements.concat())), Some(WANTED));
        assert_eq!(read(&packet(SIZE, &matrix("2919.5"))), Some(WANTED));
    }

    #[test]
    fn what_makes_no_sense_is_no_calibration() {
        for focal in ["NaN", "-2919.5", "0", "inf", "wide"] {
            assert_eq!(read(&packet(SIZE, &matrix(focal))), None, "{focal}");
        }
        assert_eq!(read(&packet("", &matrix("2919.5"))), None);
        let whole = packet(SIZE, &matrix("2919.5"));
        for cut in 0..whole.len() - END.len() {
            assert_eq!(read(&whole[..cut]), None);
        }
    }
}
