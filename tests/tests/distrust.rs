//! A phone refuses a download with any error, and its next check works again.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests"
)]

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use phone::{Phone, Service, ServiceError};
use pollster::block_on;
use shared::{
    publication::{
        content,
        content::{ContentId, DocumentError, Manifest},
        documents::AppConfig,
        export::ExportError,
        signing,
    },
    time::{DAY_SECONDS, shift},
};
use tests::System;
use tiny_http::{Response, Server};

const HOUR: i64 = 3_600;

/// A change to an answer, given its path and its bytes.
type Change = Box<dyn Fn(&str, Vec<u8>) -> Vec<u8> + Send>;

/// A proxy between a phone and the service that changes answers.
struct Between {
    server: Arc<Server>,
    change: Arc<Mutex<Change>>,
    address: String,
}

impl Between {
    fn start(system: &System) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").expect("a port"));
        let address = format!("http://{}", server.server_addr());
        let change: Arc<Mutex<Change>> = Arc::new(Mutex::new(Box::new(|_, bytes| bytes)));
        let (requests, changed, service) = (server.clone(), change.clone(), system.address());
        let agent = system.agent().clone();
        thread::spawn(move || {
            for request in requests.incoming_requests() {
                let path = request.url().to_owned();
                let mut bytes = Vec::new();
                let answer = agent
                    .get(format!("{service}{path}"))
                    .call()
                    .expect("an answer");
                let status = answer.status().as_u16();
                answer
                    .into_body()
                    .into_reader()
                    .read_to_end(&mut bytes)
                    .expect("a body");
                let other = (changed.lock().expect("no panic"))(&path, bytes.clone());
                // The proxy may also answer where the service has no file.
                let status = if other == bytes { status } else { 200 };
                // The phone may have closed the connection.
                let _ = request.respond(Response::from_data(other).with_status_code(status));
            }
        });
        Self {
            server,
            change,
            address,
        }
    }

    fn change(&self, change: impl Fn(&str, Vec<u8>) -> Vec<u8> + Send + 'static) {
        *self.change.lock().expect("no panic") = Box::new(change);
    }
}

impl Drop for Between {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

/// A phone that was near a person whose keys are published, and the proxy between it and the
/// service.
struct Scene {
    system: System,
    between: Between,
    phone: Phone,
}

impl Scene {
    fn start() -> Self {
        let system = System::start();
        let mut ill = system.phone(1);
        let mut phone = system.phone(2);
        let met_at = shift(system.now(), -2 * DAY_SECONDS);
        phone.meet(&mut ill, 50, met_at, 1_200, &mut tests::random());
        let code = system.code(&mut ill);
        system.share(&mut ill);
        assert_eq!(system.validate(code, true, 3), 200);
        system.run_job("publish");
        let between = Between::start(&system);
        Self {
            system,
            between,
            phone,
        }
    }

    fn service(&self) -> Service {
        self.system.service_at(&self.between.address)
    }

    /// Checks for exposures. Returns whether one is found, or why a download is refused.
    fn check(&mut self) -> Result<bool, ServiceError> {
        let service = self.service();
        let mut report = block_on(self.phone.check(&service, self.system.now(), |_| ()))?;
        match report.failures.pop() {
            Some(failure) => Err(failure.error),
            None => Ok(report.exposure.is_some()),
        }
    }

    /// Asserts that the check fails while answers are changed, and works again afterwards.
    fn refuses(
        &mut self,
        expected: fn(&ServiceError) -> bool,
        change: impl Fn(&str, Vec<u8>) -> Vec<u8> + Send + 'static,
    ) {
        self.between.change(change);
        let before = self.phone.clone();
        let error = self.check().expect_err("the check is refused");
        assert!(expected(&error), "{error:?}");
        self.between.change(|_, bytes| bytes);
        assert!(self.check().expect("the next check works"));
        self.phone = before;
    }
}

fn is_manifest(path: &str) -> bool {
    path == "/v6/manifest"
}

fn is_key_set(path: &str) -> bool {
    path.starts_with("/v6/exposurekeyset/")
}

/// `bytes` with one bit changed, in the middle.
fn flipped(mut bytes: Vec<u8>) -> Vec<u8> {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes
}

#[test]
fn a_tampered_manifest_a_swapped_file_and_a_cut_off_download_are_refused() {
    let mut scene = Scene::start();
    scene.refuses(
        |error| matches!(error, ServiceError::Document(_)),
        |path, bytes| {
            if is_manifest(path) {
                flipped(bytes)
            } else {
                bytes
            }
        },
    );
    scene.refuses(
        |error| matches!(error, ServiceError::Document(_)),
        |path, bytes| {
            let keep = if is_manifest(path) { 100 } else { bytes.len() };
            bytes[..keep].to_vec()
        },
    );
    scene.refuses(
        |error| matches!(error, ServiceError::OtherFile),
        |path, bytes| {
            if is_key_set(path) {
                flipped(bytes)
            } else {
                bytes
            }
        },
    );
    scene.refuses(
        |error| matches!(error, ServiceError::OtherFile),
        |path, bytes| {
            let keep = bytes.len() / if is_key_set(path) { 2 } else { 1 };
            bytes[..keep].to_vec()
        },
    );
    // Another valid file of the service under this id.
    let address = scene.system.address();
    scene.refuses(
        |error| matches!(error, ServiceError::OtherFile),
        move |path, bytes| {
            if !is_key_set(path) {
                return bytes;
            }
            let manifest = ureq::get(format!("{address}/v6/manifest")).call().unwrap();
            manifest.into_body().read_to_vec().unwrap()
        },
    );
    for kind in ["appconfig", "resourcebundle", "riskcalculationparameters"] {
        scene.refuses(
            |error| matches!(error, ServiceError::OtherFile),
            move |path, bytes| {
                if path.contains(kind) {
                    flipped(bytes)
                } else {
                    bytes
                }
            },
        );
    }
}

/// The address of a server that once announces more bytes than it sends.
fn server_that_breaks_off() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nPK")
            .unwrap();
    });
    address
}

#[test]
fn an_answer_that_breaks_off_is_an_error_and_the_next_check_works() {
    let mut scene = Scene::start();
    for address in [server_that_breaks_off(), "http://127.0.0.1:1".to_owned()] {
        let service = scene.system.service_at(&address);
        let failed = block_on(scene.phone.check(&service, scene.system.now(), |_| ()));
        assert!(matches!(failed, Err(ServiceError::Http(_))), "{failed:?}");
    }
    assert!(scene.check().unwrap());
}

#[test]
fn an_old_manifest_is_refused_until_a_new_one_comes() {
    let mut scene = Scene::start();
    let service = scene.system.service();
    let old = scene
        .system
        .get("v6/manifest", &[])
        .into_body()
        .read_to_vec()
        .unwrap();
    assert!(scene.check().unwrap());

    scene.system.validated_phone(3);
    scene
        .system
        .move_clock_to(shift(scene.system.now(), 4 * HOUR));
    scene.system.run_job("publish");
    // A phone that has not seen the newer file cannot tell.
    let mut other = scene.phone.clone();
    scene.between.change({
        let old = old.clone();
        move |path, bytes| {
            if is_manifest(path) {
                old.clone()
            } else {
                bytes
            }
        }
    });
    assert!(block_on(other.check(&scene.service(), scene.system.now(), |_| ())).is_ok());

    // A phone that has seen it refuses the old manifest.
    block_on(scene.phone.check(&service, scene.system.now(), |_| ())).unwrap();
    let refused = scene.check();
    assert!(
        matches!(refused, Err(ServiceError::OldManifest)),
        "{refused:?}"
    );
    scene.between.change(|_, bytes| bytes);
    assert!(scene.check().unwrap());
}

/// A manifest with the same files and another app configuration, and that configuration, signed
/// with the service's key.
fn with_other_app_config(system: &System) -> ([Vec<u8>; 2], Manifest) {
    let pem = fs::read_to_string(system.data().join("keys/manifest.pem")).unwrap();
    let key = signing::manifest_signing_key(&pem).unwrap();
    let service = system.service();
    let mut manifest = block_on(service.manifest()).unwrap();
    let mut config = block_on(service.document::<AppConfig>(manifest.app_config)).unwrap();
    config["decoyProbability"] = 0.5.into();
    let config = content::sign(&serde_json::to_vec(&config).unwrap(), &key).unwrap();
    manifest.app_config = ContentId::of(&config);
    let zip = content::sign(&serde_json::to_vec(&manifest).unwrap(), &key).unwrap();
    ([zip, config], manifest)
}

#[test]
fn a_manifest_that_returns_to_an_earlier_document_without_a_new_file_is_refused() {
    let mut scene = Scene::start();
    assert!(scene.check().unwrap());
    let ([zip, config], manifest) = with_other_app_config(&scene.system);
    let config_path = format!("/v6/appconfig/{}", manifest.app_config);
    scene.between.change(move |path, bytes| match path {
        path if is_manifest(path) => zip.clone(),
        path if path == config_path => config.clone(),
        _ => bytes,
    });
    assert!(scene.check().unwrap());
    // The service's manifest is now the old one.
    scene.between.change(|_, bytes| bytes);
    let refused = scene.check();
    assert!(
        matches!(refused, Err(ServiceError::OldManifest)),
        "{refused:?}"
    );
    scene.system.validated_phone(3);
    let later = shift(scene.system.now(), 4 * HOUR);
    scene.system.move_clock_to(later);
    scene.system.run_job("publish");
    assert!(scene.check().unwrap());
}

#[test]
fn while_a_document_is_withheld_the_previous_one_applies() {
    let mut scene = Scene::start();
    assert!(scene.check().unwrap());
    let ([zip, _], _) = with_other_app_config(&scene.system);
    scene.between.change(move |path, bytes| {
        if is_manifest(path) {
            zip.clone()
        } else {
            bytes
        }
    });
    let service = scene.service();
    let now = scene.system.now();
    let report = block_on(scene.phone.check(&service, now, |_| ())).unwrap();
    assert_eq!((report.files.len(), report.failures.len()), (0, 1));
    assert!(report.exposure.is_some());
}

#[test]
fn a_phone_follows_no_redirect() {
    let system = System::start();
    system.run_job("publish");
    let server = Server::http("127.0.0.1:0").unwrap();
    let address = format!("http://{}", server.server_addr());
    let elsewhere = format!("Location: {}/v6/manifest", system.address());
    let answers = thread::spawn(move || {
        let request = server.recv().unwrap();
        let elsewhere: tiny_http::Header = elsewhere.parse().unwrap();
        let answer = Response::empty(302).with_header(elsewhere);
        request.respond(answer).unwrap();
    });
    let refused = block_on(system.service_at(&address).manifest());
    assert!(
        matches!(refused, Err(ServiceError::Status(302))),
        "{refused:?}"
    );
    answers.join().unwrap();
}

#[test]
fn while_a_file_is_withheld_the_others_are_matched() {
    let mut scene = Scene::start();
    let exposing = scene.system.index();
    scene.system.validated_phone(3);
    scene
        .system
        .move_clock_to(shift(scene.system.now(), 4 * HOUR));
    scene.system.run_job("publish");
    let withheld = scene
        .system
        .index()
        .into_iter()
        .find(|path| !exposing.contains(path));
    let withheld = format!("/{}", withheld.unwrap());
    scene.between.change(
        move |path, bytes| {
            if path == withheld { Vec::new() } else { bytes }
        },
    );
    let service = scene.service();
    let now = scene.system.now();
    let report = block_on(scene.phone.check(&service, now, |_| ())).unwrap();
    assert_eq!((report.files.len(), report.failures.len()), (1, 1));
    assert!(report.exposure.is_some());
    scene.between.change(|_, bytes| bytes);
    let report = block_on(scene.phone.check(&service, now, |_| ())).unwrap();
    assert_eq!((report.files.len(), report.failures.len()), (1, 0));
}

#[test]
fn files_that_another_key_signed_are_refused() {
    let mut scene = Scene::start();
    let stranger = System::start();
    let mut trusted = scene.system.verifying_keys();
    trusted.manifest = stranger.verifying_keys().manifest;
    let address = scene.system.address();
    let check = |phone: &mut Phone, trusted| {
        let service = Service::new(address.parse().unwrap(), trusted);
        let mut report = block_on(phone.check(&service, scene.system.now(), |_| ()))?;
        report
            .failures
            .pop()
            .map_or(Ok(()), |failure| Err(failure.error))
    };
    assert!(matches!(
        check(&mut scene.phone, trusted),
        Err(ServiceError::Document(DocumentError::Signature))
    ));
    let mut trusted = scene.system.verifying_keys();
    trusted.export = stranger.verifying_keys().export;
    assert!(matches!(
        check(&mut scene.phone, trusted),
        Err(ServiceError::Export(ExportError::Signature))
    ));
    assert!(scene.check().unwrap());
}
