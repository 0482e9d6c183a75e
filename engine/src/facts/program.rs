//! Facts of the program itself.

use super::{COUNT, Type, facts};

facts! {
    /// The program: what its owners set in `program.toml`.
    ProgramFact {
        /// The program's name.
        Name = "name": Type::Text;
        /// The brand's name.
        Brand = "brand": Type::Text;
        /// Whether the program gives rewards, which makes the tie to the employer due for disclosure.
        Rewards = "rewards": Type::Flag;
        /// A threshold of this rule, from `[rules.NAME.thresholds]`.
        Threshold = "threshold": COUNT, asked(Threshold);
    }
}
