//! The binary `reverie`; everything is in the library, so that tests and the reference of commands share it.

use std::alloc::System;
use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// Memory is wiped as it is freed, whoever freed it. Passwords, codes and the session's token pass through the standard
/// library, the HTTP client and the parser of JSON, where no type of ours could wipe what they leave behind.
#[global_allocator]
static WIPED: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    reverie_cli::run(std::env::args_os())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::FileExt as _;

    #[test]
    fn what_was_freed_is_not_in_memory_any_more() {
        let memory = File::open("/proc/self/mem").expect("one's own memory");
        let mut found = [0; 64];
        let secret = b"a harbour lane in the rain, and a heron in it, and nobody else. ".to_vec();
        let at = secret.as_ptr().addr() as u64;
        memory.read_exact_at(&mut found, at).expect("it is there");
        assert_eq!(found, *secret, "the search finds what is there");
        drop(secret);
        memory.read_exact_at(&mut found, at).expect("the page is there still");
        // The allocator keeps its own notes in the first bytes of what is free.
        assert_eq!(found[16..], [0; 48]);
    }
}
