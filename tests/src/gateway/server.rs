//! The gateway's routes.

use std::{
    io,
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use federation::{
    audit::AuditEntry,
    batch::{DiagnosisKey, DiagnosisKeyBatch},
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
    Failure, Route, Seen, Shared, Upload,
    http::{self, Answer, Request},
    rules::{self, Form},
    state::{Batch, State},
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
            // A connection that breaks is its client's affair.
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
        let Some((route, what)) = route(&request) else {
            http::write(&mut stream, &Answer::error(404).bytes())?;
            continue;
        };
        let client = certificate.as_ref();
        let client = client.and_then(|certificate| country_of(certificate, shared));
        let failure = shared.state().next_failure(route);
        let answer = failing(failure, || answer(route, &what, &request, client, shared));
        let cut = matches!(failure, Some(Failure::CutAfter | Failure::CutWithin));
        shared.state().seen.push(Seen {
            route,
            country: client.map_or_else(String::new, |country| country.to_string()),
            what: match route {
                Route::Upload => request.header("batchTag").to_owned(),
                Route::Audit | Route::Download => what,
            },
            status: answer
                .as_ref()
                .filter(|_| !cut)
                .map_or(0, |answer| answer.status),
        });
        let Some(answer) = answer else {
            return Ok(());
        };
        let bytes = answer.bytes();
        match failure {
            Some(Failure::CutAfter) => return Ok(()),
            Some(Failure::CutWithin) => {
                let half = bytes.len() - answer.body.len() / 2 - 1;
                return http::write(&mut stream, bytes.get(..half).unwrap_or_default());
            }
            _ => http::write(&mut stream, &bytes)?,
        }
    }
    Ok(())
}

/// What is answered, if anything, by a gateway that fails in this way.
fn failing(failure: Option<Failure>, answer: impl FnOnce() -> Answer) -> Option<Answer> {
    match failure {
        Some(Failure::CutBefore) => return None,
        Some(Failure::Status(status)) => return Some(Answer::error(status)),
        _ => {}
    }
    let mut answer = answer();
    match failure {
        Some(Failure::Header(name, value)) => {
            answer.headers.retain(|(other, _)| *other != name);
            answer.headers.push((name, value.to_owned()));
        }
        Some(Failure::Inflated(size)) => answer.body.resize(size, b' '),
        Some(Failure::Slow(time)) => thread::sleep(time),
        _ => {}
    }
    Some(answer)
}

/// The country whose client certificate this is, if the gateway knows it.
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

fn route(request: &Request) -> Option<(Route, String)> {
    let path = request.path.strip_prefix("/diagnosiskeys/")?;
    let (route, what) = match (&*request.method, path) {
        ("POST", "upload") => (Route::Upload, ""),
        ("GET", _) => match path.strip_prefix("audit/download/") {
            Some(what) => (Route::Audit, what),
            None => (Route::Download, path.strip_prefix("download/")?),
        },
        _ => return None,
    };
    Some((route, what.to_owned()))
}

fn answer(
    route: Route,
    what: &str,
    request: &Request,
    client: Option<Country>,
    shared: &Shared,
) -> Answer {
    let Some(country) = client else {
        return Answer::error(403);
    };
    let answer = match route {
        Route::Upload => upload(request, country, shared),
        Route::Download => download(what, request, country, &mut shared.state()),
        Route::Audit => audit(what, shared),
    };
    answer.unwrap_or_else(Answer::error)
}

/// The checks of an upload in the gateway's order. The error is a status.
fn upload(request: &Request, country: Country, shared: &Shared) -> Result<Answer, u16> {
    let now = shared.state().now();
    let form = rules::form(request.header("content-type"), 400, 406)?;
    let batch = match form {
        Form::Protobuf => DiagnosisKeyBatch::decode(&*request.body).map_err(|_| 400_u16)?,
        Form::Json => serde_json::from_slice(&request.body).map_err(|_| 400_u16)?,
    };
    let tag = request.header("batchTag");
    let signature = request.header("batchSignature");
    if !(1..=64).contains(&tag.len()) || !(1..=8_000).contains(&signature.len()) {
        return Err(400);
    }
    if !batch.keys.iter().all(|key| rules::is_sane(key, now)) {
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
        let places = |there: bool| -> Vec<usize> {
            let places = known.iter().enumerate();
            places
                .filter(|(_, known)| **known == there)
                .map(|(place, _)| place)
                .collect()
        };
        let body = serde_json::json!({ "201": places(false), "409": places(true), "500": [] });
        return Ok(Answer {
            status: 207,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        });
    }
    state.store(Upload {
        country,
        tag: tag.to_owned(),
        keys: batch.keys,
        signature: signature.to_owned(),
        signer,
        at: now,
    });
    Ok(Answer {
        status: 201,
        headers: vec![("batchTag", tag.to_owned())],
        body: Vec::new(),
    })
}

fn download(
    day: &str,
    request: &Request,
    country: Country,
    state: &mut State,
) -> Result<Answer, u16> {
    state.batch_if_due();
    let form = rules::form(request.header("accept"), 415, 415)?;
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
    let (keys, _) = served(batch, Some(country), state, |_| AuditEntry::default());
    let batch_tag = batch.tag.clone();
    let message = DiagnosisKeyBatch { keys };
    let (content_type, body) = match form {
        Form::Protobuf => ("application/protobuf; version=1.0", message.encode_to_vec()),
        Form::Json => (
            "application/json; version=1.0",
            serde_json::to_vec(&message).map_err(|_| 500_u16)?,
        ),
    };
    Ok(Answer {
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

/// The keys of a batch that are not of `country`, and its audit.
fn served(
    batch: &Batch,
    country: Option<Country>,
    state: &State,
    entry: impl Fn(&Upload) -> AuditEntry,
) -> (Vec<DiagnosisKey>, Vec<AuditEntry>) {
    let uploads = batch
        .uploads
        .iter()
        .filter_map(|place| state.uploads().get(*place));
    let keys = uploads
        .clone()
        .filter(|upload| Some(upload.country) != country)
        .flat_map(|upload| upload.keys.iter().cloned().enumerate());
    let mut keys: Vec<_> = keys.collect();
    if state.interleaving {
        // The first key of each, then the second of each.
        keys.sort_by_key(|(place, _)| *place);
    }
    let mut keys: Vec<_> = keys.into_iter().map(|(_, key)| key).collect();
    let mut audit: Vec<_> = uploads.map(entry).collect();
    if let Some(tampering) = state.tampering {
        tampering(&mut keys, &mut audit);
    }
    (keys, audit)
}

fn audit(what: &str, shared: &Shared) -> Result<Answer, u16> {
    let mut state = shared.state();
    state.batch_if_due();
    let (day, tag) = what.split_once('/').ok_or(404_u16)?;
    let day: Date = day.parse().map_err(|_| 400_u16)?;
    if day < rules::oldest_day(state.now(), state.retention_days) {
        return Err(410);
    }
    let batch = state
        .batch(tag)
        .filter(|batch| batch.day == day)
        .ok_or(404_u16)?;
    let read = |name: &str| shared.keys.read(name).unwrap_or_default();
    let (_, audit) = served(batch, None, &state, |upload| AuditEntry {
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
    let entries = audit.iter().map(|entry| {
        let uploader = read(&format!("{}/authentication.crt.pem", entry.country));
        audit_json(entry, &uploader, &now)
    });
    let entries: Vec<_> = entries.collect();
    Ok(Answer {
        status: 200,
        headers: vec![("content-type", "application/json; version=1.0".to_owned())],
        body: serde_json::to_vec(&entries).map_err(|_| 500_u16)?,
    })
}

/// An entry as the gateway writes it: with more than anybody needs, and null for a certificate that
/// it has lost.
fn audit_json(entry: &AuditEntry, uploader: &str, now: &str) -> serde_json::Value {
    let or_null = |text: &str| {
        Some(text)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let operator_signature = or_null(&entry.signing_certificate_operator_signature);
    serde_json::json!({
        "country": entry.country,
        "uploadedTime": now,
        "uploaderCertificate": uploader,
        "uploaderThumbprint": "0".repeat(64),
        "uploaderOperatorSignature": operator_signature,
        "signingCertificate": or_null(&entry.signing_certificate),
        "uploaderSigningThumbprint": "0".repeat(64),
        "signingCertificateOperatorSignature": operator_signature,
        "amount": entry.amount,
        "batchSignature": entry.batch_signature,
    })
}
