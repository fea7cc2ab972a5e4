//! The path segment that names eIDs.

#![no_main]

use edge_eid::eid::Acr;
use edge_eid::oauth::acr_values::{ACR_VALUES_MAX_BYTES, Outside, Source, decode_segment, read};
use edge_eid::vault::{base64, base64url};
use edge_eid::web::{Parameters, percent_encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|segment: &str| {
    let urns = decode_segment(segment);
    let outside = Outside { header: None, segment: Some(segment) };
    let asked = read(&Parameters::default(), None, None, outside);
    let Some(urns) = urns else {
        assert!(asked.is_err());
        return;
    };
    assert!(segment.len() <= ACR_VALUES_MAX_BYTES);
    let (list, source) = asked.expect("what is a segment names eIDs");
    assert!(!list.is_empty() && source == Source::Segment);
    assert!(urns.split(' ').all(|urn| urn.is_empty() || Acr::parse(urn).is_some()));
    for again in
        [base64url(urns.as_bytes()), base64(urns.as_bytes()), percent_encode(&base64(urns.as_bytes()))]
    {
        if again.len() <= ACR_VALUES_MAX_BYTES {
            assert_eq!(decode_segment(&again).as_deref(), Some(urns.as_str()));
        }
    }
});
