//! What routes do, where that is more than to pass a request on to the ledger: one file a group.

pub(crate) mod changes;
pub(crate) mod checks;
pub(crate) mod grants;
pub(crate) mod operation;
pub(crate) mod people;
pub(crate) mod program;
pub(crate) mod records;
pub(crate) mod simulations;
pub(crate) mod tokens;
