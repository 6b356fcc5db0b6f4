//! A simulated town, in which exactly the people who were near an infectious person are warned,
//! with the right day.

use tests::{System, town::Town};

#[test]
fn a_town_warns_exactly_those_who_were_exposed_and_of_the_right_day() {
    let mut system = System::start();
    let town = Town {
        phones: 200,
        ill: 12,
        seed: 1,
    };
    let comparison = town.run(&mut system);
    assert!(comparison.wrong.is_empty(), "{:#?}", comparison.wrong);
    // In this town, some are warned and some are not.
    assert!(
        (10..190).contains(&comparison.expected),
        "{} of {} phones warn their owners",
        comparison.expected,
        town.phones
    );
}
