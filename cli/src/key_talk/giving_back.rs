//! What comes back to somebody who lost password and kit.

said! {
    "Giving back what was lost";
    BEFORE_GIVING_BACK = "NEW gets a copy of everything that OLD shared with you. Be sure that they are one person: you know \
        her, and you compared the words in the room.";
    GIVE_IT = "Give it to NEW?";
    NOTHING_COPIED = "Nothing was copied.";
    COPIED = "Copied: COUNT. She sees it with `reverie earlier`.";
    COPIED_BEFORE = "Given back before, and not copied again: COUNT.";
    NOT_COPIED = "COUNT could not be copied, record SEQ first of all: WHY";
    NOT_COPIED_NEXT = "What is copied already stays. When the server can be reached, run it once more: it copies what is \
        missing.";
    NOTHING_GIVEN_BACK = "Nothing was given back to this account. After you lost an account, your clinician does that, once \
        you have paired again: `reverie give-back`.";
    STANDS_APART = "What was given back from an account that you lost stands apart: `reverie earlier`.";
    FROM_EARLIER = "From your earlier account, given back by WHOM";
    NOT_AMONG_EARLIER = "nothing that was given back begins with `TYPED`";
    NOT_AMONG_EARLIER_NEXT = "`reverie earlier` lists it.";
    COPIES_GENUINE = "COUNT what was signed then.";
    COPY_NOT_VERIFIED = "Copy SEQ: WHY.";
    COPIES_NOT_VERIFIED = "COUNT could not be verified";
    COPIES_NOT_VERIFIED_NEXT = "Nothing is lost: what was given back stays as it is. Show this to whoever gave it back.";
}
