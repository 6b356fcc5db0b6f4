//! Temporary exposure keys, the illness that they are shared for, and their conversion to diagnosis
//! keys (design §3.13–20).

pub mod conversion;
pub mod illness;
pub mod packed;
pub mod tek;
