//! What is on this device alone.

said! {
    "What is not sent yet";
    KEPT_HERE = "Kept on this device, not on the server yet: WHY. NEXT";
    MANY_KEPT_HERE = "COUNT things that you did are kept on this device, not on the server yet: WHY. NEXT";
    NOT_ALL_DONE = "Not everything could be done yet: WHY. NEXT";
    DISK_FULL = "the disk is full: nothing can be kept in the folder FOLDER";
    DISK_FULL_NEXT = "What was kept before is safe. Make room on the disk, then run the same again.";
    DISK_LATER = "It is safe, so do not do it again. If the disk is full, make room on it; the next command does the rest.";
    SENT_LATER = "The next command that reaches the server sends it.";
    ONE_ALONE = "1 thing that you did is on this device alone, sealed, and not on the server yetWHY. THEN Until then, do not \
        lose this device.";
    MANY_ALONE = "COUNT things that you did are on this device alone, sealed, and not on the server yetWHY. THEN Until then, do \
        not lose this device.";
    ALONE_LATER = "The next command that reaches the server sends what waits.";
    ALONE_LOGGED_OUT = "What waits is sent once this device is logged in again: `reverie login`.";
    ALONE_RECOVERED = "What waits is sent once this device is logged in again, with your kit: `reverie login --recovery`, or \
        with a code from your other device: `reverie login --code CODE`.";
    ONE_ALONE_FOR_GOOD = "1 thing that you did is on this device alone, sealed, and is sent nowhere any more: the server \
        says that the account was deleted. To keep a copy: `reverie export`.";
    MANY_ALONE_FOR_GOOD = "COUNT things that you did are on this device alone, sealed, and are sent nowhere any more: the server \
        says that the account was deleted. To keep a copy: `reverie export`.";
    ONE_DAMAGED = "1 thing that you did on this device could not be sent before its disk damaged it, and cannot be read \
        any more. Everything else is safe. Look at your newest entries (`reverie list`), and do again what is missing.";
    MANY_DAMAGED = "COUNT things that you did on this device could not be sent before its disk damaged them, and cannot \
        be read any more. Everything else is safe. Look at your newest entries (`reverie list`), and do again what is \
        missing.";
    MANY_DAMAGED_IN_CARE = "COUNT of the things that you did last on this device could not be sent before its disk damaged \
        them, and cannot be read any more. Everything else is safe. Look at what you wrote last, and do again what is \
        missing. After `reverie queue` this is not said again.";
    FILE_LOST = "The file NAME of the entry ENTRY was damaged by this device's disk before it was sent, and does not open \
        any more. Your words are safe, and go on without it. If you have the file elsewhere, add it again: `reverie attach \
        ENTRY FILE`.";
    FILE_MISSING = "A file of this entry is missing: NAME. This device's disk damaged it before it was sent. The words \
        are whole.";
    TAKEN_BACK_MEANWHILE = "HANDLE has taken back meanwhile what you answered, so nobody is shown your answer. It is kept, and is \
        there again if HANDLE shares it again. If it matters now, say it when you meet.";
    DEED_LOST = "Something that you did could not be sent, because this device's disk damaged its file NAME before that. \
        Everything else is safe. Please do it once more.";
    AWAY = "The server cannot be reached now. This is what this device holds, as of the last time it was. Nothing is \
        lost.";
    NOT_ALL_HERE = "Some of what this device held does not open any more, or is not here yet, so not everything is shown. It is \
        safe on the server. The next command that reaches the server fetches it again; nothing else need be done.";
    READING_LOGGED_OUT = "This device is not logged in, so this is what it holds already. `reverie login` fetches the \
        rest.";
}
