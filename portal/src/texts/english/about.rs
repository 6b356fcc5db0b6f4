//! Privacy, countries and accessibility, in English.

use crate::texts::types::*;

pub(super) const ABOUT: AboutTexts = AboutTexts {
    privacy: &[
        Section {
            heading: "What this portal is for",
            paragraphs: &[
                "The app warns people who have been close to somebody with corona. Whoever has \
                 tested positive may take part in that: the app then shows a code, the GGD key, \
                 and an employee of the GGD enters it here with the first day of illness. Only \
                 when the caller shares and the GGD has entered the code does the service use what \
                 the phone sends.",
                "Only employees of the GGD can use the portal. They sign in with two steps.",
            ],
            points: &[],
        },
        Section {
            heading: "What happens with data",
            paragraphs: &[],
            points: &[
                "The GGD key is random. It works once, and until 4\u{a0}o’clock in the night after \
                 the app showed it.",
                "The first day of illness, or without symptoms the day of the test, decides on \
                 which days somebody was infectious. Only keys of those days are used.",
                "The keys are random codes, one for each day. The service turns them into \
                 diagnosis keys and publishes these, so that phones can find out by themselves \
                 whether they were near. A name, number or place is not part of them.",
                "What comes from a phone is kept for at most 14 days after it was shared.",
                "IP addresses are used for management and security only, stored apart from \
                 everything else, and deleted after at most 7 days.",
                "No statistics are made.",
                "Nobody sees whether somebody shares after the call, not even the GGD.",
            ],
        },
        Section {
            heading: "What is kept of employees",
            paragraphs: &[],
            points: &[
                "Who did what, in which minute, and what came of it. Never a code or a first day \
                 of illness. Administrators can read it for 14 days; then it is gone.",
                "One cookie, for being signed in. It ends after a quarter of an hour without use, \
                 and after eight hours.",
                "The language that you choose, in this browser.",
            ],
        },
        Section {
            heading: "Your rights",
            paragraphs: &[
                "The Minister of Health, Welfare and Sport is responsible for the app, and each \
                 GGD for what it uses itself. Nobody can find out whose a code is, so a request \
                 for access or deletion often cannot be met. You can send a request to your own \
                 GGD, and a complaint to the Dutch Data Protection Authority.",
            ],
            points: &[],
        },
    ],
    countries_heading: "Participating countries",
    countries_intro: "The service exchanges diagnosis keys with other European countries, through \
                      the European Federation Gateway Service (EFGS) of the European Commission. \
                      There, too, they stay for 14 days. These are the countries now:",
    countries_none: "At the moment no other countries take part.",
    countries_failed: "The list of countries cannot be loaded now.",
    accessibility: &[
        Section {
            heading: "Accessibility",
            paragraphs: &[
                "Everybody should be able to work with this portal, also with a screen reader, \
                 without a mouse or with an enlarged screen. It is made after WCAG 2.2, levels A \
                 and AA.",
                "How that was examined: every screen in both languages was examined automatically \
                 with axe-core, and tried with the keyboard alone, on a screen 320 pixels wide, \
                 and in light and dark.",
            ],
            points: &[],
        },
        Section {
            heading: "What is not good yet",
            paragraphs: &[],
            points: &[
                "The portal has not been examined by an independent body yet, nor by people who \
                 work with a screen reader every day.",
                "A day more than three weeks ago is chosen in the date field of your browser. How \
                 well that works with a screen reader depends on the browser.",
                "The administrator’s tables are wider than a narrow screen. They can be scrolled \
                 sideways, also with the keyboard.",
            ],
        },
        Section {
            heading: "Does something not work for you?",
            paragraphs: &[
                "Tell your own GGD. Say what you wanted to do, what happened, and which browser \
                 and aids you use.",
            ],
            points: &[],
        },
    ],
};
