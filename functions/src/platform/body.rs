//! Reads the body of a request or a response up to a limit.

use std::{collections::VecDeque, io};

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

/// A body in the chunks in which it arrived. To join those of a large body would take twice its
/// memory.
#[derive(Default)]
pub struct Body(VecDeque<io::Cursor<Vec<u8>>>);

impl Body {
    /// The bytes of `stream`; `None` if there are more than `max`. The rest of such a body is
    /// dropped, and the stream is cancelled after `max_read` bytes.
    pub async fn read(
        stream: ReadableStream,
        max: usize,
        max_read: usize,
    ) -> Result<Option<Self>, JsValue> {
        let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        let mut body = Self::default();
        let mut length = 0;
        loop {
            let read = JsFuture::from(reader.read()).await?;
            let chunk = Reflect::get(&read, &JsValue::from_str("value"))?;
            if chunk.is_undefined() {
                break;
            }
            let chunk: Uint8Array = chunk.unchecked_into();
            length += chunk.length() as usize;
            if length <= max {
                body.0.push_back(io::Cursor::new(chunk.to_vec()));
            } else if length > max_read {
                // The body is refused also if the stream cannot be cancelled.
                let _ = JsFuture::from(reader.cancel()).await;
                break;
            }
        }
        Ok((length <= max).then_some(body))
    }

    pub fn into_bytes(self) -> Vec<u8> {
        let chunks: Vec<_> = self.0.into_iter().map(io::Cursor::into_inner).collect();
        chunks.concat()
    }
}

/// Frees the memory of each chunk that is read.
impl io::Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(chunk) = self.0.front_mut() {
            match io::Read::read(chunk, buffer)? {
                0 => self.0.pop_front(),
                length => return Ok(length),
            };
        }
        Ok(0)
    }
}
