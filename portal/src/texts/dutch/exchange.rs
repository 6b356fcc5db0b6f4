//! The administrator's screen about other countries, in Dutch.

use shared::api::{QuarantineReason, RunOutcome};

use crate::texts::types::*;

pub(super) const EXCHANGE: ExchangeTexts = ExchangeTexts {
    intro: "Elke twee uur stuurt de dienst eigen sleutels naar de andere landen en haalt die van \
            hen op. Sleutels die niet te vertrouwen zijn, worden apart gezet en nooit \
            gepubliceerd.",
    upload: "Laatste keer versturen",
    download: "Laatste keer ophalen",
    never: "Nog niet",
    outcome,
    caption: "Wat apart is gezet, het nieuwste eerst",
    count: |count| match count {
        0 => "Er is niets apart gezet".to_owned(),
        1 => "1 regel".to_owned(),
        count => format!("{count} regels"),
    },
    tag: "Pakket",
    country: "Land",
    all_of_it: "Het hele pakket",
    unknown: "Onbekend",
    why: "Waarom",
    reason,
};

fn outcome(outcome: RunOutcome) -> String {
    match outcome {
        RunOutcome::Done => "gelukt".to_owned(),
        RunOutcome::NoAnswer => {
            "de gateway had een storing of gaf geen antwoord; de volgende keer wordt het opnieuw \
             geprobeerd"
                .to_owned()
        }
        RunOutcome::Refused { status } => {
            format!(
                "de gateway weigerde met status {status}; vraag de technisch beheerder te kijken"
            )
        }
        RunOutcome::Unfinished => "er is meer; de volgende keer gaat het verder".to_owned(),
        RunOutcome::Unreadable => {
            "het antwoord van de gateway klopt niet; vraag de technisch beheerder te kijken"
                .to_owned()
        }
    }
}

fn reason(reason: QuarantineReason) -> &'static str {
    match reason {
        QuarantineReason::Amounts => {
            "Het overzicht van de gateway noemt meer of minder sleutels dan er zijn"
        }
        QuarantineReason::CertificateCountry => "Het certificaat is van een ander land",
        QuarantineReason::CertificateExpired => "Het certificaat is niet geldig",
        QuarantineReason::NoAudit => "De gateway geeft niet aan wie wat heeft gestuurd",
        QuarantineReason::NoBatch => "De gateway geeft het pakket niet",
        QuarantineReason::Origin => "Een sleutel zegt van een ander land te zijn",
        QuarantineReason::Signature => "De handtekening hoort niet bij precies deze sleutels",
        QuarantineReason::TooManyUploads => "Het land stuurde te veel losse delen in één pakket",
        QuarantineReason::UnknownCountry => "Het land is onbekend",
        QuarantineReason::Unreadable => "Het pakket of het overzicht is niet te lezen",
        QuarantineReason::UntrustedCertificate => {
            "De beheerder van de gateway staat niet in voor het certificaat"
        }
    }
}
