//! The English texts: plain, for employees and callers who speak English with each other.

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

pub const ENGLISH: Texts = Texts {
    language: Language::English,
    frame: FrameTexts {
        product: "GGD portal",
        skip: "Skip to content",
        skip_to_form: "Skip to the form",
        other_language: "Nederlands",
        navigation: "Screens",
        validation: "Enter a GGD key",
        audit: "Audit trail",
        employees: "Signed in",
        exchange: "Countries",
        about: "About this portal",
        sign_out: "Sign out",
        sign_out_failed: "Signing out did not work. Please try again.",
        privacy: "The portal keeps no data of the caller on this computer.",
        ending_idle: |time| {
            format!(
                "At {time} the screen will be locked, because you are not using the portal. What \
                 is filled in will be erased then. Press any key to stay signed in."
            )
        },
        ending_day: |time| {
            format!(
                "At {time} you will be signed out, because you will have been signed in for long \
                 enough. Finish the call, and then sign in again."
            )
        },
        stay: "Stay signed in",
        asking: "Checking whether you are signed in…",
        unreachable: "The service does not answer. Check your internet connection and try again. \
                      If that does not help, ask your administrator.",
        again: "Try again",
        not_for_you: "This screen is for administrators only. If you need it, ask your \
                      administrator for access.",
        not_found: "There is nothing at this address. Perhaps it has a typing error.",
        to_start: "Go to the start",
    },
    headings: HeadingTexts {
        sign_in: "Warning others with the app",
        asking: "One moment",
        unreachable: "No answer",
        validation: "Enter a GGD key",
        audit: "Audit trail",
        employees: "Who is signed in",
        exchange: "Exchange with other countries",
        about: "About this portal",
        not_for_you: "Not for you",
        not_found: "Not found",
    },
    connection: ConnectionTexts {
        away: "You have no internet connection. You can fill in the form, but not send it yet.",
        back: "Your internet connection is back.",
    },
    sign_in: SignInTexts {
        purpose: "In this portal, employees of the GGD enter the GGD key that a caller with a \
                  positive test sees in the app. The caller can then use the app to warn others.",
        how: "You sign in with your organisation’s account, in two steps.",
        sign_in: "Sign in",
        left: || Explanation::new("You are signed out", None, &[]),
        idle: || {
            Explanation::new(
                "The screen is locked",
                None,
                &[
                    "You did not use the portal for a quarter of an hour. What was filled in has \
                     been erased.",
                ],
            )
        },
        ended: || {
            Explanation::new(
                "You are no longer signed in",
                None,
                &[
                    "You are signed out after eight hours. An administrator can do it earlier, \
                     too. Sign in again.",
                ],
            )
        },
        refused,
        back: || {
            Explanation::new(
                "You are signed in again",
                None,
                &["What you filled in is still there. Send the form again."],
            )
        },
    },
    guide: guide::GUIDE,
    form: validation::FORM,
    accepted: validation::ACCEPTED,
    failure: validation::FAILURE,
    practice: PracticeTexts {
        offer: "No caller on the line?",
        begin: "Practise with the training code",
        banner: "You are practising. Nothing is sent.",
        end: "Stop practising",
    },
    lists: ListTexts {
        loading: "Loading…",
        failed: "The list cannot be loaded now.",
        again: "Try again",
        refresh: "Refresh",
        role: |role| match role {
            Role::Employee => "Employee",
            Role::Administrator => "Administrator",
        },
    },
    audit: AuditTexts {
        intro: "Who did what, and what came of it. A code or a first day of illness is never in \
                it. Entries disappear after 14 days.",
        search: "Search the audit trail",
        employee: "Employee",
        action: "Action",
        outcome: "Outcome",
        day: "Day",
        any: "All",
        time: "Time",
        caption: "Actions, the newest first",
        count: |found, all| match all {
            1 => format!("{found} of 1 entry"),
            all => format!("{found} of {all} entries"),
        },
        more: "Show more",
        there_are_older: "There are older entries, which are not searched yet.",
        older: "Fetch older entries",
        export: "Save as CSV",
        file: "audit-trail",
        separator: ',',
        time_utc: "Time (UTC)",
        of_action: |action| match action {
            Action::SignIn => "Sign in",
            Action::SignOut => "Sign out",
            Action::SignOutOther => "Sign an employee out",
            Action::SignedOutByAdministrator => "Signed out by an administrator",
            Action::Validation => "Enter a code",
            Action::AuditRead => "Read the audit trail",
        },
        of_outcome: |outcome| match outcome {
            Outcome::Done => "Done",
            Outcome::Accepted => "Accepted",
            Outcome::NotAccepted => "Not accepted",
            Outcome::Throttled => "Held back: too many refused",
            Outcome::NoRole => "Refused: no role",
            Outcome::NoSecondFactor => "Refused: no second step",
        },
    },
    employees: EmployeesTexts {
        intro: "Sign an employee out when a computer is lost, or when somebody should no longer \
                have access. Whoever still has an account can sign in again afterwards.",
        caption: "Employees who are signed in",
        name: "Name",
        employee: "Account",
        role: "Role",
        until: "Without use until",
        action: "Sign out",
        count: |count| match count {
            1 => "1 employee".to_owned(),
            count => format!("{count} employees"),
        },
        sign_out: |name| format!("Sign out everywhere: {name}"),
        sign_out_short: "Sign out everywhere",
        confirm: |name| format!("Sign {name} out everywhere?"),
        yes: "Yes, sign out",
        no: "No",
        done: |name| format!("{name} is signed out everywhere."),
        failed: |name| format!("Signing {name} out did not work. Please try again."),
    },
    exchange: exchange::EXCHANGE,
    about: about::ABOUT,
};

fn refused(refusal: SignInRefusal) -> Explanation {
    match refusal {
        SignInRefusal::Role => Explanation::new(
            "You have no access",
            None,
            &[
                "This account may not use the portal. Ask your administrator for access.",
                "Do you have another account? Then sign in with that one.",
            ],
        ),
        SignInRefusal::SecondFactor => Explanation::new(
            "Sign in with a second step",
            None,
            &[
                "You signed in without a second step, such as a code from an app. Set one up for \
                 your account and sign in again. If you do not know how, ask your administrator.",
            ],
        ),
        SignInRefusal::Failed => Explanation::new(
            "Signing in did not work",
            None,
            &[
                "Please try again. If it still does not work, wait a few minutes or ask your \
                 administrator for help.",
            ],
        ),
    }
}
