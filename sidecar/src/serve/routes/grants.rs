//! Grants on record.

use plaudit_engine::requests::ListGrants;

use crate::serve::access::Caller;
use crate::serve::access::roles::Scope;
use crate::serve::api::Outcome;
use crate::serve::call::{Call, forbidden};

/// Everyone's, or one's own. Where figures of single people are for themselves alone, only those who
/// decide about grants are told who has which: whoever hands things over must know to whom.
pub(crate) fn list(call: &Call) -> Outcome {
    let own = matches!(call.caller, Caller::Advocate { .. });
    let may_know = own || call.caller.may(Scope::Award);
    if call.published.program.is_aggregate_only() && !may_know {
        return Err(forbidden(
            "who was given what is for those who decide about grants: this needs a key that may `award`",
            "an advocate asks with a token of their own",
        ));
    }
    call.look_up::<ListGrants>()
}
