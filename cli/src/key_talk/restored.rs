//! A server that was restored from a backup, and what it lacks.

said! {
    "A restored server";
    HAS_EVERYTHING = "The server has everything that this device has seen. There is nothing to send.";
    LACKS_ALL = "JOURNAL: the server does not have it; this device has RECORDS.";
    LACKS_SOME = "JOURNAL: the server has COUNT of RECORDS.";
    WHOLE_AGAIN = "JOURNAL: the server has all of it again.";
    TWO_HISTORIES = "JOURNAL: the server goes on with another history than this device has seen, so what is missing has no \
        place there. What you have is safe. If the server was restored, `reverie resend --take-theirs` writes yours again \
        after its own. If not, tell your practice; `reverie verify --save-evidence DIR` writes what proves it.";
    MORE_ELSEWHERE = "Another device of yours has seen RECORDS more: run this there too.";
    SEND_AGAIN = "Was the server restored from a backup, and shall it have this again?";
    NOTHING_SENT = "Nothing was sent. What this device has stays here.";
    NOT_SENT = "JOURNAL: WHY. NEXT";
    NOT_SENT_NEXT = "What this device has stays here. Try again later.";
    SENT_AGAIN = "JOURNAL: WHAT sent again.";
    WRITABLE_AGAIN = "JOURNAL: you can write to it again.";
    ONE_FILE_GONE = "1 file is neither on the server nor here; who sent it may have it.";
    MANY_FILES_GONE = "COUNT files are neither on the server nor here; who sent them may have them.";
    NONE_TO_TAKE = "No journal has two histories, so there is none to take.";
    BEFORE_TAKING = "The server's history takes the place of the one on this device. What you wrote or withdrew since they part \
        is done again after it. What others wrote there they do again themselves. The evidence of both is kept.";
    TAKE_THEIRS = "Was the server restored from a backup, and shall its history be taken?";
    DONE_AGAIN = "JOURNAL: RECORDS of yours done again.";
    OTHERS_DO = "RECORDS of others are theirs to do again.";
}
