//! A sign-in provider that issues any ID token that a test asks for, with keys of its own.

use std::{
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use ed25519_dalek::Signer as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tiny_http::{Header, Response, Server};

/// A key, or a value that is used in its place, to sign a token.
pub enum Key {
    /// A key for ES256.
    P256(p256::ecdsa::SigningKey),
    /// A key for EdDSA.
    Ed25519(ed25519_dalek::SigningKey),
    /// A secret for HS256 that both sides know.
    Secret(Vec<u8>),
    /// No key: `alg` is `none`, and there is no signature.
    None,
}

impl Key {
    /// The ES256 key with a number, another one for each but 0.
    pub fn p256(number: u8) -> Self {
        Self::P256(p256::ecdsa::SigningKey::from_slice(&[number; 32]).expect("a key"))
    }

    /// The EdDSA key with a number, another one for each.
    pub fn ed25519(number: u8) -> Self {
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[number; 32]))
    }

    /// The public form of the key, which the provider publishes.
    pub fn public(&self, id: &str) -> Value {
        match self {
            Self::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let point = point.as_bytes();
                json!({
                    "kty": "EC", "crv": "P-256", "use": "sig", "kid": id,
                    "x": BASE64URL.encode(&point[1..33]),
                    "y": BASE64URL.encode(&point[33..]),
                })
            }
            Self::Ed25519(key) => json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": id,
                "x": BASE64URL.encode(key.verifying_key().as_bytes()),
            }),
            Self::Secret(_) | Self::None => json!({}),
        }
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
            Self::Secret(_) => "HS256",
            Self::None => "none",
        }
    }

    /// An ID token with `claims`, in whose header the members of `header` are replaced.
    pub fn token(&self, id: &str, header: &Value, claims: &Value) -> String {
        let mut all = json!({ "alg": self.algorithm(), "kid": id, "typ": "JWT" });
        merge(&mut all, header);
        let [header, claims] = [&all, claims].map(|part| BASE64URL.encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let signature = match self {
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(signed.as_bytes());
                signature.to_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(signed.as_bytes()).to_vec(),
            Self::Secret(secret) => {
                let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key");
                mac.update(signed.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
            Self::None => Vec::new(),
        };
        format!("{signed}.{}", BASE64URL.encode(signature))
    }
}

/// Sets the members of `changes` in `value`; a null removes a member.
pub fn merge(value: &mut Value, changes: &Value) {
    let (Some(value), Some(changes)) = (value.as_object_mut(), changes.as_object()) else {
        return;
    };
    for (name, change) in changes {
        if change.is_null() {
            value.remove(name);
        } else {
            value.insert(name.clone(), change.clone());
        }
    }
}

/// The answers of the provider.
struct Answers {
    metadata: Value,
    keys: Value,
    token: (u16, String),
    /// The number of requests for the keys.
    asked: u32,
}

/// The provider, which runs until it is dropped.
pub struct HostileProvider {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
    answers: Arc<Mutex<Answers>>,
    issuer: String,
}

impl HostileProvider {
    /// A provider that publishes no key yet.
    pub fn start() -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").expect("a server"));
        let port = server.server_addr().to_ip().expect("an address").port();
        let issuer = format!("http://127.0.0.1:{port}");
        let answers = Arc::new(Mutex::new(Answers {
            metadata: json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/auth"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/keys"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported":
                    ["RS256", "ES256", "EdDSA", "HS256", "none"],
            }),
            keys: json!({ "keys": [] }),
            token: (400, json!({ "error": "invalid_grant" }).to_string()),
            asked: 0,
        }));
        let thread = thread::spawn({
            let (server, answers) = (server.clone(), answers.clone());
            move || {
                for request in server.incoming_requests() {
                    let (status, body) = answers.lock().expect("answers").to(request.url());
                    let json = Header::from_bytes("content-type", "application/json");
                    let response = Response::from_string(body)
                        .with_status_code(status)
                        .with_header(json.expect("a header"));
                    // The service may have closed the connection.
                    let _ = request.respond(response);
                }
            }
        });
        Self {
            server,
            thread: Some(thread),
            answers,
            issuer,
        }
    }

    /// The provider's address, which is also its issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Sets members of the provider's metadata.
    pub fn change_metadata(&self, changes: &Value) {
        merge(&mut self.answers.lock().expect("answers").metadata, changes);
    }

    /// Publishes exactly these keys.
    pub fn publish(&self, keys: &[Value]) {
        self.answers.lock().expect("answers").keys = json!({ "keys": keys });
    }

    /// Issues this ID token from now on.
    pub fn hand_out(&self, token: &str) {
        let answer = json!({ "access_token": "a", "token_type": "Bearer", "id_token": token });
        self.answer(200, &answer.to_string());
    }

    /// Gives this answer to requests for tokens from now on.
    pub fn answer(&self, status: u16, body: &str) {
        self.answers.lock().expect("answers").token = (status, body.to_owned());
    }

    /// The number of requests for the keys so far.
    pub fn asked(&self) -> u32 {
        self.answers.lock().expect("answers").asked
    }
}

impl Answers {
    fn to(&mut self, path: &str) -> (u16, String) {
        match path {
            "/.well-known/openid-configuration" => (200, self.metadata.to_string()),
            "/keys" => {
                self.asked += 1;
                (200, self.keys.to_string())
            }
            "/token" => self.token.clone(),
            _ => (404, String::new()),
        }
    }
}

impl Drop for HostileProvider {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
