//! Every column of the database.

/// A table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What a row of it is, and until when it is kept.
    pub about: &'static str,
    /// Its columns. Those that name a row come first.
    pub columns: &'static [Column],
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Of which kind its values are.
    pub holds: Holds,
    /// What it says.
    pub what: &'static str,
    /// How it is handed over when an account is disclosed.
    pub handed: Handed,
}

/// Of which kind a column's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A random id.
    Id,
    /// Words, or JSON.
    Text,
    /// A number or a day.
    Number,
    /// A number of 32 bits, or a day.
    Small,
    /// Yes or no.
    Flag,
    /// Bytes.
    Bytes,
}

/// How a column is handed over when an account is disclosed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handed {
    /// As it is.
    AsIs,
    /// As its SHA-256: who has it could finish somebody else's login.
    AsHash,
}

const fn column(name: &'static str, holds: Holds, what: &'static str) -> Column {
    Column { name, holds, what, handed: Handed::AsIs }
}

use Holds::{Bytes, Flag, Id, Number, Small, Text};

/// Every table.
pub const TABLES: &[Table] = &[
    Table {
        name: "account",
        about: "One human of the practice. Kept for as long as the account is there.",
        columns: &[
            column("id", Id, "the account, wherever it is named"),
            column("handle", Text, "what the practice calls it; made up, never a name"),
            column("role", Text, "patient, clinician or administrator"),
            column("state", Text, "whether it may log in"),
            column("card", Text, "its public keys, signed by itself"),
            column(
                "opaque_record",
                Bytes,
                "what a login is checked against (OPAQUE). Neither a password nor the hash of one: without the account \
                 secret, which only devices have, no guess can be tried",
            ),
            column("ksf", Text, "how slow the password's hash is made on the device"),
            column("recovery_sha256", Bytes, "SHA-256 of the token by which the recovery words log in"),
            column("bundle", Bytes, "the account's private keys, sealed to its ways in: an age file"),
            column("bundle_version", Number, "how often the key bundle was stored"),
            column("created_day", Small, "the day of joining"),
            column("second_factor", Flag, "whether it has a second factor"),
        ],
    },
    Table {
        name: "session",
        about: "One device that is logged in. Kept until it logs out, or the account is suspended.",
        columns: &[
            column("id", Id, "the session"),
            column("account", Id, "whose it is"),
            column("token_sha256", Bytes, "SHA-256 of the session's token"),
            column("first_day", Small, "the day of the login"),
            column("last_day", Small, "the day of the last request"),
            column("proved", Flag, "whether the second factor was shown"),
        ],
    },
    Table {
        name: "authenticator",
        about: "An authenticator app, as a second factor. Kept until it is removed.",
        columns: &[
            column(
                "id",
                Id,
                "the authenticator. Its secret is made from this and the OPAQUE key, which is not in the database",
            ),
            column("account", Id, "whose it is"),
            column("confirmed", Flag, "whether a first code of it came back"),
            column("last_step", Number, "the half minute of the last code, so that none counts twice"),
            column("since_day", Small, "the day of enrolling"),
        ],
    },
    Table {
        name: "passkey",
        about: "A passkey, as a second factor. Kept until it is removed. Its private key never comes here.",
        columns: &[
            column("id", Id, "the passkey, as lists name it"),
            column("account", Id, "whose it is"),
            column("credential", Bytes, "the random name under which the phone or key keeps it"),
            column("public_key", Bytes, "by which its answers are checked, and whether it has a PRF"),
            column(
                "last_seen",
                Bytes,
                "of its last answer: the counter, whether it asked for the person, whether it is one that is backed up",
            ),
            column("since_day", Small, "the day of enrolling"),
        ],
    },
    Table {
        name: "passkey_ceremony",
        about: "What a session was asked of a passkey. Good for five minutes and one answer; removed by it, or within a \
                minute after its time.",
        columns: &[
            column("session", Id, "the session that was asked"),
            column("account", Id, "whose it is"),
            column("enrols", Flag, "whether a new passkey is enrolled, or one that there is is shown"),
            Column { name: "state", holds: Bytes, what: "the challenge that was given", handed: Handed::AsHash },
            column("expires_at", Number, "until when it can be answered"),
        ],
    },
    Table {
        name: "backup_code",
        about: "A backup code in place of the second factor. Removed when it is used.",
        columns: &[
            column("account", Id, "whose it is"),
            column("token_sha256", Bytes, "SHA-256 of the token that a backup code gives"),
        ],
    },
    Table {
        name: "ended_session",
        about: "A session that was ended from elsewhere, so that its device can be told why. Kept for 180 days.",
        columns: &[
            column("id", Id, "the session"),
            column("account", Id, "whose it was"),
            column("token_sha256", Bytes, "SHA-256 of the session's token, which opens nothing any more"),
            column(
                "reason",
                Text,
                "removed from another device, the account recovered with its kit, new keys, or the account erased",
            ),
            column("ended_day", Small, "the day on which it was ended"),
        ],
    },
    Table {
        name: "handover",
        about: "What a device leaves for a new one of its account. Removed when it is taken, or by the next after ten \
                minutes.",
        columns: &[
            column("id", Id, "the handover"),
            column("account", Id, "whose devices they are"),
            column("token_sha256", Bytes, "SHA-256 of the token that takes it. The code itself never comes here"),
            column("sealed", Bytes, "what is left, sealed under the code: an age file"),
            column("expires_at", Number, "until when it can be taken"),
        ],
    },
    Table {
        name: "login_attempt",
        about: "A login between its two halves. Good for two minutes; removed when it is finished, or within \
                a minute after its time.",
        columns: &[
            column("id", Id, "the attempt"),
            column("account", Id, "whose login it is; nothing for a handle that nobody has"),
            column("handle", Text, "the handle that was typed"),
            Column {
                name: "state",
                holds: Bytes,
                what: "the server's half of the login under way",
                handed: Handed::AsHash,
            },
            column("expires_at", Number, "until when it can be finished"),
        ],
    },
    Table {
        name: "invitation",
        about: "An invitation. Kept: it is why two people may fetch each other's cards.",
        columns: &[
            column("id", Id, "the invitation"),
            column("inviter", Id, "who invites; nothing for the first administrator"),
            column("role", Text, "what the guest is, or will be"),
            column("handle", Text, "the handle of the account to be made"),
            column("token_sha256", Bytes, "SHA-256 of the token that redeems it. The code itself never comes here"),
            column("inviter_mac", Bytes, "proof, by the code, that the inviter's card is the inviter's"),
            column("inviter_card", Text, "the inviter's public keys at that time"),
            column("state", Text, "open, accepted or revoked"),
            column("expires_at", Number, "until when it can be used"),
            column("guest", Id, "who accepted it"),
            column("guest_card", Text, "the guest's public keys at that time"),
            column("guest_mac", Bytes, "proof, by the code, that the guest's card is the guest's"),
        ],
    },
    Table {
        name: "journal",
        about: "A journal, of whatever kind: the server cannot tell a private one from a shared one but by its members.",
        columns: &[
            column("id", Id, "the journal"),
            column("head_seq", Number, "how many records it has"),
            column("head_hash", Bytes, "the hash of its chain"),
            column("state", Text, "members, roles and public keys, as the signed records say them"),
        ],
    },
    Table {
        name: "member",
        about: "Who may fetch a journal. Kept until the owner removes the member.",
        columns: &[
            column("journal", Id, "the journal"),
            column("account", Id, "the member"),
            column("role", Text, "owner, writer or reader"),
        ],
    },
    Table {
        name: "past_card",
        about: "The public keys that an account had before its current ones. Kept, so that who still knows them is led on.",
        columns: &[
            column("account", Id, "the account"),
            column("n", Number, "how many keys came before"),
            column("card", Text, "the public keys, signed by themselves"),
        ],
    },
    Table {
        name: "record",
        about: "One signed link of a journal's chain. Kept; the body until it is withdrawn.",
        columns: &[
            column("journal", Id, "the journal"),
            column("seq", Number, "its place in the chain"),
            column("id", Id, "the record"),
            column("author", Id, "who signed it"),
            column(
                "action",
                Text,
                "`write`, `withdraw`, or what it does to members and keys. Not what was written: an entry, \
                a reply, a mark and a receipt are all `write`",
            ),
            column("header", Bytes, "the signed header: author, place, epoch, size and hash of the body and of files"),
            column("signature", Bytes, "the author's signature over the header"),
            column("body", Bytes, "what was written, sealed: an age file, padded. Nothing once it was withdrawn"),
            column("withdrawn", Flag, "whether its author took it back"),
            column("chain_hash", Bytes, "the hash of the chain after it"),
            column("received_day", Small, "the day on which it came"),
        ],
    },
    Table {
        name: "attachment",
        about: "A sealed file: a voice memo, drawing or photo, padded. The file goes when its record is withdrawn; this row \
            stays.",
        columns: &[
            column("journal", Id, "the journal"),
            column("id", Id, "the file"),
            column("author", Id, "who uploaded it"),
            column("sha256", Bytes, "SHA-256 of the sealed file"),
            column("size", Number, "bytes of the sealed file"),
            column("record", Id, "the record that names it"),
            column("created_day", Small, "the day on which it came"),
            column("unnamed_since", Number, "since when it waits for a record to name it; nothing once one does"),
            column("lost", Flag, "whether the file is not here, since the server was restored without it"),
        ],
    },
    Table {
        name: "erased_journal",
        about: "A journal that its owner erased with her account, so that nobody brings it back. Kept.",
        columns: &[
            column("journal", Id, "the journal that is gone"),
            column("erasure", Bytes, "that it was to be erased, and by which account: what its owner signed"),
            column("signature", Bytes, "her signature"),
            column("erased_day", Small, "the day"),
        ],
    },
    Table {
        name: "audit",
        about: "Who fetched or changed what, on which day. Kept; entries are a chain, and none can be taken out unnoticed.",
        columns: &[
            column("seq", Number, "its place in the chain"),
            column("day", Small, "the day"),
            column("actor", Id, "who; nothing for whoever runs the server"),
            column("act", Text, "what was done"),
            column("subject_kind", Text, "to what kind of thing"),
            column("subject", Id, "to which"),
            column("salt", Bytes, "random bytes, so that an entry's digest cannot be guessed"),
            column("hash", Bytes, "the hash of the chain after it"),
        ],
    },
    Table {
        name: "audit_head",
        about: "Where the audit log ends. One row.",
        columns: &[
            column("id", Small, "always 0"),
            column("seq", Number, "the last entry"),
            column("hash", Bytes, "the hash of the chain after it"),
        ],
    },
    Table {
        name: "seaql_migrations",
        about: "Which changes of the schema this database has seen.",
        columns: &[column("version", Text, "the change"), column("applied_at", Number, "when it was made")],
    },
];

#[cfg(test)]
mod tests {
    use sea_orm::{EntityTrait, IdenStatic as _, Iterable as _};

    use super::*;
    use crate::entity;

    fn declared<E: EntityTrait>() {
        let name = E::default().table_name().to_owned();
        let table = TABLES.iter().find(|table| table.name == name).unwrap_or_else(|| panic!("{name} is not declared"));
        let mut listed: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        let mut columns: Vec<_> = E::Column::iter().map(|column| column.as_str().to_owned()).collect();
        listed.sort_unstable();
        columns.sort_unstable();
        assert_eq!(listed, columns, "{name}");
    }

    #[test]
    fn every_column_that_the_code_uses_is_declared() {
        declared::<entity::account::Entity>();
        declared::<entity::session::Entity>();
        declared::<entity::authenticator::Entity>();
        declared::<entity::passkey::Entity>();
        declared::<entity::passkey_ceremony::Entity>();
        declared::<entity::backup_code::Entity>();
        declared::<entity::ended_session::Entity>();
        declared::<entity::handover::Entity>();
        declared::<entity::login_attempt::Entity>();
        declared::<entity::invitation::Entity>();
        declared::<entity::journal::Entity>();
        declared::<entity::member::Entity>();
        declared::<entity::past_card::Entity>();
        declared::<entity::record::Entity>();
        declared::<entity::attachment::Entity>();
        declared::<entity::erased_journal::Entity>();
        declared::<entity::authenticator::Entity>();
        declared::<entity::backup_code::Entity>();
        declared::<entity::audit::Entity>();
        declared::<entity::audit_head::Entity>();
    }
}
