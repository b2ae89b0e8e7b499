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

use reverie_client::native::system::randomness;
use reverie_client::{ClientError, Environment, Recovery, Unlocked};
use reverie_tests::World;
use reverie_tests::person::environment;

/// Returns what a client needs on a device at `home`, over a good line.
fn at(world: &World, home: &Path) -> Environment {
    environment(home, &format!("http://{}", world.addr), &world.clock, Box::new(randomness())).unwrap()
}

/// Unlocks heron-41's device with a password.
async fn unlock(world: &World, password: &str) -> Result<Unlocked, ClientError> {
    Unlocked::unlock(at(world, &world.home("heron-41")), password).await
}

/// Opens heron-41's account with recovery words on a clean device, and leaves everything as it was.
async fn try_words(world: &World, words: &str) -> Result<(), ClientError> {
    let code = reverie_client::kit::read(words)?.code;
    let clean = at(world, &world.home("clean"));
    Recovery::open(clean, "heron-41", &code).await?.leave().await
}
