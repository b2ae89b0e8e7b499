//! The recovery kit: made, proved, tried, used.

said! {
    "The recovery kit";
    THE_KIT = "Your recovery kit: 24 words. They open your journal when your password or your devices are lost. Without \
        password and kit your private journal is gone: nobody can bring it back, neither your practice nor whoever \
        runs the server. Whoever finds the kit can open what you can.";
    PUT_ON_PAPER = "Put the words on paper now, with the handle HANDLE and the server SERVER. To have them printed: type \
        nothing where the words are asked for, run `reverie kit show --to FOLDER`, and then `reverie kit prove`.";
    PRINT_AND_DELETE = "Print it on a printer that you trust, then delete the files: the paper is the kit.";
    KIT_NOT_WRITTEN_NEXT = "The kit is safe on this device. To write it elsewhere: `reverie kit show --to FOLDER`.";
    NOT_JOINED = "Joining is not finished: your recovery kit is not proved yet. Until then you can read and pair, and \
        nothing can be written. Next: `reverie kit prove`; to see the kit again, `reverie kit show`.";
    TYPE_WORDS = "Type the words from the paper, six on a line, or scan its QR code. An empty line stops, and changes \
        nothing.";
    TYPE_LINE_AGAIN = "Nothing of this line was taken; type it again.";
    KIT_LATER = "Nothing was changed. The words stay on this device, sealed, until they are proved. When you have the \
        paper at hand: `reverie kit prove`.";
    KIT_PROVED = "The kit is proved. Keep the paper where you keep what matters, not with this device. Once in a while: \
        `reverie kit drill`.";
    KIT_REPLACED = "The new kit is the valid one. The old one opens nothing any more: destroy it.";
    OLD_KIT_VALID = "Until the new kit is proved, the old one stays valid.";
    KIT_NOT_HERE = "your recovery kit is proved already, and is not kept on this device";
    KIT_NOT_HERE_NEXT = "To try the paper: `reverie kit drill`. If it is lost: `reverie kit` makes a new one.";
    KIT_WAITS = "there is a kit that waits to be proved, so no other can be tried";
    KIT_WAITS_NEXT = "Nothing was changed. Prove it first: `reverie kit prove`.";
    DRILL_MISTYPED_NEXT = "Nothing was changed. Look at the paper once more: `reverie kit drill`. If the paper itself does not work, \
        `reverie kit` makes a new one.";
    KIT_MISTYPED_NEXT = "Nothing was changed. Try again: `reverie kit prove`.";
    DRILL_STOPPED = "Nothing was tried, and nothing was changed.";
    DRILL_WORKS = "The kit works: it opens your keys, and with them JOURNALS and PEOPLE. Nothing was changed. Put it back.";
    EITHER_KIT = "Nothing is lost, but it is not known yet whether the change arrived: keep both sheets. When the server \
        can be reached again, `reverie login` tells which one is valid.";
    KIT_ARRIVED = "Your new recovery kit had arrived: it is the valid one. Destroy the old one.";
    KIT_NOT_ARRIVED = "Your new recovery kit had not arrived: the old one is still valid. To go on with the new one, \
        `reverie kit prove`.";
    HANDLE_ASKED = "The handle that stands on the kit:";
    SERVER_ASKED = "The server's address, as it stands on the kit:";
    WHOSE_WORDS = "the words do not say whose they are";
    WHOSE_WORDS_NEXT = "Nothing was changed. Add the handle that stands on the kit: `--handle HANDLE`.";
    KIT_OPENS = "The kit opens the account HANDLE. Nothing is changed yet. Choose a new password.";
    KIT_OPENS_HERE = "The kit opens the account HANDLE, and this device with it: what is on it stays, also what was not \
        sent yet. Nothing is changed yet. Choose a new password.";
    RECOVER_AGAIN = "Nothing is lost: run the same command again. The kit stays valid.";
    RECOVERED_HERE = "This device opens with the new password, and holds all that it held. Every other device was removed. \
        Your recovery kit stays valid: put it back.";
    RECOVERED = "Your account is back on this device, with the new password. Every device before it was removed. Your \
        recovery kit stays valid: put it back.";
}
