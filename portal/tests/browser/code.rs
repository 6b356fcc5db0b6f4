//! The field for the validation code.

use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlInputElement;

use crate::screen::{Screen, focused};

#[wasm_bindgen_test]
async fn a_wrong_symbol_is_named_at_once() {
    let screen = Screen::open([]).await;
    screen.enter("code", "l8").await;
    assert!(!screen.is_wrong("code", "code-error"));
    screen.enter("code", "l8o").await;
    assert!(screen.is_wrong("code", "code-error"));
    assert_eq!(
        screen.text("#code-error"),
        "‘O’ komt niet voor in een GGD-sleutel. Wel mogelijk zijn: \
         B C F G J L Q R S T U V X Y Z 2 3 4 5 6 7 8 9."
    );
    assert_eq!(
        screen
            .element("code-error")
            .get_attribute("role")
            .as_deref(),
        Some("alert")
    );
    screen.enter("code", "l8").await;
    assert!(!screen.is_wrong("code", "code-error"));
    assert_eq!(screen.text("#code-error"), "");
}

#[wasm_bindgen_test]
async fn lower_case_spaces_and_dashes_become_one_spelling() {
    let screen = Screen::open([]).await;
    for typed in ["l8t 6l-jv", "L8T6LJV", " l8t6l–jv ", "L-8-T-6-L-J-V"] {
        screen.enter("code", typed).await;
        assert_eq!(screen.value("code"), "L8T-6L-JV");
    }
    screen.leave("code").await;
    assert!(!screen.is_wrong("code", "code-error"));
}

#[wasm_bindgen_test]
async fn the_groups_appear_and_disappear_while_typing() {
    let screen = Screen::open([]).await;
    for (typed, shown) in [
        ("l8t", "L8T"),
        ("L8T6", "L8T-6"),
        ("L8T-6LJ", "L8T-6L-J"),
        ("L8T-6L-", "L8T-6L"),
        ("L8T-", "L8T"),
    ] {
        screen.enter("code", typed).await;
        assert_eq!(screen.value("code"), shown);
    }
}

#[wasm_bindgen_test]
async fn the_caret_stays_when_the_middle_is_mended() {
    let screen = Screen::open([]).await;
    screen.enter("code", "L8T-6L-JV").await;
    let field = screen.element("code");
    let input: &HtmlInputElement = field.unchecked_ref();
    input.set_value("L88T-6L-JV");
    input.set_selection_range(3, 3).unwrap();
    screen.happen(&field, "input").await;
    assert_eq!(screen.value("code"), "L88T-6L-JV");
    assert_eq!(input.selection_start().unwrap(), Some(3));
    // Too many symbols cannot become right by typing on.
    assert_eq!(
        screen.text("#code-error"),
        "Dit zijn 8 tekens. Een GGD-sleutel heeft er 7."
    );
    screen.leave("code").await;
    assert_eq!(screen.value("code"), "L88-T6-LJV");
}

#[wasm_bindgen_test]
async fn a_code_that_is_not_finished_is_no_error_until_the_field_is_left() {
    let screen = Screen::open([]).await;
    screen.leave("code").await;
    assert!(!screen.is_wrong("code", "code-error"));
    screen.enter("code", "L8T6LJ").await;
    assert!(!screen.is_wrong("code", "code-error"));
    screen.leave("code").await;
    assert_eq!(
        screen.text("#code-error"),
        "Dit zijn 6 tekens. Een GGD-sleutel heeft er 7."
    );
}

#[wasm_bindgen_test]
async fn two_symbols_the_wrong_way_round_are_found_when_the_field_is_left() {
    let screen = Screen::open([]).await;
    screen.enter("code", "8LT6LJV").await;
    assert!(!screen.is_wrong("code", "code-error"));
    screen.leave("code").await;
    assert!(screen.is_wrong("code", "code-error"));
    assert!(screen.text("#code-error").contains("verwisseld"));
    // It is taken back with the next key.
    screen.enter("code", "8LT6LJ").await;
    assert!(!screen.is_wrong("code", "code-error"));
}

#[wasm_bindgen_test]
async fn sending_a_code_that_cannot_be_right_leads_back_to_it() {
    let screen = Screen::open([]).await;
    screen.fill_in().await;
    screen.enter("code", "L8T6LJQ").await;
    screen.press("Versturen").await;
    assert_eq!(focused(), "code");
    assert!(screen.text("#code-error").contains("klopt niet"));
    assert!(screen.sent().is_empty());
}

#[wasm_bindgen_test]
async fn the_training_code_is_explained_and_no_error() {
    let screen = Screen::open([]).await;
    for typed in ["0", "000-0", "000 00 00"] {
        screen.enter("code", typed).await;
        assert!(!screen.is_wrong("code", "code-error"), "{typed}");
    }
    assert!(screen.text("#code-note").contains("Dit is de oefencode."));
    screen.leave("code").await;
    assert!(!screen.is_wrong("code", "code-error"));
    // Any other code with a nought is wrong at once.
    screen.enter("code", "0000B").await;
    assert!(screen.text("#code-error").starts_with("‘0’ komt niet voor"));
    assert_eq!(screen.text("#code-note"), "");
}
