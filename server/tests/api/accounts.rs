//! The caller's account, the key bundle, strangers, and the administrator's list.

use reverie_protocol::account::{AccountRole, AccountState};
use reverie_protocol::api::{Account, Accounts, Bundle, PutBundle};
use reverie_protocol::bytes::B64;
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use serde_json::json;

use crate::world::{Person, Refusal, World, enter, ok, refusal};

#[tokio::test]
async fn the_bundle_is_replaced_only_by_its_next_version() {
    let world = World::new().await;
    let heron = world.patient().await;
    let path = "/v1/accounts/me/credentials";
    let put = |version: u64, bundle: &[u8]| PutBundle::new(version, B64(bundle.to_vec()));
    assert_eq!(heron.put(path, &put(2, b"second")).await.status(), 204);
    for version in [0, 2, 4, u64::MAX] {
        let response = heron.put(path, &put(version, b"other")).await;
        assert_eq!(refusal(response).await, Refusal(409, ProblemCode::VersionConflict));
    }
    let large = heron.put(path, &put(3, &vec![0; limits::BUNDLE_BYTES + 1])).await;
    assert_eq!(refusal(large).await, Refusal(413, ProblemCode::TooLarge));
    let bundle: Bundle = ok(heron.get(path).await).await;
    assert_eq!((bundle.version, bundle.bundle.0.as_slice()), (2, b"second".as_slice()));
}

#[tokio::test]
async fn strangers_have_no_card_for_each_other() {
    let world = World::new().await;
    let (quill, heron) = (world.clinician().await, world.patient().await);
    let me: Account = ok(heron.get("/v1/accounts/me").await).await;
    assert_eq!((me.account, me.handle.as_str()), (heron.account, "heron-41"));
    let path = format!("/v1/accounts/{}/card", heron.account);
    assert_eq!(refusal(quill.get(&path).await).await, Refusal(404, ProblemCode::NotFound));
    assert_eq!(world.admin.get(&path).await.status(), 200, "whoever invited is paired");
}

#[tokio::test]
async fn only_administrators_see_the_list_and_none_suspends_itself() {
    let world = World::new().await;
    let heron = world.patient().await;
    let list: Accounts = ok(world.admin.get("/v1/admin/accounts").await).await;
    let handles: Vec<_> = list.accounts.iter().map(|entry| entry.handle.as_str()).collect();
    assert_eq!(handles, ["admin", "heron-41"]);
    assert_eq!((list.accounts[1].state, list.accounts[1].since_day.as_str()), (AccountState::Active, "2031-05-01"));
    let refused = Refusal(403, ProblemCode::NotPermitted);
    assert_eq!(refusal(heron.get("/v1/admin/accounts").await).await, refused);
    let own = format!("/v1/admin/accounts/{}/suspend", world.admin.account);
    assert_eq!(refusal(world.admin.post(&own, &json!({})).await).await, refused);
    assert_eq!(refusal(heron.post(&own, &json!({})).await).await, refused);
}

#[tokio::test]
async fn administrators_who_suspend_each_other_at_once_never_leave_the_practice_without_one() {
    let world = World::new().await;
    let mut people = [world.admin.clone(), world.person(AccountRole::Administrator, "second").await];
    for round in 0..8 {
        let suspend = |other: &Person| format!("/v1/admin/accounts/{}/suspend", other.account);
        let (paths, nothing) = ([suspend(&people[1]), suspend(&people[0])], json!({}));
        let (one, other) = tokio::join!(people[0].post(&paths[0], &nothing), people[1].post(&paths[1], &nothing));
        let done = [one.status(), other.status()].map(|status| status == 200);
        assert_eq!(done.iter().filter(|done| **done).count(), 1, "round {round}");
        let (left, out) = if done[0] { (0, 1) } else { (1, 0) };
        let reinstate = format!("/v1/admin/accounts/{}/reinstate", people[out].account);
        assert_eq!(people[left].post(&reinstate, &nothing).await.status(), 200);
        let handle = ["admin", "second"][out];
        people[out].token = enter(&world.base(), handle).await.token;
    }
}
