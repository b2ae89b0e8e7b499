//! A pause, and going on.

said! {
    "Pausing";
    PAUSED = "Paused. Nothing more is shared with READERS.";
    WHILE_PAUSED = "What is shared already stays so; `reverie withdraw` takes it back. What you write stays private. To go \
        on: `reverie resume`.";
    WHILE_ALL_PAUSED = "What is shared already stays so; `reverie withdraw` takes it back. What you write stays private. To go \
        on with one of them: `reverie resume --with WHOM`.";
    RESUMED_WITHOUT_CONSENT = "The pause with READERS is over. Nothing is shared before you have given consent: `reverie \
        consent give`.";
    RESUMED = "Sharing with READERS goes on. What you wrote meanwhile stays private until you share it.";
}
