mod rounds;
mod w1;
fn main() {
    let effort = rounds::Effort { rounds: 3, least: std::time::Duration::from_millis(20) };
    let activities = w1::activities();
    let mut rows = w1::peers(&activities);
    rounds::measure(&mut rows, effort);
    for row in &rows {
        println!("{:<60} {:>9.0} {:>8.1}", row.name, row.time(), row.times_of(&rows[0]));
    }
}
