//! Award runs, and retention, by the calendar of the program.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use plaudit_engine::awards::AwardRun;
use plaudit_engine::ledger::Retain;
use plaudit_engine::{Error, Program};

use super::service::Service;
use super::settings::{Awards, Every, Retention};
use crate::input::now;

/// So often it is looked whether a run is due, at least: clocks are set, and machines sleep.
const LOOKED_AT: Duration = Duration::from_secs(30);

/// Runs awards for as long as the service lives. Of several processes over one journal one runs them.
pub(crate) async fn follow(service: Arc<Service>, settings: Awards) {
    let Some(every) = settings.every else { return };
    let settings = Arc::new(settings);
    loop {
        let (service, settings) = (Arc::clone(&service), Arc::clone(&settings));
        let run = actix_web::web::block(move || run_due(&service, every, &settings));
        if let Ok(Err(error)) = run.await {
            tracing::warn!(%error, "the award run failed; it is tried again");
        }
        tokio::time::sleep(LOOKED_AT).await;
    }
}

/// Runs the awards that are due and were not run. One run makes up for several that were missed: it
/// looks at everything before its time.
fn run_due(service: &Service, every: Every, settings: &Awards) -> Result<(), Error> {
    let published = service.published.load_full();
    let at = now();
    let Some(as_of) = due(&published.program, every, settings.hour, at) else { return Ok(()) };
    let run = AwardRun { as_of, at, by: &settings.by, preview: false };
    let closed = match published.ledger.close_once(&run) {
        Ok(None) => return Ok(()),
        closed => closed,
    };
    service.metrics.awarded(closed.is_ok());
    let Some(closed) = closed? else { return Ok(()) };
    let (granted, held) = (closed.granted.len(), closed.held.len());
    tracing::info!(%as_of, granted, held, "awards were run");
    Ok(())
}

/// Takes out what is past its age for as long as the service lives. Several processes over one journal
/// do no harm: what is gone is gone, and who comes second finds nothing.
pub(crate) async fn retain(service: Arc<Service>, settings: Retention) {
    let Some(every) = settings.every else { return };
    let settings = Arc::new(settings);
    let mut done: Option<Timestamp> = None;
    loop {
        let (service, settings) = (Arc::clone(&service), Arc::clone(&settings));
        let run = move || retain_due(&service, every, &settings, done);
        match actix_web::web::block(run).await {
            Ok(Ok(as_of)) => done = as_of,
            Ok(Err(error)) => tracing::warn!(%error, "the retention failed; it is tried again"),
            Err(_) => {}
        }
        tokio::time::sleep(LOOKED_AT).await;
    }
}

/// Takes out what is past its age where that is due and was not done; gives the time as of which it is
/// done.
fn retain_due(
    service: &Service,
    every: Every,
    settings: &Retention,
    done: Option<Timestamp>,
) -> Result<Option<Timestamp>, Error> {
    let published = service.published.load_full();
    let at = now();
    let due = due(&published.program, every, settings.hour, at);
    let Some(as_of) = due.filter(|as_of| done.is_none_or(|done| done < *as_of)) else {
        return Ok(done);
    };
    if published.program.retention().next().is_some() {
        let asked = Retain { as_of, at, by: &settings.by, dry_run: false };
        let retained = published.ledger.retain(&asked)?;
        service.forget();
        let (events, changed) = (retained.events, retained.changed);
        tracing::info!(%as_of, events, changed, "what is past its age was taken out");
    }
    Ok(Some(as_of))
}

/// The time that the last run that is due looks at: the start of its day in the program's zone.
fn due(program: &Program, every: Every, hour: i8, at: Timestamp) -> Option<Timestamp> {
    let zone = program.time_zone();
    let day = last_day(every, program.week_start(), hour, zone, at)?;
    Some(program.start_of(day))
}

/// The last day on which a run was due by a time.
fn last_day(
    every: Every,
    week_start: jiff::civil::Weekday,
    hour: i8,
    zone: &TimeZone,
    at: Timestamp,
) -> Option<Date> {
    let today = at.to_zoned(zone.clone()).date();
    let day = match every {
        Every::Day => today,
        Every::Week => {
            let back = i64::from(today.weekday().since(week_start));
            today.checked_sub(back.days()).ok()?
        }
        Every::Month => today.first_of_month(),
    };
    // An hour that is left out when clocks go forward is the one behind it.
    let begins = day.at(hour, 0, 0, 0).to_zoned(zone.clone()).ok()?.timestamp();
    if begins <= at {
        return Some(day);
    }
    match every {
        Every::Day => day.checked_sub(1.day()).ok(),
        Every::Week => day.checked_sub(1.week()).ok(),
        Every::Month => day.checked_sub(1.month()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::Weekday;

    fn day(every: Every, at: &str) -> String {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = at.parse().unwrap();
        last_day(every, Weekday::Monday, 6, &zone, at).unwrap().to_string()
    }

    #[test]
    fn a_run_is_due_from_its_hour_on_in_the_zone_of_the_program() {
        assert_eq!(day(Every::Day, "2026-07-15T03:59:59Z"), "2026-07-14");
        assert_eq!(day(Every::Day, "2026-07-15T04:00:00Z"), "2026-07-15");
        // Monday was the 13th.
        assert_eq!(day(Every::Week, "2026-07-13T03:00:00Z"), "2026-07-06");
        assert_eq!(day(Every::Week, "2026-07-19T23:00:00Z"), "2026-07-13");
        assert_eq!(day(Every::Month, "2026-03-01T04:00:00Z"), "2026-02-01");
        assert_eq!(day(Every::Month, "2026-03-01T05:00:00Z"), "2026-03-01");
    }
}
