#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| measure_bench_fuzz::heic(bytes));
