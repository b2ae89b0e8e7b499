//! When somebody says no, or nobody is there to be asked.

said! {
    "When somebody says no, or nobody can be asked";
    NOT_AN_ANSWER = "One of the letters in brackets.";
    NOTHING_CHANGED = "Nothing was changed.";
    ASKS_FIRST = "this asks a question first, and nobody is at a terminal to answer it, so nothing was done";
    ASKS_FIRST_NEXT = "Run it at a terminal to see what it means. If you know that: the same command with `--yes`.";
    PASSWORD_NEEDED = "a password is needed, and there is no terminal to ask at, so nothing was done";
    PASSWORD_NEEDED_NEXT = "Give it as the first line of a file, `--passphrase-file FILE`, or of a descriptor, \
        `--passphrase-fd N`.";
    NOT_THE_SAME = "the two passwords are not the same; once more";
    NO_PASSWORD_CHOSEN = "no password was chosen";
    NOTHING_CHANGED_AGAIN = "Nothing was changed. Run the command again.";
    WORDS_NEEDED = "the words of the recovery kit are needed, and there is nobody at a terminal to type them";
    WORDS_NEEDED_NEXT = "Nothing was changed. Give them in a file: `--words-file FILE`.";
}
