//! The HTTP server of the test gateway: TLS connections, and the endpoints for upload, download and
//! audit.

use std::{
    io,
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use federation::{
    audit::AuditedUpload,
    batch::{DiagnosisKeyBatch, EfgsKey},
};
use prost::Message as _;
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::WebPkiClientVerifier,
};
use sha2::{Digest as _, Sha256};
use shared::{Date, country::Country};

use xtask::port::loopback;

use super::{
    fault::{Endpoint, Fault},
    http::{self, Request, Response},
    rules::{self, Encoding},
    state::{GatewayState, RequestRecord, Shared, StoredBatch, StoredUpload},
};

/// Listens on a free port.
#[expect(
    clippy::expect_used,
    reason = "a test cannot go on without its gateway"
)]
pub fn listen(shared: &Arc<Shared>) -> u16 {
    let listener = TcpListener::bind(loopback(0)).expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let tls = Arc::new(tls(shared));
    let shared = shared.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (tls, shared) = (tls.clone(), shared.clone());
            // A client may break its connection.
            thread::spawn(move || serve(stream, tls, &shared).ok());
        }
    });
    port
}

#[expect(
    clippy::expect_used,
    reason = "a test cannot go on without its gateway"
)]
fn tls(shared: &Shared) -> ServerConfig {
    let read = |name: &str| shared.keys.read(name).expect("a file of the set");
    let certificate =
        |name: &str| CertificateDer::from_pem_slice(read(name).as_bytes()).expect("a certificate");
    let mut roots = RootCertStore::empty();
    roots.add(certificate("ca.crt.pem")).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS")
        .with_client_cert_verifier(clients.build().expect("an authority"))
        .with_single_cert(
            vec![certificate("gateway.crt.pem")],
            PrivateKeyDer::from_pem_slice(read("gateway.pem").as_bytes()).expect("a key"),
        )
        .expect("a pair")
}

fn serve(mut stream: TcpStream, tls: Arc<ServerConfig>, shared: &Shared) -> io::Result<()> {
    let mut connection = ServerConnection::new(tls).map_err(io::Error::other)?;
    connection.complete_io(&mut stream)?;
    let client = connection.peer_certificates().unwrap_or_default();
    let certificate = client.first().map(|certificate| certificate.to_vec());
    let mut stream = StreamOwned::new(connection, stream);
    let mut buffer = Vec::new();
    while let Some(request) = http::read(&mut stream, &mut buffer)? {
        let Some((endpoint, target)) = endpoint(&request) else {
            http::write(&mut stream, &Response::error(404).bytes())?;
            continue;
        };
        let client = certificate.as_ref();
        let client = client.and_then(|certificate| country_of(certificate, shared));
        let fault = shared.state().next_fault(endpoint);
        let response = with_fault(fault, || {
            respond(endpoint, &target, &request, client, shared)
        });
        let cut = matches!(fault, Some(Fault::CutAfter | Fault::CutWithin));
        shared.state().requests.push(RequestRecord {
            endpoint,
            country: client.map_or_else(String::new, |country| country.to_string()),
            target: match endpoint {
                Endpoint::Upload => request.header("batchTag").to_owned(),
                Endpoint::Audit | Endpoint::Download => target,
            },
            status: response
                .as_ref()
                .filter(|_| !cut)
                .map_or(0, |response| response.status),
        });
        let Some(response) = response else {
            return Ok(());
        };
        // Recorded by then, so that a retry never comes before its first attempt in the record.
        if let Some(Fault::Slow(time)) = fault {
            thread::sleep(time);
        }
        let bytes = response.bytes();
        match fault {
            Some(Fault::CutAfter) => return Ok(()),
            Some(Fault::CutWithin) => {
                let half = bytes.len() - response.body.len() / 2 - 1;
                return http::write(&mut stream, bytes.get(..half).unwrap_or_default());
            }
            _ => http::write(&mut stream, &bytes)?,
        }
    }
    Ok(())
}

/// The response, if any, of a gateway with this fault.
fn with_fault(fault: Option<Fault>, respond: impl FnOnce() -> Response) -> Option<Response> {
    match fault {
        Some(Fault::CutBefore) => return None,
        Some(Fault::Status(status)) => return Some(Response::error(status)),
        _ => {}
    }
    let mut response = respond();
    match fault {
        Some(Fault::Header(name, value)) => {
            response.headers.retain(|(other, _)| *other != name);
            response.headers.push((name, value.to_owned()));
        }
        Some(Fault::Inflated(size)) => response.body.resize(size, b' '),
        _ => {}
    }
    Some(response)
}

/// The country of a client certificate, if the gateway accepts it.
fn country_of(certificate: &[u8], shared: &Shared) -> Option<Country> {
    let countries = shared.state().countries.clone();
    countries.into_iter().find(|country| {
        let pem = shared
            .keys
            .read(&format!("{country}/authentication.crt.pem"));
        pem.ok()
            .and_then(|pem| CertificateDer::from_pem_slice(pem.as_bytes()).ok())
            .is_some_and(|known| Sha256::digest(&known) == Sha256::digest(certificate))
    })
}

fn endpoint(request: &Request) -> Option<(Endpoint, String)> {
    let path = request.path.strip_prefix("/diagnosiskeys/")?;
    let (endpoint, target) = match (&*request.method, path) {
        ("POST", "upload") => (Endpoint::Upload, ""),
        ("GET", _) => match path.strip_prefix("audit/download/") {
            Some(target) => (Endpoint::Audit, target),
            None => (Endpoint::Download, path.strip_prefix("download/")?),
        },
        _ => return None,
    };
    Some((endpoint, target.to_owned()))
}

fn respond(
    endpoint: Endpoint,
    target: &str,
    request: &Request,
    client: Option<Country>,
    shared: &Shared,
) -> Response {
    let Some(country) = client else {
        return Response::error(403);
    };
    let response = match endpoint {
        Endpoint::Upload => upload(request, country, shared),
        Endpoint::Download => download(target, request, country, &mut shared.state()),
        Endpoint::Audit => audit(target, shared),
    };
    response.unwrap_or_else(Response::error)
}

/// Checks an upload in the gateway's order, and stores it. The error is a status.
fn upload(request: &Request, country: Country, shared: &Shared) -> Result<Response, u16> {
    let now = shared.state().now();
    let encoding = rules::encoding(request.header("content-type"), 400, 406)?;
    let batch = match encoding {
        Encoding::Protobuf => DiagnosisKeyBatch::decode(&*request.body).map_err(|_| 400_u16)?,
        Encoding::Json => serde_json::from_slice(&request.body).map_err(|_| 400_u16)?,
    };
    let tag = request.header("batchTag");
    let signature = request.header("batchSignature");
    if !(1..=64).contains(&tag.len()) || !(1..=8_000).contains(&signature.len()) {
        return Err(400);
    }
    if !batch.keys.iter().all(|key| rules::is_valid(key, now)) {
        return Err(400);
    }
    if batch.keys.len() > shared.state().limit {
        return Err(413);
    }
    if shared.state().has_tag(tag) {
        return Err(409);
    }
    let signer = format!("{country}/signing");
    if !rules::is_signed(&shared.keys, &signer, &rules::text(&batch.keys), signature) {
        return Err(400);
    }
    if batch.keys.iter().any(|key| key.origin != country.code()) {
        return Err(400);
    }
    let mut state = shared.state();
    let known: Vec<bool> = batch.keys.iter().map(|key| state.has_record(key)).collect();
    if known.contains(&true) {
        let indexes = |stored: bool| -> Vec<usize> {
            let keys = known.iter().enumerate();
            keys.filter(|(_, known)| **known == stored)
                .map(|(index, _)| index)
                .collect()
        };
        let body = serde_json::json!({ "201": indexes(false), "409": indexes(true), "500": [] });
        return Ok(Response {
            status: 207,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        });
    }
    state.store(StoredUpload {
        country,
        tag: tag.to_owned(),
        keys: batch.keys,
        signature: signature.to_owned(),
        signer,
        at: now,
    });
    Ok(Response {
        status: 201,
        headers: vec![("batchTag", tag.to_owned())],
        body: Vec::new(),
    })
}

fn download(
    day: &str,
    request: &Request,
    country: Country,
    state: &mut GatewayState,
) -> Result<Response, u16> {
    state.batch_if_due();
    let encoding = rules::encoding(request.header("accept"), 415, 415)?;
    let day: Date = day.parse().map_err(|_| 400_u16)?;
    if day < rules::oldest_day(state.now(), state.retention_days) {
        return Err(410);
    }
    let batch = match request.header("batchTag") {
        "" => state.first_of(day).ok_or(404_u16)?,
        tag => state.batch(tag).ok_or(404_u16)?,
    };
    if let Some(status) = state.refused.get(&batch.tag) {
        return Err(*status);
    }
    if batch.day != day {
        return Err(400);
    }
    let next = state.next_after(&batch.tag);
    let (keys, _) = served(batch, Some(country), state, |_| AuditedUpload::default());
    let batch_tag = batch.tag.clone();
    let message = DiagnosisKeyBatch { keys };
    let (content_type, body) = match encoding {
        Encoding::Protobuf => ("application/protobuf; version=1.0", message.encode_to_vec()),
        Encoding::Json => (
            "application/json; version=1.0",
            serde_json::to_vec(&message).map_err(|_| 500_u16)?,
        ),
    };
    Ok(Response {
        status: 200,
        headers: vec![
            ("content-type", content_type.to_owned()),
            ("batchTag", batch_tag),
            (
                "nextBatchTag",
                next.map_or("null", |next| &next.tag).to_owned(),
            ),
        ],
        body,
    })
}

/// The keys of a batch without those of `country`, and its audit.
fn served(
    batch: &StoredBatch,
    country: Option<Country>,
    state: &GatewayState,
    audited: impl Fn(&StoredUpload) -> AuditedUpload,
) -> (Vec<EfgsKey>, Vec<AuditedUpload>) {
    let uploads = batch
        .uploads
        .iter()
        .filter_map(|index| state.uploads().get(*index));
    let keys = uploads
        .clone()
        .filter(|upload| Some(upload.country) != country)
        .flat_map(|upload| upload.keys.iter().cloned().enumerate());
    let mut keys: Vec<_> = keys.collect();
    if state.interleaving {
        // The first key of each upload, then the second of each.
        keys.sort_by_key(|(index, _)| *index);
    }
    let mut keys: Vec<_> = keys.into_iter().map(|(_, key)| key).collect();
    let mut audit: Vec<_> = uploads.map(audited).collect();
    if let Some(tampering) = state.tampering {
        tampering(&mut keys, &mut audit);
    }
    (keys, audit)
}

fn audit(target: &str, shared: &Shared) -> Result<Response, u16> {
    let mut state = shared.state();
    state.batch_if_due();
    let (day, tag) = target.split_once('/').ok_or(404_u16)?;
    let day: Date = day.parse().map_err(|_| 400_u16)?;
    if day < rules::oldest_day(state.now(), state.retention_days) {
        return Err(410);
    }
    let batch = state
        .batch(tag)
        .filter(|batch| batch.day == day)
        .ok_or(404_u16)?;
    let read = |name: &str| shared.keys.read(name).unwrap_or_default();
    let (_, audit) = served(batch, None, &state, |upload| AuditedUpload {
        country: upload.country.to_string(),
        amount: upload.keys.len() as u64,
        signing_certificate: read(&format!("{}.crt.pem", upload.signer)),
        signing_certificate_operator_signature: read(&format!(
            "{}.operator-signature",
            upload.signer
        )),
        batch_signature: upload.signature.clone(),
    });
    if audit.is_empty() {
        return Err(404);
    }
    let now = state.now().to_string();
    let uploads = audit.iter().map(|upload| {
        let uploader = read(&format!("{}/authentication.crt.pem", upload.country));
        audit_json(upload, &uploader, &now)
    });
    let uploads: Vec<_> = uploads.collect();
    Ok(Response {
        status: 200,
        headers: vec![("content-type", "application/json; version=1.0".to_owned())],
        body: serde_json::to_vec(&uploads).map_err(|_| 500_u16)?,
    })
}

/// An upload as the gateway's audit lists it: with fields that the service does not read, and null
/// for a certificate that the gateway has lost.
fn audit_json(upload: &AuditedUpload, uploader: &str, now: &str) -> serde_json::Value {
    let or_null = |text: &str| {
        Some(text)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let operator_signature = or_null(&upload.signing_certificate_operator_signature);
    serde_json::json!({
        "country": upload.country,
        "uploadedTime": now,
        "uploaderCertificate": uploader,
        "uploaderThumbprint": "0".repeat(64),
        "uploaderOperatorSignature": operator_signature,
        "signingCertificate": or_null(&upload.signing_certificate),
        "uploaderSigningThumbprint": "0".repeat(64),
        "signingCertificateOperatorSignature": operator_signature,
        "amount": upload.amount,
        "batchSignature": upload.batch_signature,
    })
}
