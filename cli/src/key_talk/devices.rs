//! Devices: logging in and out, adding and removing one, new keys after a loss.

said! {
    "Devices";
    LOGGED_IN = "Logged in as HANDLE (ROLE).";
    LOGGED_IN_RESTORED = "Next: `reverie resend` says what the server lacks, and sends it again.";
    LOGGED_OUT = "Logged out. What is on this device stays here, sealed, and can be read with your password. To log in \
        again: `reverie login`.";
    CODE_SHOWN = "On the new device: `reverie login --code CODE --server SERVER`, with your password. The code is good \
        for ten minutes and once. Type or scan it from this screen; do not send it.";
    REMOVE_OTHERS = "Remove every device but this one?";
    REMOVE_DEVICE = "Remove NAME (FIRST to LAST)?";
    NOTHING_REMOVED = "Nothing was removed.";
    OTHERS_REMOVED = "Removed: every device but this one. They are logged out and get nothing new. What is on them stays \
        sealed under your password.";
    DEVICE_REMOVED = "Removed: NAME. It is logged out and gets nothing new. What is on it stays sealed under your password.";
    NO_SUCH_DEVICE = "no device begins with `TYPED`";
    NO_SUCH_DEVICE_NEXT = "Nothing was removed. `reverie devices` lists them.";
    SEVERAL_DEVICES = "more than one device begins with `TYPED`";
    SEVERAL_DEVICES_NEXT = "Nothing was removed. Give more of its id.";
    THIS_DEVICE = "this is the device that you are at";
    THIS_DEVICE_NEXT = "Nothing was removed. To log it out: `reverie logout`.";
    NAMELESS = "a device without a name";
    NAME_UNKNOWN = "One was added from elsewhere, and only the password tells its name: `reverie login`.";
    LOST_OR_STOLEN = "Was it lost or stolen? Give your account new keys now?";
    IF_LOST = "Your keys are as they were. If it was lost or stolen after all: `reverie rekey`, then `reverie password`.";
    REKEYED_AFTER_LOSS = "Whoever has the device opens nothing that you write from now on. Change your password too, in \
        case it can be guessed: `reverie password`.";
    LOST_BEFORE = "Was a device of yours lost or stolen? Give your account new keys now?";
    IF_LOST_BEFORE = "Your keys are as they were. If a device of yours was lost or stolen: `reverie rekey`. Whoever has it then \
        opens nothing that you write from now on.";
    REKEYED_AFTER_RECOVERY = "Whoever has the lost device opens nothing that you write from now on.";
    BEFORE_REKEY = "Your account gets new keys. What was stolen with the old ones opens nothing that is written \
        afterwards to your own journals. What was written before stays sealed to the old keys, which you keep.";
    MAKE_NEW_KEYS = "Make new keys?";
    REKEY_AFTERWARDS = "In the day after a dose that waits until TIME. If you cannot wait, ask your practice to suspend the account.";
    REKEYED = "You have new keys, and all your journals are as they were. Your other devices are logged out: run `reverie \
        login` there. Your recovery kit stays valid.";
    BEFORE_FORGETTING = "This device forgets HANDLE. What is on the server stays there; to read it again you need another \
        device of yours, or your recovery kit.";
    BEFORE_FORGETTING_DELETED = "This device forgets HANDLE. The server says that the account was deleted: if that is so, what \
        is here is on no server, and nothing brings it back. To keep a copy, stop here and run `reverie export`.";
    FORGOTTEN_DELETED = "This device holds nothing of HANDLE any more.";
    ONE_LOST = "1 thing that you did was never sent. It is on this device alone, and is lost if you go on.";
    MANY_LOST = "COUNT things that you did were never sent. They are on this device alone, and are lost if you go on.";
    FORGET_IT = "Forget it?";
    FORGOTTEN = "This device holds nothing of HANDLE any more. What is on the server is as it was.";
}
