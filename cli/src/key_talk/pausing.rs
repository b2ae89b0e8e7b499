//! A pause, and going on.

said! {
    "Pausing";
    PAUSED = "Paused. Nothing more is shared with READERS.";
    WHILE_PAUSED = "What is shared already stays so; `reverie withdraw` takes it back. What you write stays private. To go \
        on: `reverie resume`.";
    RESUMED = "Sharing with READERS goes on. What you wrote meanwhile stays private until you share it.";
}
