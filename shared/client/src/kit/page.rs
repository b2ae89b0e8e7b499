//! What a recovery kit says, for every form that it takes. Read by somebody who has lost something.

/// Over everything.
pub(super) const TITLE: &str = "Reverie recovery kit";

/// What it is.
pub(super) const ABOUT: &str = "This sheet opens your journal when your password or your devices are lost. Whoever holds \
    it can open everything that you can: keep it like a passport, and not together with a device.";

/// A heading and what is below it. `HANDLE` and `SERVER` stand for this kit's own.
pub(super) const SECTIONS: [(&str, &[&str]); 4] = [
    (
        "Now",
        &[
            "Print this sheet, or copy the 24 words by hand. Then type them back: reverie kit prove",
            "Delete the files of the kit. The paper is the kit; a file can be stolen unseen.",
        ],
    ),
    (
        "If your password or your devices are lost",
        &[
            "On any computer: reverie recover --handle HANDLE --server SERVER",
            "It asks for these words and a new password. Your journals and the people whom you trust come back; every \
             old device is removed.",
        ],
    ),
    (
        "If this sheet is lost",
        &[
            "While you can still unlock a device: reverie kit. It makes a new sheet, and this one opens nothing any more.",
            "If both this sheet and your password are lost, your private journal is gone. Nobody can bring it back, \
             neither your practice nor whoever runs the server. What you shared, your clinician still has.",
        ],
    ),
    ("From time to time", &["Try the sheet without changing anything: reverie kit drill"]),
];
