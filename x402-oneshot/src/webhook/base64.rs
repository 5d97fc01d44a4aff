//! Keys and signatures in text: standard base64, padded or not, and of exactly so many bytes.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Both paddings are seen; other alphabets, white space and loose last bits are not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Exactly `N` bytes, else `None`.
pub(super) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    BASE64.decode(text).ok()?.try_into().ok()
}

/// With padding, as the API writes it.
pub(super) fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_survive_with_and_without_padding(bytes: [u8; 32]) {
            let text = encode(&bytes);
            prop_assert_eq!(decode(&text), Some(bytes));
            prop_assert_eq!(decode(text.trim_end_matches('=')), Some(bytes));
            prop_assert_eq!(decode::<31>(&text), None);
            prop_assert_eq!(decode::<33>(&text), None);
        }
    }

    #[test]
    fn no_other_text_of_the_same_bytes_is_read() {
        let bytes = [0xfb; 32];
        let text = encode(&bytes);
        assert_eq!(decode(&text), Some(bytes));
        let url = text.replace('+', "-").replace('/', "_");
        let loose = text.replace("s=", "t=");
        for other in [url, loose, format!(" {text}"), format!("{text}\n"), format!("{text}="), "fb".repeat(32)] {
            assert_ne!(other, text);
            assert_eq!(decode::<32>(&other), None, "{other}");
        }
    }
}
