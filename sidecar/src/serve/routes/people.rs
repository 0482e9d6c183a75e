//! What is on record of one person, taken off the record.

use plaudit_engine::requests::Erase;

use crate::serve::api::Outcome;
use crate::serve::call::Call;

/// Erases a person. What the service keeps beside the ledger is forgotten with them.
pub(crate) fn erase(call: &Call) -> Outcome {
    let erased = call.perform::<Erase>();
    call.service.forget();
    erased
}
