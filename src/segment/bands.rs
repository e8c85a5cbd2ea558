//! Work on the rows of a picture, split over threads.

/// Calls `work(first_row, band)` for consecutive bands of whole rows of `data`, on `threads` threads at once.
///
/// Threads are started here rather than taken from a shared pool: that pool decodes photos meanwhile, and a label map
/// must not wait behind the decoding of the next photo.
pub(super) fn in_bands<T: Send>(
    data: &mut [T],
    row_length: usize,
    threads: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
) {
    let rows = data.len().checked_div(row_length).unwrap_or(0);
    let rows_a_band = rows.div_ceil(threads.max(1)).max(1);
    if rows_a_band >= rows {
        work(0, data);
        return;
    }
    std::thread::scope(|scope| {
        for (index, band) in data.chunks_mut(rows_a_band * row_length).enumerate() {
            let work = &work;
            scope.spawn(move || work(index * rows_a_band, band));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_worked_on_once_whatever_the_threads() {
        for threads in [1, 2, 3, 7, 100] {
            let mut data = vec![0; 5 * 10];
            in_bands(&mut data, 5, threads, |first, band| {
                for (row, values) in band.chunks_mut(5).enumerate() {
                    values
                        .iter_mut()
                        .for_each(|value| *value += first + row + 1);
                }
            });
            let wanted: Vec<usize> = (1..=10).flat_map(|row| [row; 5]).collect();
            assert_eq!(data, wanted, "{threads} threads");
        }
        in_bands(&mut [0; 0], 5, 4, |_, band| assert!(band.is_empty()));
    }
}
