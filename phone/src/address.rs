//! The Bluetooth address from which a phone broadcasts: a random one for each identifier.
//!
//! Apple's and Google's Bluetooth specification (v1.2) wants a random non-resolvable private
//! address that changes at the same time as the identifier. If either stayed when the other
//! changes, an eavesdropper could follow the phone.

use std::fmt;

use rand::{Rng, RngExt as _};
use serde::{Deserialize, Serialize};
use shared::{Timestamp, time::Interval};

use crate::identifiers::RollingProximityIdentifier;

/// The two highest bits of the first byte are the kind of an address. Both are 0 in a
/// non-resolvable private address, which does not tell whose phone it is.
const KIND: u8 = 0b1100_0000;

/// A random non-resolvable private address of Bluetooth Low Energy, highest byte first.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(transparent)]
pub struct PseudoAddress([u8; 6]);

impl PseudoAddress {
    fn random(random: &mut impl Rng) -> Self {
        loop {
            let mut bytes: [u8; 6] = random.random();
            bytes[0] &= !KIND;
            // The specification of Bluetooth (volume 6, part B, 1.3.2.2) excludes these two.
            if bytes != [0; 6] && bytes != [!KIND, 0xff, 0xff, 0xff, 0xff, 0xff] {
                return Self(bytes);
            }
        }
    }
}

impl fmt::Display for PseudoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02X}:{b:02X}:{c:02X}:{d:02X}:{e:02X}:{g:02X}")
    }
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct AddressInUse(Option<InUse>);

/// An address, and the identifier and interval that it is used for.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct InUse {
    address: PseudoAddress,
    identifier: RollingProximityIdentifier,
    interval: Interval,
}

impl AddressInUse {
    /// The address for `identifier` in `interval`. It is a new one if the identifier is.
    pub fn of(
        &mut self,
        identifier: RollingProximityIdentifier,
        interval: Interval,
        random: &mut impl Rng,
    ) -> PseudoAddress {
        match self.0 {
            Some(in_use) if in_use.identifier == identifier => in_use.address,
            _ => {
                let address = PseudoAddress::random(random);
                self.0 = Some(InUse {
                    address,
                    identifier,
                    interval,
                });
                address
            }
        }
    }

    /// Forgets an address of a past interval.
    pub fn forget_before(&mut self, now: Timestamp) {
        self.0.take_if(|in_use| in_use.interval < Interval::at(now));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::{SeedableRng as _, rngs::StdRng};
    use shared::time::shift;

    use super::*;
    use crate::phone::Phone;

    #[test]
    fn the_address_and_the_identifier_change_together() {
        let mut random = StdRng::seed_from_u64(1);
        let midnight: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        let mut phone = Phone::new(midnight, &mut random);
        let mut identifiers = HashSet::new();
        let mut addresses = HashSet::new();
        // Once a minute for a day, over midnight.
        for minute in 0..1_450 {
            let broadcast = phone.broadcast(shift(midnight, minute * 60), &mut random);
            identifiers.insert(broadcast.identifier);
            addresses.insert(broadcast.address);
            assert_eq!(identifiers.len(), addresses.len(), "minute {minute}");
        }
        assert_eq!(addresses.len(), 145);
    }

    #[test]
    fn an_address_whose_time_is_over_is_forgotten() {
        let mut random = StdRng::seed_from_u64(3);
        let mut address = AddressInUse::default();
        let now: Timestamp = "2026-11-24T10:03:00Z".parse().unwrap();
        let identifier = RollingProximityIdentifier::from_bytes([1; 16]);
        address.of(identifier, Interval::at(now), &mut random);
        address.forget_before(shift(now, 60));
        assert!(address.0.is_some());
        address.forget_before(shift(now, 600));
        assert!(address.0.is_none());
    }

    #[test]
    fn an_address_is_a_non_resolvable_private_one() {
        let mut random = StdRng::seed_from_u64(2);
        for _ in 0..1_000 {
            let PseudoAddress([first, ..]) = PseudoAddress::random(&mut random);
            assert_eq!(first & KIND, 0);
        }
        let shown = PseudoAddress([0x0a, 0, 0xff, 1, 2, 3]).to_string();
        assert_eq!(shown, "0A:00:FF:01:02:03");
    }
}
