//! What a phone has heard from other phones.

use serde::{Deserialize, Serialize};
use shared::{
    Timestamp,
    keys::tek::MAX_KEY_AGE_DAYS,
    time::{DAY_SECONDS, shift},
};

use crate::{
    address::PseudoAddress,
    identifiers::{AssociatedMetadata, RollingProximityIdentifier},
};

/// What a phone broadcasts during one interval: the address and the payload of its Bluetooth
/// advertisements.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Broadcast {
    /// The sender's Bluetooth address. Phones that hear it do not remember it.
    pub address: PseudoAddress,
    /// Phones that learn the key can recompute it.
    pub identifier: RollingProximityIdentifier,
    /// The transmit power, from which the distance follows. It is encrypted with the key.
    pub metadata: AssociatedMetadata,
}

/// A broadcast that was heard for a while.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Encounter {
    pub identifier: RollingProximityIdentifier,
    pub metadata: AssociatedMetadata,
    /// The signal strength at this phone, in dBm. The attenuation is known once the metadata,
    /// which hold the transmit power, can be decrypted.
    pub received_power: i8,
    /// The time from which it was heard.
    pub heard_at: Timestamp,
    /// How long it was heard.
    pub seconds: u32,
}

/// The start of a meeting of `seconds` that ended `days_ago` days before `now`.
pub fn began(days_ago: u32, seconds: u32, now: Timestamp) -> Timestamp {
    shift(
        now,
        -(i64::from(days_ago) * DAY_SECONDS + i64::from(seconds)),
    )
}

/// Everything that a phone has heard in the past 14 days.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Encounters(Vec<Encounter>);

impl Encounters {
    pub fn all(&self) -> &[Encounter] {
        &self.0
    }

    pub fn push(&mut self, encounter: Encounter) {
        self.0.push(encounter);
    }

    /// Forgets what was heard more than 14 days ago.
    pub fn forget_before(&mut self, now: Timestamp) {
        let oldest = shift(now, -i64::from(MAX_KEY_AGE_DAYS) * DAY_SECONDS);
        self.0.retain(|encounter| encounter.heard_at >= oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_heard_is_kept_for_fourteen_days() {
        let heard_at: Timestamp = "2026-11-10T10:00:00Z".parse().unwrap();
        let mut encounters = Encounters::default();
        encounters.push(Encounter {
            identifier: RollingProximityIdentifier::from_bytes([1; 16]),
            metadata: AssociatedMetadata::from_bytes([2; 4]),
            received_power: -60,
            heard_at,
            seconds: 300,
        });
        encounters.forget_before(shift(heard_at, 14 * DAY_SECONDS));
        assert_eq!(encounters.all().len(), 1);
        encounters.forget_before(shift(heard_at, 14 * DAY_SECONDS + 1));
        assert!(encounters.all().is_empty());
    }
}
