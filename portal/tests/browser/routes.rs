//! The screens' addresses, and who may see which.

use leptos::prelude::*;
use shared::staff::employee::Role;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::screen::{Screen, answered, focused, focused_text};

fn path() -> String {
    window().location().pathname().unwrap()
}

#[wasm_bindgen_test]
async fn an_employee_sees_no_screen_of_the_administrator() {
    let screen = Screen::at("/", Role::Employee).await;
    assert_eq!(
        screen.texts("nav a"),
        ["GGD-sleutel invoeren", "Over dit portaal"]
    );
    drop(screen);
    for path in ["/audit", "/employees", "/exchange"] {
        let screen = Screen::at(path, Role::Employee).await;
        assert_eq!(screen.heading(), "Niet voor jou");
        assert!(screen.text("main").contains("alleen voor beheerders"));
        assert!(screen.texts("table").is_empty());
    }
}

#[wasm_bindgen_test]
async fn an_administrator_sees_all() {
    let screen = Screen::at("/audit", Role::Administrator).await;
    assert_eq!(screen.heading(), "Logboek");
    assert_eq!(
        screen.texts("nav a"),
        [
            "GGD-sleutel invoeren",
            "Logboek",
            "Ingelogd",
            "Landen",
            "Over dit portaal"
        ]
    );
}

#[wasm_bindgen_test]
async fn going_to_a_screen_changes_address_title_heading_and_focus() {
    let screen = Screen::at("/", Role::Administrator).await;
    assert_eq!(document().title(), "GGD-sleutel invoeren – GGD-portaal");
    for (label, to, heading) in [
        ("Logboek", "/audit", "Logboek"),
        ("Ingelogd", "/employees", "Wie is er ingelogd"),
        ("Landen", "/exchange", "Uitwisseling met andere landen"),
        ("Over dit portaal", "/about", "Over dit portaal"),
        ("GGD-sleutel invoeren", "/", "GGD-sleutel invoeren"),
    ] {
        screen.go(label).await;
        assert_eq!(path(), to);
        assert_eq!(screen.heading(), heading);
        assert_eq!(focused_text(), heading);
        assert_eq!(document().title(), format!("{heading} – GGD-portaal"));
        assert_eq!(screen.text("nav [aria-current=page]"), label);
    }
}

#[wasm_bindgen_test]
async fn the_way_back_is_the_browsers() {
    let screen = Screen::at("/", Role::Employee).await;
    screen.go("Over dit portaal").await;
    window().history().unwrap().back().unwrap();
    answered().await;
    answered().await;
    assert_eq!(path(), "/");
    assert_eq!(screen.heading(), "GGD-sleutel invoeren");
}

#[wasm_bindgen_test]
async fn an_address_that_is_none_says_so() {
    let screen = Screen::at("/nothing", Role::Employee).await;
    assert_eq!(screen.heading(), "Niet gevonden");
    assert_eq!(document().title(), "Niet gevonden – GGD-portaal");
    screen.all("main a")[0].click();
    answered().await;
    assert_eq!(screen.heading(), "GGD-sleutel invoeren");
}

#[wasm_bindgen_test]
async fn a_look_at_another_screen_loses_nothing() {
    let screen = Screen::at("/", Role::Employee).await;
    screen.fill_in().await;
    screen.choose_day("earlier").await;
    screen.enter("earlier", "2026-10-30").await;
    screen.go("Over dit portaal").await;
    assert!(screen.find("code").is_none());
    screen.go("GGD-sleutel invoeren").await;
    assert_eq!(screen.value("code"), "XBB-5X-FJ");
    assert_eq!(screen.all("#symptoms-yes:checked").len(), 1);
    assert_eq!(screen.value("date"), "earlier");
    assert_eq!(screen.value("earlier"), "2026-10-30");
    assert_eq!(screen.text(".infectious .day"), "woensdag 28 oktober");
}

#[wasm_bindgen_test]
async fn every_screen_has_one_first_heading_and_no_gap_below_it() {
    for path in [
        "/",
        "/audit",
        "/employees",
        "/exchange",
        "/about",
        "/nothing",
    ] {
        let screen = Screen::at(path, Role::Administrator).await;
        let mut level = 1;
        let headings = screen.all("main :is(h1, h2, h3, h4)");
        assert_eq!(headings[0].tag_name(), "H1");
        for heading in &headings[1..] {
            let next: u32 = heading.tag_name()[1..].parse().unwrap();
            assert!((2..=level + 1).contains(&next), "{path}");
            level = next;
        }
    }
}

#[wasm_bindgen_test]
async fn the_keyboards_first_stop_leads_to_the_form_or_else_to_the_content() {
    let screen = Screen::at("/", Role::Employee).await;
    let skip = &screen.all("a")[0];
    assert_eq!(skip.text_content().as_deref(), Some("Naar het formulier"));
    skip.click();
    assert_eq!(focused(), "code");
    screen.go("Over dit portaal").await;
    let skip = &screen.all("a")[0];
    assert_eq!(skip.text_content().as_deref(), Some("Naar de inhoud"));
    skip.click();
    assert_eq!(focused(), "main");
    assert_eq!(window().location().hash().unwrap(), "");
}
