//! From photos to labels: one run for as many as go together, smaller runs where that fails, and another device where none works.

use std::time::{Duration, Instant};

use super::super::inference::{Input, outputs, run, values};
use super::super::providers::{Device, Skipped};
use super::super::session::OpenSession;
use super::super::size_policy::InputSize;
use super::super::{Request, SegmentError, SegmentTimings, Segmentation, milliseconds_since};
use super::{Network, open_session};
use crate::deadline::Deadline;

impl Network {
    /// Labels of photos with inputs of one size. A run that fails is tried again with each half of its photos: what one of them
    /// did wrong is its error alone, and what was too much for the device's memory may fit. One that is late is tried again photo by
    /// photo. What others took counts against no photo's time.
    pub(super) fn label_together(
        &mut self,
        photos: &[Request],
    ) -> Vec<Result<Segmentation, SegmentError>> {
        let left: Vec<Option<Duration>> = photos
            .iter()
            .map(|one| one.deadline.map(|deadline| deadline.left()))
            .collect();
        self.label_in_time(photos, &left)
    }

    /// The same, each photo with the time that it has left.
    fn label_in_time(
        &mut self,
        photos: &[Request],
        left: &[Option<Duration>],
    ) -> Vec<Result<Segmentation, SegmentError>> {
        let from_now: Vec<Request> = photos
            .iter()
            .zip(left)
            .map(|(one, left)| Request {
                deadline: one.deadline.zip(*left).map(|(one, left)| one.resumed(left)),
                ..*one
            })
            .collect();
        if let [photo] = from_now.as_slice() {
            return vec![self.label_one(photo)];
        }
        let part = match self.label(&from_now) {
            Ok(labelled) => return labelled.into_iter().map(Ok).collect(),
            Err(SegmentError::TimedOut(_)) => 1,
            Err(SegmentError::Inference { .. }) => {
                // Memory that did not suffice once will not do so for the next photos.
                self.most_together = photos.len().div_ceil(2);
                self.most_together
            }
            Err(_) => photos.len().div_ceil(2),
        };
        photos
            .chunks(part)
            .zip(left.chunks(part))
            .flat_map(|(photos, left)| self.label_in_time(photos, left))
            .collect()
    }

    /// Labels of a photo by a run of its own, on the processor where an accelerator fails that may be left.
    pub(super) fn label_one(&mut self, photo: &Request) -> Result<Segmentation, SegmentError> {
        let labelled = self.on_what_works(|network| network.label(std::slice::from_ref(photo)))?;
        labelled
            .into_iter()
            .next()
            .ok_or_else(|| SegmentError::Shape {
                reason: "no outputs".to_owned(),
            })
    }

    /// Labels of photos with inputs of one size, by one run.
    fn label(&mut self, photos: &[Request]) -> Result<Vec<Segmentation>, SegmentError> {
        let sizes: Vec<InputSize> = photos
            .iter()
            .map(|one| self.input_size(one.photo.upright_size()))
            .collect();
        let Some(InputSize { network, .. }) = sizes.first().copied() else {
            return Ok(Vec::new());
        };
        self.input.clear();
        let mut preprocess_ms = Vec::with_capacity(photos.len());
        for one in photos {
            let started = Instant::now();
            self.preprocessor.run(
                &one.photo.pixels,
                one.photo.turns(),
                network,
                &mut self.input,
            )?;
            preprocess_ms.push(milliseconds_since(started));
        }
        let deadlines = photos.iter().filter_map(|one| one.deadline);
        let deadline = deadlines.reduce(Deadline::earlier);
        let ade_indices = self.metadata.ade_indices();
        let (post_processing, threads) = (self.options.post_processing, self.threads);
        let input = Input {
            planes: &self.input,
            count: photos.len(),
            size: network,
            half: self.open.half_input,
        };
        let OpenSession {
            session,
            output_memory,
            ..
        } = &mut self.open;
        let started = Instant::now();
        run(
            session,
            input,
            deadline,
            output_memory.as_ref(),
            |class_logits, mask_logits| {
                let inference_ms = milliseconds_since(started) / photos.len() as f64;
                let reading = Instant::now();
                let (class_logits, mask_logits) = (values(class_logits)?, values(mask_logits)?);
                let all = outputs(&class_logits, &mask_logits, photos.len(), ade_indices.len())?;
                let reading_ms = milliseconds_since(reading) / photos.len() as f64;
                all.iter()
                    .zip(photos)
                    .zip(&sizes)
                    .zip(preprocess_ms)
                    .map(|(((outputs, one), size), preprocess_ms)| {
                        let started = Instant::now();
                        let labels = post_processing
                            .label_map(
                                outputs,
                                &ade_indices,
                                size.picture,
                                one.photo.upright_size(),
                                threads,
                            )
                            .map_err(|error| SegmentError::Shape {
                                reason: error.to_string(),
                            })?;
                        let turns = one.photo.turns();
                        let as_displayed = if turns.is_none() {
                            labels
                        } else {
                            labels.turned(turns.back())
                        };
                        Ok(Segmentation {
                            labels: as_displayed,
                            mask_cells: u32::try_from(outputs.width.max(outputs.height)).ok(),
                            input_size: Some(network),
                            inferences: 1,
                            timings: SegmentTimings {
                                preprocess_ms: Some(preprocess_ms),
                                inference_ms: Some(inference_ms),
                                masks_ms: Some(reading_ms + milliseconds_since(started)),
                            },
                        })
                    })
                    .collect()
            },
        )
    }

    /// The outcome of `attempt`, a second time on the processor where the accelerator fails and may be left.
    pub(super) fn on_what_works<T>(
        &mut self,
        attempt: impl Fn(&mut Self) -> Result<T, SegmentError>,
    ) -> Result<T, SegmentError> {
        match attempt(self) {
            Ok(done) => Ok(done),
            Err(error) => {
                self.leave_accelerator(error)?;
                attempt(self)
            }
        }
    }

    /// Goes on with the processor where `auto` had chosen an accelerator and `error` is its failure, such as memory that other
    /// programs took meanwhile. A device asked for by name is never left: its times and results are what was asked for.
    fn leave_accelerator(&mut self, error: SegmentError) -> Result<(), SegmentError> {
        let failed = self.open.device;
        let may_leave = self.options.device == Device::Auto && failed != Device::Cpu;
        if !may_leave || !matches!(error, SegmentError::Inference { .. }) {
            return Err(error);
        }
        let mut skipped = std::mem::take(&mut self.open.skipped);
        skipped.push(Skipped {
            device: failed,
            reason: format!("failed during the run, which went on with the processor: {error}"),
        });
        self.open = OpenSession {
            skipped,
            ..open_session(
                &self.source,
                self.sha256.as_deref(),
                &self.options,
                Device::Cpu,
                self.threads,
            )?
        };
        Ok(())
    }
}
