//! Both ends of a [call](super::call): how it reaches a Durable Object, and how the object answers.
//!
//! Objects trust their caller: only the Worker and other objects can reach them.

use std::{cell::RefCell, collections::HashMap};

use js_sys::Uint8Array;
use serde::de::DeserializeOwned;
use shared::Timestamp;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::{Env, worker_sys};

use crate::platform::{
    answer,
    call::{Address, Call, Head},
    failure::{Failure, Result},
};

/// The status of an answer that is a [`Failure`].
const FAILED: u16 = 500;

/// Sends a call to the object at `address` and gives the answer as it is.
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
        // Ids never change, so each is looked up once. A stub belongs to the request that made it.
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

/// What an object does for a call.
pub trait Handle<C: Call> {
    async fn handle(&self, call: C, now: Timestamp) -> Result<C::Reply>;
}

/// A call as it arrives at its object.
pub struct Received {
    pub head: Head,
    pub body: Vec<u8>,
}

impl Received {
    async fn read(request: &web_sys::Request) -> Result<Self> {
        let body = JsFuture::from(request.array_buffer()?).await?;
        Ok(Self {
            head: Head::parse(&request.url())?,
            body: Uint8Array::new(&body).to_vec(),
        })
    }

    /// Lets `object` handle the call as a `C`, and answers with its reply.
    pub async fn handle<C: Call>(&self, object: &impl Handle<C>) -> Result<web_sys::Response> {
        let call = serde_json::from_slice(&self.body)?;
        answer::json(&object.handle(call, self.head.now).await?)
    }
}

/// Answers `request` with what `dispatch` makes of the call in it.
pub async fn serve(
    request: &worker::Request,
    dispatch: impl AsyncFnOnce(Received) -> Result<web_sys::Response>,
) -> worker::Result<worker::Response> {
    let answer = match Received::read(request.inner()).await {
        Ok(received) => dispatch(received).await,
        Err(failure) => Err(failure),
    };
    let answer = answer.or_else(|failure| {
        let init = web_sys::ResponseInit::new();
        init.set_status(FAILED);
        Ok::<_, Failure>(web_sys::Response::new_with_opt_str_and_init(
            Some(&serde_json::to_string(&failure)?),
            &init,
        )?)
    })?;
    Ok(answer.into())
}

/// Lets an object handle a received call as one of these types, by its name.
macro_rules! dispatch {
    ($received:ident to $object:expr; $($call:ty),* $(,)?) => {
        match $received.head.name.as_str() {
            $(<$call as $crate::platform::call::Call>::NAME => {
                $received.handle::<$call>($object).await
            })*
            name => Err(format!("an unknown call: {name}").as_str().into()),
        }
    };
}
pub(crate) use dispatch;
