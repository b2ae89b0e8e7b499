//! What stands under everything that a patient writes: that nobody is watching, and who covers while her clinician is away.

use reverie_client::Unlocked;
use reverie_journal::NOT_MONITORED;

use crate::ui::Ui;

/// Says it.
pub(crate) fn say_not_monitored(ui: &Ui, account: &Unlocked) {
    ui.say(NOT_MONITORED);
    for absence in account.absences() {
        ui.say(&absence);
    }
}
