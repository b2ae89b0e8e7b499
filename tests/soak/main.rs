//! `make soak`: a thousand times `kill -9`, of server and clients, and nothing acknowledged lost.

use std::process::ExitCode;

use clap::Parser;
use rand_core::Rng as _;
use reverie_client::native::system::randomness;
use reverie_tests::soak::{Survived, soak};

/// Kill server and clients at random moments, and check that nothing that was acknowledged is lost
#[derive(Parser)]
struct Arguments {
    /// How many kills
    #[arg(long, default_value_t = 1000, value_name = "N")]
    kills: usize,
    /// The moments and deeds of an earlier run, by what it printed; the machine's own timing differs
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { kills, seed } = Arguments::parse();
    let seed = seed.unwrap_or_else(|| randomness().next_u64());
    eprintln!("Seed {seed}. Nobody is told of what is killed here: everything is made for it, and removed.");
    let Survived { servers, clients, entries } = soak(kills, seed, &mut |done| {
        if done % 50 == 0 {
            eprintln!("{done} of {kills} kills");
        }
    })
    .await;
    println!(
        "Killed the server {servers} times and a client {clients} times. All of {entries} acknowledged entries are"
    );
    println!("there, once, where they were said to be; the server's data is whole.");
    ExitCode::SUCCESS
}
