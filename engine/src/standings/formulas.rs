//! The page of formulas, which explanations quote.

/// The page as it stands in the project.
const PAGE: &str = include_str!("../../FORMULAS.md");

/// How a figure is worked out, in the words of the page.
pub(super) fn formula(figure: &str) -> Option<&'static str> {
    let row = PAGE.lines().filter(|line| line.starts_with('|')).find(|line| {
        line.split('|').nth(1).is_some_and(|names| {
            names.split('`').skip(1).step_by(2).any(|name| {
                name.strip_prefix(figure)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('('))
            })
        })
    })?;
    row.split('|').nth(2).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{StandingFact, TeamFact};

    #[test]
    fn every_figure_stands_on_the_page() {
        let identity = ["by", "name"];
        for fact in StandingFact::FACTS.iter().chain(TeamFact::FACTS) {
            if !identity.contains(&fact.name) {
                assert!(formula(fact.name).is_some_and(|text| !text.is_empty()), "{}", fact.name);
            }
        }
    }

    #[test]
    fn every_figure_on_the_page_is_a_fact() {
        let known = |name: &str| {
            let name = name.split('(').next().unwrap();
            StandingFact::FACTS.iter().chain(TeamFact::FACTS).any(|fact| fact.name == name)
        };
        for line in PAGE.lines().filter(|line| line.starts_with("| `")) {
            for name in line.split('|').nth(1).unwrap().split('`').skip(1).step_by(2) {
                assert!(known(name), "{name}");
            }
        }
    }
}
