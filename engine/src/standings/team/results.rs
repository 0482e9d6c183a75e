//! What came of a team's activities, and how that stands beside the company and its market.

use super::{Share, Team};
use crate::events::Market;
use crate::facts::{ActivityFact, LARGEST, PersonFact, TeamFact, Value};
use crate::standings::standing::result;
use crate::standings::tally::Entry;
use crate::standings::workings::scaled;
use crate::time::Day;

impl Team {
    pub(super) fn results(&self, fact: TeamFact, fits: impl Fn(Day) -> bool) -> Value {
        let sum = |metric: ActivityFact| self.sum(metric, &fits);
        let number = |metric: ActivityFact| Value::Number(sum(metric));
        match fact {
            TeamFact::ImpressionsIn => number(ActivityFact::Impressions),
            TeamFact::LikesIn => number(ActivityFact::Likes),
            TeamFact::CommentsIn => number(ActivityFact::Comments),
            TeamFact::SharesIn => number(ActivityFact::Shares),
            TeamFact::ClicksIn => number(ActivityFact::Clicks),
            TeamFact::LeadsIn => number(ActivityFact::Leads),
            TeamFact::ConversionsIn => number(ActivityFact::Conversions),
            TeamFact::PipelineValueIn => number(ActivityFact::PipelineValue),
            TeamFact::ReachOutsideIn => self.reach_outside(fits),
            TeamFact::EmvIn => match &self.view.emv {
                Some(emv) => {
                    let worth = emv.cents_per_1000.iter();
                    let worth =
                        worth.map(|(metric, cents)| i128::from(sum(*metric)) * i128::from(*cents));
                    carried(worth.fold(0, i128::saturating_add) / 100_000)
                }
                None => Value::Unknown,
            },
            TeamFact::ClosedDealsIn => {
                self.market(fits, |market| market.closed_deals).map_or(Value::Unknown, carried)
            }
            TeamFact::ReachPerDealIn => match self.market(&fits, |market| market.closed_deals) {
                None | Some(0) => Value::Unknown,
                Some(deals) => carried(i128::from(sum(ActivityFact::Impressions)) / deals),
            },
            _ => {
                // Only where both are known they can be held against each other.
                let both = |market: &Market| market.brand_mentions.zip(market.market_mentions);
                let brand = self.market(&fits, |market| both(market).map(|(brand, _)| brand));
                let all = self.market(&fits, |market| both(market).map(|(_, all)| all));
                match brand.zip(all) {
                    None | Some((_, 0)) => Value::Unknown,
                    Some((brand, all)) => carried(brand.min(all) * 100 / all),
                }
            }
        }
    }

    /// The sum of a result over activities of dates that fit.
    fn sum(&self, metric: ActivityFact, fits: impl Fn(Day) -> bool) -> i64 {
        let entries = self.entries().filter(|entry| fits(entry.day));
        let sum: i128 = entries.map(|entry| i128::from(result(entry, metric))).sum();
        i64::try_from(sum).unwrap_or(LARGEST).min(LARGEST)
    }

    /// The sum of a figure of the market over dates that fit; nothing where none states it.
    fn market(
        &self,
        fits: impl Fn(Day) -> bool,
        figure: impl Fn(&Market) -> Option<i64>,
    ) -> Option<i128> {
        let stated = self.market.iter().filter(|(day, _)| fits(*day));
        let mut stated = stated.filter_map(|(_, market)| figure(market)).map(i128::from).peekable();
        stated.peek()?;
        Some(stated.sum())
    }

    /// Impressions by the part of each author's audience, at the time, that does not follow the
    /// brand anyway.
    fn reach_outside(&self, fits: impl Fn(Day) -> bool) -> Value {
        let (mut authors, mut reach) = (0, 0);
        for share in &self.shares {
            let posts = share.entries().filter(|entry| fits(entry.day));
            let known: Vec<i128> = posts.filter_map(|entry| self.outside(share, entry)).collect();
            authors += usize::from(!known.is_empty());
            reach += known.iter().sum::<i128>();
        }
        match self.is_program() && authors >= self.view.privacy.minimum_group {
            true => carried(reach),
            false => Value::Unknown,
        }
    }

    /// How much of an activity's reach is outside; nothing where its author's audience is not known.
    fn outside(&self, share: &Share, entry: &Entry) -> Option<i128> {
        let impressions = result(entry, ActivityFact::Impressions);
        if impressions == 0 {
            return None;
        }
        let facts = self.roster.facts(&share.tally.advocate, entry.at());
        let number = |fact: PersonFact| facts[fact as usize].number();
        let audience = number(PersonFact::Audience).filter(|audience| *audience > 0)?;
        let outside = number(PersonFact::AudienceOutside)?.min(audience);
        match scaled(impressions, outside, audience) {
            Value::Number(part) => Some(i128::from(part)),
            _ => None,
        }
    }
}

/// A number, or the largest one that every door can carry.
fn carried(number: i128) -> Value {
    Value::Number(i64::try_from(number).unwrap_or(LARGEST).min(LARGEST))
}
