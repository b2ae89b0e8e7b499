//! Recovery codes: 256 random bits on paper, as 24 words (BIP-39, English), which log in and open the key bundle.
//!
//! The kit's QR code carries the words with handle and server, so that one scan is all that a new device needs.

use bip39::{Language, Mnemonic};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::derive::derive;

const LOGIN_LABEL: &str = "reverie/v1/recovery/login";
/// How the text of a kit's QR code begins.
const KIT: &str = "reverie-kit";
/// How many words a code has.
pub const WORDS: usize = 24;

/// A recovery code.
pub struct RecoveryCode(pub(crate) Zeroizing<[u8; 32]>);

/// Why the words are not a recovery code. Positions count from 1; no word is repeated in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseRecoveryCodeError {
    /// There are not 24 words.
    #[error("a recovery code has 24 words, and these are {0}")]
    WordCount(usize),
    /// A word is not in the list.
    #[error("word {position} is not one of the recovery words{}", did_you_mean(*.like))]
    UnknownWord {
        /// Its place.
        position: usize,
        /// The word of the list that is most like it.
        like: Option<&'static str>,
    },
    /// All words are in the list, but one is not the right one, or two changed places.
    #[error("these words do not belong together; one is wrong, or two changed places: compare with your printed kit")]
    Checksum,
}

/// What a kit's QR code says, or as much of it as somebody typed.
pub struct KitText {
    /// The account's handle; absent if only words were typed.
    pub handle: Option<String>,
    /// The server's address; absent if only words were typed.
    pub server: Option<String>,
    /// The code.
    pub code: RecoveryCode,
}

impl KitText {
    /// Returns the text of a kit's QR code: `reverie-kit`, handle, server and words, with spaces between.
    pub fn make(handle: &str, server: &str, code: &RecoveryCode) -> Zeroizing<String> {
        Zeroizing::new(format!("{KIT} {handle} {server} {}", *Zeroizing::new(code.words().join(" "))))
    }

    /// Reads a scanned kit, or words as people type them.
    ///
    /// # Errors
    /// [`ParseRecoveryCodeError`], as for the words alone.
    pub fn parse(text: &str) -> Result<Self, ParseRecoveryCodeError> {
        let scanned = text.trim_start().strip_prefix(KIT).and_then(|rest| {
            let (handle, rest) = rest.trim_start().split_once(char::is_whitespace)?;
            let (server, words) = rest.trim_start().split_once(char::is_whitespace)?;
            Some((handle.to_owned(), server.to_owned(), words))
        });
        match scanned {
            Some((handle, server, words)) => {
                Ok(Self { handle: Some(handle), server: Some(server), code: RecoveryCode::parse(words)? })
            }
            None => Ok(Self { handle: None, server: None, code: RecoveryCode::parse(text)? }),
        }
    }
}

/// Checks some of the words as they are typed; `first` is the place of the first of them.
///
/// # Errors
/// [`ParseRecoveryCodeError::UnknownWord`], with the place of the first that is not in the list.
pub fn check_words<T: AsRef<str>>(words: &[T], first: usize) -> Result<(), ParseRecoveryCodeError> {
    let unknown = words.iter().position(|word| Language::English.find_word(word.as_ref()).is_none());
    unknown.map_or(Ok(()), |index| {
        Err(ParseRecoveryCodeError::UnknownWord { position: first + index, like: most_like(words[index].as_ref()) })
    })
}

/// Splits a line into words: any space, commas, or the numbers of the printed kit between them.
pub fn split(line: &str) -> Vec<&str> {
    line.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect()
}

/// Returns the word of the list that is most like this one, unless none is. Four letters tell a word.
fn most_like(typed: &str) -> Option<&'static str> {
    const MOST_EDITS: usize = 2;
    let list = Language::English.word_list();
    let begins = |word: &&&str| typed.get(..4).is_some_and(|beginning| word.starts_with(beginning));
    if let Some(word) = list.iter().find(begins) {
        return Some(word);
    }
    if typed.len() > 16 {
        return None;
    }
    let edits = |word: &&'static str| (strsim::damerau_levenshtein(typed, word), *word);
    let (least, word) = list.iter().map(edits).min()?;
    (least <= MOST_EDITS).then_some(word)
}

fn did_you_mean(like: Option<&str>) -> String {
    like.map_or_else(|| "; compare it with your printed kit".into(), |word| format!("; did you mean `{word}`?"))
}

impl RecoveryCode {
    /// Makes a new code.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Returns the code's 24 words.
    pub fn words(&self) -> [&'static str; WORDS] {
        let mnemonic = Mnemonic::from_entropy_in(Language::English, self.0.as_slice())
            .expect("32 bytes are a valid BIP-39 entropy");
        let mut words = mnemonic.words();
        std::array::from_fn(|_| words.next().expect("32 bytes make 24 words"))
    }

    /// Reads 24 words as people type them: any case, any space, commas, or the numbers of the printed kit between them.
    ///
    /// # Errors
    /// [`ParseRecoveryCodeError`], with the position of the first word that is not in the list.
    pub fn parse(text: &str) -> Result<Self, ParseRecoveryCodeError> {
        let lower = Zeroizing::new(text.to_lowercase());
        let words = split(&lower);
        if words.len() != WORDS {
            return Err(ParseRecoveryCodeError::WordCount(words.len()));
        }
        check_words(&words, 1)?;
        let spaced = Zeroizing::new(words.join(" "));
        let mnemonic =
            Mnemonic::parse_in_normalized(Language::English, &spaced).map_err(|_| ParseRecoveryCodeError::Checksum)?;
        let (entropy, _) = mnemonic.to_entropy_array();
        let entropy = Zeroizing::new(entropy);
        let mut bytes = Zeroizing::new([0; 32]);
        bytes.copy_from_slice(&entropy[..32]);
        Ok(Self(bytes))
    }

    /// `HKDF(none, code, "reverie/v1/recovery/login")`, 32 bytes: logs in where the password is lost. The server keeps
    /// its SHA-256.
    pub fn login_token(&self) -> Zeroizing<[u8; 32]> {
        derive(None, self.0.as_slice(), LOGIN_LABEL)
    }
}
