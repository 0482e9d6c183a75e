//! The routes as they are served: each with the fields of its request, and all of them as documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::api::fields::{Field, of_body, of_requests, parameters};
use super::api::{Route, openapi, table};

/// A route, and what its requests may say.
pub(crate) struct Door {
    pub(crate) route: Route,
    pub(crate) parameters: BTreeMap<String, Field>,
    pub(crate) body: BTreeMap<String, Field>,
}

/// All routes.
pub(crate) struct Doors {
    pub(crate) all: Vec<Arc<Door>>,
    /// The OpenAPI document.
    pub(crate) openapi: String,
}

impl Doors {
    pub(crate) fn new() -> Self {
        let mut schemas = of_requests();
        let all: Vec<Arc<Door>> = table::routes()
            .into_iter()
            .map(|route| {
                let parameters = parameters(&route, &mut schemas);
                let body = of_body(&route, &mut schemas);
                Arc::new(Door { route, parameters, body })
            })
            .collect();
        let openapi = openapi::document(&all, schemas).to_string();
        Self { all, openapi }
    }

    /// The doors of each address.
    pub(crate) fn by_path(&self) -> BTreeMap<&'static str, Vec<Arc<Door>>> {
        let mut by_path: BTreeMap<&'static str, Vec<Arc<Door>>> = BTreeMap::new();
        for door in &self.all {
            by_path.entry(door.route.path).or_default().push(Arc::clone(door));
        }
        by_path
    }
}
