//! A connection that goes and comes back.

use portal::RequestFailure;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    answers::accepted,
    screen::{Screen, answered, focused_heading},
};

#[wasm_bindgen_test]
async fn a_lost_connection_is_said_before_sending() {
    let screen = Screen::open([]).await;
    assert_eq!(screen.text(".connection[role=status]"), "");
    screen.happen_to_window("offline").await;
    assert!(
        screen
            .text(".connection")
            .contains("geen internetverbinding")
    );
    screen.happen_to_window("online").await;
    assert!(
        screen
            .text(".connection")
            .contains("weer internetverbinding")
    );
}

#[wasm_bindgen_test]
async fn what_could_not_be_sent_is_sent_later_under_the_same_key() {
    let screen = Screen::open([Err(RequestFailure::Offline), accepted()]).await;
    screen.fill_in().await;
    screen.press("Versturen").await;
    answered().await;
    assert_eq!(focused_heading(), "Je hebt geen internetverbinding");
    screen.press("Opnieuw versturen").await;
    answered().await;
    assert_eq!(focused_heading(), "De code is geaccepteerd");
    let sent = screen.sent();
    assert_eq!(sent[0].idempotency_key, sent[1].idempotency_key);
}
