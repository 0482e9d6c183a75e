//! Who may do what: keys for tools and people of the program team, tokens for advocates.
//!
//! Without a file of keys everybody may do everything, and the service is for its own machine alone.

pub(crate) mod keys;
pub(crate) mod roles;
pub(crate) mod sources;
pub(crate) mod token;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use plaudit_engine::{Code, Error, Problem};

use self::keys::{KeyFile, Keys};
use self::roles::{Role, Scope};
use self::sources::Sources;
use self::token::Token;

/// So often the file of keys is looked at, at most: a key that is revoked is good no longer than that.
const LOOKED_AT: Duration = Duration::from_secs(1);

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// Somebody on the same machine, where there are no keys.
    Anybody,
    /// Whoever holds a key.
    Key { id: Arc<str>, name: Arc<str>, role: Role, sources: Sources },
    /// An advocate, with a token that a host minted; it speaks for what the host speaks for.
    Advocate { id: Arc<str>, key: Arc<str>, sources: Sources },
}

impl Caller {
    /// Whether the caller may do something.
    pub(crate) fn may(&self, scope: Scope) -> bool {
        match self {
            Caller::Anybody => true,
            Caller::Key { role, .. } => role.may(scope),
            Caller::Advocate { .. } => false,
        }
    }

    /// The sources whose events the caller may record.
    pub(crate) fn sources(&self) -> Sources {
        match self {
            Caller::Anybody => Sources::default(),
            Caller::Key { sources, .. } | Caller::Advocate { sources, .. } => sources.clone(),
        }
    }

    /// What is put on record as who did something, where a request does not say it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Caller::Anybody => "local",
            Caller::Key { name, .. } => name,
            Caller::Advocate { id, .. } => id,
        }
    }

    /// The key behind it, for logs: never a person.
    pub(crate) fn key(&self) -> &str {
        match self {
            Caller::Anybody => "none",
            Caller::Key { id, .. } => id,
            Caller::Advocate { key, .. } => key,
        }
    }
}

/// The door: whoever comes in is known, or there are no keys.
#[derive(Debug)]
pub(crate) struct Gate {
    file: KeyFile,
    keys: ArcSwapOption<Keys>,
    looked: Mutex<Looked>,
}

/// When the file was looked at, and how it was.
#[derive(Debug)]
struct Looked {
    at: Instant,
    changed: Option<(SystemTime, u64)>,
}

impl Gate {
    /// A gate with the keys of a file, if there is one.
    pub(crate) fn open(file: KeyFile) -> Result<Self, Error> {
        let changed = file.changed();
        let keys = file.read()?.filter(|keys| !keys.all().is_empty());
        let looked = Mutex::new(Looked { at: Instant::now(), changed });
        Ok(Self { keys: ArcSwapOption::from_pointee(keys), file, looked })
    }

    /// Whether there are keys.
    pub(crate) fn is_locked(&self) -> bool {
        self.keys.load().is_some()
    }

    /// Who presents a text of an `Authorization` header, or none.
    pub(crate) fn admit(
        &self,
        authorization: Option<&str>,
        now: Timestamp,
    ) -> Result<Caller, Problem> {
        self.look();
        let keys = self.keys.load();
        let Some(keys) = &*keys else { return Ok(Caller::Anybody) };
        let refused = |message: &str| {
            Problem::new(Code::Unauthenticated, message)
                .help("send a key in the header `Authorization: Bearer KEY`; `plaudit keys new` makes one")
        };
        let Some(authorization) = authorization else {
            return Err(refused("there is no key"));
        };
        let scheme = authorization.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("bearer "));
        let text = match scheme {
            Some(_) => authorization[7..].trim(),
            None => return Err(refused("the header `Authorization` does not bear a key")),
        };
        if text.starts_with(token::PREFIX) {
            let token = Token::presented(text, keys.secret(), now);
            let minted = token.as_ref().and_then(|token| keys.get(&token.key));
            let good = minted.filter(|key| key.holds(now) && key.role.may(Scope::Mint));
            return match (token, good) {
                (Some(token), Some(key)) => Ok(Caller::Advocate {
                    id: token.advocate.into(),
                    key: token.key.into(),
                    sources: key.sources.clone(),
                }),
                _ => Err(refused("the token is unknown, has expired, or its key was revoked")),
            };
        }
        match keys.presented(text, now) {
            Some(key) => Ok(Caller::Key {
                id: key.id.as_str().into(),
                name: key.name.as_str().into(),
                role: key.role,
                sources: key.sources.clone(),
            }),
            None => Err(refused("the key is unknown, has expired or was revoked")),
        }
    }

    /// Mints a token; nothing where there are no keys, and so no tokens either.
    pub(crate) fn mint(&self, token: &Token) -> Option<String> {
        token.signed(self.keys.load().as_ref()?.secret())
    }

    /// Reads the keys again where the file has changed. A file that cannot be read changes nothing,
    /// nor does one that is gone: nobody opens the door by taking the lock away.
    fn look(&self) {
        let Ok(mut looked) = self.looked.try_lock() else { return };
        if looked.at.elapsed() < LOOKED_AT {
            return;
        }
        looked.at = Instant::now();
        let changed = self.file.changed();
        if changed == looked.changed {
            return;
        }
        match self.file.read() {
            Ok(Some(keys)) if !keys.all().is_empty() => {
                looked.changed = changed;
                self.keys.store(Some(Arc::new(keys)));
                tracing::info!("keys were read again");
            }
            Ok(_) => {
                tracing::warn!("the file of keys is gone or empty; the keys of before stay good")
            }
            Err(error) => tracing::warn!(%error, "keys cannot be read; those of before stay good"),
        }
    }

    /// Forgets when the file was looked at, so that it is looked at now.
    #[cfg(test)]
    pub(crate) fn look_now(&self) {
        let mut looked = self.looked.lock().unwrap();
        looked.at = Instant::now().checked_sub(LOOKED_AT).unwrap_or_else(Instant::now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revoked_key_is_refused_while_serving_and_so_are_its_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("keys.json"));
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let (key, presented) =
            file.make("tool", Role::Host, Sources::default(), now, None).unwrap();
        let gate = Gate::open(file.clone()).unwrap();
        let bearer = format!("Bearer {presented}");
        assert!(matches!(gate.admit(Some(&bearer), now), Ok(Caller::Key { .. })));
        let expires = now.as_second() + 60;
        let token = Token { advocate: "ada".to_owned(), expires, key: key.id };
        let token = format!("bearer {}", gate.mint(&token).unwrap());
        assert!(matches!(gate.admit(Some(&token), now), Ok(Caller::Advocate { .. })));
        file.revoke("tool", now).unwrap();
        gate.look_now();
        assert!(gate.admit(Some(&bearer), now).is_err());
        assert!(gate.admit(Some(&token), now).is_err());
    }

    #[test]
    fn the_door_stays_locked_where_the_file_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("keys.json"));
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        file.make("tool", Role::Host, Sources::default(), now, None).unwrap();
        let gate = Gate::open(file.clone()).unwrap();
        std::fs::remove_file(file.path()).unwrap();
        gate.look_now();
        assert!(gate.admit(None, now).is_err());
    }
}
