//! The service: the same engine over HTTP, with a journal of its own.
//!
//! From outside to inside:
//!
//! - `settings` is how it is set up, `startup` puts it together, runs and ends it; `logs` tells of it;
//! - `http` brings calls from connections to routes and back; `limits` is what is too much, `access`
//!   who may do what, `problem` how refusals look, `call` what a route gets and gives;
//! - `api` declares the routes, each once, and writes their documentation; `doors` are the routes as
//!   they are served; `routes` is what those do that do more than pass a request on;
//! - `service` is what all calls share; `recorder` writes to the journal; `reload` follows the program
//!   directory, `schedule` runs awards, `simulations` tries programs out; `metrics` and `decisions`
//!   keep count.
//!
//! SCIM, xAPI, Activity Streams and other formats of records would be media types in
//! `routes::records`, or routes of their own beside it; webhooks would follow `routes::changes`;
//! sign-in by OIDC would be another kind of caller in `access`.

mod access;
mod api;
mod call;
mod decisions;
mod doors;
mod http;
mod limits;
mod logs;
mod metrics;
mod problem;
mod recorder;
mod reload;
mod routes;
mod schedule;
mod service;
mod settings;
mod simulations;
mod startup;

pub(crate) use access::keys::{Key, KeyFile};
pub(crate) use access::roles::Role;
pub(crate) use access::sources::Sources;
pub(crate) use settings::{CONFIG, Level, Settings};
pub(crate) use startup::{check, run};
