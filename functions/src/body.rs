//! Reading a body that may be larger than it should be.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

/// The bytes of `stream`; `None` when there are more than `most`. What is beyond that is dropped, and after `most_dropped` in
/// all the sender is told to stop.
pub async fn read(
    stream: ReadableStream,
    most: usize,
    most_dropped: usize,
) -> Result<Option<Vec<u8>>, JsValue> {
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut body = Vec::new();
    let mut length = 0;
    loop {
        let chunk = JsFuture::from(reader.read()).await?;
        let value = Reflect::get(&chunk, &JsValue::from_str("value"))?;
        if value.is_undefined() {
            break;
        }
        let value: Uint8Array = value.unchecked_into();
        length += value.length() as usize;
        if length <= most {
            body.extend(value.to_vec());
        } else if length > most_dropped {
            // Whether the sender hears that it should stop is its own affair.
            let _ = JsFuture::from(reader.cancel()).await;
            break;
        }
    }
    Ok((length <= most).then_some(body))
}
