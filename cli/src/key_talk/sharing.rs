//! What goes to somebody else, what is held back in the day after a dose, and what is taken back.

said! {
    "Private, shared, held, taken back";
    PRIVATE = "Private. Nobody but you can read it.";
    KEPT = "Kept.";
    KEPT_THAT_NOTHING_CAME = "Kept: that nothing came.";
    ADDED = "Added to ID. WHO";
    ADDED_PRIVATE = "It is private. Nobody but you can read it.";
    ADDED_SHARED = "Whoever reads the entry can read it too.";
    ADDED_SHARED_LATER = "Once it is on the server, whoever reads the entry can read it too.";
    ADDED_BESIDE = "Added beside the first words, which stay as they were.";
    WILL_BE_READ = "READERS will be able to read:";
    ALONG = "They also see which of your themes and people are in it: WHAT.";
    SHARE_WITH = "Share with READERS?";
    NOTHING_SHARED = "Nothing was shared.";
    SHARED = "ID is shared with READERS.";
    ONE_IN_GUARD = "in the day after a dose one entry can be shared, not several";
    ONE_IN_GUARD_NEXT = "Nothing was shared. Choose the one that cannot wait.";
    DAY_OF_THE_DOSE = "It is still the day of the dose. Until TIME this can wait, and nothing is lost. You are asked tomorrow \
        whether to take it back. What was read by then cannot be unread.";
    SHARE_TODAY = "Share it today all the same?";
    HELD_INSTEAD = "It is held: `reverie release` asks you the morning after. To share one today all the same, from TIME on: \
        `--today`.";
    ASKED_AFTERWARDS = "Nothing is asked of you before TIME. What you capture is held until then.";
    ASKED_FROM = "You are asked from TIME on. What is held stays held until you have decided.";
    NOTHING_TO_ASK = "Nothing waits for your answer.";
    ONE_CAPTURE_HELD = "You made 1 capture. Nobody but you can read it until you say so.";
    MANY_CAPTURES_HELD = "You made COUNT captures. Nobody but you can read them until you say so.";
    SHARED_THAT_DAY = "You shared an entry in the day after the dose.";
    IF_SHARED = "If you share it, READERS will be able to read all of it, with its files.";
    KEEP_SHARE_LATER = "[k]eep it private, [s]hare it with READERS, or decide [l]ater?";
    KEEP_LATER = "[k]eep it private, or decide [l]ater?";
    SEVERAL_READ = "You share with more than one. To share it with one of them: `reverie share ID --with HANDLE`.";
    WITHDRAW_LEAVE_LATER = "[w]ithdraw it, leave it [s]hared, or decide [l]ater?";
    STAYS_HELD = "Later, then. It stays held, and nobody but you can read it.";
    STAYS_FOR_NOW = "Later, then. It stays shared until you decide.";
    STAYS_PRIVATE = "ID stays private.";
    STAYS_SHARED = "ID stays shared.";
    ONLY_HERS = "only the patient decides about an entry";
    REPLIES_HIDDEN = "What was replied to it is not shown while it is withdrawn. It is there again if you share it again.";
    WITHDRAW_IT = "Withdraw it?";
    NOTHING_WITHDRAWN = "Nothing was withdrawn.";
    WITHDRAWN = "ID is withdrawn.";
    NOT_WITHDRAWN_YET = "ID is not withdrawn yet: until that is sent, it stands on the server as it was.";
    BEFORE_TRASH = "This entry is private. It goes into the trash; for thirty days you can take it out again.";
    THROW_AWAY = "Throw it away?";
    NOTHING_THROWN_AWAY = "Nothing was thrown away.";
    IN_TRASH = "ID is in the trash. To take it out: `reverie trash restore ID`.";
    TRASH_EMPTY = "The trash is empty.";
    OUT_OF_TRASH = "ID is back in your private journal.";
    ERASE = "Erase its words and files for good? You cannot bring them back.";
    NOTHING_ERASED = "Nothing was erased.";
    ERASED_FROM_TRASH = "ID is erased.";
    ERASED_ONCE_SENT = "ID is out of the trash, and is erased for good once that is sent.";
}
