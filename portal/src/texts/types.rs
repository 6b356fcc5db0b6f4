//! The texts that each language has, by screen. The values read like the page, so few fields need
//! an explanation.

use shared::{
    api::{Action, Outcome, QuarantineReason, RunOutcome, problem::Problem},
    enrolment::code::CodeError,
    keys::illness::DateError,
    language::Language,
    staff::{employee::Role, sign_in::SignInRefusal},
};

/// The texts of one language.
pub struct Texts {
    pub language: Language,
    pub frame: FrameTexts,
    pub headings: HeadingTexts,
    pub connection: ConnectionTexts,
    pub sign_in: SignInTexts,
    pub guide: GuideTexts,
    pub form: FormTexts,
    pub accepted: AcceptedTexts,
    pub failure: FailureTexts,
    pub practice: PracticeTexts,
    pub lists: ListTexts,
    pub audit: AuditTexts,
    pub employees: EmployeesTexts,
    pub exchange: ExchangeTexts,
    pub about: AboutTexts,
}

/// Around every screen.
pub struct FrameTexts {
    pub product: &'static str,
    pub skip: &'static str,
    pub skip_to_form: &'static str,
    /// The name of the other language, in that language.
    pub other_language: &'static str,
    pub navigation: &'static str,
    pub validation: &'static str,
    pub audit: &'static str,
    pub employees: &'static str,
    pub exchange: &'static str,
    pub about: &'static str,
    pub sign_out: &'static str,
    pub sign_out_failed: &'static str,
    pub privacy: &'static str,
    /// The session ends without use, at this time.
    pub ending_idle: fn(&str) -> String,
    /// The session ends after its day, at this time.
    pub ending_day: fn(&str) -> String,
    pub stay: &'static str,
    pub asking: &'static str,
    pub unreachable: &'static str,
    pub again: &'static str,
    pub not_for_you: &'static str,
    pub not_found: &'static str,
    pub to_start: &'static str,
}

/// The heading of every screen, also its title.
pub struct HeadingTexts {
    pub sign_in: &'static str,
    pub asking: &'static str,
    pub unreachable: &'static str,
    pub validation: &'static str,
    pub audit: &'static str,
    pub employees: &'static str,
    pub exchange: &'static str,
    pub about: &'static str,
    pub not_for_you: &'static str,
    pub not_found: &'static str,
}

pub struct ConnectionTexts {
    pub away: &'static str,
    pub back: &'static str,
}

pub struct SignInTexts {
    pub purpose: &'static str,
    pub how: &'static str,
    pub sign_in: &'static str,
    pub left: fn() -> Explanation,
    pub idle: fn() -> Explanation,
    pub ended: fn() -> Explanation,
    pub refused: fn(SignInRefusal) -> Explanation,
    /// Signed in again in the middle of a call.
    pub back: fn() -> Explanation,
}

/// The guide to the conversation.
pub struct GuideTexts {
    pub heading: &'static str,
    pub show: &'static str,
    pub hide: &'static str,
    pub steps: &'static [Step],
    pub questions_heading: &'static str,
    pub questions: &'static [Question],
}

/// A part of the conversation.
pub struct Step {
    pub heading: &'static str,
    /// What the employee does.
    pub cue: Option<&'static str>,
    /// The words for the caller.
    pub say: &'static [&'static str],
    pub note: Option<&'static str>,
}

/// What callers ask, and the answer.
pub struct Question {
    pub question: &'static str,
    pub answer: &'static str,
}

pub struct FormTexts {
    pub heading: &'static str,
    pub code: CodeTexts,
    pub symptoms: SymptomsTexts,
    pub date: DateTexts,
    pub infectious: InfectiousTexts,
    pub send: &'static str,
    pub sending: &'static str,
    pub send_again: &'static str,
    /// Introduces words for the caller.
    pub say: &'static str,
    pub sign_in_elsewhere: &'static str,
}

pub struct CodeTexts {
    pub label: &'static str,
    pub hint: &'static str,
    pub error: fn(CodeError) -> String,
    pub training: &'static str,
    pub spell: &'static str,
    pub spell_hide: &'static str,
    pub spelled: &'static str,
    /// The word for a symbol, on the telephone.
    pub word: fn(char) -> Option<&'static str>,
    /// Introduces the Dutch words in another language.
    pub dutch_words: Option<&'static str>,
}

pub struct SymptomsTexts {
    pub question: &'static str,
    pub hint: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub missing: &'static str,
}

/// The texts depend on whether the caller has symptoms, once that is known.
pub struct DateTexts {
    pub label: fn(Option<bool>) -> &'static str,
    pub hint: fn(Option<bool>) -> &'static str,
    pub missing: fn(Option<bool>) -> &'static str,
    pub choose: &'static str,
    pub earlier: &'static str,
    pub earlier_label: &'static str,
    /// With the oldest possible day.
    pub earlier_hint: fn(&str) -> String,
    /// With the oldest possible day.
    pub error: fn(DateError, &str) -> String,
}

pub struct InfectiousTexts {
    pub label: &'static str,
    /// With or without symptoms.
    pub why: fn(bool) -> &'static str,
}

pub struct AcceptedTexts {
    pub heading: &'static str,
    pub practice: &'static str,
    /// The words for the caller, with the first infectious day.
    pub say: fn(&str) -> Vec<String>,
    pub unseen: &'static str,
    pub next_caller: &'static str,
    /// The letter that does the same.
    pub next_caller_key: &'static str,
    pub next_caller_hint: &'static str,
}

/// Why a validation was not accepted.
pub struct FailureTexts {
    pub offline: fn() -> Explanation,
    pub no_answer: fn() -> Explanation,
    pub problem: fn(Problem) -> Explanation,
    /// With the seconds until the next try and the time of day then, as far as they are known.
    pub throttled: fn(Option<u32>, Option<&str>) -> Explanation,
}

pub struct PracticeTexts {
    pub offer: &'static str,
    pub begin: &'static str,
    pub banner: &'static str,
    pub end: &'static str,
}

/// What the administrator's lists have in common.
pub struct ListTexts {
    pub loading: &'static str,
    pub failed: &'static str,
    pub again: &'static str,
    pub refresh: &'static str,
    pub role: fn(Role) -> &'static str,
}

pub struct AuditTexts {
    pub intro: &'static str,
    pub search: &'static str,
    pub employee: &'static str,
    pub action: &'static str,
    pub outcome: &'static str,
    pub day: &'static str,
    pub any: &'static str,
    pub time: &'static str,
    pub caption: &'static str,
    /// How many entries are found, of how many.
    pub count: fn(usize, usize) -> String,
    pub more: &'static str,
    pub there_are_older: &'static str,
    pub older: &'static str,
    pub export: &'static str,
    /// The beginning of the file's name.
    pub file: &'static str,
    /// Between the cells of the file.
    pub separator: char,
    pub time_utc: &'static str,
    pub of_action: fn(Action) -> &'static str,
    pub of_outcome: fn(Outcome) -> &'static str,
}

pub struct EmployeesTexts {
    pub intro: &'static str,
    pub caption: &'static str,
    pub name: &'static str,
    pub employee: &'static str,
    pub role: &'static str,
    pub until: &'static str,
    pub action: &'static str,
    pub count: fn(usize) -> String,
    /// With the employee's name.
    pub sign_out: fn(&str) -> String,
    pub sign_out_short: &'static str,
    pub confirm: fn(&str) -> String,
    pub yes: &'static str,
    pub no: &'static str,
    pub done: fn(&str) -> String,
    pub failed: fn(&str) -> String,
}

pub struct AboutTexts {
    pub privacy: &'static [Section],
    pub accessibility: &'static [Section],
    pub countries_heading: &'static str,
    pub countries_intro: &'static str,
    pub countries_none: &'static str,
    pub countries_failed: &'static str,
}

/// A heading and what stands below it.
pub struct Section {
    pub heading: &'static str,
    pub paragraphs: &'static [&'static str],
    pub points: &'static [&'static str],
}

/// What has happened, and what to do about it.
pub struct Explanation {
    pub heading: &'static str,
    /// The words for the caller.
    pub say: Option<&'static str>,
    /// What the employee does next.
    pub next: Vec<String>,
}

impl Explanation {
    /// With fixed sentences.
    pub fn new(heading: &'static str, say: Option<&'static str>, next: &[&str]) -> Self {
        Self {
            heading,
            say,
            next: next.iter().map(|text| (*text).to_owned()).collect(),
        }
    }
}

pub struct ExchangeTexts {
    pub intro: &'static str,
    pub upload: &'static str,
    pub download: &'static str,
    pub never: &'static str,
    pub outcome: fn(RunOutcome) -> String,
    pub caption: &'static str,
    pub count: fn(usize) -> String,
    pub tag: &'static str,
    pub country: &'static str,
    /// In the place of a country: no key of the batch is used.
    pub all_of_it: &'static str,
    /// In the place of a country that does not take part.
    pub unknown: &'static str,
    pub why: &'static str,
    pub reason: fn(QuarantineReason) -> &'static str,
}
