//! Tokens for advocates.

use jiff::{SignedDuration, Timestamp};
use plaudit_engine::events::read_record;
use plaudit_engine::{Code, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::input::now;
use crate::serve::access::Caller;
use crate::serve::access::token::Token;
use crate::serve::api::Outcome;
use crate::serve::call::{Call, Reply, forbidden};

/// How long a token is good where nobody says it, and at most, in seconds.
const USUAL: i64 = 900;
const LONGEST: i64 = 3_600;

/// A token that is wanted for an advocate.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRequest {
    /// Whom it is for; the host has made sure who it is.
    #[schemars(length(min = 1, max = 256))]
    advocate: String,
    /// How long it is good, in seconds, from 1 to 3,600; 900 where it is not said.
    #[schemars(range(min = 1, max = 3_600))]
    seconds: Option<i64>,
}

/// A token for one advocate's own data and drafts.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MintedToken {
    /// What the advocate's program sends: `Authorization: Bearer TOKEN`.
    token: String,
    /// Until when it is good.
    expires: Timestamp,
}

pub(crate) fn mint(call: &Call) -> Outcome {
    call.no_query()?;
    let wanted: TokenRequest = read_record(call.text()?, "request")?;
    let Caller::Key { id, .. } = &call.caller else {
        return Err(forbidden(
            "there are no keys, and so no tokens",
            "`plaudit keys new HOST --role host` makes a key for the host",
        ));
    };
    let seconds = wanted.seconds.unwrap_or(USUAL);
    if !(1..=LONGEST).contains(&seconds) {
        let problem = Problem::new(Code::WrongValue, "a token is good for 1 to 3,600 seconds");
        return Err(problem.field("seconds").into());
    }
    if wanted.advocate.trim().is_empty() || wanted.advocate.chars().count() > 256 {
        let problem = Problem::new(Code::WrongValue, "a token is for one advocate, by their id");
        return Err(problem.field("advocate").into());
    }
    let expires = now().checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    let token =
        Token { advocate: wanted.advocate, expires: expires.as_second(), key: id.to_string() };
    let token = call.service.gate.mint(&token);
    let token = token.ok_or_else(|| Problem::new(Code::Internal, "the token cannot be signed"))?;
    Reply::of(&MintedToken { token, expires })
}
