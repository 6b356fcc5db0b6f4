//! The form and what comes of it, in Dutch.

use shared::{
    api::problem::Problem,
    enrolment::code::{ALPHABET, CodeError, LENGTH},
    keys::illness::{DateError, MAX_ILLNESS_AGE_DAYS},
};

use crate::texts::types::*;

pub(super) const FORM: FormTexts = FormTexts {
    heading: "Vragen aan de beller",
    code: CodeTexts {
        label: "Welke GGD-sleutel ziet u in de app?",
        hint: "Zeven letters en cijfers, bijvoorbeeld L8T‑6L‑JV.",
        error: code_error,
        training: "Dit is de oefencode. Je kunt het hele formulier invullen. Er wordt niets \
                   verstuurd.",
        spell: "Code voorlezen",
        spell_hide: "Verberg de woorden",
        spelled: "Lees voor aan de beller:",
        word,
        dutch_words: None,
    },
    symptoms: SymptomsTexts {
        question: "Heeft u klachten die passen bij corona?",
        hint: "Toets j of n.",
        yes: "Ja",
        no: "Nee",
        missing: "Kies ja of nee.",
    },
    date: DateTexts {
        label: |symptomatic| match symptomatic {
            Some(true) => "Eerste ziektedag",
            Some(false) => "Datum van de test",
            None => "Eerste ziektedag of datum van de test",
        },
        hint: |symptomatic| match symptomatic {
            Some(true) => "Op welke dag begonnen de klachten?",
            Some(false) => "Op welke dag bent u getest?",
            None => "Met klachten: de dag waarop ze begonnen. Zonder klachten: de dag van de test.",
        },
        missing: |symptomatic| match symptomatic {
            Some(true) => "Kies de eerste ziektedag.",
            Some(false) => "Kies de datum van de test.",
            None => "Kies een dag.",
        },
        choose: "Kies een dag",
        earlier: "Een eerdere dag",
        earlier_label: "Welke eerdere dag?",
        earlier_hint: |oldest| {
            format!("Hoogstens {MAX_ILLNESS_AGE_DAYS} dagen geleden, dus vanaf {oldest}.")
        },
        error: date_error,
    },
    infectious: InfectiousTexts {
        label: "De beller is besmettelijk vanaf",
        why: |symptomatic| match symptomatic {
            true => "Dat is twee dagen vóór de eerste ziektedag.",
            false => "Dat is de dag van de test.",
        },
    },
    send: "Versturen",
    sending: "Bezig met versturen…",
    send_again: "Opnieuw versturen",
    say: "Zeg tegen de beller:",
    sign_in_elsewhere: "Inloggen in een nieuw venster",
};

pub(super) const ACCEPTED: AcceptedTexts = AcceptedTexts {
    heading: "De code is geaccepteerd",
    practice: "Oefencode, er is niets verstuurd.",
    say: |day| {
        vec![
            "Uw code is geaccepteerd. Druk nu in de app op de knop om te delen en geef \
             toestemming."
                .to_owned(),
            format!(
                "Mensen met de app kunnen dan een melding krijgen als ze vanaf {day} dicht \
                 bij u zijn geweest."
            ),
            "Lukt het nu niet? Delen kan nog tot vannacht 4\u{a0}uur.".to_owned(),
        ]
    },
    unseen: "Of de beller ook echt deelt, zie je hier niet. Zo blijft dat privé.",
    next_caller: "Volgende beller",
    next_caller_key: "V",
    next_caller_hint: "of toets V",
};

pub(super) const FAILURE: FailureTexts = FailureTexts {
    offline: || {
        Explanation::new(
            "Je hebt geen internetverbinding",
            Some("Blijft u nog even aan de lijn? Mijn verbinding hapert."),
            &[
                "Er is niets verstuurd. Wat je hebt ingevuld, staat er nog. Controleer je \
                 verbinding en verstuur het formulier dan opnieuw.",
            ],
        )
    },
    no_answer: || {
        Explanation::new(
            "Er kwam geen antwoord",
            Some("Blijft u nog even aan de lijn? De verbinding hapert."),
            &[
                "Controleer je internetverbinding en verstuur het formulier nog een keer. Wat je \
                 hebt ingevuld, staat er nog.",
                "Opnieuw versturen kan geen kwaad: een code wordt nooit twee keer verwerkt.",
            ],
        )
    },
    problem,
    throttled: |seconds, again_at| {
        Explanation::new(
            "Er zijn te veel codes geweigerd",
            Some("Het lukt mij nu niet. Een collega helpt u verder."),
            &[
                &again(seconds, again_at),
                "Laat een collega deze beller helpen, of bel de beller straks terug.",
            ],
        )
    },
};

fn code_error(error: CodeError) -> String {
    match error {
        CodeError::Symbol(symbol) => format!(
            "‘{}’ komt niet voor in een GGD-sleutel. Wel mogelijk zijn: {}.",
            symbol.to_ascii_uppercase(),
            spelled(ALPHABET),
        ),
        CodeError::Length(0) => "Vul de GGD-sleutel in.".to_owned(),
        CodeError::Length(1) => format!("Dit is 1 teken. Een GGD-sleutel heeft er {LENGTH}."),
        CodeError::Length(found) => {
            format!("Dit zijn {found} tekens. Een GGD-sleutel heeft er {LENGTH}.")
        }
        CodeError::Check => "Deze GGD-sleutel klopt niet. Eén teken is verkeerd, of twee tekens \
                             zijn verwisseld. Laat de beller de sleutel nog een keer voorlezen."
            .to_owned(),
    }
}

/// `symbols` with spaces between them, so that they are read one by one.
fn spelled(symbols: &str) -> String {
    let symbols: Vec<String> = symbols.chars().map(String::from).collect();
    symbols.join(" ")
}

/// The Dutch telephone alphabet, as far as codes need it.
fn word(symbol: char) -> Option<&'static str> {
    Some(match symbol {
        'B' => "Bernard",
        'C' => "Cornelis",
        'F' => "Ferdinand",
        'G' => "Gerard",
        'J' => "Jan",
        'L' => "Lodewijk",
        'Q' => "Quotiënt",
        'R' => "Rudolf",
        'S' => "Simon",
        'T' => "Teunis",
        'U' => "Utrecht",
        'V' => "Victor",
        'X' => "Xantippe",
        'Y' => "Y-grec",
        'Z' => "Zaandam",
        '0' => "nul",
        '2' => "twee",
        '3' => "drie",
        '4' => "vier",
        '5' => "vijf",
        '6' => "zes",
        '7' => "zeven",
        '8' => "acht",
        '9' => "negen",
        _ => return None,
    })
}

fn date_error(error: DateError, oldest: &str) -> String {
    match error {
        DateError::Future => "Deze dag moet nog komen. Kies een dag die al is geweest.".to_owned(),
        DateError::Malformed => "Vul een hele datum in: dag, maand en jaar.".to_owned(),
        DateError::TooOld => format!(
            "Deze dag is meer dan {MAX_ILLNESS_AGE_DAYS} dagen geleden. Kies een dag vanaf \
             {oldest}."
        ),
    }
}

fn again(seconds: Option<u32>, at: Option<&str>) -> String {
    match (seconds.map(|seconds| seconds.div_ceil(60)), at) {
        (Some(1), Some(at)) => format!("Over 1 minuut, om {at}, kun je weer een code invoeren."),
        (Some(minutes), Some(at)) => {
            format!("Over {minutes} minuten, om {at}, kun je weer een code invoeren.")
        }
        _ => "Over een kwartier kun je weer een code invoeren.".to_owned(),
    }
}

fn problem(problem: Problem) -> Explanation {
    let explain = Explanation::new;
    match problem {
        Problem::CodeNotAccepted => explain(
            "De code is niet geaccepteerd",
            Some("Ik lees de code voor. Klopt die met wat u in de app ziet?"),
            &[
                "Onder de code staan de woorden om voor te lezen. Verbeter de code als er iets \
                 anders is, en verstuur het formulier opnieuw.",
                "Klopt alles? Dan is de code niet meer geldig. Een code werkt één keer, en tot \
                 4\u{a0}uur ’s\u{a0}nachts. Laat de beller in de app het scherm met de GGD-sleutel \
                 sluiten en weer openen: dan staat er een nieuwe code.",
            ],
        ),
        Problem::InvalidCode => explain(
            "De code klopt niet",
            Some("Wilt u de code nog een keer voorlezen?"),
            &["Verbeter de code en verstuur het formulier opnieuw."],
        ),
        Problem::InvalidDate => explain(
            "De datum kan niet",
            None,
            &[
                "Kies vandaag of een dag in de afgelopen 30 dagen, en verstuur het formulier \
                 opnieuw.",
                "Lijkt de datum goed? Controleer dan of de datum van je computer klopt.",
            ],
        ),
        Problem::SignedOut => explain(
            "Je bent niet meer ingelogd",
            Some("Blijft u nog even aan de lijn? Ik moet opnieuw inloggen."),
            &[
                "De code is niet verwerkt. Wat je hebt ingevuld, staat er nog.",
                "Log in in een nieuw venster, sluit dat venster weer, en verstuur het formulier \
                 dan hier opnieuw.",
            ],
        ),
        Problem::Forbidden => explain(
            "Je mag geen codes invoeren",
            Some("Het lukt mij nu niet. Een collega helpt u verder."),
            &["Je account heeft er geen toegang toe. Vraag je beheerder om toegang."],
        ),
        Problem::Unavailable => explain(
            "De dienst werkt nu even niet",
            Some("Blijft u nog even aan de lijn? Ik probeer het zo nog een keer."),
            &[
                "Wacht een halve minuut en verstuur het formulier nog een keer. Wat je hebt \
                 ingevuld, staat er nog.",
                "Blijft het misgaan? Bel de beller dan later terug.",
            ],
        ),
        Problem::Gone => explain(
            "Deze dienst is gestopt",
            None,
            &["Er kunnen geen codes meer worden ingevoerd."],
        ),
        Problem::Malformed
        | Problem::MethodNotAllowed
        | Problem::NotFound
        | Problem::Throttled
        | Problem::TooLarge
        | Problem::UnsupportedMediaType => explain(
            "Er ging iets mis in het portaal",
            Some("Blijft u nog even aan de lijn? Ik probeer het nog een keer."),
            &[
                "De code is niet verwerkt. Laad deze pagina opnieuw en vul het formulier nog \
                 een keer in. De beller kan dezelfde code gebruiken.",
                "Gebeurt het weer? Meld het dan bij je beheerder.",
            ],
        ),
    }
}
