//! The state of a phone, and what its owner does with it.

use std::time::Duration;

use rand::Rng;
use serde::{Deserialize, Serialize};
use shared::{
    Timestamp,
    api::Registration,
    enrolment::{BucketId, ConfirmationKey, code::ValidationCode},
    keys::tek::TemporaryExposureKey,
    publication::documents::AppConfig,
    time::{Interval, shift},
};

use crate::{
    address::AddressInUse,
    checked::Checked,
    decoys::{Decoy, Decoys},
    encounter::{Broadcast, Encounter, Encounters},
    identifiers::{DayKeys, Metadata},
    own_keys::{OwnKeys, end_of},
    padding::{self, PhoneRequest, RequestSizes},
    service::{Service, ServiceError},
};

/// The power with which a phone sends, in dBm.
const TRANSMIT_POWER: i8 = -10;

/// Everything that a phone remembers.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Phone {
    pub(crate) keys: OwnKeys,
    address: AddressInUse,
    pub(crate) encounters: Encounters,
    pub(crate) checked: Checked,
    enrolment: Option<OwnEnrolment>,
    decoys: Decoys,
}

/// The enrolment of the last registration, and whether it was used.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct OwnEnrolment {
    code: ValidationCode,
    bucket: BucketId,
    confirmation_key: ConfirmationKey,
    valid_until: Timestamp,
    shared: Option<LastUpload>,
}

/// The last upload of an enrolment.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct LastUpload {
    at: Timestamp,
    /// Keys that end later have not been uploaded.
    keys_until: Interval,
}

/// A code to read out to the GGD.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Code {
    pub code: ValidationCode,
    /// The end of its validity.
    pub valid_until: Timestamp,
}

impl Phone {
    /// A phone that has been in use for 14 days before `now`.
    pub fn new(now: Timestamp, random: &mut impl Rng) -> Self {
        Self {
            keys: OwnKeys::of_past_days(now, random),
            ..Self::default()
        }
    }

    pub fn keys(&self) -> &[TemporaryExposureKey] {
        self.keys.all()
    }

    /// What it has heard in the past 14 days.
    pub fn encounters(&self) -> &[Encounter] {
        self.encounters.all()
    }

    /// What it broadcasts at `time`.
    pub fn broadcast(&mut self, time: Timestamp, random: &mut impl Rng) -> Broadcast {
        let key = self.keys.at(time, random);
        let day_keys = DayKeys::derive(&key.data);
        let identifier = day_keys.identifier(Interval::at(time));
        Broadcast {
            address: self.address.of(identifier, Interval::at(time), random),
            identifier,
            metadata: day_keys.encrypt(&identifier, Metadata::new(TRANSMIT_POWER)),
        }
    }

    /// Hears `broadcast` for `seconds` from `time` on, with a loss of `attenuation` dB.
    pub fn hear(&mut self, broadcast: Broadcast, attenuation: u8, time: Timestamp, seconds: u32) {
        let received = i16::from(TRANSMIT_POWER) - i16::from(attenuation);
        self.encounters.push(Encounter {
            identifier: broadcast.identifier,
            metadata: broadcast.metadata,
            received_power: i8::try_from(received).unwrap_or(i8::MIN),
            heard_at: time,
            seconds,
        });
    }

    /// Lets this phone and `other` be near each other for `seconds` from `time` on, with a loss of
    /// `attenuation` dB. Each hears the other's identifiers, one in each interval.
    pub fn meet(
        &mut self,
        other: &mut Self,
        attenuation: u8,
        time: Timestamp,
        seconds: u32,
        random: &mut impl Rng,
    ) {
        let end = shift(time, seconds.into());
        let mut start = time;
        while start < end {
            let next = Interval::at(start).plus(1).start().min(end);
            let heard = u32::try_from(next.as_second() - start.as_second()).unwrap_or(0);
            let mine = self.broadcast(start, random);
            let others = other.broadcast(start, random);
            self.hear(others, attenuation, start, heard);
            other.hear(mine, attenuation, start, heard);
            start = next;
        }
    }

    /// The code to read out to the GGD. Registers unless the phone has a valid enrolment.
    pub async fn code(
        &mut self,
        service: &Service,
        now: Timestamp,
        random: &mut impl Rng,
    ) -> Result<Code, ServiceError> {
        if let Some(enrolment) = self.valid_enrolment(now) {
            return Ok(enrolment.code());
        }
        let request = padding::registration(self.request_sizes(), random);
        let Registration {
            ggd_key: Some(code),
            bucket_id: Some(bucket),
            confirmation_key: Some(confirmation_key),
            validity,
        } = service.register(&request).await?
        else {
            return Err(ServiceError::NoEnrolment);
        };
        let enrolment = self.enrolment.insert(OwnEnrolment {
            code,
            bucket,
            confirmation_key,
            valid_until: shift(now, validity),
            shared: None,
        });
        Ok(enrolment.code())
    }

    /// Uploads the keys of the past 14 days, after the owner has agreed, and returns their number.
    /// Today's key ends now, even if the upload fails.
    pub async fn share(
        &mut self,
        service: &Service,
        now: Timestamp,
        random: &mut impl Rng,
    ) -> Result<usize, ServiceError> {
        if self.valid_enrolment(now).is_none() {
            return Err(ServiceError::NotRegistered);
        }
        self.keys.cut(now, random);
        self.upload(service, now, random).await
    }

    /// What a phone does by itself every few hours, and at [`Phone::next_wake`]: it uploads the
    /// keys that have ended since the owner shared, while the enrolment is valid, and sends the
    /// decoy that is due. Not together with a check, since an owner who registers or shares
    /// downloads nothing just before either.
    pub async fn work_in_background(
        &mut self,
        service: &Service,
        now: Timestamp,
        random: &mut impl Rng,
    ) -> Result<(), ServiceError> {
        self.forget_before(now);
        if self.checked.has_ended() {
            return Ok(());
        }
        if self.has_more_to_share(now) {
            self.upload(service, now, random).await?;
        }
        if let Some(config) = self.checked.app_config() {
            self.decoys.decide(
                config.decoy_probability(),
                config.repeated_upload_delay(),
                now,
                random,
            );
        }
        if let Some(decoy) = self.decoys.due(now) {
            self.send_decoy(decoy, service, now, random).await?;
            self.decoys.sent();
        }
        Ok(())
    }

    /// The latest time to call [`Phone::work_in_background`], because a decoy is due.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.decoys.next_wake()
    }

    pub async fn send_decoy(
        &self,
        decoy: Decoy,
        service: &Service,
        now: Timestamp,
        random: &mut impl Rng,
    ) -> Result<(), ServiceError> {
        let sizes = self.request_sizes();
        let request = match decoy {
            Decoy::Registration => padding::registration(sizes, random),
            Decoy::Upload => {
                // As many keys as a real upload has, and none of them this phone's.
                let keys: Vec<_> = OwnKeys::of_past_days(now, random).ended(now).collect();
                padding::upload_decoy(&keys, sizes, random)
            }
        };
        service.stop_keys(&request).await
    }

    /// Forgets everything older than 14 days, and a code that is no longer valid. [`Phone::check`]
    /// does so too.
    pub fn forget_before(&mut self, now: Timestamp) {
        self.keys.forget_before(now);
        self.encounters.forget_before(now);
        self.checked.forget_before(now);
        self.address.forget_before(now);
        self.enrolment
            .take_if(|enrolment| enrolment.valid_until <= now);
    }

    /// Deletes everything: keys, encounters, code, exposures. A new key begins with the next
    /// broadcast.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// An upload of every key that has ended.
    pub fn upload_request(
        &self,
        now: Timestamp,
        random: &mut impl Rng,
    ) -> Result<PhoneRequest, ServiceError> {
        let enrolment = self
            .valid_enrolment(now)
            .ok_or(ServiceError::NotRegistered)?;
        let keys: Vec<_> = self.keys.ended(now).collect();
        Ok(padding::upload(
            &keys,
            &enrolment.bucket,
            &enrolment.confirmation_key,
            self.request_sizes(),
            random,
        ))
    }

    async fn upload(
        &mut self,
        service: &Service,
        now: Timestamp,
        random: &mut impl Rng,
    ) -> Result<usize, ServiceError> {
        service
            .post_keys(&self.upload_request(now, random)?)
            .await?;
        if let Some(enrolment) = &mut self.enrolment {
            enrolment.shared = Some(LastUpload {
                at: now,
                keys_until: Interval::at(now).plus(1),
            });
        }
        Ok(self.keys.ended(now).count())
    }

    /// Whether a key has ended since the last upload, and the service's delay has passed.
    fn has_more_to_share(&self, now: Timestamp) -> bool {
        let delay = self
            .checked
            .app_config()
            .map_or(Duration::ZERO, AppConfig::repeated_upload_delay);
        self.valid_enrolment(now)
            .and_then(|enrolment| enrolment.shared)
            .is_some_and(|shared| {
                shared.at.duration_until(now).unsigned_abs() >= delay
                    && self
                        .keys
                        .ended(now)
                        .any(|key| end_of(&key) > shared.keys_until)
            })
    }

    fn valid_enrolment(&self, now: Timestamp) -> Option<&OwnEnrolment> {
        self.enrolment
            .as_ref()
            .filter(|enrolment| now < enrolment.valid_until)
    }

    fn request_sizes(&self) -> RequestSizes {
        self.checked
            .app_config()
            .map(RequestSizes::from)
            .unwrap_or_default()
    }
}

impl OwnEnrolment {
    fn code(&self) -> Code {
        Code {
            code: self.code,
            valid_until: self.valid_until,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_stored_state_of_an_earlier_phone_is_read_and_written_back_unchanged() {
        let stored = include_str!("../tests/fixtures/phone.json");
        let phone: Phone = serde_json::from_str(stored).unwrap();
        let stored: Value = serde_json::from_str(stored).unwrap();
        assert_eq!(serde_json::to_value(phone).unwrap(), stored);
    }
}
