//! What is asked for beside the password: authenticators, backup codes, passkeys.

said! {
    "Second factors";
    FACTOR_NEEDED = "Your account needs a second factor before it can do anything. What is on this device is safe. Next: \
        `reverie second-factor add`.";
    ENROL = "A second factor: an authenticator app on your phone, say. Let it scan this, or type the secret into it. It \
        is shown once.";
    SIX_DIGITS = "The six digits that it shows: ";
    NOT_ITS_CODE = "this is not its code of now; take the next one, and let the phone set its clock by itself";
    FACTOR_BEGUN = "It counts once its first code came back: `reverie second-factor confirm --second-factor-file FILE`. \
        Until then nothing is changed.";
    FACTOR_ADDED = "The authenticator is enrolled. Your other devices ask for it once, at their next `reverie login`.";
    CODE_ASKED = "Code of your authenticator: ";
    CODE_OR_BACKUP_ASKED = "Code of your authenticator, or a backup code: ";
    BACKUP_ASKED = "Your passkeys work in a browser, not here. A backup code: ";
    CODE_WRONG = "this code does not count: it is wrong, was used before, or its half minute is over; try the next one";
    BACKUP_CODES = "Each of these stands in once for your second factor when it is lost. Print them, or keep them in a \
        password manager; not with your recovery kit, and not on the phone that holds the authenticator. They are shown \
        once, and codes from before are void.";
    BACKUP_CODES_LEFT = "Backup codes left: COUNT.";
    NO_BACKUP_CODES_LEFT = "No backup codes are left. If your second factor is lost, ROAD. Next: `reverie second-factor codes`.";
    ROAD_OF_PATIENT = "your recovery kit lets you in";
    ROAD_OF_CLINICIAN = "your administrator has to take it away before you log in again";
    ROAD_OF_ADMINISTRATOR = "another administrator has to take it away before you log in again, or whoever runs the server";
    NEW_BACKUP_CODES = "You have backup codes (COUNT). New ones make them void. Make new ones?";
    KEEP_BACKUP_CODES = "Nothing was changed. The codes that you have stay valid.";
    NO_FACTOR = "You have no second factor. `reverie second-factor add` enrols one.";
    ADD_ANOTHER_FIRST = "Nothing was changed. Next: `reverie second-factor add`, then remove this one.";
    FACTOR_FIRST = "Nothing was changed. Next: `reverie second-factor add`, then the codes.";
    FACTOR_NOT_SHOWN = "This device has not shown your second factor yet. What is on it is safe. Next: `reverie login`.";
    REMOVE_FACTOR = "Remove the KIND of DAY?";
    AUTHENTICATOR_REMOVED = "Removed. Its codes count no longer.";
    PASSKEY_REMOVED = "Removed. It counts no longer. It may still be in the list of your phone, key or browser: delete it \
        there.";
    NO_SUCH_FACTOR = "no second factor begins with `TYPED`";
    NO_SUCH_FACTOR_NEXT = "Nothing was changed. `reverie second-factor list` lists them.";
    SEVERAL_FACTORS = "more than one second factor begins with `TYPED`";
    SEVERAL_FACTORS_NEXT = "Nothing was changed. Give more of its id.";
    PASSKEY_ARRIVED = "The change of your passkey had arrived.";
    PASSKEY_NOT_ARRIVED = "The change of your passkey had not arrived: what opened your account still does.";
}
