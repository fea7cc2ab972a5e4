//! The keys of an environment: how they are wrapped, and what is derived from them.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::{Environment, Sealed, TenantId, UnixTime};
use edge_eid::ports::CryptoError;
use edge_eid::vault::wrap::{fingerprint, wrapped_by};
use edge_eid::vault::{EnvironmentKeys, Purpose, base64url};
use support::block_on;
use support::ports::MemoryPorts;

/// The master key of [`MemoryPorts`].
const MASTER_KEY: &[u8; 32] = b"a master key for the tests only!";

fn acme() -> TenantId {
    TenantId::parse("acme").unwrap()
}

/// A key as it was wrapped before there were fingerprints.
fn wrapped_before(ports: &MemoryPorts, name: &str, key: [u8; 32]) -> Sealed {
    let iv = [9; 12];
    let aad = format!("wrap|acme/TEST|{name}");
    let cipher = ports.crypto.seal(MASTER_KEY, &iv, aad.as_bytes(), &key);
    Sealed(base64url(&[&iv[..], &cipher].concat()))
}

fn opened(ports: &MemoryPorts, data_key: &Sealed, sub_key: &Sealed) -> Result<EnvironmentKeys, CryptoError> {
    block_on(EnvironmentKeys::unwrap(ports, &acme(), Environment::Test, data_key, sub_key))
}

#[test]
fn keys_that_were_wrapped_before_there_were_fingerprints_still_open_and_derive_what_they_derived() {
    let ports = MemoryPorts::new(true);
    let (data_key, sub_key) =
        (wrapped_before(&ports, "data", [7; 32]), wrapped_before(&ports, "sub", [8; 32]));
    assert_eq!(wrapped_by(&data_key), None);
    let keys = opened(&ports, &data_key, &sub_key).unwrap();
    let restored = keys.clone().restored(Some(UnixTime(1_800_000_000)));
    // HKDF-SHA256 by another implementation (RFC 5869), from 32 bytes of 7 and the salt "salt".
    for (purpose, before, after) in [
        (
            Purpose::Envelope,
            "JnxDAiIqVTg5EoLYmrQNN0X9pXbyCJbUgRQE_ru1Isw",
            "VVTDVtC2F-wGOSpexcu6dXx_mLcjoZMPKjf80e_tu1M",
        ),
        (
            Purpose::Token,
            "YetdLBzvU49_X5VYu_UhTLLVFAYRh9KvMWHBt8bnxTc",
            "toflSWz7yIJz9kdk83rqbdrrCZf4GuY8yNT6ARl5hLE",
        ),
        (
            Purpose::ClientSecret,
            "o5bEHqKG2vlqx8YUzXQHhBdMF1MkhdkL4zV4R2uYIxc",
            "o5bEHqKG2vlqx8YUzXQHhBdMF1MkhdkL4zV4R2uYIxc",
        ),
        (
            Purpose::SessionName,
            "crIX6Yv0_Csb8uDZ0-5rjJPztwl437y_Jo6-LKL2xR8",
            "crIX6Yv0_Csb8uDZ0-5rjJPztwl437y_Jo6-LKL2xR8",
        ),
        (
            Purpose::AtRest,
            "_uDgkQd3WB0Im1VCDKlLEs16JZetDdsF26FytBdzGzQ",
            "_uDgkQd3WB0Im1VCDKlLEs16JZetDdsF26FytBdzGzQ",
        ),
    ] {
        assert_eq!(base64url(&keys.derive(purpose, b"salt")), before, "{purpose:?}");
        assert_eq!(base64url(&restored.derive(purpose, b"salt")), after, "{purpose:?}");
    }
}

#[test]
fn a_wrapped_key_says_which_master_key_opens_it() {
    let ports = MemoryPorts::new(true);
    let made = block_on(EnvironmentKeys::create(&ports, &acme(), Environment::Test)).unwrap();
    for wrapped in [&made.data_key, &made.sub_key] {
        assert_eq!(wrapped_by(wrapped), Some("SDU5Cz46"));
    }
    assert_eq!(fingerprint(MASTER_KEY), "SDU5Cz46");
    assert_ne!(fingerprint(&[0; 32]), "SDU5Cz46");
}

#[test]
fn a_wrapped_key_opens_for_its_own_environment_name_and_fingerprint_only() {
    let ports = MemoryPorts::new(true);
    let made = block_on(EnvironmentKeys::create(&ports, &acme(), Environment::Test)).unwrap();
    opened(&ports, &made.data_key, &made.sub_key).unwrap();
    assert!(opened(&ports, &made.sub_key, &made.data_key).is_err(), "one is not the other");
    let others = TenantId::parse("globex").unwrap();
    for (tenant, environment) in [(&others, Environment::Test), (&acme(), Environment::Production)] {
        let keys = EnvironmentKeys::unwrap(&ports, tenant, environment, &made.data_key, &made.sub_key);
        assert!(block_on(keys).is_err());
    }
    let (_, sealed) = made.data_key.0.split_once('.').unwrap();
    for altered in [
        format!("AAAAAAAA.{sealed}"),
        format!(".{sealed}"),
        format!("SDU5Cz46.A{sealed}"),
        format!("SDU5Cz46..{sealed}"),
        "SDU5Cz46.".to_owned(),
        String::new(),
    ] {
        assert!(opened(&ports, &Sealed(altered.clone()), &made.sub_key).is_err(), "{altered}");
    }
}
