use super::super::Skipped;
use super::*;
use crate::label_map::LabelMap;
use crate::photo::{Metadata, PhotoFormat, PhotoTimings};

fn bundled(batch: Option<usize>) -> Network {
    let processor = NetworkOptions {
        device: Device::Cpu,
        batch,
        ..NetworkOptions::default()
    };
    Network::open(ModelSource::Bundled, &processor).unwrap()
}

/// A network that believes to be on CUDA, and whose next run fails in ONNX Runtime: the input is of another precision than
/// the model's.
fn failing(wanted: Device) -> Network {
    let mut network = bundled(Some(4));
    network.options.device = wanted;
    network.open.device = Device::Cuda;
    network.open.half_input = true;
    network
}

/// A wall between floor and ceiling that differs from photo to photo.
fn photo(shade: u8) -> Photo {
    let (top, bottom) = (60 + u32::from(shade) / 4, 170);
    let pixels = image::RgbImage::from_fn(320, 240, |x, y| match y {
        y if y < top => image::Rgb([235, 235, 230]),
        y if y < bottom => image::Rgb([shade, 140, (x / 2) as u8]),
        _ => image::Rgb([110, 80, 50]),
    });
    Photo {
        pixels,
        format: PhotoFormat::Jpeg,
        orientation: 1,
        metadata: Metadata::default(),
        warnings: Vec::new(),
        timings: PhotoTimings::default(),
    }
}

fn request(photo: &Photo) -> Request<'_> {
    Request {
        photo,
        file: Path::new("a.jpg"),
        deadline: None,
    }
}

fn labels(found: &[Result<Segmentation, SegmentError>]) -> Vec<&LabelMap> {
    found
        .iter()
        .map(|one| &one.as_ref().unwrap().labels)
        .collect()
}

/// Share of cells that two maps show alike.
fn agreement(one: &LabelMap, other: &LabelMap) -> f64 {
    let alike = one
        .classes()
        .iter()
        .zip(other.classes())
        .filter(|(a, b)| a == b);
    alike.count() as f64 / one.classes().len() as f64
}

#[test]
fn photos_of_one_run_are_labelled_as_each_by_itself() {
    let photos = [30, 120, 220].map(photo);
    let mut network = bundled(Some(3));
    assert_eq!(network.batch(), 3);
    assert!(network.is_alike(photos[0].size(), photos[1].size()));
    let requests: Vec<Request> = photos.iter().map(request).collect();
    let together = network.segment_together(&requests);
    assert!(
        together
            .iter()
            .all(|one| one.as_ref().unwrap().inferences == 1)
    );
    let alone: Vec<_> = requests
        .iter()
        .flat_map(|one| network.segment_together(std::slice::from_ref(one)))
        .collect();
    for (one, other) in labels(&together).into_iter().zip(labels(&alone)) {
        // The kernels of larger runs add in another order.
        assert!(agreement(one, other) > 0.9995, "{}", agreement(one, other));
    }
    // The photos are told apart at all.
    assert!(agreement(labels(&alone)[0], labels(&alone)[2]) < 0.99);
}

#[test]
fn what_is_wrong_with_one_photo_of_a_run_is_its_error_alone() {
    let photos = [30, 120, 220].map(photo);
    let mut requests: Vec<Request> = photos.iter().map(request).collect();
    let mut network = bundled(Some(4));
    // A photo that is late ends the run of all, which go on without it.
    let limit = std::time::Duration::from_secs(60);
    requests[1].deadline = Some(Deadline::of(limit, limit));
    let found = network.segment_together(&requests);
    assert!(
        matches!(found[1], Err(SegmentError::TimedOut(_))),
        "{found:?}"
    );
    assert!(found[0].is_ok() && found[2].is_ok());
}

#[test]
fn bound_outputs_are_those_of_a_plain_run() {
    let photo = photo(90);
    let mut network = bundled(None);
    let plain = network.segment_together(&[request(&photo)]);
    network.open.output_memory = Some(ort::memory::MemoryInfo::default());
    let bound = network.segment_together(&[request(&photo)]);
    assert_eq!(labels(&plain), labels(&bound));
}

#[test]
fn an_accelerator_that_fails_in_the_middle_is_left_where_auto_chose_it() {
    let photos = [30, 120].map(photo);
    let mut network = failing(Device::Auto);
    assert_eq!(network.batch(), 4);
    let requests: Vec<Request> = photos.iter().map(request).collect();
    let found = network.segment_together(&requests);
    assert!(
        found
            .iter()
            .all(|one| one.as_ref().unwrap().inferences == 1)
    );
    let told = network.describe();
    assert_eq!(told.device, Some(Device::Cpu));
    assert_eq!(told.skipped_devices.len(), 1);
    let Skipped { device, reason } = &told.skipped_devices[0];
    assert_eq!(*device, Device::Cuda);
    assert!(reason.contains("went on with the processor"), "{reason}");
    assert!(
        failing(Device::Auto)
            .warm_up(photos[0].size(), None)
            .is_ok()
    );
}

#[test]
fn a_device_asked_for_by_name_is_not_left() {
    let mut network = failing(Device::Cuda);
    let error = network
        .segment(&photo(90), Path::new("a.jpg"), None)
        .unwrap_err();
    assert!(matches!(error, SegmentError::Inference { .. }), "{error}");
    assert_eq!(network.describe().device, Some(Device::Cuda));
}

/// The bundled model as a graph for one photo a run.
fn for_one_photo() -> Network {
    // An extent by name, or the number 1 in as many bytes.
    let (open, fixed) = (b"\x12\x05batch", b"\x08\x81\x80\x80\x80\x80\x00");
    let mut graph = super::super::model::BUNDLED.to_vec();
    let places: Vec<usize> = (0..graph.len() - open.len())
        .filter(|at| graph[*at..].starts_with(open))
        .collect();
    assert!(!places.is_empty());
    for at in places {
        graph[at..at + fixed.len()].copy_from_slice(fixed);
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fixed.onnx");
    std::fs::write(&path, graph).unwrap();
    let options = NetworkOptions {
        device: Device::Cpu,
        batch: Some(3),
        ..NetworkOptions::default()
    };
    Network::open(ModelSource::File(path), &options).unwrap()
}

#[test]
fn a_graph_for_one_photo_is_given_one_at_a_time() {
    assert_eq!(for_one_photo().batch(), 1);
}

#[test]
fn what_fails_together_is_tried_in_smaller_runs_and_not_again() {
    let photos = [30, 120, 220].map(photo);
    let requests: Vec<Request> = photos.iter().map(request).collect();
    let mut network = for_one_photo();
    // ONNX Runtime refuses what its graph does not take, as it refuses what does not fit into memory.
    network.open.batches = true;
    assert_eq!(network.batch(), 3);
    let found = network.segment_together(&requests);
    assert_eq!(network.batch(), 1);
    let mut whole = bundled(None);
    for (found, one) in labels(&found).into_iter().zip(&requests) {
        let alone = whole.segment_together(std::slice::from_ref(one));
        assert_eq!(found, labels(&alone)[0]);
    }
    let mut network = for_one_photo();
    network.open.batches = true;
    network.warm_up(photos[0].size(), None).unwrap();
    assert_eq!(network.batch(), 1);
}

#[test]
fn what_other_photos_took_costs_none_its_time() {
    let photos = [30, 120, 220].map(photo);
    let mut network = bundled(Some(3));
    let mut requests: Vec<Request> = photos.iter().map(request).collect();
    let started = std::time::Instant::now();
    network.segment_together(&requests[..1]);
    let alone = started.elapsed();
    // Time for each by itself, and for no run of all.
    let limit = std::time::Duration::from_secs(60);
    for one in &mut requests {
        one.deadline = Some(Deadline::of(limit, limit.saturating_sub(alone * 2)));
    }
    requests[0].deadline = Some(Deadline::of(limit, limit));
    let found = network.segment_together(&requests);
    assert!(matches!(found[0], Err(SegmentError::TimedOut(_))));
    assert!(found[1..].iter().all(Result::is_ok), "{found:?}");
}
