//! Calls from the Worker to its Durable Objects.
//!
//! A call is one `fetch`: the path names the command, the query says the time at which the request
//! came in, and the body is the command's argument. Objects trust their caller: nobody else can
//! reach them.

use std::{cell::RefCell, collections::HashMap};

use js_sys::Uint8Array;
use serde::{Serialize, de::DeserializeOwned};
use shared::Timestamp;
use url::Url;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::{Env, Error, Result, worker_sys};

/// One of the service's Durable Objects.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Object {
    binding: &'static str,
    name: String,
}

impl Object {
    /// The object `name` of the namespace `binding`.
    pub fn new(binding: &'static str, name: impl Into<String>) -> Self {
        Self {
            binding,
            name: name.into(),
        }
    }

    /// Calls `command` with bytes and gives the object's answer as it is.
    pub async fn fetch(
        &self,
        env: &Env,
        command: &Command,
        body: &[u8],
    ) -> Result<web_sys::Response> {
        let init = web_sys::RequestInit::new();
        init.set_method("POST");
        init.set_body(&Uint8Array::from(body));
        let request = web_sys::Request::new_with_str_and_init(&command.to_url(), &init)?;
        let answer = self.stub(env)?.fetch_with_request(&request)?;
        Ok(JsFuture::from(answer).await?.unchecked_into())
    }

    /// Calls `command` with a JSON argument. `None` when the object refuses it.
    pub async fn call<A: DeserializeOwned>(
        &self,
        env: &Env,
        command: &Command,
        argument: &impl Serialize,
    ) -> Result<Option<A>> {
        let response = self
            .fetch(env, command, &serde_json::to_vec(argument)?)
            .await?;
        match response.status() {
            200 => {
                let text = JsFuture::from(response.text()?)
                    .await?
                    .as_string()
                    .unwrap_or_default();
                Ok(Some(serde_json::from_str(&text)?))
            }
            REFUSED => Ok(None),
            status => Err(Error::RustError(format!(
                "{} {} answered {status}",
                self.binding, command.name
            ))),
        }
    }

    fn stub(&self, env: &Env) -> Result<worker_sys::DurableObject> {
        thread_local! {
            // Ids never change, so each is looked up once. A stub belongs to the request that made it.
            static IDS: RefCell<HashMap<Object, Id>> = RefCell::default();
        }
        IDS.with_borrow_mut(|ids| {
            if let Some(id) = ids.get(self) {
                return Ok(id.namespace.get(&id.id)?);
            }
            let binding = js_sys::Reflect::get(env.as_ref(), &JsValue::from_str(self.binding))?;
            let namespace: worker_sys::DurableObjectNamespace = binding.unchecked_into();
            let id = Id {
                id: namespace.id_from_name(&self.name)?,
                namespace,
            };
            let stub = id.namespace.get(&id.id)?;
            ids.insert(self.clone(), id);
            Ok(stub)
        })
    }
}

struct Id {
    namespace: worker_sys::DurableObjectNamespace,
    id: worker_sys::DurableObjectId,
}

/// The status of an object's answer that says no, for a reason that the caller knows how to tell.
pub const REFUSED: u16 = 422;

/// What an object is asked to do.
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// When the request that led to it came in.
    pub now: Timestamp,
    /// What the object must know beside the body; empty for most commands.
    pub detail: Vec<u8>,
}

impl Command {
    /// The command `name` at `now`.
    pub fn new(name: &'static str, now: Timestamp) -> Self {
        Self {
            name,
            now,
            detail: Vec::new(),
        }
    }

    fn to_url(&self) -> String {
        format!(
            "https://object/{}?{}&{}",
            self.name,
            self.now.as_second(),
            hex::encode(&self.detail)
        )
    }
}

/// A command as it arrives at its object.
pub struct Received {
    /// Its name.
    pub name: String,
    /// When the request that led to it came in.
    pub now: Timestamp,
    /// What the sender put beside the body.
    pub detail: Vec<u8>,
}

impl Received {
    /// The command that [`Object::fetch`] wrote into `url`.
    pub fn read(url: &str) -> Result<Self> {
        let url = Url::parse(url)?;
        let (now, detail) = url
            .query()
            .and_then(|query| query.split_once('&'))
            .ok_or("no time in a command")?;
        let now = now.parse().map_err(|_| "no time in a command")?;
        Ok(Self {
            name: url.path().trim_start_matches('/').to_owned(),
            now: Timestamp::from_second(now).map_err(|_| "no time in a command")?,
            detail: hex::decode(detail).map_err(|_| "no detail in a command")?,
        })
    }
}
