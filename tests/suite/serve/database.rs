//! The service over a journal in a database, which others use, too, and which may go away.

use super::{Setup, person, share};
use crate::server::{Kind, Place, Server};

#[test]
fn what_one_service_records_another_one_answers_with() {
    let folder = tempfile::tempdir().unwrap();
    let address = Place::new(Kind::Database, folder.path()).journal("served");
    let services: Vec<_> = (0..2).map(|_| Setup::new().over(&address).start()).collect();
    services[0].post("/v1/events", &person("ada")).document();
    let recorded = services[1].post("/v1/events", &share("a", "ada"));
    assert_eq!(recorded.json()["position"], 2, "{recorded:?}");
    let taken_back =
        r#"{"type": "retraction", "id": "r", "target": "a", "at": "2026-06-02T09:00:00Z"}"#;
    let taken_back = services[0].post("/v1/events", taken_back);
    assert_eq!(taken_back.json()["position"], 3, "{taken_back:?}");
    let [one, other] = [0, 1].map(|service| {
        let changes = services[service].get("/v1/changes?after=0").document();
        (changes, services[service].get("/v1/standings/ada?as_of=2026-07-01").document())
    });
    assert_eq!(one, other);
}

#[test]
fn a_database_that_goes_away_is_said_to_be_away_and_is_used_again() {
    let server = Server::start(&["fsync=off"]);
    let address = server.address(&server.database(), "connect_timeout=1&password=s3cret");
    let setup = Setup::new().over(&address);
    let shown = setup.command().arg("--check-config").output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("127.0.0.1") && !shown.contains("s3cret"), "{shown}");
    let served = setup.start();
    served.post("/v1/events", &person("ada")).document();
    server.kill();
    let refused = served.post("/v1/events", &share("a", "ada"));
    assert_eq!((refused.status, refused.code().as_str()), (503, "journal-unreachable"));
    assert!(refused.retry_after.is_some(), "{refused:?}");
    // Whose it is, and where, is only the operator's business.
    assert!(!refused.body.contains("127.0.0.1"), "{refused:?}");
    assert_eq!(served.get("/health/ready").status, 503);
    assert_eq!(served.get("/health/live").status, 200);
    server.restart();
    let recorded = served.post("/v1/events", &share("a", "ada"));
    assert_eq!(recorded.json()["position"], 2, "{recorded:?}");
    assert_eq!(served.get("/health/ready").status, 200);
}
