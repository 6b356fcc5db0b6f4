//! How a Durable Object answers [calls](super::call).
//!
//! Objects trust their caller: only the Worker and other objects can reach them.

use js_sys::Uint8Array;
use shared::Timestamp;
use wasm_bindgen_futures::JsFuture;
use worker::console_error;

use crate::platform::{
    answer,
    call::Call,
    failure::{Failure, Result},
    head::Head,
};

/// The status of an answer that is a [`Failure`], so that the platform's metrics tell faults from
/// refusals.
const fn status(failure: &Failure) -> u16 {
    match failure {
        Failure::Refused(_) | Failure::Throttled { .. } => 422,
        Failure::Internal(_) => 500,
    }
}

/// Carries out the call `C`.
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

/// Answers `request` by passing the call in it to `dispatch`.
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
        init.set_status(status(&failure));
        if let Failure::Internal(cause) = &failure {
            // The caller logs it too, unless its own request has ended.
            console_error!("a call to an object failed: {cause}");
        }
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
