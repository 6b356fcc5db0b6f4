//! Temporary exposure keys, and what makes them diagnosis keys (design §3).

pub mod conversion;
pub mod illness;
pub mod packed;
pub mod tek;
