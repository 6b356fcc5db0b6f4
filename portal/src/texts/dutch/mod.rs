//! The Dutch texts: plain (B1), "je" to employees, "u" in what they say to callers.

mod about;
mod exchange;
mod guide;
mod validation;

use shared::{
    api::{Action, Outcome},
    language::Language,
    staff::{employee::Role, sign_in::SignInRefusal},
};

use super::types::*;

pub const DUTCH: Texts = Texts {
    language: Language::Dutch,
    frame: FrameTexts {
        product: "GGD-portaal",
        skip: "Naar de inhoud",
        skip_to_form: "Naar het formulier",
        other_language: "English",
        navigation: "Schermen",
        validation: "GGD-sleutel invoeren",
        audit: "Logboek",
        employees: "Ingelogd",
        exchange: "Landen",
        about: "Over dit portaal",
        sign_out: "Uitloggen",
        sign_out_failed: "Uitloggen is niet gelukt. Probeer het nog een keer.",
        privacy: "Het portaal bewaart geen gegevens van de beller op deze computer.",
        ending_idle: |time| {
            format!(
                "Om {time} wordt het scherm vergrendeld, omdat je het portaal niet gebruikt. Wat \
                 is ingevuld, wordt dan gewist. Druk op een toets om ingelogd te blijven."
            )
        },
        ending_day: |time| {
            format!(
                "Om {time} word je uitgelogd, omdat je dan lang genoeg bent ingelogd. Rond het \
                 gesprek af, en log daarna opnieuw in."
            )
        },
        stay: "Ingelogd blijven",
        asking: "Even kijken of je bent ingelogd…",
        unreachable: "De dienst antwoordt niet. Controleer je internetverbinding en probeer het \
                      opnieuw. Helpt dat niet? Vraag dan je beheerder om hulp.",
        again: "Opnieuw proberen",
        not_for_you: "Dit scherm is alleen voor beheerders. Heb je het nodig? Vraag dan je \
                      beheerder om toegang.",
        not_found: "Op dit adres is niets. Misschien is er een tikfout in het adres.",
        to_start: "Naar het begin",
    },
    headings: HeadingTexts {
        sign_in: "Waarschuwen met de app",
        asking: "Even wachten",
        unreachable: "Geen antwoord",
        validation: "GGD-sleutel invoeren",
        audit: "Logboek",
        employees: "Wie is er ingelogd",
        exchange: "Uitwisseling met andere landen",
        about: "Over dit portaal",
        not_for_you: "Niet voor jou",
        not_found: "Niet gevonden",
    },
    connection: ConnectionTexts {
        away: "Je hebt geen internetverbinding. Je kunt het formulier invullen, maar nog niet \
               versturen.",
        back: "Je hebt weer internetverbinding.",
    },
    sign_in: SignInTexts {
        purpose: "In dit portaal voeren medewerkers van de GGD de GGD-sleutel in die een beller \
                  met een positieve test in de app ziet. Daarna kan de beller met de app anderen \
                  waarschuwen.",
        how: "Je logt in met het account van je organisatie, in twee stappen.",
        sign_in: "Inloggen",
        left: || Explanation::new("Je bent uitgelogd", None, &[]),
        idle: || {
            Explanation::new(
                "Het scherm is vergrendeld",
                None,
                &["Je hebt het portaal een kwartier niet gebruikt. Wat was ingevuld, is gewist."],
            )
        },
        ended: || {
            Explanation::new(
                "Je bent niet meer ingelogd",
                None,
                &[
                    "Na acht uur word je uitgelogd. Een beheerder kan het ook eerder doen. Log \
                     opnieuw in.",
                ],
            )
        },
        refused,
        back: || {
            Explanation::new(
                "Je bent weer ingelogd",
                None,
                &["Wat je hebt ingevuld, staat er nog. Verstuur het formulier opnieuw."],
            )
        },
    },
    guide: guide::GUIDE,
    form: validation::FORM,
    accepted: validation::ACCEPTED,
    failure: validation::FAILURE,
    practice: PracticeTexts {
        offer: "Geen beller aan de lijn?",
        begin: "Oefen met de oefencode",
        banner: "Je oefent. Er wordt niets verstuurd.",
        end: "Stoppen met oefenen",
    },
    lists: ListTexts {
        loading: "Wordt opgehaald…",
        failed: "De lijst kan nu niet worden opgehaald.",
        again: "Opnieuw proberen",
        refresh: "Vernieuwen",
        role: |role| match role {
            Role::Employee => "Medewerker",
            Role::Administrator => "Beheerder",
        },
    },
    audit: AuditTexts {
        intro: "Wie heeft wat gedaan, en met welk gevolg. Een code of een eerste ziektedag staat \
                er nooit in. Regels verdwijnen na 14 dagen.",
        search: "Zoeken in het logboek",
        employee: "Medewerker",
        action: "Handeling",
        outcome: "Gevolg",
        day: "Dag",
        any: "Alle",
        time: "Tijd",
        caption: "Handelingen, de nieuwste eerst",
        count: |found, all| match all {
            1 => format!("{found} van 1 regel"),
            all => format!("{found} van {all} regels"),
        },
        more: "Meer tonen",
        there_are_older: "Er zijn oudere regels, waarin nog niet is gezocht.",
        older: "Oudere regels ophalen",
        export: "Opslaan als CSV",
        file: "logboek",
        separator: ';',
        time_utc: "Tijd (UTC)",
        of_action: |action| match action {
            Action::SignIn => "Inloggen",
            Action::SignOut => "Uitloggen",
            Action::SignOutOther => "Een medewerker uitloggen",
            Action::SignedOutByAdministrator => "Uitgelogd door een beheerder",
            Action::Validation => "Code invoeren",
            Action::AuditRead => "Logboek bekijken",
        },
        of_outcome: |outcome| match outcome {
            Outcome::Done => "Gedaan",
            Outcome::Accepted => "Geaccepteerd",
            Outcome::NotAccepted => "Niet geaccepteerd",
            Outcome::Throttled => "Tegengehouden: te veel geweigerd",
            Outcome::NoRole => "Geweigerd: geen rol",
            Outcome::NoSecondFactor => "Geweigerd: zonder tweede stap",
        },
    },
    employees: EmployeesTexts {
        intro: "Log een medewerker uit als een computer kwijt is, of als iemand geen toegang meer \
                mag hebben. Wie nog een account heeft, kan daarna opnieuw inloggen.",
        caption: "Ingelogde medewerkers",
        name: "Naam",
        employee: "Account",
        role: "Rol",
        until: "Zonder gebruik tot",
        action: "Uitloggen",
        count: |count| match count {
            1 => "1 medewerker".to_owned(),
            count => format!("{count} medewerkers"),
        },
        sign_out: |name| format!("{name} overal uitloggen"),
        sign_out_short: "Overal uitloggen",
        confirm: |name| format!("{name} overal uitloggen?"),
        yes: "Ja, uitloggen",
        no: "Nee",
        done: |name| format!("{name} is overal uitgelogd."),
        failed: |name| format!("{name} uitloggen is niet gelukt. Probeer het nog een keer."),
    },
    exchange: exchange::EXCHANGE,
    about: about::ABOUT,
};

fn refused(refusal: SignInRefusal) -> Explanation {
    match refusal {
        SignInRefusal::Role => Explanation::new(
            "Je hebt geen toegang",
            None,
            &[
                "Met dit account mag je het portaal niet gebruiken. Vraag je beheerder om toegang.",
                "Heb je nog een ander account? Log dan daarmee in.",
            ],
        ),
        SignInRefusal::SecondFactor => Explanation::new(
            "Log in met een tweede stap",
            None,
            &[
                "Je hebt ingelogd zonder tweede stap, bijvoorbeeld een code uit een app. Stel die \
                 in bij je account en log opnieuw in. Weet je niet hoe? Vraag het je beheerder.",
            ],
        ),
        SignInRefusal::Failed => Explanation::new(
            "Inloggen is niet gelukt",
            None,
            &[
                "Probeer het nog een keer. Lukt het weer niet? Wacht een paar minuten, of vraag je \
                 beheerder om hulp.",
            ],
        ),
    }
}
