//! The guide to the conversation, in Dutch.

use crate::texts::types::*;

pub(super) const GUIDE: GuideTexts = GuideTexts {
    heading: "Het gesprek",
    show: "Toon het gesprek",
    hide: "Verberg het gesprek",
    steps: &[
        Step {
            heading: "Vraag",
            cue: Some("Laat de beller de telefoon op de luidspreker zetten."),
            say: &[
                "Gebruikt u de app? Dan kunt u anderen waarschuwen die dicht bij u zijn geweest. \
                 Dat mag, het hoeft niet. Uw naam komt er niet bij.",
                "Wilt u dat? Zet uw telefoon dan op de luidspreker, en open de app.",
            ],
            note: None,
        },
        Step {
            heading: "De code in de app",
            cue: None,
            say: &[
                "Ga in de app helemaal naar beneden en kies ‘GGD-sleutel doorgeven’.",
                "U ziet zeven letters en cijfers. Leest u die voor?",
            ],
            note: Some("Vul de code in, en vraag daarna naar de klachten en de dag."),
        },
        Step {
            heading: "Tot slot",
            cue: Some("Verstuur eerst het formulier, en wacht op het antwoord."),
            say: &[
                "Druk in de app op ‘Ga door’, en kies ‘Delen’ om toestemming te geven.",
                "Lukt het nu niet? Delen kan nog tot vannacht 4\u{a0}uur.",
            ],
            note: None,
        },
    ],
    questions_heading: "Vragen van bellers",
    questions: &[
        Question {
            question: "Wie krijgt er een melding?",
            answer: "Wie ook de app gebruikt, en lang genoeg dicht bij u was op een dag dat u \
                     besmettelijk was.",
        },
        Question {
            question: "Wat zien anderen in de melding?",
            answer: "Op welke dag zij dicht bij iemand met corona zijn geweest, en wat zij kunnen \
                     doen. Geen naam, geen plaats en geen tijdstip.",
        },
        Question {
            question: "Weten anderen dat het van mij komt?",
            answer: "De app kent geen namen. Wie die dag maar één persoon heeft gezien, kan het \
                     natuurlijk wel raden.",
        },
        Question {
            question: "Wat deel ik precies?",
            answer: "Codes die uw telefoon zelf heeft verzonnen, één voor elke dag. Niet uw naam, \
                     uw nummer, waar u was of wie u hebt ontmoet.",
        },
        Question {
            question: "Hoe open ik de app als ik bel?",
            answer: "Zet de telefoon op de luidspreker en ga naar het beginscherm. Het gesprek \
                     gaat door. Open daar de app.",
        },
    ],
};
