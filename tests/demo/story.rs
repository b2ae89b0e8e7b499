//! The story of the demo: one cycle of heron-41, told in days before the last one. Fictional from end to end.
//!
//! Texts, times and document ids are the same at every telling; keys and ciphertext never are.

use reverie_client::NewFile;
use reverie_journal::{Kind, Talk};
use reverie_tests::media::{drawing, voice_memo};

/// When the preparation session took place.
pub const PREPARATION: Moment = Moment(-9, 10, 0);
/// When the dose was taken.
pub const DOSE: Moment = Moment(-7, 10, 0);
/// When heron-41 was asked about what she had captured on the day of the dose.
pub const RELEASE: Moment = Moment(-5, 8, 10);
/// When Dr. Quill looked in between, and answered.
pub const REPLY: Moment = Moment(-5, 17, 40);
/// When heron-41 added to an entry.
pub const LAYER: Moment = Moment(-2, 19, 15);
/// The planned integration session: tomorrow, counted from today.
pub const INTEGRATION: Moment = Moment(2, 14, 0);
/// When the story ends.
pub const END: Moment = Moment(0, 21, 30);

/// A moment: days from the last day of the story, hour, minute.
#[derive(Clone, Copy)]
pub struct Moment(pub i64, pub i64, pub i64);

impl Moment {
    /// Returns the minutes from the first minute of the last day.
    pub const fn minutes(self) -> i64 {
        (self.0 * 24 + self.1) * 60 + self.2
    }
}

/// An entry as heron-41 writes it.
pub struct Told {
    pub when: Moment,
    pub kind: Kind,
    pub title: &'static str,
    pub words: &'static str,
    pub file: Option<fn() -> NewFile>,
    /// Shared with Dr. Quill, or hers alone.
    pub shared: bool,
    /// What she wants done with it: whether to talk about it, its rank, tender.
    pub mark: Option<(Talk, Option<u32>, bool)>,
}

const fn told(when: Moment, kind: Kind, title: &'static str, words: &'static str) -> Told {
    Told { when, kind, title, words, file: None, shared: false, mark: None }
}

/// What heron-41 writes, in order.
pub fn entries() -> [Told; 10] {
    [
        Told {
            shared: true,
            ..told(
                Moment(-8, 21, 10),
                Kind::Intention,
                "Before",
                "I would like to stop guarding the door for one hour. If nothing comes, that is all right too.",
            )
        },
        told(
            Moment(-7, 12, 50),
            Kind::Fragment,
            "First words",
            "Glass. Wet shoes. Somebody humming on the other side, not to me.",
        ),
        Told {
            shared: true,
            file: Some(|| drawing("greenhouse.svg")),
            mark: Some((Talk::WantToTalk, Some(1), false)),
            ..told(
                Moment(-7, 14, 5),
                Kind::Image,
                "The locked greenhouse",
                "A greenhouse at dusk, lit from inside, vines pressed flat against the panes. The door was locked and \
                 I was not frightened. I put my palm on the glass and it was warm. I think I could have stood there \
                 for years.",
            )
        },
        Told {
            shared: true,
            file: Some(|| voice_memo("hands.wav", 4)),
            ..told(
                Moment(-7, 16, 30),
                Kind::Body,
                "Hands",
                "My hands are heavy and warm, as after carrying something. Easier to say than to write.",
            )
        },
        Told {
            shared: true,
            mark: Some((Talk::KnowOnly, None, true)),
            ..told(
                Moment(-7, 21, 45),
                Kind::Feeling,
                "Asked to wait",
                "Not shut out. Asked to wait. I cried about the difference for a long time and then I made toast.",
            )
        },
        Told {
            shared: true,
            file: Some(|| voice_memo("the-tin.wav", 6)),
            ..told(
                Moment(-6, 6, 50),
                Kind::Dream,
                "The tin of buttons",
                "Grandmother's tin, but the buttons were seeds and they rattled like rain. Recorded before getting up.",
            )
        },
        Told {
            shared: true,
            mark: Some((Talk::WantToTalk, Some(2), false)),
            ..told(
                Moment(-4, 20, 20),
                Kind::Memory,
                "Grandmother's key",
                "She had a greenhouse behind the house on the hill. It was locked because of the broken panes, not \
                 because of me. I was six. Nobody told me that part.",
            )
        },
        told(
            Moment(-3, 22, 5),
            Kind::Conflict,
            "For me alone",
            "Part of me wants the door open and part of me is relieved that it is not. I am not ready to say which \
             part is older.",
        ),
        told(Moment(-2, 7, 30), Kind::Blank, "Nothing today", ""),
        told(
            Moment(0, 18, 40),
            Kind::Practice,
            "Watering",
            "I bought one plant and put it where the evening light comes in. I stood beside it for as long as the \
             kettle took.",
        ),
    ]
}

/// Which entry Dr. Quill answers, by title.
pub const ANSWERED: &str = "The locked greenhouse";
/// What she asks.
pub const QUESTION: &str =
    "Thank you for bringing this, and the drawing. Only if it wants to be asked: who keeps the key?";
/// What heron-41 adds to the dream.
pub const LAYERED: (&str, &str) = (
    "The tin of buttons",
    "I asked my mother. The tin still exists. There are no seeds in it, she says, only buttons.",
);
