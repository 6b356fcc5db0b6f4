//! The form in which each domain type is stored in a column.
//!
//! Stored data outlives the code that wrote it, so these forms stay as they are; the tests of the
//! stores pin them.

use federation::tag::BatchTag;
use serde::{Serialize, de::DeserializeOwned};
use shared::{
    Timestamp,
    api::{Action, LastRun, Outcome, QuarantineReason},
    country::Country,
    enrolment::{BucketId, ConfirmationKey, code::ValidationCode},
    keys::{
        conversion::Infectiousness,
        illness::Illness,
        packed,
        tek::{KeyData, RollingPeriod, TemporaryExposureKey},
    },
    publication::content::ContentId,
    staff::{
        employee::{EmployeeId, Role},
        idempotency::AttemptId,
        throttle::Throttle,
        token::{Purpose, Token, TokenHash},
    },
    time::{Interval, UtcDay},
};
use worker::{Error, Result};

/// A value as SQLite holds it.
pub use worker::SqlStorageValue as Value;

/// A type that can be stored in a column.
pub trait ToColumn {
    fn to_column(&self) -> Result<Value>;
}

/// A type that can be read from a column.
pub trait FromColumn: Sized {
    fn from_column(value: Value) -> Result<Self>;
}

impl<T: ToColumn + ?Sized> ToColumn for &T {
    fn to_column(&self) -> Result<Value> {
        (*self).to_column()
    }
}

impl<T: ToColumn> ToColumn for Option<T> {
    fn to_column(&self) -> Result<Value> {
        self.as_ref().map_or(Ok(Value::Null), T::to_column)
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(value: Value) -> Result<Self> {
        match value {
            Value::Null => Ok(None),
            value => T::from_column(value).map(Some),
        }
    }
}

impl ToColumn for i64 {
    fn to_column(&self) -> Result<Value> {
        Ok(Value::Integer(*self))
    }
}

impl FromColumn for i64 {
    fn from_column(value: Value) -> Result<Self> {
        match value {
            Value::Integer(value) => Ok(value),
            // The platform gives a large integer in this form.
            Value::Float(value) => Ok(value as Self),
            _ => Err(unexpected("an integer")),
        }
    }
}

impl FromColumn for usize {
    fn from_column(value: Value) -> Result<Self> {
        Self::try_from(i64::from_column(value)?).map_err(|_| unexpected("a count"))
    }
}

impl FromColumn for u32 {
    fn from_column(value: Value) -> Result<Self> {
        Self::try_from(i64::from_column(value)?).map_err(|_| unexpected("a number"))
    }
}

impl ToColumn for usize {
    fn to_column(&self) -> Result<Value> {
        Ok(Value::Integer(
            i64::try_from(*self).map_err(|_| unexpected("a count"))?,
        ))
    }
}

impl ToColumn for bool {
    fn to_column(&self) -> Result<Value> {
        Ok(Value::Integer((*self).into()))
    }
}

impl FromColumn for bool {
    fn from_column(value: Value) -> Result<Self> {
        Ok(i64::from_column(value)? != 0)
    }
}

impl ToColumn for str {
    fn to_column(&self) -> Result<Value> {
        Ok(Value::String(self.to_owned()))
    }
}

impl ToColumn for String {
    fn to_column(&self) -> Result<Value> {
        self.as_str().to_column()
    }
}

impl FromColumn for String {
    fn from_column(value: Value) -> Result<Self> {
        match value {
            Value::String(text) => Ok(text),
            _ => Err(unexpected("text")),
        }
    }
}

impl ToColumn for [u8] {
    fn to_column(&self) -> Result<Value> {
        Ok(Value::Blob(self.to_vec()))
    }
}

impl ToColumn for Vec<u8> {
    fn to_column(&self) -> Result<Value> {
        self.as_slice().to_column()
    }
}

impl<const N: usize> ToColumn for [u8; N] {
    fn to_column(&self) -> Result<Value> {
        self.as_slice().to_column()
    }
}

impl<const N: usize> FromColumn for [u8; N] {
    fn from_column(value: Value) -> Result<Self> {
        blob(value)?
            .try_into()
            .map_err(|_| unexpected("bytes of this length"))
    }
}

/// A time is stored in unix seconds.
impl ToColumn for Timestamp {
    fn to_column(&self) -> Result<Value> {
        self.as_second().to_column()
    }
}

impl FromColumn for Timestamp {
    fn from_column(value: Value) -> Result<Self> {
        Self::from_second(i64::from_column(value)?).map_err(|_| unexpected("a time"))
    }
}

impl ToColumn for Interval {
    fn to_column(&self) -> Result<Value> {
        i64::from(self.number()).to_column()
    }
}

impl FromColumn for Interval {
    fn from_column(value: Value) -> Result<Self> {
        u32::from_column(value).map(Self::new)
    }
}

impl ToColumn for UtcDay {
    fn to_column(&self) -> Result<Value> {
        i64::from(self.number()).to_column()
    }
}

impl FromColumn for UtcDay {
    fn from_column(value: Value) -> Result<Self> {
        u32::from_column(value).map(Self::new)
    }
}

impl ToColumn for RollingPeriod {
    fn to_column(&self) -> Result<Value> {
        i64::from(self.intervals()).to_column()
    }
}

impl FromColumn for RollingPeriod {
    fn from_column(value: Value) -> Result<Self> {
        Self::new(i64::from_column(value)?).ok_or_else(|| unexpected("a rolling period"))
    }
}

/// The midpoint of the class, in days since onset.
impl ToColumn for Infectiousness {
    fn to_column(&self) -> Result<Value> {
        i64::from(self.days_since_onset()).to_column()
    }
}

impl FromColumn for Infectiousness {
    fn from_column(value: Value) -> Result<Self> {
        i32::try_from(i64::from_column(value)?)
            .ok()
            .and_then(Self::from_midpoint)
            .ok_or_else(|| unexpected("the midpoint of a class"))
    }
}

impl ToColumn for ValidationCode {
    fn to_column(&self) -> Result<Value> {
        self.compact().to_column()
    }
}

impl ToColumn for EmployeeId {
    fn to_column(&self) -> Result<Value> {
        self.as_str().to_column()
    }
}

impl FromColumn for EmployeeId {
    fn from_column(value: Value) -> Result<Self> {
        String::from_column(value)?
            .try_into()
            .map_err(|_| unexpected("an employee"))
    }
}

impl ToColumn for BatchTag {
    fn to_column(&self) -> Result<Value> {
        self.as_str().to_column()
    }
}

impl FromColumn for BatchTag {
    fn from_column(value: Value) -> Result<Self> {
        let text = String::from_column(value)?;
        text.parse().map_err(|_| unexpected("the tag of a batch"))
    }
}

impl ToColumn for ContentId {
    fn to_column(&self) -> Result<Value> {
        self.to_string().to_column()
    }
}

impl FromColumn for ContentId {
    fn from_column(value: Value) -> Result<Self> {
        let text = String::from_column(value)?;
        text.parse().map_err(|_| unexpected("the name of a file"))
    }
}

/// Keys of an upload are one blob.
impl ToColumn for [TemporaryExposureKey] {
    fn to_column(&self) -> Result<Value> {
        Ok(Value::Blob(packed::pack(self)))
    }
}

impl FromColumn for Vec<TemporaryExposureKey> {
    fn from_column(value: Value) -> Result<Self> {
        packed::unpack(&blob(value)?).ok_or_else(|| unexpected("packed keys"))
    }
}

impl<P: Purpose> ToColumn for TokenHash<P> {
    fn to_column(&self) -> Result<Value> {
        self.as_bytes().to_column()
    }
}

impl<P: Purpose> ToColumn for Token<P> {
    fn to_column(&self) -> Result<Value> {
        self.to_string().to_column()
    }
}

impl<P: Purpose> FromColumn for Token<P> {
    fn from_column(value: Value) -> Result<Self> {
        let text = String::from_column(value)?;
        text.parse().map_err(|_| unexpected("a token"))
    }
}

/// Types that are stored as their bytes.
macro_rules! bytes {
    ($($type:ty),*) => {$(
        impl ToColumn for $type {
            fn to_column(&self) -> Result<Value> {
                self.as_bytes().to_column()
            }
        }
    )*};
}
bytes!(AttemptId, BucketId, ConfirmationKey, KeyData);

macro_rules! from_bytes {
    ($($type:ty),*) => {$(
        impl FromColumn for $type {
            fn from_column(value: Value) -> Result<Self> {
                FromColumn::from_column(value).map(Self::from_bytes)
            }
        }
    )*};
}
from_bytes!(BucketId, ConfirmationKey, KeyData);

/// Types that are stored under the name under which they are sent.
macro_rules! names {
    ($($type:ty),*) => {$(
        impl ToColumn for $type {
            fn to_column(&self) -> Result<Value> {
                name(self)
            }
        }
        impl FromColumn for $type {
            fn from_column(value: Value) -> Result<Self> {
                from_name(value)
            }
        }
    )*};
}
names!(Action, Country, Outcome, QuarantineReason, Role);

/// Types that are stored as JSON text.
macro_rules! json {
    ($($type:ty),*) => {$(
        impl ToColumn for $type {
            fn to_column(&self) -> Result<Value> {
                Json(self).to_column()
            }
        }
        impl FromColumn for $type {
            fn from_column(value: Value) -> Result<Self> {
                Ok(serde_json::from_str(&String::from_column(value)?)?)
            }
        }
    )*};
}
json!(Illness, LastRun, Throttle);

/// A parameter that is passed as JSON text.
pub struct Json<T>(pub T);

impl<T: Serialize> ToColumn for Json<T> {
    fn to_column(&self) -> Result<Value> {
        Ok(Value::String(serde_json::to_string(&self.0)?))
    }
}

/// The columns of a row for a statement that takes many as one JSON parameter. A blob is in hex
/// digits there, which `unhex` reads.
pub fn json_row(columns: &[&dyn ToColumn]) -> Result<serde_json::Value> {
    let columns = columns.iter().map(|column| {
        Ok(match column.to_column()? {
            Value::Null => serde_json::Value::Null,
            Value::Boolean(value) => value.into(),
            Value::Integer(value) => value.into(),
            Value::Float(value) => value.into(),
            Value::String(text) => text.into(),
            Value::Blob(bytes) => hex::encode(bytes).into(),
        })
    });
    columns.collect()
}

/// The form of a type that is stored under the name under which it is sent.
fn name(value: &impl Serialize) -> Result<Value> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(name) => Ok(Value::String(name)),
        _ => Err("this has no name".into()),
    }
}

/// The value whose [`name`] is stored.
fn from_name<T: DeserializeOwned>(value: Value) -> Result<T> {
    let name = String::from_column(value)?;
    Ok(serde_json::from_value(serde_json::Value::String(name))?)
}

fn blob(value: Value) -> Result<Vec<u8>> {
    match value {
        Value::Blob(bytes) => Ok(bytes),
        _ => Err(unexpected("bytes")),
    }
}

fn unexpected(expected: &str) -> Error {
    Error::RustError(format!(
        "the database lacks {expected} where one is expected"
    ))
}
