//! From BER to DER, as far as Java's libraries make that necessary: they leave the lengths of a
//! signature's outer parts open.

/// How deep values may lie within each other. Signatures and certificates have some fifteen levels.
const MAX_DEPTH: u8 = 64;

const CONSTRUCTED: u8 = 0x20;
const LONG_TAG: u8 = 0x1f;
const OPEN_LENGTH: u8 = 0x80;

/// The one value in `ber` with every length given, in the shortest form; what is in DER stays as it
/// is. `None` when it is no BER.
pub fn to_der(ber: &[u8]) -> Option<Vec<u8>> {
    let mut input = ber;
    let mut der = Vec::with_capacity(ber.len());
    value(&mut input, &mut der, 0)?;
    input.is_empty().then_some(der)
}

fn value(input: &mut &[u8], der: &mut Vec<u8>, depth: u8) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    let tag = take(input, 1)?.first().copied()?;
    if tag & LONG_TAG == LONG_TAG {
        // No tag of these formats has so high a number.
        return None;
    }
    let constructed = tag & CONSTRUCTED != 0;
    let content = match length(input)? {
        Some(length) => {
            let mut content = take(input, length)?;
            if constructed {
                let mut values = Vec::with_capacity(length);
                while !content.is_empty() {
                    value(&mut content, &mut values, depth + 1)?;
                }
                values
            } else {
                content.to_vec()
            }
        }
        None if constructed => {
            let mut values = Vec::new();
            while !input.starts_with(&[0, 0]) {
                value(input, &mut values, depth + 1)?;
            }
            take(input, 2)?;
            values
        }
        None => return None,
    };
    der.push(tag);
    push_length(der, content.len());
    der.extend_from_slice(&content);
    Some(())
}

/// A length; within it, `None` for an open one.
fn length(input: &mut &[u8]) -> Option<Option<usize>> {
    match take(input, 1)?.first().copied()? {
        OPEN_LENGTH => Some(None),
        short @ ..OPEN_LENGTH => Some(Some(usize::from(short))),
        long => {
            let bytes = take(input, usize::from(long & !OPEN_LENGTH))?;
            let length = bytes.iter().try_fold(0_usize, |length, byte| {
                length.checked_mul(256)?.checked_add(usize::from(*byte))
            });
            length.map(Some)
        }
    }
}

fn push_length(der: &mut Vec<u8>, length: usize) {
    if length < usize::from(OPEN_LENGTH) {
        der.push(length as u8);
        return;
    }
    let bytes = length.to_be_bytes();
    let significant = bytes.iter().skip_while(|byte| **byte == 0);
    der.push(OPEN_LENGTH | significant.clone().count() as u8);
    der.extend(significant);
}

fn take<'a>(input: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = input.split_at_checked(length)?;
    *input = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn der_of(ber: &str) -> Option<String> {
        to_der(&hex::decode(ber).unwrap()).map(hex::encode)
    }

    #[test]
    fn open_and_long_lengths_become_the_shortest() {
        for (ber, der) in [
            ("0500", Some("0500")),
            ("3003020105", Some("3003020105")),
            ("30800201050000", Some("3003020105")),
            ("3080308002010500000000", Some("30053003020105")),
            ("308103020105", Some("3003020105")),
            ("30820003020105", Some("3003020105")),
            ("", None),
            ("3080020105", None),
            ("0480", None),
            ("02020105aa", None),
            ("1f0100", None),
            ("30ff", None),
        ] {
            assert_eq!(der_of(ber).as_deref(), der, "{ber}");
        }
        assert_eq!(to_der(&[0x30, 0x80].repeat(100_000)), None);
    }

    #[test]
    fn a_long_value_keeps_its_length() {
        for length in [127, 128, 255, 256, 70_000] {
            let mut der = vec![4];
            push_length(&mut der, length);
            der.extend(vec![7; length]);
            assert_eq!(to_der(&der).as_ref(), Some(&der), "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused_and_der_stays(bytes: Vec<u8>) {
            if let Some(der) = to_der(&bytes) {
                prop_assert_eq!(to_der(&der), Some(der));
            }
        }
    }
}
