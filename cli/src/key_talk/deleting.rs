//! The end of an account, and what stays with whom.

said! {
    "Deleting an account";
    BEFORE_DELETING = "This deletes HANDLE, everything in its journals, and its keys, for good. Nobody can bring any of it \
        back. WHAT";
    STAYS_ELSEWHERE = "What somebody has read cannot be unread, and a copy in your chart stays with your practice. Backups \
        of the server go when they are replaced by newer ones; ask your practice when. To keep a copy of your own, stop \
        here and run `reverie export`.";
    TYPE_ITS_NAME = "To delete it, type its name (HANDLE); anything else keeps it: ";
    NOT_DELETED = "nothing was deleted";
    NOT_DELETED_NEXT = "Your account and everything in it is as it was. To delete it, its name is HANDLE.";
    NOT_DELETED_UNASKED = "this asks for the account's name first, and nobody is at a terminal to type it, so nothing was \
        deleted";
    NOT_DELETED_UNASKED_NEXT = "Run it at a terminal to see what it means. If you know that: `--confirm HANDLE`.";
    DELETION_UNANSWERED = "It is not known whether it was deleted, and this device holds what it held. The next command says so \
        if it was. If it was not, run it again.";
    RECEIPT = "Receipt: HANDLE was deleted on DAY.";
    ERASED_ON_SERVER = "Erased on the server";
    ERASED_JOURNALS = "  JOURNALS with RECORDS and FILES";
    ERASED_ACCOUNT = "  the account, its public keys, its sealed key bundle, its sessions and invitations";
    ERASED_HERE = "Erased on this device";
    ERASED_KEYS = "  the keys, and everything that was sealed with them";
    NOT_ERASED = "Not erased";
    LOG_STAYS = "  The server's log of who did what on which day, without content. It names the account by a number.";
    BACKUPS_STAY = "  The server's backups, until newer ones replace them.";
    DEVICES_STAY = "  Your other devices, if you have some: what they hold stays sealed. `reverie logout --erase` there.";
    EXPORTS_STAY = "  Exports, and the paper of your recovery kit, which opens nothing any more.";
    ERASED = "HANDLE has deleted the account, with everything in it, and signed for it. This device has forgotten the \
        journal. What you copied elsewhere is still yours to keep or destroy.";
    UNDELIVERED = "What you had written for HANDLE and was not sent yet is gone too.";
}
