//! The form and what comes of it, in English.

use shared::{
    api::problem::Problem,
    enrolment::code::{ALPHABET, CodeError, LENGTH},
    keys::illness::{DateError, MAX_ILLNESS_AGE_DAYS},
};

use crate::texts::types::*;

pub(super) const FORM: FormTexts = FormTexts {
    heading: "Questions to the caller",
    code: CodeTexts {
        label: "Which GGD key do you see in the app?",
        hint: "Seven letters and digits, for example L8T‑6L‑JV.",
        error: code_error,
        training: "This is the training code. You can fill in the whole form. Nothing is sent.",
        spell: "Read the code back",
        spell_hide: "Hide the words",
        spelled: "Read to the caller:",
        word,
        dutch_words: Some("In Dutch:"),
    },
    symptoms: SymptomsTexts {
        question: "Do you have symptoms that fit corona?",
        hint: "Press y or n.",
        yes: "Yes",
        no: "No",
        missing: "Choose yes or no.",
    },
    date: DateTexts {
        label: |symptomatic| match symptomatic {
            Some(true) => "First day of illness",
            Some(false) => "Date of the test",
            None => "First day of illness or date of the test",
        },
        hint: |symptomatic| match symptomatic {
            Some(true) => "On which day did the symptoms begin?",
            Some(false) => "On which day were you tested?",
            None => "With symptoms: the day they began. Without symptoms: the day of the test.",
        },
        missing: |symptomatic| match symptomatic {
            Some(true) => "Choose the first day of illness.",
            Some(false) => "Choose the date of the test.",
            None => "Choose a day.",
        },
        choose: "Choose a day",
        earlier: "An earlier day",
        earlier_label: "Which earlier day?",
        earlier_hint: |oldest| {
            format!("At most {MAX_ILLNESS_AGE_DAYS} days ago, so from {oldest}.")
        },
        error: date_error,
    },
    infectious: InfectiousTexts {
        label: "The caller has been infectious since",
        why: |symptomatic| match symptomatic {
            true => "That is two days before the first day of illness.",
            false => "That is the day of the test.",
        },
    },
    send: "Send",
    sending: "Sending…",
    send_again: "Send again",
    say: "Say to the caller:",
    sign_in_elsewhere: "Sign in in a new window",
};

pub(super) const ACCEPTED: AcceptedTexts = AcceptedTexts {
    heading: "The code is accepted",
    practice: "Training code, nothing was sent.",
    say: |day| {
        vec![
            "Your code is accepted. Now press the button to share in the app, and agree."
                .to_owned(),
            format!(
                "People with the app may then get a warning if they have been close to you since \
                 {day}."
            ),
            "Does it not work now? You can still share until 4\u{a0}o’clock tonight.".to_owned(),
        ]
    },
    unseen: "Whether the caller really shares is not shown here. That keeps it private.",
    next_caller: "Next caller",
    next_caller_key: "N",
    next_caller_hint: "or press N",
};

pub(super) const FAILURE: FailureTexts = FailureTexts {
    offline: || {
        Explanation::new(
            "You have no internet connection",
            Some("Would you hold the line? My connection is unstable."),
            &[
                "Nothing was sent. What you filled in is still there. Check your connection, and \
                 then send the form again.",
            ],
        )
    },
    no_answer: || {
        Explanation::new(
            "No answer came",
            Some("Would you hold the line? The connection is unstable."),
            &[
                "Check your internet connection and send the form once more. What you filled in is \
                 still there.",
                "Sending again does no harm: a code is never processed twice.",
            ],
        )
    },
    problem,
    throttled: |seconds, again_at| {
        Explanation::new(
            "Too many codes were refused",
            Some("I cannot do it now. A colleague will help you."),
            &[
                &again(seconds, again_at),
                "Let a colleague help this caller, or call the caller back later.",
            ],
        )
    },
};

fn code_error(error: CodeError) -> String {
    match error {
        CodeError::Symbol(symbol) => format!(
            "‘{}’ does not occur in a GGD key. Possible are: {}.",
            symbol.to_ascii_uppercase(),
            spelled(ALPHABET),
        ),
        CodeError::Length(0) => "Enter the GGD key.".to_owned(),
        CodeError::Length(1) => format!("This is 1 symbol. A GGD key has {LENGTH}."),
        CodeError::Length(found) => format!("These are {found} symbols. A GGD key has {LENGTH}."),
        CodeError::Check => "This GGD key is not right. One symbol is wrong, or two symbols are \
                             the wrong way round. Have the caller read the key once more."
            .to_owned(),
    }
}

/// `symbols` with spaces between them, so that they are read one by one.
fn spelled(symbols: &str) -> String {
    let symbols: Vec<String> = symbols.chars().map(String::from).collect();
    symbols.join(" ")
}

/// The international radiotelephony alphabet, as far as codes need it. The Dutch one stands below
/// it.
fn word(symbol: char) -> Option<&'static str> {
    Some(match symbol {
        'B' => "Bravo",
        'C' => "Charlie",
        'F' => "Foxtrot",
        'G' => "Golf",
        'J' => "Juliett",
        'L' => "Lima",
        'Q' => "Quebec",
        'R' => "Romeo",
        'S' => "Sierra",
        'T' => "Tango",
        'U' => "Uniform",
        'V' => "Victor",
        'X' => "X-ray",
        'Y' => "Yankee",
        'Z' => "Zulu",
        '0' => "zero",
        '2' => "two",
        '3' => "three",
        '4' => "four",
        '5' => "five",
        '6' => "six",
        '7' => "seven",
        '8' => "eight",
        '9' => "nine",
        _ => return None,
    })
}

fn date_error(error: DateError, oldest: &str) -> String {
    match error {
        DateError::Future => "This day is still to come. Choose a day that has been.".to_owned(),
        DateError::Malformed => "Enter a whole date: day, month and year.".to_owned(),
        DateError::TooOld => {
            format!(
                "This day is more than {MAX_ILLNESS_AGE_DAYS} days ago. Choose a day from {oldest} \
                 on."
            )
        }
    }
}

fn again(seconds: Option<u32>, at: Option<&str>) -> String {
    match (seconds.map(|seconds| seconds.div_ceil(60)), at) {
        (Some(1), Some(at)) => format!("In 1 minute, at {at}, you can enter a code again."),
        (Some(minutes), Some(at)) => {
            format!("In {minutes} minutes, at {at}, you can enter a code again.")
        }
        _ => "In a quarter of an hour you can enter a code again.".to_owned(),
    }
}

fn problem(problem: Problem) -> Explanation {
    let explain = Explanation::new;
    match problem {
        Problem::CodeNotAccepted => explain(
            "The code is not accepted",
            Some("I will read the code to you. Is it what you see in the app?"),
            &[
                "The words to read are below the code. Mend the code if something differs, and \
                 send the form again.",
                "Is everything the same? Then the code is no longer valid. A code works once, and \
                 until 4\u{a0}o’clock at night. Have the caller close the screen with the GGD key \
                 in the app and open it again: it will show a new code.",
            ],
        ),
        Problem::InvalidCode => explain(
            "The code is not right",
            Some("Would you read the code once more?"),
            &["Mend the code and send the form again."],
        ),
        Problem::InvalidDate => explain(
            "The date is not possible",
            None,
            &[
                "Choose today or a day in the past 30 days, and send the form again.",
                "Does the date look right? Then check the date of your computer.",
            ],
        ),
        Problem::SignedOut => explain(
            "You are no longer signed in",
            Some("Would you hold the line? I have to sign in again."),
            &[
                "The code was not processed. What you filled in is still there.",
                "Sign in in a new window, close that window, and then send the form again here.",
            ],
        ),
        Problem::Forbidden => explain(
            "You may not enter codes",
            Some("I cannot do it now. A colleague will help you."),
            &["Your account has no access to this. Ask your administrator for access."],
        ),
        Problem::Unavailable => explain(
            "The service does not work just now",
            Some("Would you hold the line? I will try again in a moment."),
            &[
                "Wait half a minute and send the form once more. What you filled in is still \
                 there.",
                "If it keeps going wrong, call the caller back later.",
            ],
        ),
        Problem::Gone => explain(
            "This service has ended",
            None,
            &["No more codes can be entered."],
        ),
        Problem::Malformed
        | Problem::MethodNotAllowed
        | Problem::NotFound
        | Problem::Throttled
        | Problem::TooLarge
        | Problem::UnsupportedMediaType => explain(
            "Something went wrong in the portal",
            Some("Would you hold the line? I will try once more."),
            &[
                "The code was not processed. Reload this page and fill in the form once more. The \
                 caller can use the same code.",
                "If it happens again, tell your administrator.",
            ],
        ),
    }
}
