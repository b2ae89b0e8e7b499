//! A server, and people with keys who talk to it in raw HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use argon2::{Algorithm, Argon2, Params, Version};
use ed25519_dalek::{Signer as _, SigningKey};
use getrandom::SysRng;
use hkdf::Hkdf;
use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration, ClientRegistrationFinishParameters,
    CredentialResponse, Identifiers, RegistrationResponse,
};
use rand_core::{Rng as _, UnwrapErr};
use reqwest::{Method, Response};
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::*;
use reverie_protocol::bytes::B64;
use reverie_protocol::card::SignedCard;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::{Action, AttachmentRef, BodyRef, Header, Member, MemberRole, SignedRecord};
use reverie_protocol::ids::{AccountId, InvitationId, JournalId, RecordId};
use reverie_protocol::opaque::{KsfParams, OpaqueRng, Suite};
use reverie_protocol::problem::{Problem, ProblemCode};
use reverie_protocol::second_factor::*;
use reverie_protocol::signed::{Kind, encode};
use reverie_server::init::{Initialised, init};
use reverie_server::{Clock, Config, RunningServer, Server};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::home::Home;

/// 2031-05-01 00:00:00 UTC.
pub const MAY_FIRST: i64 = 1_935_360_000;

/// Where browsers reach the servers here.
pub const PUBLIC_ADDRESS: &str = "https://reverie.example";

pub fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

pub struct World {
    pub folder: Home,
    pub now: Arc<AtomicI64>,
    pub server: RunningServer,
    pub admin: Person,
}

#[derive(Clone)]
pub struct Person {
    pub base: String,
    pub http: reqwest::Client,
    pub token: String,
    pub account: AccountId,
    pub key: SigningKey,
    pub card: SignedCard,
}

/// What an answer was: its status, and the problem if it was one.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal(pub u16, pub ProblemCode);

pub async fn refusal(response: Response) -> Refusal {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let problem: Problem = response.json().await.unwrap();
    assert_eq!(problem.status, status);
    assert_eq!(problem.code.status(), status);
    Refusal(status, problem.code)
}

pub async fn ok<T: DeserializeOwned>(response: Response) -> T {
    let status = response.status();
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap()
}

impl World {
    /// Sets up Harbor Lane Practice: a server whose clock stands at 2031-05-01, and its administrator.
    pub async fn new() -> Self {
        Self::configured(|config| config).await
    }

    /// The same, with a server that is configured otherwise.
    pub async fn configured(change: impl FnOnce(Config) -> Config) -> Self {
        Self::at(Home::new(), change).await
    }

    /// The same, in this home.
    pub async fn at(folder: Home, change: impl FnOnce(Config) -> Config) -> Self {
        let now = Arc::new(AtomicI64::new(MAY_FIRST));
        let initialised = init(folder.path(), &folder.database(), &clock(&now), &mut rng()).await.unwrap();
        let Initialised::FirstAdministrator { code } = initialised else {
            panic!("a fresh folder has no administrator")
        };
        let server = start(&folder, &now, change).await;
        let (_, bytes) = bech32::decode(&code.replace('-', "")).unwrap();
        let mut id = [0; 16];
        let mut token = vec![0; 32];
        let hkdf = Hkdf::<sha2::Sha256>::new(None, &bytes);
        hkdf.expand(b"reverie/v1/invitation/id", &mut id).unwrap();
        hkdf.expand(b"reverie/v1/invitation/redeem", &mut token).unwrap();
        let base = format!("http://{}", server.addr);
        let invitation = InvitationKey { invitation: InvitationId::from_random_bytes(id), token: B64(token) };
        let admin = join(&base, &now, &invitation, None).await;
        Self { folder, now, server, admin }
    }

    pub fn base(&self) -> String {
        self.admin.base.clone()
    }

    pub fn pass_seconds(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Has the administrator invite somebody, who joins.
    pub async fn person(&self, role: AccountRole, handle: &str) -> Person {
        let invitation = self.admin.invites(role, Some(handle)).await;
        self.join(&invitation).await
    }

    /// Lets somebody join with an invitation.
    pub async fn join(&self, invitation: &InvitationKey) -> Person {
        join(&self.base(), &self.now, invitation, Some(B64(vec![2; 32]))).await
    }

    /// Returns the code that an authenticator of this secret shows now.
    pub fn code(&self, secret: &str) -> String {
        code(secret, self.now.load(Ordering::SeqCst))
    }

    pub async fn clinician(&self) -> Person {
        self.person(AccountRole::Clinician, "quill").await
    }

    pub async fn patient(&self) -> Person {
        self.person(AccountRole::Patient, "heron-41").await
    }

    /// Starts another server, at the same time of day.
    pub async fn start_at(&self, home: &Home) -> RunningServer {
        start(home, &self.now, |config| config).await
    }

    /// Stops the server and starts it again on the same data.
    pub async fn restart(self) -> Self {
        let Self { folder, now, server, mut admin } = self;
        server.stop().await;
        let server = start(&folder, &now, |config| config).await;
        admin.base = format!("http://{}", server.addr);
        Self { folder, now, server, admin }
    }
}

fn clock(now: &Arc<AtomicI64>) -> Clock {
    let now = Arc::clone(now);
    Clock::new(move || now.load(Ordering::SeqCst))
}

async fn start(folder: &Home, now: &Arc<AtomicI64>, change: impl FnOnce(Config) -> Config) -> RunningServer {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let public_address = Some(PUBLIC_ADDRESS.parse().unwrap());
    let config = Config { clock: clock(now), public_address, ..folder.config() };
    Server::start(change(config), listener).await.unwrap()
}

fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// A client at this address, as a proxy in front of the server says.
pub fn http_at(address: &str) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let forwarded = [("x-forwarded-for".parse().unwrap(), address.parse().unwrap())].into_iter().collect();
    reqwest::Client::builder().no_proxy().default_headers(forwarded).build().unwrap()
}

pub fn cheap() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap())
}

pub fn card(account: AccountId, key: &SigningKey) -> SignedCard {
    let verifying_key = B64(key.verifying_key().to_bytes().to_vec());
    let card = json!({"v": 1, "account": account, "n": 0, "recipient": "age1pq1test", "verifying_key": verifying_key});
    let bytes = serde_json::to_vec(&card).unwrap();
    let signature = key.sign(&encode(Kind::Card, &bytes)).to_bytes().to_vec();
    SignedCard { card: B64(bytes), signature: B64(signature), succession: None }
}

pub const PASSWORD: &[u8] = b"a harbour lane in the rain";

/// Goes through registration with the password of all people here, and enrols a second factor if one is due.
async fn join(base: &str, now: &AtomicI64, key: &InvitationKey, mac: Option<B64>) -> Person {
    let (person, due) = join_halfway(base, key, mac).await;
    if due == Some(SecondFactorDue::Enrol) {
        enrol(&person, now.load(Ordering::SeqCst)).await;
    }
    person
}

/// Enrols an authenticator at a time by the server's clock, and the backup codes of everybody here.
pub async fn enrol(person: &Person, now: i64) {
    let begun: NewAuthenticator = ok(person.post("/v1/second-factor/authenticator", &json!({})).await).await;
    let confirm = ConfirmAuthenticator { code: code(&begun.secret, now) };
    assert_eq!(person.post("/v1/second-factor/authenticator/confirm", &confirm).await.status(), 204);
    let token_sha256 = (1..=BACKUP_CODES).map(|number| Hash::of(backup_code(number))).collect();
    let backup = NewBackupCodes { token_sha256 };
    assert_eq!(person.put("/v1/second-factor/backup-codes", &backup).await.status(), 204);
}

/// How many backup codes each of them has.
pub const BACKUP_CODES: u8 = 20;

/// Returns the token of a backup code of everybody here.
pub fn backup_code(number: u8) -> [u8; 32] {
    [number; 32]
}

/// Returns the code that an authenticator of this secret shows at a time.
pub fn code(secret: &str, now: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let authenticator = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    authenticator.generate(now.try_into().unwrap()).to_string()
}

/// Goes through registration, and returns what the session lacks as well.
pub async fn join_halfway(base: &str, key: &InvitationKey, mac: Option<B64>) -> (Person, Option<SecondFactorDue>) {
    let mut finish = registration(base, key).await;
    finish.0.mac = mac;
    let opened: OpenedSession =
        ok(http().post(format!("{base}/v1/registration/finish")).json(&finish.0).send().await.unwrap()).await;
    let due = opened.second_factor;
    let person = Person {
        base: base.into(),
        http: http(),
        token: opened.token,
        account: opened.account.account,
        key: finish.1,
        card: opened.account.card,
    };
    (person, due)
}

/// Logs in with the password of all people here, and shows a backup code if a second factor is due.
pub async fn enter(base: &str, handle: &str) -> OpenedSession {
    let opened: OpenedSession = ok(login(base, handle, PASSWORD).await).await;
    if opened.second_factor.is_some() {
        let shown = async |number| {
            let shown =
                ShownSecondFactor { backup: Some(B64(backup_code(number).into())), ..ShownSecondFactor::default() };
            let request = http().post(format!("{base}/v1/second-factor/show")).bearer_auth(&opened.token);
            request.json(&shown).send().await.unwrap().status() == 204
        };
        let mut number = 1;
        while !shown(number).await {
            number += 1;
            assert!(number <= BACKUP_CODES, "{handle} has no backup code left");
        }
    }
    opened
}

/// Makes a registration that is ready to be finished.
pub async fn registration(base: &str, key: &InvitationKey) -> (RegistrationFinish, SigningKey) {
    let mut rng = rng();
    let started = ClientRegistration::<Suite>::start(&mut OpaqueRng(&mut rng), PASSWORD).unwrap();
    let start = RegistrationStart {
        invitation: key.invitation,
        token: key.token.clone(),
        request: B64(started.message.serialize().to_vec()),
    };
    let answer: RegistrationStarted =
        ok(http().post(format!("{base}/v1/registration/start")).json(&start).send().await.unwrap()).await;
    let response = RegistrationResponse::deserialize(&answer.response.0).unwrap();
    let ksf = cheap();
    let parameters = ClientRegistrationFinishParameters::new(Identifiers::default(), Some(&ksf));
    let finished = started.state.finish(&mut OpaqueRng(&mut rng), PASSWORD, response, parameters).unwrap();
    let (account, mut seed) = (AccountId::make(&mut rng), [0; 32]);
    rng.fill_bytes(&mut seed);
    let signing = SigningKey::from_bytes(&seed);
    let finish = RegistrationFinish {
        invitation: key.invitation,
        token: key.token.clone(),
        account,
        card: card(account, &signing),
        mac: Some(B64(vec![2; 32])),
        upload: B64(finished.message.serialize().to_vec()),
        ksf: KsfParams::DEFAULT,
        recovery_sha256: Hash::of([9; 32]),
        bundle: B64(b"sealed".to_vec()),
    };
    (finish, signing)
}

/// Logs in and returns the answer to the second half.
pub async fn login(base: &str, handle: &str, password: &[u8]) -> Response {
    login_by(&http(), base, handle, password).await
}

/// The same, with this client.
pub async fn login_by(http: &reqwest::Client, base: &str, handle: &str, password: &[u8]) -> Response {
    let mut rng = rng();
    let started = ClientLogin::<Suite>::start(&mut OpaqueRng(&mut rng), password).unwrap();
    let start = SessionStart { handle: handle.into(), request: B64(started.message.serialize().to_vec()) };
    let response = http.post(format!("{base}/v1/sessions/start")).json(&start).send().await.unwrap();
    if !response.status().is_success() {
        return response;
    }
    let answer: SessionStarted = ok(response).await;
    let credentials = CredentialResponse::deserialize(&answer.response.0).unwrap();
    let ksf = cheap();
    let parameters = ClientLoginFinishParameters::new(None, Identifiers::default(), Some(&ksf));
    let finalization = match started.state.finish(&mut OpaqueRng(&mut rng), password, credentials, parameters) {
        Ok(finished) => finished.message.serialize().to_vec(),
        // A guesser sends something anyway.
        Err(_) => vec![0; 64],
    };
    let finish = SessionFinish { attempt: answer.attempt, finalization: B64(finalization) };
    http.post(format!("{base}/v1/sessions/finish")).json(&finish).send().await.unwrap()
}

impl Person {
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &impl Serialize) -> Response {
        self.request(Method::POST, path).json(body).send().await.unwrap()
    }

    pub async fn put(&self, path: &str, body: &impl Serialize) -> Response {
        self.request(Method::PUT, path).json(body).send().await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Response {
        self.request(Method::DELETE, path).send().await.unwrap()
    }

    pub async fn upload(&self, path: &str, bytes: impl Into<reqwest::Body>) -> Response {
        let request = self.request(Method::PUT, path).header("content-type", "application/octet-stream");
        request.body(bytes).send().await.unwrap()
    }

    pub async fn invites(&self, role: AccountRole, handle: Option<&str>) -> InvitationKey {
        let (new, key) = invitation(role, handle);
        ok::<Invitation>(self.post("/v1/invitations", &new).await).await;
        key
    }

    pub fn member(&self, role: MemberRole) -> Member {
        Member { account: self.account, role, since_epoch: 0, card: self.card.clone() }
    }

    /// Opens a journal with these other members.
    pub async fn opens_journal(&self, others: &[Member]) -> Log {
        let mut log = Log::new(JournalId::make(&mut rng()));
        let open = log.open(self, others);
        log.append(self, &[open]).await;
        log
    }
}

pub fn invitation(role: AccountRole, handle: Option<&str>) -> (NewInvitation, InvitationKey) {
    let mut token = vec![0; 32];
    rng().fill_bytes(&mut token);
    let invitation = InvitationId::make(&mut rng());
    let token_sha256 = Hash::of(&token);
    let (handle, mac) = (handle.map(Into::into), B64(vec![1; 32]));
    let new = NewInvitation { invitation, role, handle, token_sha256, mac, seconds: 900 };
    (new, InvitationKey { invitation, token: B64(token) })
}

/// The chain of a journal, as its members build it.
#[derive(Clone)]
pub struct Log {
    pub journal: JournalId,
    pub seq: Option<u64>,
    pub head: Option<Hash>,
}

impl Log {
    pub fn new(journal: JournalId) -> Self {
        Self { journal, seq: None, head: None }
    }

    pub fn path(&self) -> String {
        format!("/v1/journals/{}/records", self.journal)
    }

    pub fn attachment_path(&self, id: impl std::fmt::Display) -> String {
        format!("/v1/journals/{}/attachments/{id}", self.journal)
    }

    pub fn header(&self, author: &Person, action: Action) -> Header {
        Header {
            v: 1,
            journal: self.journal,
            seq: self.seq.map_or(0, |seq| seq + 1),
            prev: self.head,
            author: author.account,
            record: RecordId::make(&mut rng()),
            action,
            epoch: 0,
            epoch_commitment: None,
            body: None,
            attachments: Vec::new(),
            withdraws: Vec::new(),
            members: None,
        }
    }

    pub fn open(&mut self, owner: &Person, others: &[Member]) -> SignedRecord {
        let members = [owner.member(MemberRole::Owner)].into_iter().chain(others.iter().cloned()).collect();
        let header = Header {
            epoch_commitment: Some(Hash::of("epoch 0")),
            members: Some(members),
            ..self.header(owner, Action::Open)
        };
        self.sign(owner, header, Some(b"{\"v\":1,\"grants\":[]}"))
    }

    pub fn write(&mut self, author: &Person, body: &[u8], attachments: Vec<AttachmentRef>) -> SignedRecord {
        let header = Header { attachments, ..self.header(author, Action::Write) };
        self.sign(author, header, Some(body))
    }

    pub fn withdraw(&mut self, author: &Person, withdraws: Vec<RecordId>) -> SignedRecord {
        let header = Header { withdraws, ..self.header(author, Action::Withdraw) };
        self.sign(author, header, None)
    }

    /// Signs a header as it is, with its body, and moves on.
    pub fn sign(&mut self, author: &Person, mut header: Header, body: Option<&[u8]>) -> SignedRecord {
        header.body = body.map(|body| BodyRef { sha256: Hash::of(body), size: body.len() as u64 });
        let record = sign_as_is(author, &header, body);
        self.seq = Some(header.seq);
        self.head = Some(record.chain_hash());
        record
    }

    pub async fn try_append(&self, author: &Person, records: &[SignedRecord]) -> Response {
        author.post(&self.path(), &Append { records: records.to_vec() }).await
    }

    pub async fn append(&self, author: &Person, records: &[SignedRecord]) -> Head {
        ok::<Appended>(self.try_append(author, records).await).await.head
    }

    pub async fn read(&self, reader: &Person) -> RecordPage {
        ok(reader.get(&self.path()).await).await
    }
}

pub fn sign_as_is(author: &Person, header: &Header, body: Option<&[u8]>) -> SignedRecord {
    let bytes = serde_json::to_vec(header).unwrap();
    let signature = author.key.sign(&encode(Kind::Record, &bytes)).to_bytes().to_vec();
    SignedRecord { header: B64(bytes), signature: B64(signature), body: body.map(|body| B64(body.to_vec())) }
}
