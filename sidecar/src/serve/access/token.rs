//! Short-lived tokens that a host mints for one advocate: signed, not stored, so that any process
//! with the same file of keys takes them.
//!
//! `plaudit.t.` payload `.` HMAC-SHA256 of it, both in base64url. A token dies with the key that
//! minted it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// What every token begins with.
pub(crate) const PREFIX: &str = "plaudit.t.";

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Token {
    /// Whom it is for.
    #[serde(rename = "sub")]
    pub(crate) advocate: String,
    /// Until when it is good, in seconds since 1970.
    #[serde(rename = "exp")]
    pub(crate) expires: i64,
    /// The key that minted it.
    #[serde(rename = "key")]
    pub(crate) key: String,
}

impl Token {
    /// What its bearer presents.
    pub(crate) fn signed(&self, secret: &[u8]) -> Option<String> {
        let payload = BASE64.encode(serde_json::to_vec(self).ok()?);
        let signature = BASE64.encode(signature(secret, &payload)?.finalize().into_bytes());
        Some(format!("{PREFIX}{payload}.{signature}"))
    }

    /// What a presented text says, where it was signed with the secret and is good at the time.
    pub(crate) fn presented(text: &str, secret: &[u8], at: Timestamp) -> Option<Self> {
        let (payload, signed) = text.strip_prefix(PREFIX)?.split_once('.')?;
        // Compared in constant time.
        signature(secret, payload)?.verify_slice(&BASE64.decode(signed).ok()?).ok()?;
        let token: Self = serde_json::from_slice(&BASE64.decode(payload).ok()?).ok()?;
        (at.as_second() < token.expires).then_some(token)
    }
}

fn signature(secret: &[u8], payload: &str) -> Option<Hmac<Sha256>> {
    let mut signature = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).ok()?;
    signature.update(payload.as_bytes());
    Some(signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> Token {
        Token { advocate: "ada".to_owned(), expires: 1_000, key: "k".to_owned() }
    }

    #[test]
    fn a_token_is_good_until_it_expires() {
        let text = token().signed(b"secret").unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(Token::presented(&text, b"secret", at(999)), Some(token()));
        assert_eq!(Token::presented(&text, b"secret", at(1_000)), None);
    }

    #[test]
    fn a_token_that_was_not_signed_so_is_none() {
        let at = Timestamp::from_second(0).unwrap();
        let text = token().signed(b"secret").unwrap();
        assert_eq!(Token::presented(&text, b"other", at), None);
        let other = Token { advocate: "bob".to_owned(), ..token() };
        let payload = BASE64.encode(serde_json::to_vec(&other).unwrap());
        let (_, signature) = text.rsplit_once('.').unwrap();
        assert_eq!(
            Token::presented(&format!("{PREFIX}{payload}.{signature}"), b"secret", at),
            None
        );
        for cut in 0..text.len() {
            assert_eq!(Token::presented(&text[..cut], b"secret", at), None);
        }
    }
}
