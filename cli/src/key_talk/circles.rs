//! Who reads a shared journal: admitted, taken out, off-boarded; and the journal's end.

said! {
    "Who reads";
    WILL_READ = "HANDLE will read JOURNAL.";
    ADMIT_ALL = "\"all\": HANDLE can open all of it, what is there and what comes.";
    ADMIT_FROM_NOW_ON = "\"now\": HANDLE can open what is written from now on. The journal gets a new key. What is there \
        already stays closed to HANDLE, who sees how many records came before, and nothing of what is in them.";
    ALL_OR_NOW = "all, or from now on? [all/now]";
    SAY_HOW_MUCH = "it was not said how much of the past they read, so nothing was changed";
    SAY_HOW_MUCH_NEXT = "Add `--all`, or `--from-now-on`.";
    LET_READ_ALL = "Let HANDLE read it, with everything?";
    LET_READ_FROM_NOW_ON = "Let HANDLE read it, from now on?";
    READS_ALL = "HANDLE reads it, with everything that was there. To take HANDLE out again: `reverie remove HANDLE`.";
    READS_FROM_NOW_ON = "HANDLE reads it from now on; what was there stays closed to HANDLE. To take HANDLE out again: \
        `reverie remove HANDLE`.";
    READ_EVERYTHING_ALREADY = "every journal that you share is read by HANDLE already, so nothing was changed";
    MOVED_ON = "The journal has moved on since you looked, so nothing was done. `reverie members` shows \
        it as it is now. The question once more:";
    BEFORE_REMOVING = "HANDLE is taken out of JOURNAL. What is written afterwards, HANDLE cannot open. What HANDLE has \
        opened, or fetched, before stays with HANDLE.";
    TAKE_OUT = "Take HANDLE out?";
    READS_NOTHING = "no open journal of yours is read by HANDLE, so nothing was changed";
    STILL_READS = "Still read by HANDLE: JOURNALS. To take HANDLE out of that too: `reverie remove HANDLE`.";
    IS_OUT = "HANDLE is out. The journal has a new key, and what is in it is as it was.";
    BEFORE_ROTATING = "JOURNAL gets a new key. The same people read it.";
    MAKE_NEW_KEY = "Make a new key?";
    NEW_JOURNAL_KEY = "What is written from now on is sealed to the new key. What was there is as it was.";
    BEFORE_CLOSING = "JOURNAL ends, for good. What is in it stays as it is, and can be withdrawn. Nothing is written to it \
        any more.";
    END_IT = "End it?";
    CLOSED = "It is closed, and nothing in it is lost. You can still withdraw what you wrote in it.";
    ENDED = "Your practice ended the account of HANDLE, who can no longer log in and fetches nothing more. Before anything \
        more is written to the journal that you share, HANDLE is taken out of it. What is in it is as it was, and you need do \
        nothing. Who treats you now, your practice tells you.";
    OFF_BOARDED = "Your practice ended the account of HANDLE, so HANDLE was taken out of the journal that you share. \
        HANDLE cannot open what is written to it from now on. What is in it is as it was. Who treats you now, your \
        practice tells you.";
    HIDDEN = "The server no longer shows your journal JOURNAL, which this device has seen. What is here stays here, and can \
        still be read. Ask your practice why.";
    NOT_SHOWN = "The server no longer shows you the journal of HANDLE. You may have been taken out of it. What is here stays \
        here, and can still be read; `reverie queue` marks it. If you do not know why, ask HANDLE or your practice.";
    BEFORE_FORGETTING = "This takes off this device what it had fetched of HANDLE. Your own notes about HANDLE stay, and what \
        you copied into the chart.";
    ONE_UNSENT = "1 thing that you wrote for HANDLE was never sent, and goes with it.";
    MANY_UNSENT = "COUNT things that you wrote for HANDLE were never sent, and go with it.";
    FORGET = "Forget it?";
    FORGOTTEN = "This device holds nothing of HANDLE's journal any more. If you are let in again, it is fetched anew.";
    NO_JOURNAL = "There is no journal on this device yet.";
    NOT_UP_TO_DATE = "Journal JOURNAL could not be brought up to date: WHY. NEXT";
    NOT_UP_TO_DATE_NEXT = "Everything that this device has seen before stays as it was.";
}
