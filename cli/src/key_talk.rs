//! What is said about kits, passwords, devices, second factors, pairing, who reads, and what is not sent yet, in one place:
//! it is read by somebody who is afraid of losing something. Each says what happened, what is safe, and the one next step.
//!
//! `docs/words.md` shows all of it in a row, errors too, so that it is read in a row. In a text, a word in capitals such as
//! `HANDLE` stands for what [`with`] puts in its place.

use reverie_client::{Change, Settled, Unlocked};

/// Declares texts by group, and the list of them all.
macro_rules! said {
    ($($group:literal { $($name:ident = $text:literal;)* })*) => {
        $($(pub(crate) const $name: &str = $text;)*)*

        /// All texts, by group.
        pub(crate) const SAID: &[(&str, &[&str])] = &[$(($group, &[$($name),*])),*];
    };
}

said! {
    "The recovery kit" {
        THE_KIT = "Your recovery kit: 24 words. They open your journal when your password or your devices are lost. Without \
            password and kit your private journal is gone: nobody can bring it back, neither your practice nor whoever \
            runs the server. Whoever finds the kit can open what you can.";
        PRINT_AND_DELETE = "Print it on a printer that you trust, then delete the files: the paper is the kit.";
        NOT_JOINED = "Joining is not finished: your recovery kit is not proved yet. Until then you can read and pair, and \
            nothing can be written. Next: `reverie kit prove`; to see the kit again, `reverie kit show`.";
        TYPE_WORDS = "Type the words from the paper, six on a line, or scan its QR code. An empty line stops, and changes \
            nothing.";
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
        KIT_MISTYPED_NEXT = "Nothing was changed. Try again: `reverie kit prove`.";
        DRILL_STOPPED = "Nothing was tried, and nothing was changed.";
        DRILL_WORKS = "The kit works: it opens your keys, and with them JOURNALS journals and PEOPLE people. Nothing was \
            changed. Put it back.";
        EITHER_KIT = "Nothing is lost, but it is not known yet whether the change arrived: keep both sheets. When the server \
            can be reached again, `reverie login` tells which one is valid.";
        KIT_ARRIVED = "Your new recovery kit had arrived: it is the valid one. Destroy the old one.";
        KIT_NOT_ARRIVED = "Your new recovery kit had not arrived: the old one is still valid. To go on with the new one, \
            `reverie kit prove`.";
        RECOVERY_STOPPED = "Nothing was changed.";
        WHOSE_WORDS = "the words do not say whose they are";
        WHOSE_WORDS_NEXT = "Nothing was changed. Add the handle that stands on the kit: `--handle HANDLE`.";
        KIT_OPENS = "The kit opens the account HANDLE. Nothing is changed yet. Choose a new password.";
        RECOVER_ELSEWHERE = "Nothing was changed. Recover under a new profile: `reverie --profile NAME recover …`.";
        RECOVER_AGAIN = "Nothing is lost: run the same command again. The kit stays valid.";
        RECOVERED = "Your account is back on this device, with the new password. Every device before it was removed. Your \
            recovery kit stays valid: put it back.";
    }
    "Joining and passwords" {
        CHOOSE_PASSWORD = "Your password opens your keys on this device. Nobody can reset it for you: the recovery kit, which \
            comes next, is for the day that you forget it.";
        ACCOUNT_MADE = "Your account is made: HANDLE.";
        INVITATION_STILL_GOOD = "Nothing was made, and the invitation is still good: run the same command with another \
            password.";
        JOINING_CUT = "Your keys are safe on this device. Run `reverie login`: it tells whether your account was made.";
        JOINED_HERE_BEFORE = "If joining was cut short here, `reverie login` finishes it or clears it up.";
        PASSWORD_CHANGED = "The password is changed, for the account and on this device. Your other devices open with the \
            old one until you run `reverie login` there. Your recovery kit stays valid.";
        PASSWORD_CHANGED_ELSEWHERE = "The password was changed on another device. Nothing was changed now. Run `reverie \
            login` here first.";
        BOTH_OPEN = "Nothing is lost, but it is not known yet whether the change arrived. Until it is, this device opens \
            with the old and with the new password. When the server can be reached again, `reverie login` tells which one \
            is valid.";
        PASSWORD_ARRIVED = "The change of your password had arrived: the new one is valid everywhere now.";
        PASSWORD_NOT_ARRIVED = "The change of your password had not arrived: the old one is still valid. To change it, \
            `reverie password`.";
        OLD_PASSWORD_HERE = "This password opens this device, but not the account: it was changed on another device. What is \
            on this device is safe. Next, the account's password as it is now.";
        OLD_PASSWORD_HERE_NEXT = "What is on this device is safe. Give the new one as well: `--new-passphrase-file FILE`.";
        PASSWORD_AGAIN = "That password is not right. Nothing was changed, and the code is not lost. Try again.";
        PASSWORD_LOST = "If it is lost: `reverie recover` sets a new one, with the same kit.";
    }
    "Passkeys" {
        PASSKEY_ARRIVED = "The change of your passkey had arrived.";
        PASSKEY_NOT_ARRIVED = "The change of your passkey had not arrived: what opened your account still does.";
    }
    "Devices" {
        UNLOCKED = "Unlocked. It locks itself when no command was run for MINUTES minutes; to lock it now: `reverie lock`.";
        LOCKED = "Locked. What is here stays here, sealed.";
        LOCKED_BEFORE = "It was locked already.";
        LOGGED_IN = "Logged in as HANDLE (ROLE).";
        LOGGED_OUT = "Logged out. What is on this device stays here, sealed, and can be read with your password. To log in \
            again: `reverie login`.";
        CODE_SHOWN = "On the new device: `reverie login --code CODE --server SERVER`, with your password. The code is good \
            for ten minutes and once. Type or scan it from this screen; do not send it.";
        NOTHING_REMOVED = "Nothing was removed.";
        REMOVED = "It is logged out and gets nothing new. What is on it stays sealed under your password.";
        NAME_UNKNOWN = "One was added from elsewhere, and only the password tells its name: `reverie login`.";
        LOST_OR_STOLEN = "Was it lost or stolen? Give your account new keys now?";
        IF_LOST = "Your keys are as they were. If it was lost or stolen after all: `reverie rekey`, then `reverie \
            password`.";
        REKEYED_AFTER_LOSS = "Whoever has the device opens nothing that you write from now on. Change your password too, in \
            case it can be guessed: `reverie password`.";
        BEFORE_REKEY = "Your account gets new keys. What was stolen with the old ones opens nothing that is written \
            afterwards to your own journals. What was written before stays sealed to the old keys, which you keep.";
        REKEYED = "You have new keys, and all your journals are as they were. Your other devices are logged out: run `reverie \
            login` there.";
    }
    "Captures of a locked device" {
        CAPTURED_LOCKED = "Kept on this device alone, sealed: nobody can read it before the device is unlocked, not even \
            you. After that, `reverie captured` shows it, and you say whether it stays.";
        ONE_CAPTURED = "You captured 1 thing while this device was locked. It is safe here. To look at it: `reverie \
            captured`.";
        MANY_CAPTURED = "You captured COUNT things while this device was locked. They are safe here. To look at them: \
            `reverie captured`.";
        NOTHING_CAPTURED = "Nothing was captured while this device was locked.";
        OF_CAPTURES = "This was captured while this device was locked. Nobody was asked for a password then, so look whether \
            it is yours. What you keep becomes a private entry; nothing of the rest is sent or shared.";
        CAPTURE_LATER = "Later, then. It stays here, sealed.";
        DROP_CAPTURE = "Drop it for good? It is on no other device, and you cannot bring it back.";
        MISLED = "Somebody who had this device exchanged what it seals captures to while it is locked. It is put right now, \
            and what you wrote with your password is safe. What was captured in between may be readable to them and is \
            lost to you: write again what is missing. `reverie captured` shows what is here.";
    }
    "Pairing" {
        COMPARE = "Compare these six words with HANDLE, in the room or by voice:";
        IF_THE_SAME = "If both screens show the same: `reverie pair --confirm HANDLE`. Until then nothing is sealed to \
            HANDLE.";
        SAME_WORDS = "Do both screens show the same words?";
        NOT_CONFIRMED = "HANDLE is not confirmed, and nothing is sealed to HANDLE. If the words differ, somebody else used \
            the code: make a new invitation in the room. To compare later: `reverie pair`.";
        CONFIRMED_HERE = "Confirmed on this device. The server cannot be reached now; the next command that can tells it.";
        CONFIRMED_CLINICIAN = "HANDLE is confirmed. Nothing is shared yet. What you share from now on, HANDLE can read: \
            `reverie share ENTRY`.";
        CONFIRMED_PATIENT = "HANDLE is confirmed. When HANDLE shares something, `reverie queue` shows it.";
        CONFIRMED = "HANDLE is confirmed.";
        ACCEPTED = "HANDLE accepted your invitation.";
        STRANGER = "The server offers journal JOURNAL of somebody whom you are not paired with. It is left alone. If you \
            expect somebody, pair with them: `reverie pair`.";
        NEW_KEYS = "HANDLE has new keys, and the keys that you confirmed vouch for them. From now on your words are sealed to \
            the new ones.";
    }
    "Who reads" {
        NOTHING_CHANGED = "Nothing was changed.";
        MOVED_ON = "The journal has moved on since you looked, so nothing was done. `reverie members` shows it as it is now.";
        WILL_BE_OUT = "What is written afterwards, HANDLE cannot open. What HANDLE has opened, or fetched, before stays with \
            HANDLE.";
        IS_OUT = "HANDLE is out. The journal has a new key, and what is in it is as it was.";
        NEW_JOURNAL_KEY = "What is written from now on is sealed to the new key. What was there is as it was.";
        CLOSED = "It is closed, and nothing in it is lost. You can still withdraw what you wrote in it.";
        OFF_BOARDED = "Your practice ended the account of HANDLE, so HANDLE was taken out of the journal that you share. \
            HANDLE cannot open what is written to it from now on. What is in it is as it was.";
        ERASED = "HANDLE has deleted the account, with everything in it, and signed for it. This device has forgotten the \
            journal. What you copied elsewhere is still yours to keep or destroy.";
        UNDELIVERED = " What you had written for them and was not sent yet is gone too.";
        GONE = "The server no longer shows journal JOURNAL, which this device has seen. What is here stays here. Ask your \
            practice why.";
    }
    "What is not sent yet" {
        SENT_LATER = "The next command that reaches the server sends it.";
        ONE_ALONE = "1 deed is on this device alone, sealed, and not on the server yetWHY. The next command that reaches the \
            server sends it. Until then, do not lose this device.";
        MANY_ALONE = "COUNT deeds are on this device alone, sealed, and not on the server yetWHY. The next command that \
            reaches the server sends them. Until then, do not lose this device.";
        ONE_DAMAGED = "1 thing that you did on this device could not be sent before its disk damaged it, and cannot be read \
            any more. Everything else is safe. Look at your newest entries (`reverie list`), and do again what is missing.";
        MANY_DAMAGED = "COUNT things that you did on this device could not be sent before its disk damaged them, and cannot \
            be read any more. Everything else is safe. Look at your newest entries (`reverie list`), and do again what is \
            missing.";
        MANY_DAMAGED_IN_CARE = "COUNT of the things that you did last on this device could not be sent before its disk damaged \
            them, and cannot be read any more. Everything else is safe. Look at what you wrote last, and do again what is \
            missing. After `reverie queue` this is not said again.";
        FILE_LOST = "The file NAME of the entry ENTRY was damaged by this device's disk before it was sent, and does not \
            open any more. Your words are safe, and go on without it. If you have the file elsewhere, add it again: `reverie \
            attach ENTRY FILE`.";
        FILE_MISSING = "A file of this entry is missing: NAME. This device's disk damaged it before it was sent. The words \
            are whole.";
        DEED_LOST = "Something that you did could not be sent, because this device's disk damaged its file NAME before that. \
            Everything else is safe. Please do it once more.";
        AWAY = "The server cannot be reached now. This is what this device holds, as of the last time it was. Nothing is \
            lost.";
        READING_LOGGED_OUT = "This device is not logged in, so this is what it holds already. `reverie login` fetches the \
            rest.";
    }
}

/// Returns a text with these words in their places.
pub(crate) fn with(text: &str, words: &[(&str, &str)]) -> String {
    words.iter().fold(text.to_owned(), |text, (place, word)| text.replace(place, word))
}

/// Returns the text for one thing or for many.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { one.to_owned() } else { with(many, &[("COUNT", &count.to_string())]) }
}

/// Says what became of a change whose answer was lost.
pub(crate) const fn settled(settled: Settled) -> Option<&'static str> {
    match (settled.change, settled.done) {
        (Change::Password, true) => Some(PASSWORD_ARRIVED),
        (Change::Password, false) => Some(PASSWORD_NOT_ARRIVED),
        (Change::Kit, true) => Some(KIT_ARRIVED),
        (Change::Kit, false) => Some(KIT_NOT_ARRIVED),
        (Change::Passkey, true) => Some(PASSKEY_ARRIVED),
        (Change::Passkey, false) => Some(PASSKEY_NOT_ARRIVED),
        (Change::Contents | Change::Hash, _) => None,
    }
}

/// Returns what is to be said if a change was cut off just now.
pub(crate) fn cut_off(account: &Unlocked) -> Option<&'static str> {
    account.unsettled().map(|change| if change == Change::Kit { EITHER_KIT } else { BOTH_OPEN })
}
