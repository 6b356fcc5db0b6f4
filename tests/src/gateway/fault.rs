//! The faults that a test can switch on in the federation gateway.

use std::time::Duration;

use federation::{audit::AuditedUpload, batch::EfgsKey};

/// The interface of the gateway that a request goes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Endpoint {
    /// `GET /diagnosiskeys/audit/download/…`
    Audit,
    /// `GET /diagnosiskeys/download/…`
    Download,
    /// `POST /diagnosiskeys/upload`
    Upload,
}

/// A fault of the gateway.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// It processes the request, and cuts the connection before the response.
    CutAfter,
    /// It cuts the connection before it processes the request.
    CutBefore,
    /// It processes the request, and cuts the connection within the response's body.
    CutWithin,
    /// It processes the request, and responds with another value of this header.
    Header(&'static str, &'static str),
    /// It processes the request, and responds with a body of this many bytes.
    Inflated(usize),
    /// It processes the request, and responds after this time.
    Slow(Duration),
    /// It responds with this status and processes nothing.
    Status(u16),
}

impl Fault {
    /// The transient faults. The slow one takes longer than [`SHORT_TIMEOUT`].
    pub const TRANSIENT: [Self; 7] = [
        Self::Status(500),
        Self::Status(503),
        Self::Status(429),
        Self::CutBefore,
        Self::CutAfter,
        Self::CutWithin,
        Self::Slow(Duration::from_secs(3)),
    ];
}

/// The setting of a service that does not wait for a slow gateway.
pub const SHORT_TIMEOUT: (&str, &str) = ("EFGS_TIMEOUT_SECONDS", "2");

/// A change of the keys and the audit of each batch that is served.
pub type Tampering = fn(&mut Vec<EfgsKey>, &mut Vec<AuditedUpload>);
