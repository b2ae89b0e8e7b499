//! `reverie-server reset-second-factor`: the way back for an administrator whom no other administrator can help.

use std::process::ExitCode;

use clap::Args;
use getrandom::SysRng;
use rand_core::UnwrapErr;
use reverie_server::Clock;
use reverie_server::host_reset::reset_second_factor;

use super::counted;
use crate::Place;

/// Take somebody's second factor away, where no administrator can
///
/// For an only administrator who has lost authenticator, passkeys and backup codes; for everybody else an administrator does
/// it (`reverie admin reset-second-factor`). Be sure who asks: in the room, or by a voice that you know. The account's second
/// factors and backup codes are gone and its sessions end. The password stays as it is, and no key is touched: this opens
/// nothing that is sealed. It is in the audit log, and the person sees it. The server may run meanwhile.
#[derive(Args)]
#[command(after_help = "\
Example:
  reverie-server reset-second-factor admin --data practice")]
pub(crate) struct ResetSecondFactorArgs {
    /// The account's handle
    handle: String,
    #[command(flatten)]
    place: Place,
}

pub(crate) async fn reset(args: ResetSecondFactorArgs) -> anyhow::Result<ExitCode> {
    let ResetSecondFactorArgs { handle, place } = args;
    let (database, rng) = (place.database()?, &mut UnwrapErr(SysRng));
    let reset = reset_second_factor(&place.data, &database, &handle, &Clock::system(), rng).await?;
    eprintln!(
        "The second factors and backup codes of `{handle}` are gone, and {} ended (within half a minute). The password is as \
         it was.",
        counted(reset.sessions, "session"),
    );
    if reset.role.must_have_second_factor() {
        eprintln!(
            "Next: `reverie login` there asks to enrol a new one, then `reverie second-factor codes` makes backup codes."
        );
    } else {
        eprintln!("Next: `reverie login` there; `reverie second-factor add` enrols a new one.");
    }
    eprintln!("It is in the audit log, as done by whoever runs the server.");
    Ok(ExitCode::SUCCESS)
}
