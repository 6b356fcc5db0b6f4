//! An eavesdropper cannot distinguish a registration, an accepted upload, a refused one and a
//! decoy: they look the same in both directions, and take equally long.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test, which measures time"
)]

use std::{
    collections::HashSet,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    thread,
    time::Instant,
};

use phone::{
    Phone, Service,
    decoys::Decoy,
    own_keys::OwnKeys,
    padding::{self, PhoneRequest, RequestSizes},
};
use pollster::block_on;
use rand::{RngExt as _, rngs::StdRng, seq::SliceRandom as _};
use shared::{
    api::Registration,
    base64,
    time::{DAY_SECONDS, shift},
};
use statrs::stats_tests::{
    NaNPolicy,
    ks_test::{KSTwoSampleAlternativeMethod, ks_twosample},
};
use tests::{System, random};
use url::Url;

/// The number of requests of each kind.
const REQUESTS: usize = 2_000;

/// The number of phones that are enrolled before, spread over the Intakes. With fewer, some would
/// upload so often that they are refused.
const PHONES: u64 = 500;

/// The kinds of requests that must not be distinguishable.
const KINDS: [&str; 5] = [
    "registration",
    "upload that is accepted",
    "upload with a bad signature",
    "upload to an unknown bucket",
    "decoy",
];

/// Makes and sends requests of each kind.
struct Sender<'a> {
    system: &'a System,
    enrolled: Vec<Phone>,
    random: StdRng,
}

impl<'a> Sender<'a> {
    fn new(system: &'a System) -> Self {
        let enrolled = (1..=PHONES)
            .map(|seed| {
                let mut phone = system.phone(seed);
                system.code(&mut phone);
                phone
            })
            .collect();
        Self {
            system,
            enrolled,
            random: random(),
        }
    }

    /// The path and a request of the kind with the number `kind`.
    fn request(&mut self, kind: usize) -> (&'static str, PhoneRequest) {
        let now = self.system.now();
        let sizes = RequestSizes::default();
        let phone = &self.enrolled[self.random.random_range(0..self.enrolled.len())];
        let mut upload = phone
            .upload_request(now, &mut self.random)
            .expect("the phone is enrolled");
        match kind {
            0 => (
                "v2/register",
                padding::registration(sizes, &mut self.random),
            ),
            1 => ("v1/postkeys", upload),
            2 => {
                upload.signature = base64::encode(&self.random.random::<[u8; 32]>());
                ("v1/postkeys", upload)
            }
            _ => {
                let keys: Vec<_> = OwnKeys::of_past_days(now, &mut self.random)
                    .ended(now)
                    .collect();
                let request = padding::upload_decoy(&keys, sizes, &mut self.random);
                (
                    if kind == 3 {
                        "v1/postkeys"
                    } else {
                        "v1/stopkeys"
                    },
                    request,
                )
            }
        }
    }

    /// Sends a request. Returns the seconds until the whole answer has arrived, and what an
    /// eavesdropper can see of it.
    fn send(&self, path: &str, request: &PhoneRequest) -> (f64, String) {
        let url = Url::parse_with_params(&self.system.url(path), [("sig", &request.signature)]);
        let url = url.expect("a URL").to_string();
        let agent = self.system.agent();
        let started = Instant::now();
        let answer = agent
            .post(&url)
            .content_type("application/json")
            .send(&request.body)
            .expect("an answer");
        let (parts, body) = answer.into_parts();
        let length = { body }.read_to_vec().expect("a body").len();
        let seconds = started.elapsed().as_secs_f64();
        let seen = format!(
            "{:?} {} {:?} {length}",
            parts.version, parts.status, parts.headers
        );
        (seconds, seen)
    }
}

/// The smallest p-value of a pair of kinds, and the pair.
fn least_alike(times: &[Vec<f64>]) -> (f64, usize, usize) {
    let mut least = (f64::INFINITY, 0, 0);
    for one in 0..times.len() {
        for other in 0..one {
            let (_, p) = ks_twosample(
                times[one].clone(),
                times[other].clone(),
                KSTwoSampleAlternativeMethod::TwoSidedAsymptotic,
                NaNPolicy::Error,
            )
            .expect("enough numbers");
            if p < least.0 {
                least = (p, other, one);
            }
        }
    }
    least
}

#[test]
fn the_size_headers_and_time_of_an_answer_do_not_show_what_was_requested() {
    let mut system = System::start();
    // The work does not depend on the day.
    system.move_clock_to(shift(system.now(), 40 * DAY_SECONDS));
    let mut sender = Sender::new(&system);
    let mut seen = HashSet::new();
    let mut tries = Vec::new();
    let mut alike = false;
    // Noise of other processes may affect one kind more than another, so there are three attempts.
    for _ in 0..3 {
        let mut times = vec![Vec::with_capacity(REQUESTS); KINDS.len()];
        let mut order: Vec<usize> = (0..KINDS.len()).collect();
        for _ in 0..REQUESTS {
            order.shuffle(&mut sender.random);
            // All requests are made before the first is sent: on a busy machine, a process that has
            // just worked for long waits longer.
            let requests: Vec<_> = order
                .iter()
                .map(|kind| (*kind, sender.request(*kind)))
                .collect();
            for (kind, (path, request)) in &requests {
                let (seconds, answer) = sender.send(path, request);
                times[*kind].push(seconds);
                seen.insert(answer);
            }
        }
        let (p, one, other) = least_alike(&times);
        for (kind, times) in KINDS.iter().zip(&mut times) {
            times.sort_unstable_by(f64::total_cmp);
            println!(
                "{kind:30} p10 {:.3} median {:.3} p90 {:.3} ms",
                times[times.len() / 10] * 1e3,
                times[times.len() / 2] * 1e3,
                times[times.len() * 9 / 10] * 1e3
            );
        }
        tries.push(format!("{} and {}: p = {p}", KINDS[one], KINDS[other]));
        println!("least alike: {}", tries.last().expect("just pushed"));
        alike = p > 0.01;
        if alike {
            break;
        }
    }
    assert_eq!(seen.len(), 1, "{seen:#?}");
    assert!(alike, "{tries:#?}");
    // Exactly the uploads that count as accepted were accepted.
    let accepted = system.stop_and_count("upload WHERE id > 0");
    assert_eq!(usize::try_from(accepted), Ok(tries.len() * REQUESTS));
}

/// The head of the request that `send` sends to a stand-in for the service, which answers like it.
fn on_the_wire(send: impl FnOnce(&Service) + Send + 'static, system: &System) -> Vec<String> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let service = system.service_at(&address);
    let phone = thread::spawn(move || send(&service));
    let (stream, _) = listener.accept().expect("a connection");
    let mut reader = BufReader::new(&stream);
    let mut head = Vec::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim().parse().expect("a length");
        }
        if line == "\r\n" {
            break;
        }
        head.push(line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let answer = Registration::failure().to_body();
    write!(
        &stream,
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{answer}",
        answer.len()
    )
    .expect("an answer is written");
    phone.join().expect("the phone is done");
    head
}

#[test]
fn requests_of_a_phone_differ_only_in_their_random_parts() {
    let system = System::start();
    let now = system.now();
    let mut enrolled = system.phone(1);
    system.code(&mut enrolled);
    let mut new = system.phone(2);
    let mut heads = vec![
        on_the_wire(
            move |service| {
                // There is no enrolment in the answer.
                let code = block_on(new.code(service, now, &mut random()));
                assert!(code.is_err());
            },
            &system,
        ),
        on_the_wire(
            move |service| {
                block_on(enrolled.share(service, now, &mut random())).expect("an upload");
            },
            &system,
        ),
    ];
    for decoy in [Decoy::Registration, Decoy::Upload] {
        heads.push(on_the_wire(
            move |service| {
                let phone = Phone::default();
                block_on(phone.send_decoy(decoy, service, now, &mut random())).expect("a decoy");
            },
            &system,
        ));
    }
    let shapes: HashSet<String> = heads.iter().map(|head| shape(head)).collect();
    assert_eq!(shapes.len(), 1, "{shapes:#?}");
}

/// The head of a request without its varying parts: the path's name, the signature, the port, and
/// the length of the body.
fn shape(head: &[String]) -> String {
    let (request_line, headers) = head.split_first().expect("a request line");
    let (before, signature) = request_line.split_once("?sig=").expect("a signature");
    let (signature, version) = signature.split_once(' ').expect("a version");
    assert!(signature.len() >= 44, "{signature}");
    let names: Vec<_> = headers
        .iter()
        .map(|header| match header.split_once(": ") {
            Some((name @ ("host" | "content-length"), _)) => name,
            _ => header.as_str(),
        })
        .collect();
    // All three paths are equally long.
    format!("{} {version} {names:?}", before.len())
}
