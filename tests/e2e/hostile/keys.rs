//! Keys: swapped cards in invitations, swapped and old key bundles.

use reverie_client::native::system::randomness;
use reverie_client::{ClientError, Invited};
use reverie_crypto::AccountKeys;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{Bundle, Invitation, InvitationOffer, OpenedSession};
use reverie_protocol::limits::INVITATION_IN_ROOM_SECONDS;
use reverie_tests::person::{PASSWORD, environment};
use reverie_tests::{Answer, Person, Practice, Wire};

const FORGED: &str = "the keys that the server gave do not belong to this invitation code, so they were not taken";

#[tokio::test]
async fn a_swapped_card_of_the_inviter_is_noticed_before_anything_is_made() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let code = quill.invite(AccountRole::Patient, Some("cedar-07"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let wire = world.wire().await;
    wire.lies(|asked, answer| {
        let mut offer: InvitationOffer = asked.is("POST", "/invitations/read").then(|| answer.parse())?;
        let inviter = offer.inviter.as_mut()?;
        inviter.card = AccountKeys::make(&mut randomness()).card(inviter.account);
        Some(Answer::json(200, &offer))
    });
    let home = world.home("cedar-07");
    let environment = environment(&home, &wire.url(), &world.clock, Box::new(randomness())).unwrap();
    let refused = Invited::look(environment, &code).await.err().unwrap();
    assert_eq!(refused.to_string(), FORGED);
    assert_eq!(wire.count(|asked| asked.path.contains("registration")), 0);
}

#[tokio::test]
async fn a_swapped_card_of_the_guest_is_noticed_and_never_becomes_a_contact() {
    let Practice { world, mut quill, heron: _heron } = Practice::open().await;
    let code = quill.invite(AccountRole::Patient, Some("cedar-07"), INVITATION_IN_ROOM_SECONDS).await.unwrap();
    let _cedar = world.joins("cedar-07", &code).await;
    quill.wire.lies(|asked, answer| {
        let reads = asked.method == "GET" && asked.path.starts_with("/v1/invitations/");
        let mut invitation: Invitation = reads.then(|| answer.parse())?;
        let guest = invitation.guest.as_mut()?;
        guest.card = AccountKeys::make(&mut randomness()).card(guest.account);
        Some(Answer::json(200, &invitation))
    });
    let refused = quill.collect_guests().await.unwrap_err();
    assert_eq!(refused.to_string(), FORGED);
    assert!(quill.contact_of("cedar-07").is_err());
}

/// Changes what the server hands out at login.
fn lies_at_login(wire: &Wire, mut change: impl FnMut(&mut OpenedSession) + Send + 'static) {
    wire.lies(move |asked, answer| {
        let mut session: OpenedSession = asked.is("POST", "/sessions/finish").then(|| answer.parse())?;
        change(&mut session);
        Some(Answer::json(answer.status, &session))
    });
}

/// Logs in honestly and returns the key bundle that the server handed out, with the session or after the second factor.
async fn bundle_of(person: &mut Person) -> Bundle {
    person.login(PASSWORD).await.unwrap();
    person.wire.passed(|passed| {
        let told = passed.iter().rev().find_map(|passed| {
            let answer = passed.answer.as_ref()?;
            let session = || answer.parse::<OpenedSession>().bundle;
            let with_session = passed.asked.is("POST", "/sessions/finish").then(session).flatten();
            with_session.or_else(|| passed.asked.is("GET", "/accounts/me/credentials").then(|| answer.parse()))
        });
        told.unwrap()
    })
}

#[tokio::test]
async fn an_older_key_bundle_is_refused_under_its_own_number_and_under_another() {
    let Practice { world: _world, quill: _quill, mut heron } = Practice::open().await;
    let old = bundle_of(&mut heron).await;
    // Confirming again stores a new version of the bundle.
    heron.confirm("quill").await.unwrap();
    let newer = bundle_of(&mut heron).await.version;
    assert!(newer > old.version);

    let older = old.clone();
    lies_at_login(&heron.wire, move |session| session.bundle = Some(older.clone()));
    let refused = heron.login(PASSWORD).await.unwrap_err();
    assert!(matches!(refused, ClientError::OlderAccount), "{refused}");

    lies_at_login(&heron.wire, move |session| session.bundle.as_mut().unwrap().bundle = old.bundle.clone());
    let refused = heron.login(PASSWORD).await.unwrap_err();
    assert_eq!(refused.to_string(), "the server says the key bundle has another version than it has");
}

#[tokio::test]
async fn somebody_elses_key_bundle_does_not_open() {
    let Practice { world: _world, mut quill, mut heron } = Practice::open().await;
    let quills = bundle_of(&mut quill).await;
    lies_at_login(&heron.wire, move |session| session.bundle = Some(quills.clone()));
    let refused = heron.login(PASSWORD).await.unwrap_err();
    assert!(matches!(refused, ClientError::Untrustworthy(_)), "{refused}");
    assert!(refused.to_string().starts_with("the key bundle does not open this way"), "{refused}");
}
