//! What a script may call beside its own functions: read off the sandbox's own registrations, so
//! that the list cannot differ from what is there.

use std::collections::BTreeMap;

use super::made;
use super::types::Sorts;
use crate::script::sandbox::Sandbox;

/// A function of the language: how many arguments it takes (a method's receiver included) and
/// what it gives back.
#[derive(Clone, Debug)]
pub(super) struct Native {
    pub(super) arities: Vec<usize>,
    pub(super) result: Sorts,
}

#[derive(Debug)]
pub(super) struct Functions {
    functions: BTreeMap<String, Native>,
    /// Properties of texts, lists and maps.
    properties: BTreeMap<String, Sorts>,
}

/// Functions that call another function by its name, which cannot be followed.
const CALLING: &[&str] = &[
    "all",
    "drain",
    "filter",
    "find",
    "find_map",
    "for_each",
    "map",
    "order_by",
    "reduce",
    "reduce_rev",
    "retain",
    "some",
    "sort_by",
];
/// Output, which rules do not have.
const PRINTING: &[&str] = &["print", "debug"];

/// The functions with which rules make what they give, each as it is called and with what it does.
pub(crate) fn made_functions() -> impl Iterator<Item = (String, &'static str)> {
    made::ALL.iter().map(|made| (made.call(), made.doc))
}

/// The names of all other functions that a rule may call, which are those of the language.
pub(crate) fn language_functions() -> Vec<String> {
    let functions = Functions::of(&Sandbox::new());
    let is_made = |name: &str| made::made(name).is_some();
    functions.names().filter(|name| !is_made(name)).map(str::to_owned).collect()
}

impl Functions {
    pub(super) fn of(sandbox: &Sandbox) -> Self {
        let mut functions: BTreeMap<String, Native> = BTreeMap::new();
        let mut properties = BTreeMap::new();
        for signature in sandbox.engine().gen_fn_signatures(true) {
            let Some((name, arity, result)) = parse(&signature) else { continue };
            if let Some(property) = name.strip_prefix("get$") {
                properties.insert(property.to_owned(), result);
                continue;
            }
            if name.contains('$') || CALLING.contains(&name) || PRINTING.contains(&name) {
                continue;
            }
            let native = functions
                .entry(name.to_owned())
                .or_insert_with(|| Native { arities: Vec::new(), result: Sorts::NEVER });
            if !native.arities.contains(&arity) {
                native.arities.push(arity);
            }
            native.result = native.result.or(result);
        }
        // Facts are registered, too, but only fact objects have them.
        for fact in crate::facts::Object::ALL.iter().flat_map(|object| object.facts()) {
            match fact.argument {
                Some(_) => functions.remove(fact.name).map(|_| ()),
                None => properties.remove(fact.name).map(|_| ()),
            };
        }
        // What makes results is known better than its signature says.
        for made in made::ALL {
            let arity = made.takes.len() + usize::from(made.of.is_some());
            let native = Native { arities: vec![arity], result: made.gives };
            functions.insert(made.name.to_owned(), native);
        }
        Self { functions, properties }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Native> {
        self.functions.get(name)
    }

    pub(super) fn property(&self, name: &str) -> Option<Sorts> {
        self.properties.get(name).copied()
    }

    /// The names that can be written as a call.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.functions
            .keys()
            .map(String::as_str)
            .filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
    }

    pub(super) fn is_calling(name: &str) -> bool {
        CALLING.contains(&name)
    }

    pub(super) fn is_printing(name: &str) -> bool {
        PRINTING.contains(&name)
    }
}

/// Reads `name(a: T, b: T) -> R` as name, number of arguments and result.
fn parse(signature: &str) -> Option<(&str, usize, Sorts)> {
    let open = signature.find('(').filter(|at| *at > 0)?;
    let name = &signature[..open];
    let mut depth = 0usize;
    let mut arity = 0;
    let mut any = false;
    let mut end = signature.len();
    for (at, character) in signature[open..].char_indices() {
        match character {
            '(' | '<' | '[' => depth += 1,
            ')' | ']' => {
                depth -= 1;
                if depth == 0 {
                    end = open + at + 1;
                    break;
                }
            }
            '>' => depth = depth.saturating_sub(1),
            ',' if depth == 1 => arity += 1,
            ' ' => {}
            _ => any = true,
        }
    }
    if any {
        arity += 1;
    }
    let result = signature[end..].trim_start_matches([' ', '-', '>']);
    Some((name, arity, sorts(result)))
}

fn sorts(result: &str) -> Sorts {
    let inner =
        result.strip_prefix("Result<").and_then(|rest| rest.split(',').next()).unwrap_or(result);
    match inner.trim() {
        "" | "()" => Sorts::NOTHING,
        "bool" => Sorts::FLAG,
        "i64" | "INT" => Sorts::NUMBER,
        "String" | "ImmutableString" | "string" | "&str" | "SmartString" | "char" => Sorts::TEXT,
        "Array" | "array" => Sorts::LIST,
        "Map" | "map" => Sorts::MAP,
        // Without literals and conversions there is no number but i64 in a script.
        "f32" | "f64" | "i8" | "u8" | "i16" | "u16" | "i32" | "u32" | "u64" | "i128" | "u128" => {
            Sorts::NEVER
        }
        _ => Sorts::ANY,
    }
}
