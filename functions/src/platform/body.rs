//! Reading a body that may be larger than it should be.

use std::{collections::VecDeque, io};

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

/// A body in the pieces in which it came. A large one would take twice its memory to be put
/// together.
#[derive(Default)]
pub struct Body(VecDeque<io::Cursor<Vec<u8>>>);

impl Body {
    /// The bytes of `stream`; `None` when there are more than `most`. What is beyond that is
    /// dropped, and after `most_read` in all the sender is told to stop.
    pub async fn read(
        stream: ReadableStream,
        most: usize,
        most_read: usize,
    ) -> Result<Option<Self>, JsValue> {
        let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        let mut body = Self::default();
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
                body.0.push_back(io::Cursor::new(value.to_vec()));
            } else if length > most_read {
                // Whether the sender hears that it should stop is its own affair.
                let _ = JsFuture::from(reader.cancel()).await;
                break;
            }
        }
        Ok((length <= most).then_some(body))
    }

    /// The bytes in one piece.
    pub fn into_bytes(self) -> Vec<u8> {
        let pieces: Vec<_> = self.0.into_iter().map(io::Cursor::into_inner).collect();
        pieces.concat()
    }
}

/// Gives back the memory of each piece that is read.
impl io::Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(piece) = self.0.front_mut() {
            match io::Read::read(piece, buffer)? {
                0 => self.0.pop_front(),
                length => return Ok(length),
            };
        }
        Ok(0)
    }
}
