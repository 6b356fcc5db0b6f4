//! The guide to the conversation, in English.

use crate::texts::types::*;

pub(super) const GUIDE: GuideTexts = GuideTexts {
    heading: "The conversation",
    show: "Show the conversation",
    hide: "Hide the conversation",
    steps: &[
        Step {
            heading: "Ask",
            cue: Some("Have the caller put the phone on speaker."),
            say: &[
                "Do you use the app? Then you can warn others who have been close to you. You may, \
                 but you do not have to. Your name is not part of it.",
                "Would you like to? Then put your phone on speaker, and open the app.",
            ],
            note: None,
        },
        Step {
            heading: "The code in the app",
            cue: None,
            say: &[
                "Scroll to the bottom of the app and choose ‘GGD-sleutel doorgeven’ (Pass on GGD \
                 key).",
                "You see seven letters and digits. Would you read them to me?",
            ],
            note: Some("Enter the code, and then ask about symptoms and the day."),
        },
        Step {
            heading: "At the end",
            cue: Some("Send the form first, and wait for the answer."),
            say: &[
                "Press ‘Ga door’ (Continue) in the app, and choose ‘Delen’ (Share) to agree.",
                "Does it not work now? You can still share until 4\u{a0}o’clock tonight.",
            ],
            note: None,
        },
    ],
    questions_heading: "What callers ask",
    questions: &[
        Question {
            question: "Who gets a warning?",
            answer: "Whoever uses the app too, and was close to you for long enough on a day when \
                     you were infectious.",
        },
        Question {
            question: "What do others see in the warning?",
            answer: "On which day they were close to somebody with corona, and what they can do. \
                     No name, no place and no time.",
        },
        Question {
            question: "Will others know that it came from me?",
            answer: "The app knows no names. Somebody who met only one person on that day may \
                     guess, of course.",
        },
        Question {
            question: "What exactly do I share?",
            answer: "Codes that your phone made up, one for each day. Not your name, your number, \
                     where you were or whom you met.",
        },
        Question {
            question: "How do I open the app during a call?",
            answer: "Put the phone on speaker and go to the home screen. The call goes on. Open \
                     the app there.",
        },
    ],
};
