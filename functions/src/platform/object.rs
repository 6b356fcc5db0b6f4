//! How a [call](super::call) reaches its Durable Object and how its answer is read.

use std::{cell::RefCell, collections::HashMap};

use js_sys::Uint8Array;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::{Env, worker_sys};

use crate::platform::{
    failure::{Failure, Result},
    head::Head,
};

/// One of the service's Durable Objects.
pub trait Address {
    /// The binding of the object's namespace.
    const BINDING: &'static str;

    /// The name under which the object's data is stored.
    fn name(&self) -> String;
}

/// Sends a call to the object at `address`, and returns the answer unread.
pub async fn fetch<A: Address>(
    env: &Env,
    address: &A,
    head: &Head,
    body: &[u8],
) -> Result<web_sys::Response> {
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    init.set_body(&Uint8Array::from(body));
    let request = web_sys::Request::new_with_str_and_init(&head.to_url(), &init)?;
    let answer = stub(env, address)?.fetch_with_request(&request)?;
    Ok(JsFuture::from(answer).await?.unchecked_into())
}

/// The reply in `answer`, or the failure.
pub async fn read_reply<R: DeserializeOwned>(answer: web_sys::Response) -> Result<R> {
    if !answer.ok() {
        return Err(read_failure(answer).await);
    }
    Ok(serde_json::from_str(&text(answer).await?)?)
}

/// The failure in `answer`.
pub async fn read_failure(answer: web_sys::Response) -> Failure {
    let status = answer.status();
    let text = text(answer).await.unwrap_or_default();
    serde_json::from_str(&text)
        .unwrap_or_else(|_| Failure::internal(format_args!("an object answered {status}")))
}

async fn text(answer: web_sys::Response) -> Result<String> {
    let text = JsFuture::from(answer.text()?).await?;
    Ok(text.as_string().unwrap_or_default())
}

fn stub<A: Address>(env: &Env, address: &A) -> Result<worker_sys::DurableObject> {
    thread_local! {
        // Ids never change, so each is computed once. A stub belongs to the request that made it.
        static IDS: RefCell<HashMap<(&'static str, String), Id>> = RefCell::default();
    }
    let key = (A::BINDING, address.name());
    IDS.with_borrow_mut(|ids| {
        if let Some(id) = ids.get(&key) {
            return Ok(id.namespace.get(&id.id)?);
        }
        let binding = js_sys::Reflect::get(env.as_ref(), &JsValue::from_str(A::BINDING))?;
        let namespace: worker_sys::DurableObjectNamespace = binding.unchecked_into();
        let id = Id {
            id: namespace.id_from_name(&key.1)?,
            namespace,
        };
        let stub = id.namespace.get(&id.id)?;
        ids.insert(key, id);
        Ok(stub)
    })
}

struct Id {
    namespace: worker_sys::DurableObjectNamespace,
    id: worker_sys::DurableObjectId,
}
