//! Keys that people can live with: passwords, recovery kits and devices, and what is left when a change of them is cut in
//! two. Each is played at every request and at every write of the device.

mod cuts;
mod damage;
mod devices;
mod given_back;
mod kit;
mod passkeys;
mod passwords;
mod recover;
mod second_factor;

use std::path::Path;

use reverie_client::kit::read;
use reverie_client::native::system::randomness;
use reverie_client::{ClientError, Environment, Recovery, Unlocked};
use reverie_tests::person::environment;
use reverie_tests::{Fate, Wire, World};

/// Returns what a client needs on a device at `home`, over a good line.
fn at(world: &World, home: &Path) -> Environment {
    environment(home, &format!("http://{}", world.addr), &world.clock, Box::new(randomness())).unwrap()
}

/// The same, over a line with a fate.
fn over(wire: &Wire, world: &World, home: &Path) -> Environment {
    environment(home, &wire.url(), &world.clock, Box::new(randomness())).unwrap()
}

/// A line on which every answer after so many is cut off.
async fn cut_after(world: &World, answers: usize) -> Wire {
    let wire = world.wire().await;
    let mut answered = 0;
    wire.answers(move |_, _| {
        answered += 1;
        if answered > answers { Fate::CutOff } else { Fate::Pass }
    });
    wire
}

/// Unlocks heron-41's device with a password.
async fn unlock(world: &World, password: &str) -> Result<Unlocked, ClientError> {
    Unlocked::unlock(at(world, &world.home("heron-41")), password).await
}

/// Opens heron-41's account with recovery words.
async fn by_kit(there: Environment, words: &str) -> Result<Recovery, ClientError> {
    Recovery::open(there, "heron-41", &read(words)?.code).await
}

/// The same on a clean device, and leaves everything as it was.
async fn try_words(world: &World, words: &str) -> Result<(), ClientError> {
    by_kit(at(world, &world.home("clean")), words).await?.leave().await
}
