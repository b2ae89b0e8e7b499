//! Joining, and passwords.

said! {
    "Joining and passwords";
    NO_TERMINAL_TO_JOIN = "joining makes your recovery kit, and there is nobody at a terminal to type it back, so nothing \
        was made";
    NO_TERMINAL_TO_JOIN_NEXT = "The invitation is still good: run it at a terminal. If whatever runs this keeps the kit and \
        proves it (`reverie kit prove`), add `--yes`.";
    INVITED_BY = "WHO (ROLE) invites you to join as HANDLE (AS).";
    INVITED_BY_SET_UP = "The server's own set-up invites you to join as HANDLE (AS).";
    CHOOSE_PASSWORD = "Your password opens your keys on this device. Nobody can reset it for you: the recovery kit, which \
        comes next, is for the day that you forget it.";
    ACCOUNT_MADE = "Your account is made: HANDLE.";
    INVITATION_STILL_GOOD = "Nothing was made, and the invitation is still good: run the same command with another \
        password.";
    JOINING_CUT = "Your keys are safe on this device. Run `reverie login`: it tells whether your account was made.";
    JOINED_HERE_BEFORE = "If joining was cut short here, `reverie login` finishes it or clears it up.";
    NO_ACCOUNT_UNDER = "there is no account in profile `NAME` yet";
    NAMED_A_PROFILE = "If you named a profile when you joined, name it again: `--profile NAME`.";
    NEXT_ADMINISTRATOR = "Next: `reverie admin invite HANDLE --role clinician`.";
    NEXT_CLINICIAN = "Next: with a patient in the room, `reverie invite HANDLE`.";
    NEXT_PATIENT = "Next: pair with your clinician, `reverie pair CODE`, or write: `reverie write`.";
    PASSWORD_CHANGED = "The password is changed, for the account and on this device. Your other devices open with the \
        old one until you run `reverie login` there. Your recovery kit stays valid.";
    PASSWORD_CHANGED_ELSEWHERE = "The password was changed on another device. Nothing was changed now. Run `reverie \
        login` here first.";
    BOTH_OPEN = "Nothing is lost, but it is not known yet whether the change arrived. Until it is, this device opens \
        with the old and with the new password. When the server can be reached again, `reverie login` tells which one \
        is valid.";
    PASSWORD_ARRIVED = "The change of your password had arrived: the new one is valid everywhere now.";
    PASSWORD_NOT_ARRIVED = "The change of your password had not arrived: the old one is still valid. To change it, \
        `reverie password`.";
    OLD_PASSWORD = "the password opens this device, but not the account: it was changed on another device";
    OLD_PASSWORD_HERE = "This password opens this device, but not the account: it was changed on another device. What is \
        on this device is safe. Next, the account's password as it is now.";
    OLD_PASSWORD_HERE_NEXT = "What is on this device is safe. Give the new one as well: `--new-passphrase-file FILE`.";
    IF_RECOVERED = "If your account was recovered with its kit since, this device needs the kit or a code once: `reverie login \
        --recovery`, or `reverie login --code CODE`. If it was deleted, nothing opens it any more; what is here stays.";
    PASSWORD_AGAIN = "That password is not right. Nothing was changed, and the code is not lost. Try again.";
    PASSWORD_LOST = "If it is lost: `reverie recover` sets a new one, with the same kit.";
}
