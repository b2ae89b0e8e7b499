#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reverie_fuzz::capture(bytes));
