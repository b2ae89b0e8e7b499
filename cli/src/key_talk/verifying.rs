//! Whether journals are what their authors signed, and what proves that they are not.

said! {
    "Verifying";
    SIGNED_BY = "Signed by WHOM.";
    CARD_FINGERPRINT = "Card fingerprint FINGERPRINT";
    AS_SIGNED = "All as it was signed, FILES included.";
    ONE_NOT_AS_SIGNED = "1 thing is not as signed. Keep what you have, change nothing, and tell your practice.";
    MANY_NOT_AS_SIGNED = "COUNT things are not as signed. Keep what you have, change nothing, and tell your practice.";
    WHICH_FOLDER = "Give the folder that holds `manifest.json`: `reverie verify --export DIR`.";
    NONE_TO_COMPARE = "There is nothing to compare: nobody else reads a journal of this device, or not so far.";
    READ_TO_EACH_OTHER = "Read the words to each other, in the room or by voice. The same words mean the same history. If the \
        record numbers differ, one of you has more: whoever has more shows the smaller number, `reverie verify --compare \
        --record N`. Different words for the same number mean that a server showed you different histories: keep what you \
        have, and tell your practice.";
    NO_EVIDENCE = "This device keeps no evidence: it has seen no history that contradicts another.";
    EVIDENCE_SAVED = "Nothing that was written is in these files, only signed headers. Anybody can check one: `reverie verify \
        FILE`.";
    EVIDENCE_PROVES = "What this proves: both histories are signed by keys of the journal's members, so whoever handed them \
        out showed one of them here and the other there. What it does not prove: who did it. A device signs a place twice \
        when a server says that the place was taken. Compare the cards with their owners' (`reverie whoami`).";
}
