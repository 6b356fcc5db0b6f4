//! The Dutch texts: plain (B1), "je" to employees, "u" in what they say to callers.

use shared::{
    code::{ALPHABET, CodeError, LENGTH},
    dates::{DateError, OLDEST_DAYS},
    language::Language,
    problem::Problem,
};

use super::{
    AcceptedTexts, CodeTexts, DateTexts, Explanation, InfectiousTexts, SymptomsTexts, Texts,
};
use crate::api::Failure;

/// Dutch.
pub const DUTCH: Texts = Texts {
    language: Language::Dutch,
    product: "GGD-portaal",
    skip: "Naar de inhoud",
    title: "GGD-sleutel invoeren",
    intro: "Vraag de beller om de app te openen en de GGD-sleutel voor te lezen. Een GGD-sleutel \
            is geldig tot 4\u{a0}uur ’s\u{a0}nachts.",
    privacy: "Het portaal bewaart geen gegevens van de beller op deze computer.",
    code: CodeTexts {
        label: "GGD-sleutel",
        hint: "De code van zeven letters en cijfers in de app, bijvoorbeeld L8T‑6L‑JV.",
        error: code_error,
        training: "Dit is de oefencode. Je kunt het hele formulier invullen. Er wordt niets \
                   verstuurd.",
    },
    symptoms: SymptomsTexts {
        question: "Heeft de beller klachten die passen bij corona?",
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
            Some(true) => "De dag waarop de klachten begonnen.",
            Some(false) => "De dag waarop de beller is getest.",
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
            format!("Hoogstens {OLDEST_DAYS} dagen geleden, dus vanaf {oldest}.")
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
    accepted: AcceptedTexts {
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
    },
    failure: explanation,
};

fn code_error(error: CodeError) -> String {
    match error {
        CodeError::Symbol(symbol) => format!(
            "‘{}’ komt niet voor in een GGD-sleutel. Wel mogelijk zijn: {}.",
            symbol.to_uppercase(),
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

fn date_error(error: DateError, oldest: &str) -> String {
    match error {
        DateError::Future => "Deze dag moet nog komen. Kies een dag die al is geweest.".to_owned(),
        DateError::Malformed => "Vul een hele datum in: dag, maand en jaar.".to_owned(),
        DateError::TooOld => format!(
            "Deze dag is meer dan {OLDEST_DAYS} dagen geleden. Kies een dag vanaf {oldest}."
        ),
    }
}

fn explanation(failure: Failure) -> Explanation {
    let explain = |heading, say, next: &[&str]| Explanation {
        heading,
        say,
        next: next.iter().map(|text| (*text).to_owned()).collect(),
    };
    match failure {
        Failure::NoAnswer => explain(
            "Er kwam geen antwoord",
            Some("Blijft u nog even aan de lijn? De verbinding hapert."),
            &[
                "Controleer je internetverbinding en verstuur het formulier nog een keer. Wat je \
                 hebt ingevuld, staat er nog.",
                "Opnieuw versturen kan geen kwaad: een code wordt nooit twee keer verwerkt.",
            ],
        ),
        Failure::Throttled { minutes } => explain(
            "Er zijn te veel codes geweigerd",
            Some("Het lukt mij nu niet. Een collega helpt u verder."),
            &[
                match minutes {
                    Some(1) => "Over 1 minuut kun je weer een code invoeren.".to_owned(),
                    Some(minutes) => {
                        format!("Over {minutes} minuten kun je weer een code invoeren.")
                    }
                    None => "Over een kwartier kun je weer een code invoeren.".to_owned(),
                }
                .as_str(),
                "Laat een collega deze beller helpen, of bel de beller straks terug.",
            ],
        ),
        Failure::Problem(problem) => match problem {
            Problem::CodeNotAccepted => explain(
                "De code is niet geaccepteerd",
                Some("Wilt u de code nog een keer voorlezen?"),
                &[
                    "Verbeter de code als je een verschil hoort, en verstuur het formulier opnieuw.",
                    "Hoor je geen verschil? Dan is de code niet meer geldig. Een code werkt één \
                     keer, en tot 4\u{a0}uur ’s\u{a0}nachts. Laat de beller in de app het scherm met de \
                     GGD-sleutel sluiten en weer openen: dan staat er een nieuwe code.",
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
                    "De code is niet verwerkt. Log opnieuw in en vul het formulier nog een keer \
                     in. De beller kan dezelfde code gebruiken.",
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
        },
    }
}
