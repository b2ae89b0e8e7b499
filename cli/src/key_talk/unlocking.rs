//! Unlocking a device for a while.

said! {
    "Unlocking";
    UNLOCKED = "Unlocked. It locks itself when no command was run for MINUTES minutes; to lock it now: `reverie lock`.";
    LOCKED = "Locked. What is here stays here, sealed.";
    LOCKED_BEFORE = "It was locked already. What is here stays here, sealed.";
    NOT_HELD = "the program that holds your key did not start";
    NOT_HELD_NEXT = "Nothing is lost: every command asks for the password meanwhile.";
    NO_ANSWER = "the program that holds your key does not answer, so this device may still be unlocked";
    NO_ANSWER_NEXT = "It locks itself when no command uses it. To end it now, end the process `reverie agent`.";
}
