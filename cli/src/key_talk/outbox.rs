//! What is on this device alone.

said! {
    "What is not sent yet";
    KEPT_HERE = "Kept on this device, not on the server yet: WHY. NEXT";
    MANY_KEPT_HERE = "COUNT things that you did are kept on this device, not on the server yet: WHY. NEXT";
    NOT_ALL_DONE = "Not everything could be done yet: WHY. NEXT";
    SENT_LATER = "The next command that reaches the server sends it.";
    ONE_ALONE = "1 thing that you did is on this device alone, sealed, and not on the server yetWHY. The next command that \
        reaches the server sends it. Until then, do not lose this device.";
    MANY_ALONE = "COUNT things that you did are on this device alone, sealed, and not on the server yetWHY. The next command \
        that reaches the server sends them. Until then, do not lose this device.";
    ONE_DAMAGED = "1 thing that you did on this device could not be sent before its disk damaged it, and cannot be read \
        any more. Everything else is safe. Look at your newest entries (`reverie list`), and do again what is missing.";
    MANY_DAMAGED = "COUNT things that you did on this device could not be sent before its disk damaged them, and cannot \
        be read any more. Everything else is safe. Look at your newest entries (`reverie list`), and do again what is \
        missing.";
    AWAY = "The server cannot be reached now. This is what this device holds, as of the last time it was. Nothing is \
        lost.";
    READING_LOGGED_OUT = "This device is not logged in, so this is what it holds already. `reverie login` fetches the \
        rest.";
}
