//! Unlocking a device for a while.

said! {
    "Unlocking";
    UNLOCKED = "Unlocked. It locks itself when no command was run for MINUTES; to lock it now: `reverie lock`.";
    UNLOCKED_KEY_STORE = "Unlocked. This system's key store has the key of this device now: whoever is logged in to your \
        account on this computer opens it without the password, also after a restart, and it does not lock itself. To lock \
        it: `reverie lock`. Lock your screen when you leave.";
    NOT_IN_KEY_STORE = "the system's key store does not take the key: WHY";
    UNLOCK_IN_MEMORY = "The password opens this device as always. `reverie unlock` without `--key-store` holds the key in \
        memory for a while.";
    KEY_STORE_AWAY = "The system's key store does not give the key of this device: WHY. The password opens it as always.";
    KEY_STORE_KEEPS = "the system's key store does not answer, and may still hold the key of this device: WHY";
    KEY_STORE_KEEPS_TOO = "The system's key store does not answer, and may hold the key too. To take it out, log in to the \
        desktop and run `reverie lock` there.";
    TAKE_OUT_BY_HAND = "Log in to the desktop and run `reverie lock` there. What is on this device is safe; until then, who \
        can open that key store can read it.";
    KEY_LEFT_OVER = "What held the key of this device does not answer, and may hold it still. That key opens nothing any \
        more.";
    LOCKED = "Locked. What is here stays here, sealed.";
    LOCKED_BEFORE = "It was locked already. What is here stays here, sealed.";
    WATCH_LOCKED = "this device was locked, so watching has ended";
    WATCH_LOCKED_NEXT = "Nothing is lost: what comes meanwhile waits on the server. To go on, run `reverie watch` again.";
    NOT_HELD = "the program that holds your key did not start";
    NOT_HELD_NEXT = "Nothing is lost: every command asks for the password meanwhile.";
    NO_ANSWER = "the program that holds your key does not answer, so this device may still be unlocked";
    NO_ANSWER_NEXT = "It locks itself when no command uses it. To end it now, end the process `reverie agent`.";
}
