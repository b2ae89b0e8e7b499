//! What was captured while the device was locked.

said! {
    "Captures of a locked device";
    WHAT_IS_THERE = "What is there? (Enter alone keeps that nothing came)";
    CAPTURED_LOCKED = "Kept on this device alone, sealed: nobody can read it before the device is unlocked, not even \
        you. After that, `reverie captured` shows it, and you say whether it stays.";
    ONE_CAPTURED = "You captured 1 thing while this device was locked. It is safe here. To look at it: `reverie \
        captured`.";
    MANY_CAPTURED = "You captured COUNT things while this device was locked. They are safe here. To look at them: \
        `reverie captured`.";
    NOTHING_CAPTURED = "Nothing was captured while this device was locked.";
    OF_CAPTURES = "This was captured while this device was locked. Nobody was asked for a password then, so look whether \
        it is yours. What you keep becomes a private entry; nothing of the rest is sent or shared.";
    KEEP_DROP_LATER = "[k]eep it, [d]rop it, or decide [l]ater?";
    DROPPED_AFTERWARDS = "Dropping it can wait until TIME.";
    KEEP_OR_LATER = "[k]eep it, or decide [l]ater?";
    DROP_LATER = "[d]rop it, or decide [l]ater?";
    CAPTURE_NOT_SHOWN = "ID cannot be shown: WHY. It stays here, sealed, until you say otherwise.";
    CLOCK_WRONG = "By this device's clock it is NOW now: the clock was put back since, or is wrong.";
    CAPTURE_KEPT = "ID is in your journal. Private. Nobody but you can read it.";
    CAPTURE_LATER = "Later, then. It stays here, sealed.";
    DROP_CAPTURE = "Drop it for good? It is on no other device, and you cannot bring it back.";
    CAPTURE_STAYS = "It stays here, sealed.";
    CAPTURE_DROPPED = "ID is dropped. Nothing of it is left on this device.";
    WHICH_CAPTURES = "`reverie captured` lists them.";
    MISLED = "Somebody who had this device exchanged what it seals captures to while it is locked. It is put right now, \
        and what you wrote with your password is safe. What was captured in between may be readable to them and is \
        lost to you: write again what is missing. `reverie captured` shows what is here.";
}
