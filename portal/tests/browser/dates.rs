//! Symptoms, the day, and the first infectious day that follows from them.

use portal::CurrentEmployee;
use shared::staff::employee::Role;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::screen::{CODE, Screen, employee, focused};

#[wasm_bindgen_test]
async fn the_last_22_days_are_listed_by_name() {
    let screen = Screen::open([]).await;
    let options = screen.texts("#date option");
    assert_eq!(options.len(), 24);
    assert_eq!(
        options[..4],
        [
            "Kies een dag",
            "maandag 23 november (vandaag)",
            "zondag 22 november (gisteren)",
            "zaterdag 21 november (2 dagen geleden)",
        ]
    );
    assert_eq!(options[22], "maandag 2 november (21 dagen geleden)");
    assert_eq!(options[23], "Een eerdere dag");
}

#[wasm_bindgen_test]
async fn what_is_asked_for_follows_symptoms() {
    let screen = Screen::open([]).await;
    let label = || screen.text("label[for=date]");
    assert_eq!(label(), "Eerste ziektedag of datum van de test");
    screen.click("symptoms-yes").await;
    assert_eq!(label(), "Eerste ziektedag");
    screen.click("symptoms-no").await;
    assert_eq!(label(), "Datum van de test");
}

#[wasm_bindgen_test]
async fn the_first_infectious_day_is_shown_before_sending() {
    let screen = Screen::open([]).await;
    screen.choose_day("2026-11-02").await;
    assert_eq!(screen.text(".infectious"), "");
    screen.click("symptoms-yes").await;
    assert_eq!(screen.text(".infectious .day"), "zaterdag 31 oktober");
    screen.click("symptoms-no").await;
    assert_eq!(screen.text(".infectious .day"), "maandag 2 november");
    screen.choose_day("").await;
    assert_eq!(screen.text(".infectious"), "");
}

#[wasm_bindgen_test]
async fn an_older_day_is_typed_and_may_be_30_days_ago() {
    let screen = Screen::open([]).await;
    screen.click("symptoms-yes").await;
    assert!(screen.find("earlier").is_none());
    screen.choose_day("earlier").await;
    let input = screen.element("earlier");
    assert_eq!(input.get_attribute("min").as_deref(), Some("2026-10-24"));
    assert_eq!(input.get_attribute("max").as_deref(), Some("2026-11-23"));
    assert!(screen.text("#earlier-hint").contains("zaterdag 24 oktober"));

    screen.enter("earlier", "2026-10-24").await;
    screen.leave("earlier").await;
    assert!(!screen.is_wrong("earlier", "earlier-error"));
    assert_eq!(screen.text(".infectious .day"), "donderdag 22 oktober");

    screen.enter("earlier", "2026-10-23").await;
    assert!(!screen.is_wrong("earlier", "earlier-error"));
    screen.leave("earlier").await;
    assert!(screen.is_wrong("earlier", "earlier-error"));
    assert_eq!(
        screen.text("#earlier-error"),
        "Deze dag is meer dan 30 dagen geleden. Kies een dag vanaf zaterdag 24 oktober."
    );
    assert_eq!(screen.text(".infectious"), "");

    screen.enter("earlier", "2026-11-24").await;
    screen.leave("earlier").await;
    assert!(screen.text("#earlier-error").contains("moet nog komen"));

    screen.choose_day("2026-11-20").await;
    assert!(screen.find("earlier").is_none());
    assert_eq!(screen.text(".infectious .day"), "woensdag 18 november");
}

#[wasm_bindgen_test]
async fn sending_leads_to_the_first_field_with_an_error() {
    let screen = Screen::open([]).await;
    screen.press("Versturen").await;
    assert_eq!(focused(), "code");
    assert_eq!(screen.text("#code-error"), "Vul de GGD-sleutel in.");
    assert_eq!(screen.text("#symptoms-error"), "Kies ja of nee.");
    assert_eq!(screen.text("#date-error"), "Kies een dag.");

    screen.enter("code", CODE).await;
    screen.press("Versturen").await;
    assert_eq!(focused(), "symptoms-yes");

    screen.click("symptoms-no").await;
    assert_eq!(screen.text("#symptoms-error"), "");
    screen.press("Versturen").await;
    assert_eq!(focused(), "date");
    assert_eq!(screen.text("#date-error"), "Kies de datum van de test.");
    assert!(screen.is_wrong("date", "date-error"));

    screen.choose_day("earlier").await;
    assert_eq!(screen.text("#date-error"), "");
    screen.press("Versturen").await;
    assert_eq!(focused(), "earlier");
    assert_eq!(
        screen.text("#earlier-error"),
        "Vul een hele datum in: dag, maand en jaar."
    );
    assert!(screen.sent().is_empty());
}

#[wasm_bindgen_test]
async fn a_page_left_open_overnight_lists_the_new_day() {
    const DAY: i64 = 86_400;
    let screen = Screen::open([]).await;
    // An employee who works all night.
    screen.service.knows(Ok(CurrentEmployee {
        idle_seconds: 3 * DAY,
        end_seconds: 4 * DAY,
        ..employee(Role::Employee)
    }));
    screen.pass_unnoticed(61);
    screen.key("Shift").await;
    screen.pass_unnoticed(DAY);
    let code = screen.element("code");
    screen.happen(&code, "focusin").await;
    assert_eq!(
        screen.texts("#date option")[1],
        "dinsdag 24 november (vandaag)"
    );
    // But not while the employee is filling it in.
    screen.choose_day("2026-11-24").await;
    screen.pass_unnoticed(DAY);
    screen.happen(&code, "focusin").await;
    assert_eq!(
        screen.texts("#date option")[1],
        "dinsdag 24 november (vandaag)"
    );
}
