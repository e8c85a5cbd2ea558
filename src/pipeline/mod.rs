//! Photos in, results out: the per-photo function, decoding ahead, and stage timings.
