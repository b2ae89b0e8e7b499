//! Who may invite whom, and that an invitation is used once.

use reverie_protocol::account::AccountRole::{Administrator, Clinician, Patient};
use reverie_protocol::api::{Invitation, InvitationOffer, InvitationState, NewInvitation, RedeemInvitation};
use reverie_protocol::bytes::B64;
use reverie_protocol::problem::ProblemCode;

use crate::world::{Refusal, World, invitation, ok, refusal, registration};

#[tokio::test]
async fn each_role_invites_whom_it_may_and_nobody_else() {
    let world = World::new().await;
    let (quill, heron) = (world.clinician().await, world.patient().await);
    let allowed = [
        (&world.admin, Administrator, Some("second-admin")),
        (&world.admin, Clinician, Some("haddon")),
        (&world.admin, Patient, Some("cedar-07")),
        (&quill, Patient, Some("lantern-19")),
        (&quill, Patient, None),
        (&heron, Clinician, None),
    ];
    for (inviter, role, handle) in allowed {
        inviter.invites(role, handle).await;
    }
    let refused = [
        (&world.admin, Patient, None),
        (&quill, Clinician, Some("third")),
        (&quill, Administrator, Some("third")),
        (&quill, Clinician, None),
        (&heron, Patient, Some("third")),
        (&heron, Patient, None),
    ];
    for (inviter, role, handle) in refused {
        let response = inviter.post("/v1/invitations", &invitation(role, handle).0).await;
        assert_eq!(refusal(response).await, Refusal(403, ProblemCode::NotPermitted), "{role} {handle:?}");
    }
}

#[tokio::test]
async fn a_pairing_is_accepted_once_and_seen_by_its_inviter() {
    let world = World::new().await;
    let (quill, heron) = (world.clinician().await, world.patient().await);
    let key = quill.invites(Patient, None).await;
    let offer: InvitationOffer = ok(heron.post("/v1/invitations/read", &key).await).await;
    let inviter = offer.inviter.unwrap();
    assert_eq!((inviter.account, inviter.card, inviter.mac), (quill.account, quill.card.clone(), B64(vec![1; 32])));
    let redeem = RedeemInvitation { invitation: key.invitation, token: key.token.clone(), mac: B64(vec![3; 32]) };
    ok::<InvitationOffer>(heron.post("/v1/invitations/redeem", &redeem).await).await;
    let path = format!("/v1/invitations/{}", key.invitation);
    let seen: Invitation = ok(quill.get(&path).await).await;
    let guest = seen.guest.unwrap();
    assert_eq!((seen.state, guest.account, guest.mac), (InvitationState::Accepted, heron.account, redeem.mac.clone()));
    assert_eq!(refusal(heron.get(&path).await).await, Refusal(404, ProblemCode::NotFound));
    let again = heron.post("/v1/invitations/redeem", &redeem).await;
    assert_eq!(refusal(again).await, Refusal(410, ProblemCode::InvitationUsed));
    let late = quill.delete(&path).await;
    assert_eq!(refusal(late).await, Refusal(410, ProblemCode::InvitationUsed));
    // Now each may fetch the other's card.
    assert_eq!(heron.get(&format!("/v1/accounts/{}/card", quill.account)).await.status(), 200);
    assert_eq!(quill.get(&format!("/v1/accounts/{}/card", heron.account)).await.status(), 200);
}

#[tokio::test]
async fn the_wrong_person_or_code_cannot_use_an_invitation() {
    let world = World::new().await;
    let quill = world.clinician().await;
    let haddon = world.person(Clinician, "haddon").await;
    let key = quill.invites(Patient, None).await;
    let mut redeem = RedeemInvitation { invitation: key.invitation, token: key.token, mac: B64(vec![3; 32]) };
    let wrong_role = haddon.post("/v1/invitations/redeem", &redeem).await;
    assert_eq!(refusal(wrong_role).await, Refusal(403, ProblemCode::NotPermitted));
    redeem.token.0[0] ^= 1;
    let wrong_token = haddon.post("/v1/invitations/redeem", &redeem).await;
    assert_eq!(refusal(wrong_token).await, Refusal(404, ProblemCode::NotFound));
}

#[tokio::test]
async fn expired_and_revoked_invitations_say_so() {
    let world = World::new().await;
    let quill = world.clinician().await;
    let (first, second) = (quill.invites(Patient, None).await, quill.invites(Patient, None).await);
    assert_eq!(quill.delete(&format!("/v1/invitations/{}", first.invitation)).await.status(), 204);
    let revoked = quill.post("/v1/invitations/read", &first).await;
    assert_eq!(refusal(revoked).await, Refusal(410, ProblemCode::InvitationUsed));
    world.pass_seconds(900);
    let expired = quill.post("/v1/invitations/read", &second).await;
    assert_eq!(refusal(expired).await, Refusal(410, ProblemCode::InvitationExpired));
}

#[tokio::test]
async fn a_handle_is_promised_once_and_free_again_when_the_promise_ends() {
    let world = World::new().await;
    world.admin.invites(Patient, Some("cedar-07")).await;
    let second = invitation(Patient, Some("cedar-07")).0;
    let taken = world.admin.post("/v1/invitations", &second).await;
    assert_eq!(refusal(taken).await, Refusal(409, ProblemCode::HandleTaken));
    world.pass_seconds(900);
    ok::<Invitation>(world.admin.post("/v1/invitations", &second).await).await;
    let again = world.admin.post("/v1/invitations", &NewInvitation { handle: Some("oak".into()), ..second }).await;
    assert_eq!(refusal(again).await, Refusal(409, ProblemCode::AlreadyExists));
}

#[tokio::test]
async fn a_bad_invitation_is_named() {
    let world = World::new().await;
    let good = invitation(Patient, Some("cedar-07")).0;
    let bad = [
        NewInvitation { handle: Some("Cedar 07".into()), ..good.clone() },
        NewInvitation { seconds: 0, ..good.clone() },
        NewInvitation { seconds: 72 * 3600 + 1, ..good.clone() },
        NewInvitation { mac: B64(vec![1; 31]), ..good },
    ];
    for new in bad {
        let response = world.admin.post("/v1/invitations", &new).await;
        assert_eq!(refusal(response).await, Refusal(400, ProblemCode::MalformedRequest));
    }
}

#[tokio::test]
async fn a_registration_with_wrong_keys_makes_no_account_and_leaves_the_invitation_open() {
    let world = World::new().await;
    let key = world.admin.invites(Patient, Some("heron-41")).await;
    let (good, _) = registration(&world.base(), &key).await;
    let mut forged = good.clone();
    forged.card.signature.0[0] ^= 1;
    let mut foreign = good.clone();
    foreign.card = world.admin.card.clone();
    let mut weak = good.clone();
    weak.ksf.memory_kib = 1024;
    let mut garbled = good.clone();
    garbled.upload = B64(vec![0; 191]);
    for finish in [forged, foreign, weak, garbled] {
        let response = world.admin.post("/v1/registration/finish", &finish).await;
        assert_eq!(refusal(response).await, Refusal(422, ProblemCode::InvalidCredentials));
    }
    let mut unvouched = good.clone();
    unvouched.mac = None;
    let response = world.admin.post("/v1/registration/finish", &unvouched).await;
    assert_eq!(refusal(response).await, Refusal(400, ProblemCode::MalformedRequest));
    world.join(&key).await;
    let response = world.admin.post("/v1/registration/finish", &good).await;
    assert_eq!(refusal(response).await, Refusal(410, ProblemCode::InvitationUsed));
}
