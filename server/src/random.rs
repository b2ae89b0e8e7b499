//! The system's randomness, at the edge; everything below takes a generator as an argument.

use getrandom::SysRng;
use rand_core::{CryptoRng, UnwrapErr};

/// Returns the system's generator. It panics when the system has no randomness, since nothing is safe then.
pub(crate) fn system() -> impl CryptoRng {
    UnwrapErr(SysRng)
}
