//! What is taken off the record: all of one person, or what is past its age.

use plaudit_engine::requests::{Erase, Retain};

use crate::serve::api::Outcome;
use crate::serve::call::Call;

/// Erases a person. What the service keeps beside the ledger is forgotten with them.
pub(crate) fn erase(call: &Call) -> Outcome {
    let erased = call.perform::<Erase>();
    call.service.forget();
    erased
}

/// Takes out what is past its age, as far as that is not only asked for.
pub(crate) fn retain(call: &Call) -> Outcome {
    let retained = call.perform::<Retain>();
    call.service.forget();
    retained
}
