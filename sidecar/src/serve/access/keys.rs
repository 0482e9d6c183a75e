//! The file of keys: who may come in. Of a key only a hash is kept; keys have 256 random bits, which
//! nobody guesses, so that a plain hash is as good as a slow one.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use plaudit_engine::{Code, Error, Problem};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::roles::Role;
use super::sources::Sources;

/// What every key begins with, so that a leaked one is recognised for what it is.
const PREFIX: &str = "plaudit";
/// The largest file of keys, in bytes: some ten thousand keys.
const LARGEST: u64 = 4 << 20;

/// All keys there are, revoked ones included.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keys {
    /// What tokens are signed with.
    secret: String,
    keys: Vec<Key>,
}

/// A key, but for what is secret of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    /// What it is known by.
    pub(crate) id: String,
    /// Who or what holds it.
    pub(crate) name: String,
    pub(crate) role: Role,
    /// SHA-256 of its secret part.
    hash: String,
    pub(crate) made: Timestamp,
    /// From when on it is not good any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revoked: Option<Timestamp>,
    /// Whose events it may record; files of before it could be said have any.
    #[serde(default, skip_serializing_if = "Sources::are_any")]
    pub(crate) sources: Sources,
}

impl Key {
    /// Whether it is good at a time.
    pub(crate) fn holds(&self, at: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| at < expires)
    }
}

impl Keys {
    /// All keys, in the order in which they were made.
    pub(crate) fn all(&self) -> &[Key] {
        &self.keys
    }

    /// What tokens are signed with.
    pub(crate) fn secret(&self) -> &[u8] {
        self.secret.as_bytes()
    }

    /// The key of an id.
    pub(crate) fn get(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// The key that a bearer presents, where it is one of these and good at the time.
    pub(crate) fn presented(&self, text: &str, at: Timestamp) -> Option<&Key> {
        let mut parts = text.splitn(3, '_');
        let (prefix, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let key = self.get(id).filter(|_| prefix == PREFIX)?;
        let same = hash(secret).as_bytes().ct_eq(key.hash.as_bytes());
        (bool::from(same) && key.holds(at)).then_some(key)
    }

    /// Makes a key, and gives what its holder presents; it is shown this once.
    fn make(
        &mut self,
        name: &str,
        role: Role,
        sources: Sources,
        made: Timestamp,
        expires: Option<Timestamp>,
    ) -> Result<(Key, String), Error> {
        if name.trim().is_empty()
            || name.chars().count() > 100
            || name.chars().any(char::is_control)
        {
            let message = "a key is named after who or what holds it, in up to 100 characters";
            return Err(Problem::new(Code::WrongValue, message).field("name").into());
        }
        if sources.names().iter().any(|source| source.trim().is_empty()) {
            let message = "a source is named after the system that events come from, such as `hr`";
            return Err(Problem::new(Code::WrongValue, message).field("source").into());
        }
        if self.keys.iter().any(|key| key.name == name && key.holds(made)) {
            let message = format!("there is a key `{name}` already");
            let help = "revoke it first, or name the new one otherwise";
            return Err(Problem::new(Code::Duplicate, message).help(help).field("name").into());
        }
        let id: String = random(6)?.iter().map(|byte| format!("{byte:02x}")).collect();
        let secret = BASE64.encode(random(32)?);
        let presented = format!("{PREFIX}_{id}_{secret}");
        let hash = hash(&secret);
        let name = name.to_owned();
        let key = Key { id, name, role, hash, made, expires, revoked: None, sources };
        self.keys.push(key.clone());
        Ok((key, presented))
    }

    /// Revokes the key of an id or, where only one good key has it, a name.
    fn revoke(&mut self, which: &str, at: Timestamp) -> Result<Key, Error> {
        let found = self
            .keys
            .iter_mut()
            .find(|key| key.id == which || (key.name == which && key.revoked.is_none()));
        let Some(key) = found else {
            return Err(Problem::new(Code::UnknownName, format!("there is no key `{which}`"))
                .help("`plaudit keys list` shows all of them")
                .into());
        };
        key.revoked.get_or_insert(at);
        Ok(key.clone())
    }
}

fn hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn random(bytes: usize) -> Result<Vec<u8>, Error> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).map_err(|error| {
        Problem::new(Code::Unreadable, format!("the system gives no random numbers: {error}"))
    })?;
    Ok(random)
}

/// A file of keys.
#[derive(Clone, Debug)]
pub(crate) struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// When the file was changed last; nothing where there is none.
    pub(crate) fn changed(&self) -> Option<(SystemTime, u64)> {
        let metadata = fs::metadata(&self.path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }

    /// The keys; nothing where there is no file.
    pub(crate) fn read(&self) -> Result<Option<Keys>, Error> {
        let name = self.path.display();
        let cannot = |why: &dyn std::fmt::Display| {
            Problem::new(Code::Unreadable, format!("the keys in `{name}` cannot be read: {why}"))
        };
        let length = match fs::metadata(&self.path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot(&error).into()),
        };
        if length > LARGEST {
            return Err(cannot(&"the file is too large").into());
        }
        let text = fs::read_to_string(&self.path).map_err(|error| cannot(&error))?;
        let keys: Keys = serde_json::from_str(&text).map_err(|error| cannot(&error))?;
        Ok(Some(keys))
    }

    /// Makes a key, and the file with the first one.
    pub(crate) fn make(
        &self,
        name: &str,
        role: Role,
        sources: Sources,
        made: Timestamp,
        expires: Option<Timestamp>,
    ) -> Result<(Key, String), Error> {
        self.change(|keys| keys.make(name, role, sources, made, expires))
    }

    /// Revokes a key by its id or name.
    pub(crate) fn revoke(&self, which: &str, at: Timestamp) -> Result<Key, Error> {
        self.change(|keys| keys.revoke(which, at))
    }

    /// Changes the file, one change at a time: it is the old or the new one, whatever happens.
    fn change<T>(&self, change: impl FnOnce(&mut Keys) -> Result<T, Error>) -> Result<T, Error> {
        let cannot = |error: std::io::Error| {
            let name = self.path.display();
            Problem::new(
                Code::Unwritable,
                format!("the keys in `{name}` cannot be written: {error}"),
            )
        };
        let beside = |ending: &str| {
            let mut name = self.path.file_name().unwrap_or_default().to_owned();
            name.push(ending);
            self.path.with_file_name(name)
        };
        let lock = OpenOptions::new().create(true).append(true).open(beside(".lock"));
        let lock = lock.map_err(cannot)?;
        lock.lock().map_err(cannot)?;
        let mut keys = match self.read()? {
            Some(keys) => keys,
            None => Keys { secret: BASE64.encode(random(32)?), keys: Vec::new() },
        };
        let changed = change(&mut keys)?;
        let text = serde_json::to_string_pretty(&keys).map_err(|error| cannot(error.into()))?;
        let new = beside(".new");
        let write = || -> std::io::Result<()> {
            let mut file = private(&new)?;
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&new, &self.path)
        };
        write().map_err(cannot)?;
        Ok(changed)
    }
}

/// A file that nobody else can read.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn file() -> (tempfile::TempDir, KeyFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("keys.json"));
        (folder, file)
    }

    #[test]
    fn a_key_opens_until_it_is_revoked_or_expires() {
        let (_folder, file) = file();
        let (early, late) = (at("2026-01-01T00:00:00Z"), at("2026-03-01T00:00:00Z"));
        let (key, presented) =
            file.make("tool", Role::Host, Sources::default(), early, None).unwrap();
        let (_, short) = file
            .make(
                "guest",
                Role::CheckOnly,
                Sources::default(),
                early,
                Some(at("2026-02-01T00:00:00Z")),
            )
            .unwrap();
        let keys = file.read().unwrap().unwrap();
        assert_eq!(keys.presented(&presented, late).unwrap().id, key.id);
        assert!(keys.presented(&short, early).is_some());
        assert!(keys.presented(&short, late).is_none());
        file.revoke("tool", late).unwrap();
        assert!(file.read().unwrap().unwrap().presented(&presented, late).is_none());
    }

    #[test]
    fn nothing_but_the_very_key_opens() {
        let (_folder, file) = file();
        let now = at("2026-01-01T00:00:00Z");
        let (key, presented) =
            file.make("tool", Role::Host, Sources::default(), now, None).unwrap();
        let keys = file.read().unwrap().unwrap();
        let shortened = &presented[..presented.len() - 1];
        for wrong in ["", "plaudit", "plaudit__", shortened, &format!("{presented}A")] {
            assert!(keys.presented(wrong, now).is_none(), "{wrong}");
        }
        assert!(keys.presented(&format!("plaudit_{}_{}", key.id, key.hash), now).is_none());
    }

    #[test]
    fn the_file_has_no_key_and_is_for_nobody_else() {
        let (_folder, file) = file();
        let (_, presented) = file
            .make("tool", Role::Host, Sources::default(), at("2026-01-01T00:00:00Z"), None)
            .unwrap();
        let text = fs::read_to_string(file.path()).unwrap();
        assert!(!text.contains(presented.splitn(3, '_').nth(2).unwrap()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o077, 0);
        }
    }

    #[test]
    fn two_good_keys_never_have_the_same_name() {
        let (_folder, file) = file();
        let now = at("2026-01-01T00:00:00Z");
        file.make("tool", Role::Host, Sources::default(), now, None).unwrap();
        let again = file.make("tool", Role::Host, Sources::default(), now, None).unwrap_err();
        assert_eq!(again.problems()[0].code, Code::Duplicate);
        file.revoke("tool", now).unwrap();
        file.make("tool", Role::Host, Sources::default(), now, None).unwrap();
    }

    #[test]
    fn keys_of_a_file_of_before_speak_for_any_source() {
        let (_folder, file) = file();
        let text = r#"{"secret": "s", "keys": [{
            "id": "a1", "name": "tool", "role": "recorder", "hash": "h", "made": "2026-01-01T00:00:00Z"
        }]}"#;
        fs::write(file.path(), text).unwrap();
        let keys = file.read().unwrap().unwrap();
        assert!(keys.get("a1").unwrap().sources.admit("hr").is_ok());
        // And whoever reads the file with an older binary finds nothing new in it.
        file.revoke("a1", at("2026-02-01T00:00:00Z")).unwrap();
        assert!(!fs::read_to_string(file.path()).unwrap().contains("sources"));
    }
}
