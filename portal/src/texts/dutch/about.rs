//! Privacy, countries and accessibility, in Dutch.

use crate::texts::types::*;

pub(super) const ABOUT: AboutTexts = AboutTexts {
    privacy: &[
        Section {
            heading: "Waar dit portaal voor is",
            paragraphs: &[
                "De app waarschuwt mensen die dicht bij iemand met corona zijn geweest. Wie \
                 positief is getest, kan daar vrijwillig aan meedoen: de app toont dan een code, \
                 de GGD-sleutel, en een medewerker van de GGD voert die hier in met de eerste \
                 ziektedag. Pas als de beller deelt en de GGD de code heeft ingevoerd, gebruikt de \
                 dienst wat de telefoon stuurt.",
                "Alleen medewerkers van de GGD kunnen het portaal gebruiken. Zij loggen in met \
                 twee stappen.",
            ],
            points: &[],
        },
        Section {
            heading: "Wat er met gegevens gebeurt",
            paragraphs: &[],
            points: &[
                "De GGD-sleutel is willekeurig. Hij werkt één keer, en tot 4\u{a0}uur in de nacht \
                 nadat de app hem liet zien.",
                "De eerste ziektedag, of zonder klachten de dag van de test, bepaalt op welke \
                 dagen iemand besmettelijk was. Alleen sleutels van die dagen worden gebruikt.",
                "De sleutels zijn willekeurige codes, één voor elke dag. De dienst zet ze om in \
                 diagnosesleutels en maakt die openbaar, zodat telefoons zelf kunnen nagaan of ze \
                 in de buurt waren. Een naam, nummer of plaats hoort er niet bij.",
                "Wat van een telefoon komt, wordt hoogstens 14 dagen na het delen bewaard.",
                "IP-adressen worden alleen voor beheer en beveiliging gebruikt, apart van al het \
                 andere bewaard, en na hoogstens 7 dagen gewist.",
                "Er worden geen statistieken gemaakt.",
                "Of iemand na het gesprek deelt, ziet niemand, ook de GGD niet.",
            ],
        },
        Section {
            heading: "Wat er van medewerkers wordt bewaard",
            paragraphs: &[],
            points: &[
                "Wie wat deed, in welke minuut en met welk gevolg. Nooit een code of een eerste \
                 ziektedag. Beheerders kunnen het 14 dagen inzien; daarna is het weg.",
                "Eén cookie, om ingelogd te zijn. Die eindigt na een kwartier zonder gebruik, en \
                 na acht uur.",
                "De taal die je kiest, in deze browser.",
            ],
        },
        Section {
            heading: "Je rechten",
            paragraphs: &[
                "De minister van Volksgezondheid, Welzijn en Sport is verantwoordelijk voor de \
                 app, en elke GGD voor wat zij zelf gebruikt. Wie van een code is, kan niemand \
                 nagaan; daarom kan een verzoek om inzage of verwijdering vaak niet worden \
                 uitgevoerd. Een verzoek kan naar je eigen GGD, en een klacht naar de Autoriteit \
                 Persoonsgegevens.",
            ],
            points: &[],
        },
    ],
    countries_heading: "Deelnemende landen",
    countries_intro: "De dienst wisselt diagnosesleutels uit met andere Europese landen, via de \
                      European Federation Gateway Service (EFGS) van de Europese Commissie. Ook \
                      daar blijven ze 14 dagen. Dit zijn nu de landen:",
    countries_none: "Op dit moment doen er geen andere landen mee.",
    countries_failed: "De lijst met landen kan nu niet worden opgehaald.",
    accessibility: &[
        Section {
            heading: "Toegankelijkheid",
            paragraphs: &[
                "Iedereen moet met dit portaal kunnen werken, ook met een schermlezer, zonder muis \
                 of met een vergroot scherm. Het is gemaakt volgens WCAG 2.2, niveau A en AA.",
                "Hoe dat is onderzocht: elk scherm is in beide talen automatisch onderzocht met \
                 axe-core, en geprobeerd met alleen het toetsenbord, op een scherm van 320 pixels \
                 breed, en licht en donker.",
            ],
            points: &[],
        },
        Section {
            heading: "Wat nog niet goed is",
            paragraphs: &[],
            points: &[
                "Het portaal is nog niet onderzocht door een onafhankelijk bureau, en niet door \
                 mensen die elke dag met een schermlezer werken.",
                "Een dag van meer dan drie weken geleden kies je in het datumveld van je browser. \
                 Hoe goed dat werkt met een schermlezer, verschilt per browser.",
                "De tabellen voor beheerders zijn op een smal scherm breder dan het scherm. Je \
                 kunt ze opzij schuiven, ook met het toetsenbord.",
            ],
        },
        Section {
            heading: "Werkt er iets niet voor jou?",
            paragraphs: &[
                "Meld het bij je eigen GGD. Vertel wat je wilde doen, wat er gebeurde, en welke \
                 browser en hulpmiddelen je gebruikt.",
            ],
            points: &[],
        },
    ],
};
