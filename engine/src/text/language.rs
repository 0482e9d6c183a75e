//! Which language a text is in.
//!
//! Two stages. First the small words that only one of the large languages of the Latin script has
//! (`the`, `und`, `avec`): they decide most posts at a hundredth of the price of the second stage,
//! the letter triples of whatlang. Where neither is sure and it is known which languages are likely,
//! the letter triples choose among these. A text that is left is of unknown language, which
//! is better than a wrong one: word lists of every language, or of every likely one, then apply.

use std::borrow::Cow;
use std::sync::LazyLock;

use whatlang::{Detector, Lang};

use super::characters::{is_unspaced, is_word};
use super::fold::folded;

/// The language of a text that is too short or too mixed to tell.
pub(crate) const UNKNOWN: &str = "unknown";

/// How much of a text is looked at, in bytes: more changes no answer.
pub(crate) const SAMPLE: usize = 1_000;

/// The fewest letters that letter triples are trusted with.
const FEWEST_LETTERS: usize = 20;

/// The fewest letters for a choice among the likely languages, and how sure it must be, of 1: of single
/// sentences in four languages, nine in ten are told so, and one in a hundred is told wrong.
const FEWEST_LETTERS_LIKELY: usize = 8;
const SURE_ENOUGH: f64 = 0.3;

/// The fewest different small words that decide for a language, and how few are enough where none is of
/// another language.
const FEWEST_WORDS: usize = 3;
const FEWEST_WORDS_ALONE: usize = 2;

/// The ISO 639-1 codes, to refuse word lists of languages that do not exist.
const CODES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy \
    da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht \
    hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky \
    la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny \
    oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss \
    st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo \
    za zh zu";

/// Whether a word is the ISO 639-1 code of a language.
pub(crate) fn is_code(code: &str) -> bool {
    CODES.split(' ').any(|known| known == code)
}

/// The ISO 639-1 code of a stated language: `en-GB` is `en`.
pub(crate) fn stated(language: &str) -> Cow<'_, str> {
    let primary = language.split(['-', '_']).next().unwrap_or_default().trim();
    if is_code(primary) {
        return Cow::Borrowed(primary);
    }
    let lower = primary.to_ascii_lowercase();
    match Lang::from_code(lower.as_str()) {
        Some(known) => Cow::Borrowed(code(known)),
        None if lower.is_empty() => Cow::Borrowed(UNKNOWN),
        None => Cow::Owned(lower),
    }
}

/// The languages that texts are likely to be in; none where that is not known.
#[derive(Clone, Debug, Default)]
pub struct Languages {
    codes: Vec<String>,
    detector: Option<Detector>,
}

impl Languages {
    /// Takes ISO 639-1 codes, the likeliest language first.
    pub fn of<'c>(codes: impl IntoIterator<Item = &'c str>) -> Self {
        let codes: Vec<String> = codes.into_iter().map(str::to_owned).collect();
        let known = Lang::all().iter().copied();
        let told: Vec<Lang> =
            known.filter(|lang| codes.iter().any(|it| it == code(*lang))).collect();
        let detector = (!told.is_empty()).then(|| Detector::with_allowlist(told));
        Self { codes, detector }
    }

    /// The likeliest.
    pub(crate) fn first(&self) -> Option<&str> {
        self.codes.first().map(String::as_str)
    }

    /// Whether a word list of a language applies to a text of a language. Bokmål is also called `no`.
    pub(crate) fn applies(&self, list: &str, text: &str) -> bool {
        match text {
            UNKNOWN => {
                self.codes.is_empty() || self.codes.iter().any(|likely| is_same(list, likely))
            }
            known => is_same(list, known),
        }
    }

    /// The language of a text, by its ISO 639-1 code; [`UNKNOWN`] where it is not certain.
    pub(crate) fn detect(&self, text: &str) -> &'static str {
        let text = &text[..text.floor_char_boundary(SAMPLE)];
        let small = Counted::of(&folded(text));
        let surely = small.decided().or_else(|| by_letter_triples(text));
        surely.or_else(|| self.likely(text, &small)).unwrap_or(UNKNOWN)
    }

    /// The likely language that a text is most like, unless its small words are of another.
    fn likely(&self, text: &str, small: &Counted) -> Option<&'static str> {
        let detector = self.detector.as_ref()?;
        if letters(text) < FEWEST_LETTERS_LIKELY {
            return None;
        }
        let found = detector.detect(text)?;
        let code = code(found.lang());
        // A script that only one language has decides by itself, whatever it is asked.
        let is_likely = self.codes.iter().any(|likely| likely == code);
        let is_sure = match small.some_of(code) {
            (true, false) => true,
            (false, true) => false,
            _ => found.confidence() >= SURE_ENOUGH,
        };
        (is_likely && is_sure).then_some(code)
    }
}

fn is_same(list: &str, text: &str) -> bool {
    list == text || matches!((list, text), ("no", "nb" | "nn") | ("nb" | "nn", "no"))
}

/// How many letters a text has; one of a dense script says as much as several.
fn letters(text: &str) -> usize {
    let is_dense = |character: char| is_unspaced(character) || matches!(character, '가'..='힣');
    let letters = text.chars().filter(|character| character.is_alphabetic());
    letters.map(|letter| if is_dense(letter) { 5 } else { 1 }).sum()
}

fn by_letter_triples(text: &str) -> Option<&'static str> {
    if letters(text) < FEWEST_LETTERS {
        return None;
    }
    let found = whatlang::detect(text)?;
    found.is_reliable().then(|| code(found.lang()))
}

/// Small words that none of the other languages here has, nor a close relative that is not here: nearly
/// all are fifteen times as frequent as in any other language of the Latin script. Words of more than
/// eight bytes, and words shared with a neighbour (`die`, `in`, `para`), are left out on purpose. Those with a
/// slash between them count as one: they come together in texts of other languages, too (Los Angeles and
/// Las Vegas; 10 am EST plus a demo).
const SMALL_WORDS: [(&str, &str); 8] = [
    (
        "en",
        "the and with this that have from they you your our are what when how because been their \
         would could should just these here those which about it's don't we're i'm than them \
         where it not but his if were who there she people some now other its only into know two \
         think then much way need did being too before why made still many never through you're \
         that's while such both every around always another own things got each without against \
         didn't must keep until i've you've we've they're isn't doesn't can't won't there's he's \
         she's really right well again anything nothing everyone someone nobody whether although \
         often almost already said says make makes making seen going wants does doing done \
         him yourself myself",
    ),
    (
        "de",
        "und ist nicht ein eine einen einem einer wir mit auf für von zu zum zur auch sich unser \
         unsere unserem unseren unserer dem ich sie wie oder aber sind wird haben dass kein keine \
         keinen noch schon beim aus nach nur wenn dann hat habe habt hatte über durch bis doch \
         ihr ihre ihren immer jetzt diese dieser dieses diesem diesen wurde wurden wieder sehr \
         können kannst muss müssen unter gibt gegen seine seinen seiner geht machen mehr mir mich \
         dich denn meine meinen meiner mein weil etwas zwei soll sollen selbst wo heute nichts \
         würde wer ihm ihn ihnen viele zwischen wäre dabei dort neue neuen erst sollte warum \
         weiter euch wollen bitte könnte dafür ins bereits frau danke jeder allem davon deine \
         dein gleich zurück bist zusammen sowie jahr jahre woche",
    ),
    (
        "fr",
        "dans pour/plus/est/sans/sur nous vous avec une notre cette être sont aux leur leurs chez très ils elle \
         votre ces c'est qu'il d'une n'est pas tout tous toute toutes fait faire comme \
         même était été mon aussi peut deux moi quand après suis avoir où encore alors autre \
         autres rien toujours avant depuis donc sous moins déjà quoi trop juste oui ainsi jour \
         beaucoup parce trois ici merci veut peux chaque selon pendant puis année cet ceux bonne \
         j'ai n'ai d'un qu'on qu'elle qu'une l'on s'est n'a plutôt souvent surtout avons avez \
         serait sommes êtes",
    ),
    (
        "es",
        "los/las/el/y/hay pero muy más nuestro nuestra nuestros nuestras estos cómo cuando donde \
         mucho fue eso tiene qué así años puede hacer ahora esto hace tiempo día mejor siempre \
         tengo están esa estoy año otros gracias cosas había tener ellos creo hecho quiero sólo \
         aunque soy estaba hoy tienen alguien quien pues mientras nadie veces muchos muchas debe \
         entonces algunos algunas además según fueron unos unas nosotros usted ustedes hemos ese \
         esos tus",
    ),
    (
        "it",
        "il gli della delle dei nel nella sono più anche questo questa nostro nostra degli alla \
         perché molto che è essere cui stato tutti tutto tutta hanno suo loro così dalla dopo poi \
         quello ancora senza ogni altri altro può dove quella quindi grazie lavoro nelle persone \
         questi queste stata siamo abbiamo oggi detto qualche suoi aveva dalle saranno avere \
         dello erano meglio nell dell sull ciò sarebbe allora niente insieme quelli davvero \
         nessuno mia miei ecco sui agli",
    ),
    (
        "pt",
        "não uma em/com/os nossa nosso ao são você muito também pelo pela isso nossos foi é só \
         bem até mesmo pode tudo ainda fazer minha minhas agora assim depois onde estão esse \
         esses eles há tenho melhor foram aos coisa suas quero outros hoje então nós outro \
         qualquer alguém sendo vocês quem pelos pelas num numa muitos muitas obrigado nossas",
    ),
    (
        "nl",
        "het een niet zijn ook naar onze deze hebben wordt jullie bij ik heeft worden wij voor \
         mijn heb kunnen werd gaat zich zou meer maken mij nieuwe zal moeten komt zij \
         zoals toen tijdens altijd zonder eigen iedereen omdat samen elkaar",
    ),
    (
        "sv",
        "och är inte ett från också vår våra jag att för till/hon när vad här då hur vara där mycket \
         gör över detta måste även någon något andra kanske vid två varför många hela fick \
         säger varit sedan själv några mina denna tack ännu",
    ),
];

/// The small words with their languages, by position in [`SMALL_WORDS`].
struct SmallWords {
    /// Open addressing: a word stands at its slot or in the next free one.
    slots: [Slot; SLOTS],
}

#[derive(Clone, Copy, Default)]
struct Slot {
    key: u64,
    language: u8,
    /// The slot of the word that it counts as.
    counts_as: u16,
}

/// Twice as many as there are words, and more, so that most stand at their slot.
const SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 11;

static SMALL_WORD_TABLE: LazyLock<SmallWords> = LazyLock::new(|| {
    let mut table = SmallWords { slots: [Slot::default(); SLOTS] };
    for ((_, words), language) in SMALL_WORDS.iter().zip(0..) {
        for together in words.split_whitespace() {
            let mut first = None;
            for key in together.split('/').filter_map(|word| packed(folded(word).as_bytes())) {
                let slot = table.slot(key);
                let counts_as = *first.get_or_insert(slot as u16);
                table.slots[slot] = Slot { key, language, counts_as };
            }
        }
    }
    table
});

impl SmallWords {
    /// Where a word stands, or would.
    fn slot(&self, key: u64) -> usize {
        // The upper bits of the product depend on every byte of the word.
        let mut slot =
            (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - SLOT_BITS)) as usize;
        while self.slots[slot].key != key && self.slots[slot].key != 0 {
            slot = (slot + 1) % SLOTS;
        }
        slot
    }
}

/// A word of at most eight bytes as a number, which is never 0.
fn packed(word: &[u8]) -> Option<u64> {
    let mut bytes = [0; 8];
    bytes.get_mut(..word.len())?.copy_from_slice(word);
    Some(u64::from_le_bytes(bytes)).filter(|key| *key != 0)
}

/// The small words of a text, by language.
struct Counted {
    /// All words of the text.
    words: usize,
    counts: [usize; SMALL_WORDS.len()],
    different: [usize; SMALL_WORDS.len()],
}

impl Counted {
    fn of(text: &str) -> Self {
        let table = &*SMALL_WORD_TABLE;
        let (mut words, mut counts) = (0, [0; SMALL_WORDS.len()]);
        let mut seen = [false; SLOTS];
        let mut different = [0; SMALL_WORDS.len()];
        for word in text.split(|character: char| !is_word(character) && character != '\'') {
            if word.is_empty() {
                continue;
            }
            words += 1;
            let Some(key) = packed(word.as_bytes()) else { continue };
            let known = table.slots[table.slot(key)];
            if known.key == key {
                let language = usize::from(known.language);
                counts[language] += 1;
                let seen = &mut seen[usize::from(known.counts_as)];
                different[language] += usize::from(!std::mem::replace(seen, true));
            }
        }
        Self { words, counts, different }
    }

    /// The language that they decide for.
    fn decided(&self) -> Option<&'static str> {
        let (best, &count) = self.counts.iter().enumerate().max_by_key(|(_, count)| **count)?;
        let others = self.counts.iter().sum::<usize>() - count;
        // One word in eight, and hardly any of another language: a quoted line does not confuse it,
        // a text in two languages is left to the second stage.
        let fewest = if others == 0 { FEWEST_WORDS_ALONE } else { FEWEST_WORDS };
        let decided =
            self.different[best] >= fewest && count * 8 >= self.words && others * 4 <= count;
        decided.then_some(SMALL_WORDS[best].0)
    }

    /// Whether there are some of a language, and whether there are some of others.
    fn some_of(&self, language: &str) -> (bool, bool) {
        let some = |own: bool| {
            let mut counts = SMALL_WORDS.iter().zip(self.counts);
            counts.any(|((code, _), count)| count > 0 && (*code == language) == own)
        };
        (some(true), some(false))
    }
}

/// ISO 639-1 code of a language that whatlang tells apart.
fn code(language: Lang) -> &'static str {
    match language {
        Lang::Epo => "eo",
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Kat => "ka",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Amh => "am",
        Lang::Jav => "jv",
        Lang::Kor => "ko",
        Lang::Nob => "nb",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Kan => "kn",
        Lang::Ron => "ro",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Tam => "ta",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Tha => "th",
        Lang::Guj => "gu",
        Lang::Uzb => "uz",
        Lang::Pan => "pa",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Tel => "te",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Ori => "or",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Khm => "km",
        Lang::Tuk => "tk",
        Lang::Aka => "ak",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Afr => "af",
        Lang::Lat => "la",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        Lang::Cym => "cy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> &'static str {
        Languages::default().detect(text)
    }

    #[test]
    fn ordinary_posts_are_told_apart() {
        assert_eq!(
            of("I work at Acme and the new mixer makes me proud, because you asked for it."),
            "en"
        );
        assert_eq!(
            of("Wir suchen Verstärkung für unser Team in Berlin, und das ist kein Scherz."),
            "de"
        );
        assert_eq!(
            of("Nous sommes très fiers de notre nouvelle équipe, avec une pensée pour vous."),
            "fr"
        );
        assert_eq!(of("Новый миксер от Acme просто отличный"), "ru");
        assert_eq!(of("これは本当に素晴らしい製品です"), "ja");
        assert_eq!(of("Vi är stolta över vår nya produkt och inte bara idag"), "sv");
    }

    #[test]
    fn accents_and_syllables_do_not_stand_in_the_way() {
        assert_eq!(of("오늘 새로운 제품을 소개합니다"), "ko");
        assert_eq!(of("Bardzo się cieszę, że nasz zespół zrobił coś tak pięknego"), "pl");
        assert_eq!(of("Chúng tôi rất tự hào về sản phẩm mới của công ty"), "vi");
    }

    #[test]
    fn short_and_mixed_texts_are_unknown() {
        for text in ["", "Love it!", "Acme", "🎉🎉🎉", "12345 67890", "Our new office is open"]
        {
            assert_eq!(of(text), UNKNOWN, "{text}");
        }
    }

    #[test]
    fn names_of_places_and_borrowed_words_make_no_other_language() {
        for text in [
            "Los Angeles, Las Vegas, El Paso: product launch Friday",
            "Y Combinator demo day in Las Vegas, Friday",
            "Webinar Friday 10 am EST, plus live demo",
            "Sans serif headings, plus a big pour of coffee",
        ] {
            let decided = Counted::of(&folded(text)).decided();
            assert!(decided.is_none_or(|it| it == "en"), "{text}: {decided:?}");
        }
    }

    #[test]
    fn a_neighbour_of_a_large_language_is_not_taken_for_it() {
        assert_ne!(
            of("Ons is baie trots op die nuwe produk wat ons span gemaak het vir julle"),
            "nl"
        );
        assert_ne!(
            of("Estem molt orgullosos del nostre equip i de tot el que hem fet aquest any"),
            "es"
        );
        assert_ne!(of("Vi er stolte af vores nye produkt og glade for at vise det til jer"), "sv");
    }

    #[test]
    fn a_stated_language_is_brought_to_its_code() {
        assert_eq!(stated("en-GB"), "en");
        assert_eq!(stated("DE_at"), "de");
        assert_eq!(stated("deu"), "de");
        assert_eq!(stated(""), UNKNOWN);
    }

    #[test]
    fn a_list_applies_to_its_own_and_to_unknown_texts() {
        let any = Languages::default();
        assert!(any.applies("de", "de") && any.applies("de", UNKNOWN) && any.applies("no", "nb"));
        assert!(!any.applies("de", "en"));
        let likely = Languages::of(["en", "fr"]);
        assert!(likely.applies("de", "de") && likely.applies("fr", UNKNOWN));
        assert!(!likely.applies("de", UNKNOWN));
    }

    #[test]
    fn among_likely_languages_a_short_text_is_told_apart() {
        let likely = Languages::of(["de", "en", "fr", "es"]);
        for (text, language) in [
            ("Morgen startet die Messe!", "de"),
            ("Le nouveau mixeur arrive demain !", "fr"),
            ("Our new office is open", "en"),
            ("¡La nueva batidora ya está aquí!", "es"),
        ] {
            assert_eq!(of(text), UNKNOWN, "{text}");
            assert_eq!(likely.detect(text), language, "{text}");
        }
        for text in ["", "Acme", "🎉🎉🎉", "12345 67890"] {
            assert_eq!(likely.detect(text), UNKNOWN, "{text}");
        }
        // What is certain stays so, and what only looks like none of them is left open.
        assert_eq!(likely.detect("Новый миксер от Acme просто отличный"), "ru");
        assert_eq!(Languages::of(["de"]).detect("これは本当に素晴らしい製品です"), "ja");
        assert_eq!(Languages::of(["de"]).detect("Messe Tag 2"), "de");
    }

    #[test]
    fn no_small_word_belongs_to_two_languages_or_is_too_long() {
        let table = &*SMALL_WORD_TABLE;
        let kept = table.slots.iter().filter(|slot| slot.key != 0).count();
        let listed: usize = SMALL_WORDS
            .iter()
            .map(|(_, words)| words.split([' ', '/']).filter(|it| !it.is_empty()).count())
            .sum();
        assert_eq!(kept, listed);
        assert!(2 * kept < SLOTS);
    }
}
