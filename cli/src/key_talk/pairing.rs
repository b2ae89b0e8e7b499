//! Inviting somebody, and comparing the words.

said! {
    "Inviting and pairing";
    INVITATION = "An invitation for WHOM. It works once, for LONG.";
    GUEST_RUNS = "Your guest runs:";
    THEN_COMPARE = "Then compare the words on both screens: `reverie pair`.";
    NOT_FOR_PATIENTS = "patients do not make accounts for others";
    NOT_FOR_PATIENTS_NEXT = "Nothing was made. To pair with a clinician who has an account: `reverie invite --pair`.";
    PAIRED = "Paired with HANDLE (ROLE).";
    USED_PERHAPS_HERE = "If the line broke off when you used it here, it worked: `reverie pair` shows the words to compare.";
    NOBODY_PAIRED = "You are not paired with anybody yet. `reverie invite` or `reverie pair CODE` begins.";
    COMPARE = "Compare these six words with HANDLE, in the room or by voice:";
    IF_THE_SAME = "If both screens show the same: `reverie pair --confirm HANDLE`. Until then nothing is sealed to \
        HANDLE.";
    SAME_WORDS = "Do both screens show the same words?";
    NOT_CONFIRMED = "Not confirmed: nothing is sealed to HANDLE. If the words differ, somebody else used \
        the code: make a new invitation in the room. To compare later: `reverie pair`.";
    CONFIRMED_HERE = "Confirmed on this device. The server cannot be reached now; the next command that can tells it.";
    CONFIRMED_CLINICIAN = "HANDLE is confirmed. Nothing is shared yet. What you share from now on, HANDLE can read: \
        `reverie share ENTRY`.";
    CONFIRMED_PATIENT = "HANDLE is confirmed. When HANDLE shares something, `reverie queue` shows it.";
    CONFIRMED = "HANDLE is confirmed.";
    ACCEPTED = "HANDLE accepted your invitation.";
    COMPARE_NEXT = "`reverie pair` shows the words to compare.";
    GUEST_UNVERIFIED = "Who accepted your invitation could not be verified: WHY. NEXT";
    GUEST_UNVERIFIED_NEXT = "Nothing is sealed to them. `reverie pair` tries again.";
    STRANGER = "The server offers journal JOURNAL of somebody whom you are not paired with. It is left alone. If you \
        expect somebody, pair with them: `reverie pair`.";
    NEW_KEYS = "HANDLE has new keys, and the keys that you confirmed vouch for them. From now on your words are sealed to \
        the new ones.";
}
