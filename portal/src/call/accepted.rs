//! What stays of a call once its code is accepted.

use shared::{Date, api::ValidationAnswer, keys::illness::Illness};

#[derive(Clone, Copy)]
pub struct Accepted {
    pub infectious_from: Date,
    /// Whether it was the training code, which the service never sees.
    pub practice: bool,
}

impl Accepted {
    pub fn by_service(answer: ValidationAnswer) -> Self {
        Self {
            infectious_from: answer.infectious_from,
            practice: false,
        }
    }

    pub fn practised(illness: Illness) -> Self {
        Self {
            infectious_from: illness.infectious_from(),
            practice: true,
        }
    }
}
