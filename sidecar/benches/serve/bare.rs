//! A handler that parses the body, and answers with as many bytes as it is told to.

use actix_web::web::{self, Bytes, Query};
use actix_web::{App, HttpResponse, HttpServer};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Wanted {
    length: usize,
}

pub(crate) fn serve() {
    actix_web::rt::System::new().block_on(async {
        let app = || App::new().default_service(web::to(handle));
        let server = HttpServer::new(app).bind("127.0.0.1:0").unwrap();
        println!("at http://{}/", server.addrs()[0]);
        server.run().await.unwrap();
    });
}

async fn handle(body: Bytes, wanted: Query<Wanted>) -> HttpResponse {
    let text = std::str::from_utf8(&body).unwrap();
    // One document, or one a line.
    let parsed = text.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count();
    assert!(parsed > 0);
    HttpResponse::Ok().content_type("application/json").body("x".repeat(wanted.length))
}
