//! The configured world: acme with a pair of TEST domains and one of PRODUCTION, and globex.

use super::block_on;
use super::broker::Broker;
use super::ports::MemoryPorts;
use super::upstream::{CLIENT_SECRET, GLOBEX_UPSTREAM, MITID, NEMID};
use edge_eid::eid::Eid;
use edge_eid::model::application::{ClientAuthMethod, StoredSecret};
use edge_eid::model::domain::{
    CprWay, Dialect, DomainKind, NEMID_CLOSED_AT, Peer, Upstream, upstream_secret_label,
};
use edge_eid::model::key_ring::{Algorithm, KeyState, SigningKey, signing_key_label};
use edge_eid::model::url::{RedirectUri, WebUrl};
use edge_eid::model::{Application, ClientId, DomainSnapshot, Environment, Host, TenantId, UnixTime};
use edge_eid::oauth::jwks::thumbprint;
use edge_eid::ports::Crypto;
use edge_eid::table::Table;
use edge_eid::vault::EnvironmentKeys;
use std::collections::BTreeMap;
use std::rc::Rc;

pub const ACME: &str = "acme.example";
pub const ACME_MITID: &str = "acme.mitid.example";
pub const ACME_PRODUCTION: &str = "login.acme.example";
pub const ACME_PRODUCTION_MITID: &str = "mitid.acme.example";
pub const GLOBEX: &str = "globex.example";
pub const GLOBEX_MITID: &str = "globex.mitid.example";
pub const CALLBACK: &str = "https://app.example/callback";
/// Where the demo's applications start a login.
pub const INITIATE: &str = "https://app.example/login";
/// A day in November 2026: long after NemID has closed.
pub const NOW: UnixTime = UnixTime(1_795_000_000);

/// Builds a world; every switch has the value of the demo.
pub struct World {
    ports: MemoryPorts,
    pub keys: BTreeMap<String, EnvironmentKeys>,
}

impl World {
    /// The world of the demo, with simulators, so that NemID is open on TEST.
    pub fn demo() -> Broker {
        Self::build(true)
    }

    /// The same without simulators: NemID has closed, unless a test moves the clock.
    pub fn without_simulators() -> Broker {
        Self::build(false)
    }

    fn build(simulators: bool) -> Broker {
        let mut world = Self { ports: MemoryPorts::new(simulators), keys: BTreeMap::new() };
        world.pair("acme", Environment::Test, (ACME, NEMID), (ACME_MITID, MITID), 2);
        world.pair(
            "acme",
            Environment::Production,
            (ACME_PRODUCTION, NEMID),
            (ACME_PRODUCTION_MITID, MITID),
            1,
        );
        world.pair(
            "globex",
            Environment::Test,
            (GLOBEX, GLOBEX_UPSTREAM),
            (GLOBEX_MITID, GLOBEX_UPSTREAM),
            1,
        );
        world.acme_applications();
        world.application(GLOBEX, "urn:globex:web", Some("globex-web-secret-canary"));
        world.application(GLOBEX_MITID, "urn:globex:web", Some("globex-web-secret-canary"));
        // The same client id as at acme, as two tenants may well choose.
        world.application(GLOBEX, "urn:acme:web", Some("globex-own-secret-canary"));
        Broker::new(world.ports, world.keys, NOW)
    }

    fn acme_applications(&mut self) {
        for host in [ACME, ACME_MITID] {
            self.application(host, "urn:acme:web", Some("acme-web-secret"));
            self.application(host, "urn:acme:spa", None);
        }
        self.application(ACME, "urn:acme:noshadow", Some("acme-noshadow-secret"));
        self.application(ACME_PRODUCTION, "urn:acme:live", Some("acme-live-secret"));
        self.application(ACME_PRODUCTION_MITID, "urn:acme:live", Some("acme-live-secret"));
    }

    /// A tenant's environment with its keys and a pair of domains. `keys` per ring: the first
    /// signs, the others stand by.
    fn pair(
        &mut self,
        tenant: &str,
        environment: Environment,
        ordinary: (&str, &str),
        mitid: (&str, &str),
        keys_per_ring: usize,
    ) {
        let tenant = TenantId::parse(tenant).unwrap();
        let made = block_on(EnvironmentKeys::create(&self.ports, &tenant, environment)).unwrap();
        let keys = made.keys.clone();
        let ring: Vec<SigningKey> = Eid::ALL
            .into_iter()
            .flat_map(|eid| (0..keys_per_ring).map(move |at| (eid, at)))
            .map(|(eid, at)| {
                self.signing_key(&keys, eid, if at == 0 { KeyState::Active } else { KeyState::Standby })
            })
            .collect();
        let domain = |kind, (host, issuer): (&str, &str), peer: &str, eid| {
            let host = Host::parse(host).unwrap();
            let upstream = self.upstream(&keys, &host, eid, issuer);
            DomainSnapshot {
                version: 1,
                tenant: tenant.clone(),
                environment,
                issuer: host.issuer(),
                kind,
                enabled: true,
                display_name: "Acme Bank".to_owned(),
                peer: Some(Peer {
                    host: Host::parse(peer).unwrap(),
                    enabled: true,
                    ready: true,
                    show_alongside_nemid_logins: true,
                }),
                show_alongside_nemid_logins: true,
                show_start_block: false,
                sessions: Default::default(),
                nemid_closed_at: NEMID_CLOSED_AT,
                rehearsal: None,
                upstreams: Table::from([(eid, upstream)]),
                keys: ring.iter().filter_map(SigningKey::announced).collect(),
                data_key: made.data_key.clone(),
                sub_key: made.sub_key.clone(),
                restored_at: None,
                style: None,
                test_people: None,
                cpr: Default::default(),
                written: Default::default(),
                host,
            }
        };
        let snapshots = [
            domain(DomainKind::Ordinary, ordinary, mitid.0, Eid::Nemid),
            domain(DomainKind::Mitid, mitid, ordinary.0, Eid::Mitid),
        ];
        for snapshot in snapshots {
            self.keys.insert(snapshot.host.to_string(), keys.clone());
            self.ports.domains.borrow_mut().insert(snapshot.host.clone(), Rc::new(snapshot));
        }
    }

    fn signing_key(&self, keys: &EnvironmentKeys, eid: Eid, state: KeyState) -> SigningKey {
        let new = block_on(self.ports.generate(Algorithm::Rs256)).expect("enough committed keys");
        let kid = thumbprint(&new.public);
        let private = block_on(keys.seal(&self.ports, &signing_key_label(&kid), &new.pkcs8)).unwrap();
        let (alg, since, published) = (Algorithm::Rs256, UnixTime(0), Some(UnixTime(0)));
        SigningKey { kid, eid, alg, state, since, published, public: new.public, private: Some(private) }
    }

    fn upstream(&self, keys: &EnvironmentKeys, host: &Host, eid: Eid, issuer: &str) -> Upstream {
        let label = upstream_secret_label(host, eid);
        let id_claim = if eid == Eid::Mitid { "mitid.uuid" } else { "nemid.pid" };
        Upstream {
            issuer: WebUrl::parse(issuer).unwrap(),
            client_id: format!("edge-eid-at-{}", host.name().replace('.', "-")),
            client_secret: Some(block_on(keys.seal(&self.ports, &label, CLIENT_SECRET.as_bytes())).unwrap()),
            client_key: None,
            employee_scopes: Vec::new(),
            parameters: Table::new(),
            dialect: Dialect::Tokens,
            level_map: Table::new(),
            logout: false,
            scopes: vec!["openid".to_owned(), "profile".to_owned()],
            claim_map: Table::from([("eid_id".to_owned(), id_claim.to_owned())]),
            cpr: CprWay::None,
        }
    }

    fn application(&mut self, host: &str, client_id: &str, secret: Option<&str>) {
        let keys = &self.keys[host];
        let host = Host::parse(host).unwrap();
        let domain = self.ports.domains.borrow()[&host].clone();
        let secrets = secret.map(|secret| StoredSecret {
            id: "a-secret".to_owned(),
            hash: keys.secret_hash(secret),
            created_at: UnixTime(0),
            expires_at: None,
        });
        let methods = match secret {
            Some(_) => vec![ClientAuthMethod::ClientSecretBasic, ClientAuthMethod::ClientSecretPost],
            None => vec![ClientAuthMethod::None],
        };
        let application = Application {
            version: 1,
            tenant: domain.tenant.clone(),
            environment: domain.environment,
            client_id: ClientId::parse(client_id).unwrap(),
            name: client_id.to_owned(),
            enabled: true,
            redirect_uris: vec![
                RedirectUri::parse(CALLBACK).unwrap(),
                RedirectUri::parse("https://app.example/other?tenant=1").unwrap(),
            ],
            token_endpoint_auth_methods: methods,
            secrets: secrets.into_iter().collect(),
            initiate_login_uri: Some(WebUrl::parse(INITIATE).unwrap()),
            protocol: Default::default(),
        };
        let key = (host, application.client_id.clone());
        self.ports.applications.borrow_mut().insert(key, Rc::new(application));
    }
}
